//! Shows what the log of a running pinflow holds, then what comes to its front door.

use super::door_reader::DoorReader;
use super::error::TapError;
use super::flow::{self, End};
use super::printer::Printer;
use super::source::Door;
use super::{Outcome, TapArgs};
use crate::config::Config;
use std::sync::atomic::AtomicBool;
use std::thread;

/// Pages of records that wait to be shown.
const AHEAD: usize = 2;

/// Shows it.
pub fn show(
    door: Door,
    args: &TapArgs,
    config: &Config,
    printer: &mut Printer,
    interrupted: &AtomicBool,
) -> Result<Outcome, TapError> {
    let (sender, items) = crossbeam_channel::bounded(AHEAD);
    let reader = DoorReader::new(door, args, config.kinds.clone(), sender)?;
    let reading = thread::Builder::new().name("front door".to_owned()).spawn(move || reader.run());
    let reading = reading.map_err(TapError::Start)?;
    let end = flow::show(&items, args.until_end, printer, interrupted, || Ok(()))?;
    match end {
        End::Interrupted if !args.is_endless() => Ok(Outcome::Interrupted),
        // It ends by itself only with an error.
        End::AllRead => match reading.join().expect("a panic ends the process") {
            Err(error) => Err(error),
            Ok(()) => Ok(Outcome::Complete),
        },
        _ if printer.faults > 0 => Ok(Outcome::Faulty),
        End::Interrupted | End::CaughtUp | End::Enough => Ok(Outcome::Complete),
    }
}
