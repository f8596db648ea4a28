//! Writes the views: as files, and for people to read.

mod files;
mod terminal;
mod report;

pub use files::{Format, OutputError, prepare, write_views};
pub use report::{json_summary, print_summary};
pub use terminal::print_heads;
