//! Runs the process: sources, workers, and what they hand over to.

mod replay;
mod run;
mod serve;
mod workers;

pub use replay::{Options, ReplayError, Replayed, Seconds, Summary, replay};
pub use run::{Run, RunError};
