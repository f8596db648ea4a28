//! Whether the last group commit is whole: all its frames are there, and they fit to their lines.

use super::error::LogError;
use super::frame::Frame;
use super::recovery::Found;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Takes the last group's frames away, in all partitions, if it is not whole.
///
/// A group begins after the one before it is durable, so only frames of the last append time can be those of a group
/// that a crash interrupted.
pub(super) fn check(partitions: &mut [Found]) -> Result<(), LogError> {
    let time = partitions.iter().map(|found| found.tail.object.time).max().unwrap_or(0);
    // An empty object was made for a group that came after the last one, which is thus durable.
    let durable =
        |found: &Found| found.tail.is_whole && found.tail.last.is_none() && found.tail.object.time == time;
    if partitions.iter().any(durable) {
        return Ok(());
    }
    // Where the end of a companion cannot be read, nobody knows whether a frame of the group is there. Its other frames
    // are believed: to cut off what was acknowledged would be worse than to keep what was not.
    let countable = partitions.iter().all(|found| found.tail.is_whole);
    let mut frames = 0;
    let mut expected = 0;
    let mut fit = true;
    for found in partitions.iter() {
        if let Some(frame) = found.tail.last.as_ref().filter(|frame| frame.time == time) {
            frames += 1;
            expected = frame.group_frames;
            let (data, _) = found.listed.paths(found.tail.object.start_offset);
            fit &= fits(frame, &data).map_err(LogError::io("read", &data))?;
        }
    }
    let complete = frames == expected || expected == 0 || !countable;
    if !(fit && complete) {
        partitions.iter_mut().for_each(|found| found.tail.drop_group(time));
    }
    Ok(())
}

fn fits(frame: &Frame, data: &Path) -> io::Result<bool> {
    let data = File::open(data)?;
    if data.metadata()?.len() < frame.end_byte() {
        return Ok(false);
    }
    let mut lines = vec![0; frame.bytes as usize];
    data.read_exact_at(&mut lines, frame.first_byte)?;
    Ok(frame.fits(&lines))
}
