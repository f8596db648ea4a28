//! The dead letters of a run that does not end: appended to files that are rotated and bounded, each letter once.
//!
//! The log is replayed from its beginning after every start, so the same messages are rejected again. What makes each
//! letter stand in the files once:
//!
//! - A partition's letters are written in the order of its positions: blocks wait here for earlier ones, then go
//!   through one queue to one thread.
//! - The last written position of each partition is known at the start: from `reached.json`, and from the lines behind
//!   the place in the files up to which that holds. Letters up to it are passed over.
//! - `reached.json` moves on only after the files are on the disk. A crash loses the end of the files at most; what was
//!   lost lies behind the position that is read there, and comes again.
//!
//! Workers never wait for the disk: what does not fit the queue is lost and counted. It comes again only if the process
//! ends before a later letter of its partition was written.
//!
//! A topic that was made again, or a log that begins anew, is told from the old one by the times of its letters.

mod limits;
mod faults;
mod mark;
mod batch;
mod order;
mod queue;
mod writer;
mod folder;
mod resume;
mod current;
mod files;
mod reached;
mod reached_file;
mod now_and_then;
mod counts;

pub use counts::LiveCounts;
pub use files::{LetterFile, letter_files, whole_lines};
pub use limits::Limits;

use super::Letter;
use crate::archive::{Fault, PartitionName};
use batch::Batch;
use counts::Counts;
use faults::Faults;
use folder::Folder;
use mark::Mark;
use order::Order;
use queue::Queue;
use reached::Reached;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};
use writer::Writer;

/// Where dead letters lie in the data folder.
pub const FOLDER_NAME: &str = "dead-letters";

/// Takes the dead letters of a run. Workers and readers share it. Dropping it writes what is still to be written.
pub struct LiveLetters {
    /// What was written before the start.
    reached: Reached,
    /// Faults that were told before, so that an object that is met again is not told again.
    faults: Mutex<Faults>,
    order: Mutex<Order>,
    /// Without it the thread ends.
    queue: Option<Queue>,
    counts: Arc<Counts>,
    is_closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Why dead letters cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep dead letters in {folder}: {error}; name a data folder that can be written")]
pub struct LiveLettersError {
    folder: PathBuf,
    error: io::Error,
}

impl LiveLetters {
    /// Goes on with the letters of a folder, which is created if need be. Only one process may do so at a time.
    pub fn open(folder: &Path, limits: Limits) -> Result<LiveLetters, LiveLettersError> {
        LiveLetters::start(folder, limits)
            .map_err(|error| LiveLettersError { folder: folder.to_owned(), error })
    }

    fn start(path: &Path, limits: Limits) -> io::Result<LiveLetters> {
        let counts = Arc::new(Counts::default());
        let is_closing = Arc::new(AtomicBool::new(false));
        let folder = Folder::open(path, limits, counts.clone())?;
        let reached = folder.reached().clone();
        let faults = Mutex::new(reached.faults().clone());
        let (queue, queued) = Queue::new(limits.queue_max_bytes);
        let writer = Writer::new(folder, queued, counts.clone(), is_closing.clone());
        let thread =
            std::thread::Builder::new().name("dead letters".to_owned()).spawn(move || writer.run())?;
        Ok(LiveLetters {
            reached,
            faults,
            order: Mutex::default(),
            queue: Some(queue),
            counts,
            is_closing,
            thread: Some(thread),
        })
    }

    /// A block is decoded; these are its rejects. A partition's blocks and faults are numbered from 0 in each run and all of
    /// them have to be told, in any order and by any thread. Partitions need not be known before.
    pub fn finish_block(&self, partition: u32, sequence: u64, letters: &[Letter]) {
        let batch = self.batch(letters);
        let mut order = lock(&self.order);
        for batch in order.finish(partition, sequence, batch) {
            self.hand_on(batch);
        }
    }

    /// What is left of an object of a partition cannot be read.
    pub fn fault(&self, partition: u32, sequence: u64, fault: Fault, name: Arc<PartitionName>) {
        self.finish_block(partition, sequence, &[Letter::Fault(fault, Some(name))]);
    }

    /// Objects that were not read at all.
    pub fn unread(&self, faults: Vec<Fault>) {
        let letters: Vec<Letter> = faults.into_iter().map(|fault| Letter::Fault(fault, None)).collect();
        self.hand_on(self.batch(&letters));
    }

    /// Waits until all that was handed in is written or lost, and remembered. Takes as long as the disk does.
    pub fn flush(&self) {
        if let Some(queue) = &self.queue {
            queue.flush();
        }
    }

    /// What was counted since the start.
    pub fn counts(&self) -> LiveCounts {
        self.counts.now()
    }

    /// The lines of letters that were not written before.
    fn batch(&self, letters: &[Letter]) -> Batch {
        let mut batch = Batch::default();
        for letter in letters {
            let mark = Mark::of(letter);
            if let Mark::Fault(fault) = &mark {
                self.counts.faults.fetch_add(1, Ordering::Relaxed);
                if !lock(&self.faults).add(fault) {
                    continue;
                }
            }
            if !self.reached.has(&mark) {
                batch.push(&letter.to_timed_line(now_ms()), mark);
            }
        }
        batch
    }

    fn hand_on(&self, batch: Batch) {
        let letters = batch.len() as u64;
        let Some(queue) = self.queue.as_ref().filter(|_| letters > 0) else { return };
        if !queue.offer(batch) {
            self.counts.lost.fetch_add(letters, Ordering::Relaxed);
        }
    }
}

impl Drop for LiveLetters {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::Release);
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // It may wait for a full disk.
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the writer of dead letters has ended early");
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
