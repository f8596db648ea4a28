//! The thread that writes, at the disk's pace.

use super::batch::Batch;
use super::counts::Counts;
use super::folder::Folder;
use super::now_and_then::NowAndThen;
use super::queue::{Item, Queued};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often what was written is brought to the disk and remembered. A start reads at most what was written in this time.
const SAVE_EVERY: Duration = Duration::from_secs(5);
/// How long it waits after an error before another attempt.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Writes what is handed in until nobody is left to do so.
pub struct Writer {
    folder: Folder,
    queued: Queued,
    counts: Arc<Counts>,
    is_closing: Arc<AtomicBool>,
    saved_at: Instant,
    appending: Attempts,
    saving: Attempts,
    lost: NowAndThen,
    removed: NowAndThen,
}

impl Writer {
    pub fn new(folder: Folder, queued: Queued, counts: Arc<Counts>, is_closing: Arc<AtomicBool>) -> Writer {
        Writer {
            folder,
            queued,
            counts,
            is_closing,
            saved_at: Instant::now(),
            appending: Attempts::default(),
            saving: Attempts::default(),
            lost: NowAndThen::default(),
            removed: NowAndThen::default(),
        }
    }

    pub fn run(mut self) {
        while let Ok(item) = self.queued.next(SAVE_EVERY.saturating_sub(self.saved_at.elapsed())) {
            match item {
                Some(Item::Batch(batch)) => self.write(batch),
                // Whoever waits is told by dropping its end.
                Some(Item::Flush(_waiting)) => self.save(),
                None => {}
            }
            if self.folder.is_save_due() || self.saved_at.elapsed() >= SAVE_EVERY {
                self.save();
            }
            self.warn();
        }
        self.save();
        self.warn_at_last();
    }

    /// Writes letters, however long it takes; the last attempt is made when the process ends.
    fn write(&mut self, mut batch: Batch) {
        loop {
            let is_last = self.is_closing.load(Ordering::Acquire);
            let appended = self.folder.append(&mut batch);
            if self
                .appending
                .succeed(appended, "dead letters cannot be written, what the queue cannot hold is lost")
            {
                break;
            }
            if is_last {
                self.counts.lost.fetch_add(batch.len() as u64, Ordering::Relaxed);
                break;
            }
            self.warn();
            std::thread::park_timeout(RETRY_AFTER);
        }
        self.queued.done(batch.bytes());
    }

    fn save(&mut self) {
        self.saved_at = Instant::now();
        let saved = self.folder.save();
        self.saving
            .succeed(saved, "how far dead letters are written cannot be saved, a start will take longer");
    }

    fn warn(&mut self) {
        let counts = self.counts.now();
        say_lost(self.lost.due(counts.lost));
        say_removed(self.removed.due(counts.removed_files));
    }

    fn warn_at_last(&mut self) {
        let counts = self.counts.now();
        say_lost(self.lost.rest(counts.lost));
        say_removed(self.removed.rest(counts.removed_files));
    }
}

/// Whether attempts of one sort fail.
#[derive(Default)]
struct Attempts {
    is_failing: bool,
}

impl Attempts {
    /// Whether this one has succeeded. An error is said when it begins and when it is over.
    fn succeed(&mut self, result: io::Result<()>, problem: &'static str) -> bool {
        match &result {
            Err(error) if !self.is_failing => tracing::error!(%error, "{problem}"),
            Ok(()) if self.is_failing => tracing::info!("over: {problem}"),
            _ => {}
        }
        self.is_failing = result.is_err();
        result.is_ok()
    }
}

fn say_lost(letters: Option<u64>) {
    if let Some(letters) = letters {
        tracing::warn!(letters, "dead letters were lost, the disk is slower than they come");
    }
}

fn say_removed(files: Option<u64>) {
    if let Some(files) = files {
        tracing::warn!(
            files,
            "the oldest files of dead letters were removed, all together have reached their bound"
        );
    }
}
