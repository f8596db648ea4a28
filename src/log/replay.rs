//! Writes what the journal holds into the log's files once more.
//!
//! Each group is there as a whole, at the place that it has had from the beginning, so that it does no harm where it is
//! there already. A file that is missing is one that retention has deleted: new ones are durable before anything is written
//! to them.

use super::journal::FILES;
use super::journal_entry::{Entry, Write, entries};
use super::sync::Syncer;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Component, Path};
use std::sync::Arc;

/// So many zeros are no entry.
pub(super) const NOTHING_BYTES: usize = 16;
/// So many files are made durable at a time.
const FILES_AT_A_TIME: usize = 128;

/// What was replayed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Replayed {
    /// Groups that the journal holds.
    pub groups: usize,
    /// Bytes that were not in the files.
    pub changed: u64,
    /// The number of the last entry, 0 if there is none.
    pub last: u64,
}

/// Replays the journal of a log, makes durable what it wrote, and then forgets the entries.
pub(super) fn replay(log: &Path, syncer: &Syncer) -> io::Result<Replayed> {
    let [first, second] = FILES.map(|name| log.join(name));
    let (first, second) = (read(&first)?, read(&second)?);
    let mut all: Vec<Entry<'_>> = entries(&first).into_iter().chain(entries(&second)).collect();
    if all.is_empty() {
        return Ok(Replayed::default());
    }
    all.sort_by_key(|entry| entry.number);
    let mut replayed = Replayed { groups: all.len(), changed: 0, last: 0 };
    let mut writes: BTreeMap<&str, Vec<&Write<'_>>> = BTreeMap::new();
    for entry in &all {
        replayed.last = entry.number;
        entry.writes.iter().for_each(|write| writes.entry(write.path).or_default().push(write));
    }
    let writes = Vec::from_iter(writes);
    for some in writes.chunks(FILES_AT_A_TIME) {
        let mut written = Vec::new();
        for (path, writes) in some {
            if let Some(file) = open(&log.join(path), path)? {
                for write in writes {
                    replayed.changed += put(&file, write)?;
                }
                written.push(Arc::new(file));
            }
        }
        syncer.sync(written.into_iter()).into_iter().collect::<io::Result<()>>()?;
    }
    forget(log, syncer)?;
    Ok(replayed)
}

/// Leaves no entry behind, durably.
pub(super) fn forget(log: &Path, syncer: &Syncer) -> io::Result<()> {
    for name in FILES {
        match OpenOptions::new().write(true).open(log.join(name)) {
            Ok(file) => {
                let length = file.metadata()?.len().min(NOTHING_BYTES as u64) as usize;
                file.write_all_at(&[0; NOTHING_BYTES][..length], 0)?;
                syncer.sync_content(&file)?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

fn open(file: &Path, path: &str) -> io::Result<Option<File>> {
    if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::Error::other(format!("the journal names a file outside of the log: {path}")));
    }
    match OpenOptions::new().read(true).write(true).open(file) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// How many bytes were not there. Behind a file's end nothing is put: what lies between was lost in another way, and that is
/// told when the file is looked at.
fn put(file: &File, write: &Write<'_>) -> io::Result<u64> {
    if write.at > file.metadata()?.len() {
        return Ok(0);
    }
    let mut there = vec![0; write.bytes.len()];
    let is_there = file.read_exact_at(&mut there, write.at).is_ok() && there == write.bytes;
    // Also what is there: an error of the disk may have left it in memory alone.
    file.write_all_at(write.bytes, write.at)?;
    Ok(if is_there { 0 } else { write.bytes.len() as u64 })
}
