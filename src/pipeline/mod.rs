//! Runs the process: sources, workers, and what they hand over to.

mod replay;
mod run;
mod demo;
mod descriptors;
mod source;
mod serve;
mod workers;
mod archive;

pub use archive::{ArchiveError, ArchiveSummary, archive};
pub use demo::{DemoError, demo};
pub use replay::{Options, ReplayError, Replayed, Seconds, Summary, replay};
pub use run::{Run, RunError};
