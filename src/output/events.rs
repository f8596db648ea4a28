//! What happens, as lines on standard error.

use std::io::{IsTerminal, stderr};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

/// From now on, events are written, those for developers left out.
pub fn log_events() {
    let lines = fmt().with_writer(stderr).with_ansi(stderr().is_terminal()).with_target(false);
    // Only a second call would fail, and then they are written already.
    let _ = lines.with_max_level(LevelFilter::INFO).try_init();
}
