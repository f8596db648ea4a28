//! Dead letters of a run: kept once each, in order and within bounds, whatever happens.

mod letters;
mod order;
mod rotation;
mod restarts;
mod full_disk;
