//! Finds what a log holds, and cuts off what a crash has left of its last group commit.
//!
//! Of each partition's last object all frames are read, of those before it one. Lines are read where they belong to the
//! last group, and not otherwise. So this takes a second for thousands of objects.
//!
//! What no crash explains is damage. It is left alone for the reader to report: the log goes on behind it, in a new
//! object, because a reader gets no farther in the damaged one.

use super::committed::Object;
use super::error::LogError;
use super::frame::HEADER;
use super::listing::{self, Listed};
use super::repair::Repair;
use super::scan::{self, Scan};
use super::sync::Syncer;
use super::{closed, last_group};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So many files are open at a time to be made durable.
const OPEN_FILES_MAX: usize = 128;

/// What a log holds.
pub(super) struct Recovered {
    pub partitions: Vec<Restored>,
    pub repairs: Vec<Repair>,
}

/// What a partition holds.
pub(super) struct Restored {
    pub topic: String,
    pub number: u32,
    pub closed: Vec<Object>,
    pub open: Option<Object>,
    pub end_offset: u64,
}

/// A partition's objects as they were found.
pub(super) struct Found {
    pub listed: Listed,
    pub closed: Vec<Object>,
    /// The last object.
    pub tail: Scan,
}

/// Brings the files of a log in order. It has to be locked.
pub(super) fn recover(log: &Path, partitions: u32, syncer: &Syncer) -> Result<Recovered, LogError> {
    let mut repairs = Vec::new();
    let mut found = Vec::new();
    for listed in listing::partitions(log, partitions, &mut repairs)? {
        found.push(find(listed, &mut repairs)?);
    }
    last_group::check(&mut found)?;
    let mut partitions = Vec::new();
    let mut kept = BTreeSet::new();
    for found in found {
        kept.extend(paths(log, &found));
        partitions.push(restore(found, &mut repairs)?);
    }
    make_durable(&Vec::from_iter(kept), syncer)?;
    Ok(Recovered { partitions, repairs })
}

/// The last object, and the folders that lead to it.
fn paths(log: &Path, found: &Found) -> Vec<PathBuf> {
    let (data, companion) = found.listed.paths(found.tail.object.start_offset);
    let folders = found.listed.folder.ancestors().take_while(|folder| folder.starts_with(log));
    folders.map(Path::to_path_buf).chain([data, companion]).collect()
}

/// A process that was killed may have left its last group in the kernel's memory only. Readers are told of it now, so it
/// must not go away with the machine.
fn make_durable(paths: &[PathBuf], syncer: &Syncer) -> Result<(), LogError> {
    for paths in paths.chunks(OPEN_FILES_MAX) {
        let mut files = Vec::new();
        for path in paths.iter().filter(|path| path.exists()) {
            files.push(Arc::new(File::open(path).map_err(LogError::io("open", path))?));
        }
        let result = syncer.sync(files.into_iter()).into_iter().collect::<io::Result<()>>();
        result.map_err(LogError::io("make durable what is near", &paths[0]))?;
    }
    Ok(())
}

fn find(listed: Listed, repairs: &mut Vec<Repair>) -> Result<Found, LogError> {
    let last = *listed.start_offsets.last().expect("a partition that has no objects is not listed");
    let (data, companion) = listed.paths(last);
    let mut tail = scan::scan(&data, &companion, last, u64::MAX)?;
    let mut closed = closed::objects(&listed, repairs)?;
    tail.object.time = tail.object.time.max(closed.last().map_or(0, |object| object.time));
    // Where a time is not known, the records are at least as old as those behind them.
    let mut time = tail.object.time;
    for object in closed.iter_mut().rev() {
        time = if object.time == 0 { time } else { object.time };
        object.time = time;
    }
    Ok(Found { listed, closed, tail })
}

fn restore(found: Found, repairs: &mut Vec<Repair>) -> Result<Restored, LogError> {
    let Found { listed, mut closed, mut tail } = found;
    let (data, companion) = listed.paths(tail.object.start_offset);
    let (bytes, companion_bytes) = (tail.object.bytes, tail.object.companion_bytes);
    if companion.exists() {
        repairs.extend(Repair::cut(&companion, companion_bytes, "no whole frame of a whole group commit")?);
    }
    repairs.extend(Repair::cut(&data, bytes, "no lines of a whole group commit")?);
    if tail.wants_header {
        Repair::header(&companion, &listed.folder)?;
        tail.object.companion_bytes = HEADER.len() as u64;
    }
    let data_bytes = data.metadata().map_err(LogError::io("look at", &data))?.len();
    let mut open = None;
    if let Some((byte, why)) = tail.damage {
        repairs.push(Repair::none(&companion, byte, why));
    } else if data_bytes < bytes {
        repairs.push(Repair::none(&data, data_bytes, "lines are missing at its end"));
    } else {
        open = Some(tail.object);
    }
    // An object without a record is replaced by the next one, which has its name.
    if open.is_none() && tail.end_offset > tail.object.start_offset {
        closed.push(Object { bytes: data_bytes, ..tail.object });
    }
    let Listed { topic, number, .. } = listed;
    Ok(Restored { topic, number, closed, open, end_offset: tail.end_offset })
}
