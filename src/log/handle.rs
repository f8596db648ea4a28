//! The log as others see it.

use super::changes::{self, Changes};
use super::clock::Clock;
use super::committed::Committed;
use super::error::{AppendError, LogError, WaitError};
use super::journal::Journal;
use super::leftovers::Leftovers;
use super::queue::{self, Queue};
use super::recovery::{self, Recovered};
use super::repair::Repair;
use super::retention::Retention;
use super::settings::Settings;
use super::stats::Stats;
use super::sync::{SyncFile, Syncer};
use super::topics::Topics;
use super::writer::Writer;
use super::{made, sync};
use bytes::Bytes;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A record to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// Records of one hash go to one partition: the hash modulo the number of partitions.
    pub partition_hash: u64,
    /// One line without its LF. A CR at the end does not count for readers, and a blank line is a record.
    pub bytes: Bytes,
}

/// Where a record is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The partition of the topic.
    pub partition: u32,
    /// The record's place in the partition.
    pub offset: u64,
    /// The append time in milliseconds since 1970. Records of one group commit have the same; what is appended after an
    /// answer has a greater one than that answer, in all topics and also after a restart.
    pub time: u64,
}

/// A log that was opened.
pub struct Opened {
    /// The log.
    pub log: Log,
    /// How many partitions each topic has. If that is not what the settings say, the log was made with another number,
    /// which stays.
    pub partitions: u32,
    /// What was wrong with its files.
    pub repairs: Vec<Repair>,
}

/// The embedded log. Dropping it closes it.
pub struct Log {
    folder: PathBuf,
    partitions: u32,
    queue: Queue,
    changes: Changes,
    stats: Arc<Mutex<Stats>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Log {
    /// Opens the log in a folder, which is made where it is missing, and brings its files in order after a crash.
    ///
    /// The number of partitions is that with which the log was made, whatever the settings say now:
    /// [`Opened::partitions`] tells it.
    pub fn open(folder: impl AsRef<Path>, settings: Settings) -> Result<Opened, LogError> {
        Log::open_with(folder.as_ref(), settings, sync::by_kernel())
    }

    /// Opens a log whose files are made durable in another way.
    pub(super) fn open_with(
        folder: &Path,
        settings: Settings,
        sync_file: SyncFile,
    ) -> Result<Opened, LogError> {
        settings.check()?;
        let syncer = Syncer::start(settings.sync_threads, sync_file, settings.fsync_observer.clone())
            .map_err(LogError::io("start threads for", folder))?;
        sync::create_folder(folder).map_err(LogError::io("create", folder))?;
        let lock = lock(folder)?;
        let partitions = made::partitions(folder, settings.partitions)?;
        let journal = Journal::open(folder, settings.journal_bytes, &syncer)
            .map_err(LogError::io("replay the journal of", folder))?;
        let Recovered { partitions: restored, repairs } = recovery::recover(folder, partitions, &syncer)?;

        let mut topics = Topics::new(folder.to_path_buf(), partitions, settings.topics_max);
        let mut committed = Committed { change: 1, ..Committed::default() };
        for restored in restored {
            let partition = topics.restore(restored).map_err(LogError::io("open objects of", folder))?;
            committed.put(partition.end());
            committed.time = committed.time.max(partition.time());
        }

        let (queue, messages) = queue::queue(settings.queue_bytes);
        let (publisher, changes) = changes::changes(committed.clone());
        let stats = Arc::default();
        let writer = Writer {
            messages,
            topics,
            clock: Clock::after(committed.time),
            retention: Retention::new(&settings),
            syncer,
            journal,
            leftovers: Leftovers::default(),
            segment_bytes: settings.segment_bytes,
            committed,
            publisher,
            stats: Arc::clone(&stats),
        };
        let work = move || {
            writer.run();
            // Not before all files are closed. Closing this one would not do: a child process that is being started has
            // a copy of it for a moment, and with it the lock. Where it cannot be unlocked it is closed after all.
            let _ = lock.unlock();
        };
        let thread = thread::Builder::new().name("log-writer".to_string()).spawn(work);
        let writer = Mutex::new(Some(thread.map_err(LogError::io("start threads for", folder))?));
        let folder = folder.to_path_buf();
        Ok(Opened { log: Log { folder, partitions, queue, changes, stats, writer }, partitions, repairs })
    }

    /// Appends the records, all or none, in their order. Answers when they are durable.
    ///
    /// A topic is made with its first record. Whether the records are appended does not depend on whether the answer is waited for.
    pub async fn append(&self, topic: &str, records: Vec<NewRecord>) -> Result<Vec<Appended>, AppendError> {
        // Where nobody answers, the writer has stopped.
        self.queue.put(topic, records)?.await.unwrap_or(Err(AppendError::Closed))
    }

    /// As [`Log::append`], for threads. Panics within an asynchronous task, which must not wait so.
    pub fn append_blocking(
        &self,
        topic: &str,
        records: Vec<NewRecord>,
    ) -> Result<Vec<Appended>, AppendError> {
        self.queue.put(topic, records)?.blocking_recv().unwrap_or(Err(AppendError::Closed))
    }

    /// What is committed now. It is cheap.
    pub fn committed(&self) -> Arc<Committed> {
        self.changes.committed()
    }

    /// Waits until something changes behind the [`Committed::change`] that was seen, at most so long.
    pub fn wait_for_change(&self, seen: u64, timeout: Duration) -> Result<Arc<Committed>, WaitError> {
        self.changes.wait(seen, timeout)
    }

    /// Waits until something changes behind the [`Committed::change`] that was seen. The error is that of a closed log.
    pub async fn changed(&self, seen: u64) -> Result<Arc<Committed>, WaitError> {
        self.changes.changed(seen).await
    }

    /// What the log has done and holds.
    pub fn stats(&self) -> Stats {
        let committed = self.committed();
        let objects = committed.ends.iter().map(|end| end.objects().count() as u64).sum();
        let stats = *self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        Stats { objects, log_bytes: committed.bytes, ..stats }
    }

    /// How many partitions each topic has.
    pub fn partitions(&self) -> u32 {
        self.partitions
    }

    /// Where the log is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Accepts nothing more, answers all that waits, and lets others open the log. Later calls do nothing.
    pub fn close(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = writer.take() {
            self.queue.close();
            // Had it panicked, there is nothing left to be done: nobody gets an answer that is not true.
            let _ = writer.join();
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock(folder: &Path) -> Result<File, LogError> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(LogError::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::InUse(folder.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(LogError::io("lock", &path)(error)),
    }
}
