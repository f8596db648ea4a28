//! Dead letters of a run: kept once each, in order and within bounds, whatever happens; looked into and sent again.

mod letters;
mod order;
mod rotation;
mod restarts;
mod full_disk;
mod data_folder;
mod listing;
mod front_door;
mod replay;
