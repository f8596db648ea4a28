//! Writes the views: as files, and for people to read; and what commands have done.

mod files;
mod terminal;
mod events;
mod report;
mod archived;
mod one_line;

pub use archived::{json_archived, print_archived};
pub use events::log_events;
pub use files::{Format, OutputError, prepare, write_views};
pub use one_line::on_one_line;
pub use report::{json_summary, print_summary};
pub use terminal::print_heads;
