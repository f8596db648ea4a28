//! The objects before a partition's last: they are whole, and only their last frame is looked at.

use super::committed::Object;
use super::error::LogError;
use super::frame::Frame;
use super::listing::Listed;
use super::repair::Repair;
use super::scan;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

/// The closed objects of a partition. Where the append time of one cannot be known it is 0.
pub(super) fn objects(listed: &Listed, repairs: &mut Vec<Repair>) -> Result<Vec<Object>, LogError> {
    let mut objects = Vec::with_capacity(listed.start_offsets.len());
    for pair in listed.start_offsets.windows(2) {
        let (start_offset, next) = (pair[0], pair[1]);
        let (data, companion) = listed.paths(start_offset);
        let frame = last_frame(&companion)?;
        if frame.as_ref().is_some_and(|frame| frame.end_offset() > next) {
            cut_off_refused(&data, &companion, start_offset, next, repairs)?;
        }
        let frame = last_frame(&companion)?;
        let bytes = length(&data)?;
        let companion_bytes = length(&companion)?;
        objects.push(Object {
            start_offset,
            bytes,
            companion_bytes,
            time: frame.map_or(0, |frame| frame.time),
        });
    }
    Ok(objects)
}

/// Cuts off records that were refused, and whose offsets others have got in the next object. They are there when the
/// cut at the time could not be made durable.
fn cut_off_refused(
    data: &Path,
    companion: &Path,
    start_offset: u64,
    next: u64,
    repairs: &mut Vec<Repair>,
) -> Result<(), LogError> {
    let scan = scan::scan(data, companion, start_offset, next)?;
    if scan.damage.is_none() && scan.end_offset == next {
        let why = "the next object has these offsets";
        repairs.extend(Repair::cut(companion, scan.object.companion_bytes, why)?);
        repairs.extend(Repair::cut(data, scan.object.bytes, why)?);
    }
    Ok(())
}

fn last_frame(companion: &Path) -> Result<Option<Frame>, LogError> {
    match File::open(companion) {
        Ok(file) => scan::last_frame(&file).map_err(LogError::io("read", companion)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::io("open", companion)(error)),
    }
}

/// A companion that is not there has none.
fn length(file: &Path) -> Result<u64, LogError> {
    match fs::metadata(file) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(LogError::io("look at", file)(error)),
    }
}
