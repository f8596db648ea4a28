//! From what a source hands over to what is shown.

use super::error::TapError;
use super::printer::{Printer, Wanted};
use crate::archive::{Fault, Item};
use crate::output::on_one_line;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a message is waited for before it is looked whether somebody interrupts.
const WAIT: Duration = Duration::from_millis(50);

/// Why nothing more is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The source has no more.
    AllRead,
    /// All was handed over that was there at the start.
    CaughtUp,
    /// `--count` is reached.
    Enough,
    /// Somebody interrupts.
    Interrupted,
}

/// Shows what comes. `look` is called again and again, also while nothing comes; `until_end` says whether the end of what
/// was there at the start is an end.
pub fn show(
    items: &Receiver<Item>,
    until_end: bool,
    printer: &mut Printer,
    interrupted: &AtomicBool,
    look: impl FnMut() -> Result<(), TapError>,
) -> Result<End, TapError> {
    each(items, printer, interrupted, look, |item, printer| match item {
        Item::Block(block, _) => Ok((printer.block(&block)? == Wanted::NoMore).then_some(End::Enough)),
        Item::Fault { fault, .. } => {
            warn_of(&[fault], printer);
            Ok(None)
        }
        Item::Unread(faults) => {
            warn_of(&faults, printer);
            Ok(None)
        }
        Item::CaughtUp => Ok(until_end.then_some(End::CaughtUp)),
        Item::AllRead => Ok(None),
        Item::Failed(error) => Err(error.into()),
    })
}

/// Hands what comes to `take`, until that says why it is the end.
pub fn each<T>(
    items: &Receiver<T>,
    printer: &mut Printer,
    interrupted: &AtomicBool,
    mut look: impl FnMut() -> Result<(), TapError>,
    mut take: impl FnMut(T, &mut Printer) -> Result<Option<End>, TapError>,
) -> Result<End, TapError> {
    while !interrupted.load(Ordering::Relaxed) {
        look()?;
        if items.is_empty() {
            printer.flush()?;
        }
        match items.recv_timeout(WAIT) {
            Ok(item) => {
                if let Some(end) = take(item, printer)? {
                    return Ok(end);
                }
            }
            Err(RecvTimeoutError::Timeout) => printer.check_reader()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(End::AllRead),
        }
    }
    Ok(End::Interrupted)
}

/// Objects that cannot be read, or not to their end.
pub fn warn_of(faults: &[Fault], printer: &mut Printer) {
    for fault in faults {
        let told = format!("{}: {} at byte {}: {}", fault.source, fault.key, fault.byte, fault.reason);
        warn(&told);
    }
    printer.faults += faults.len() as u64;
}

/// Tells people something that is no record.
pub fn warn(told: &str) {
    eprintln!("pinflow: {}", on_one_line(told));
}
