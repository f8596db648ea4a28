//! Messages that were rejected and objects that cannot be read: kept in the order of partitions and positions.
//!
//! Blocks are decoded by several workers and end in any order. Each says when it is done, with or without letters, so
//! that a partition's letters are written in its order and few have to wait.

mod letter;
mod stored;
mod of_run;
pub mod live;

pub use letter::{Content, Letter};
pub use live::LiveLetters;
pub use of_run::LettersOfRun;
pub use stored::StoredLetter;

use crate::archive::{Fault, PartitionName};
use crate::scratch::Scratch;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Takes rejects and faults. Blocks and faults of a partition are numbered from 0; all of them have to be told, in any order
/// and by any thread.
pub trait Letters: Send + Sync {
    /// A block is decoded; these are its rejects.
    fn finish_block(&self, partition: u32, sequence: u64, letters: &[Letter]);

    /// What is left of an object, or a part of it, cannot be read.
    fn fault(&self, partition: u32, sequence: u64, fault: Fault);

    /// Objects that are not read at all.
    fn unread(&self, faults: Vec<Fault>);
}

/// The file that holds the dead letters of a replay.
const FILE_NAME: &str = "dead-letters.ndjson";
/// Letters that are shown to people.
const SHOWN: usize = 5;

/// Gathers dead letters.
pub struct DeadLetters {
    names: Vec<Arc<PartitionName>>,
    /// Where letters are kept until all are there; without it they are only counted, and the first shown.
    spool: Option<Scratch>,
    inner: Mutex<Inner>,
}

struct Inner {
    partitions: Vec<Waiting>,
    faults: u64,
    first: BTreeMap<(u32, u64, usize), String>,
    error: Option<io::Error>,
}

/// Letters of a partition's blocks that wait for earlier ones.
#[derive(Default)]
struct Waiting {
    next: u64,
    lines: BTreeMap<u64, Vec<u8>>,
}

/// Why dead letters could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write dead letters to {folder}: {error}; give --dead-letters a folder that can be written")]
pub struct DeadLettersError {
    folder: PathBuf,
    error: io::Error,
}

impl DeadLetters {
    /// For partitions of these names; letters are written to `folder` if one is given.
    pub fn new(
        names: Vec<Arc<PartitionName>>,
        folder: Option<&Path>,
    ) -> Result<DeadLetters, DeadLettersError> {
        let spool = folder.map(|folder| {
            Scratch::in_folder(folder).map_err(|error| DeadLettersError { folder: folder.to_owned(), error })
        });
        let partitions = names.iter().map(|_| Waiting::default()).collect();
        let inner = Inner { partitions, faults: 0, first: BTreeMap::new(), error: None };
        Ok(DeadLetters { names, spool: spool.transpose()?, inner: Mutex::new(inner) })
    }

    fn keep(&self, partition: u32, sequence: u64, letters: &[Letter]) {
        let lines: Vec<u8> = match self.spool {
            Some(_) => letters.iter().flat_map(Letter::to_line).collect(),
            None => Vec::new(),
        };
        let mut inner = self.lock();
        for (index, letter) in letters.iter().enumerate() {
            inner.show((partition, sequence, index), letter);
        }
        if let Some(spool) = &self.spool {
            inner.keep(partition, sequence, lines, spool.path());
        }
    }

    /// How many objects cannot be read, or not to their end.
    pub fn faults(&self) -> u64 {
        self.lock().faults
    }

    /// The first letters, for people.
    pub fn first(&self) -> Vec<String> {
        self.lock().first.values().cloned().collect()
    }

    /// Puts all letters into one file, whole or not at all.
    pub fn write(&self, folder: &Path) -> Result<(), DeadLettersError> {
        self.write_file(folder).map_err(|error| DeadLettersError { folder: folder.to_owned(), error })
    }

    fn write_file(&self, folder: &Path) -> io::Result<()> {
        let Some(spool) = &self.spool else { return Ok(()) };
        if let Some(error) = self.lock().error.take() {
            return Err(error);
        }
        let whole = spool.path().join(FILE_NAME);
        let mut file = BufWriter::new(File::create(&whole)?);
        let parts = (0..self.names.len() as u32).map(|partition| part(spool.path(), partition));
        for part in std::iter::once(spool.path().join("unread")).chain(parts) {
            if part.exists() {
                io::copy(&mut File::open(part)?, &mut file)?;
            }
        }
        file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        std::fs::rename(whole, folder.join(FILE_NAME))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Letters for DeadLetters {
    fn finish_block(&self, partition: u32, sequence: u64, letters: &[Letter]) {
        self.keep(partition, sequence, letters);
    }

    fn fault(&self, partition: u32, sequence: u64, fault: Fault) {
        let name = self.names.get(partition as usize).cloned();
        self.lock().faults += 1;
        self.keep(partition, sequence, &[Letter::Fault(fault, name)]);
    }

    fn unread(&self, faults: Vec<Fault>) {
        let mut inner = self.lock();
        for (index, fault) in faults.into_iter().enumerate() {
            inner.faults += 1;
            let letter = Letter::Fault(fault, None);
            inner.show((0, 0, index), &letter);
            if let Some(spool) = &self.spool {
                let appended = append(&spool.path().join("unread"), &letter.to_line());
                inner.error = inner.error.take().or(appended.err());
            }
        }
    }
}

impl Inner {
    fn show(&mut self, place: (u32, u64, usize), letter: &Letter) {
        let is_early =
            self.first.len() < SHOWN || self.first.last_key_value().is_some_and(|(last, _)| place < *last);
        if is_early {
            self.first.insert(place, letter.shown());
            while self.first.len() > SHOWN {
                self.first.pop_last();
            }
        }
    }

    fn keep(&mut self, partition: u32, sequence: u64, lines: Vec<u8>, spool: &Path) {
        let waiting = &mut self.partitions[partition as usize];
        waiting.lines.insert(sequence, lines);
        while let Some(lines) = waiting.lines.remove(&waiting.next) {
            waiting.next += 1;
            if !lines.is_empty() {
                let appended = append(&part(spool, partition), &lines);
                self.error = self.error.take().or(appended.err());
            }
        }
    }
}

fn part(spool: &Path, partition: u32) -> PathBuf {
    spool.join(partition.to_string())
}

fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(lines)
}
