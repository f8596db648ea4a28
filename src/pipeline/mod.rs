//! Runs the process: sources, workers, and what they hand over to.

mod replay;
mod workers;

pub use replay::{Options, ReplayError, Replayed, Seconds, Summary, replay};
