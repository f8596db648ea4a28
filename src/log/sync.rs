//! Makes many files durable at the same time.

use super::settings::FsyncObserver;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How a file is made durable: by the kernel, or what a test wants to happen.
pub(super) type SyncFile = Arc<dyn Fn(&File, What) -> io::Result<()> + Send + Sync>;

/// What of a file is made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// All of it.
    All,
    /// What was written over: the rest has not changed.
    Content,
}

/// As the kernel does it.
pub(super) fn by_kernel() -> SyncFile {
    Arc::new(|file, what| match what {
        What::All => file.sync_all(),
        What::Content => file.sync_data(),
    })
}

/// Threads that wait for disks. The one that asks works with them.
pub(super) struct Syncer {
    jobs: Sender<Job>,
    /// What no thread has taken yet.
    waiting: Receiver<Job>,
    done_sender: Sender<Done>,
    done: Receiver<Done>,
    sync_file: SyncFile,
    observer: Option<FsyncObserver>,
}

struct Job {
    number: usize,
    file: Arc<File>,
}

struct Done {
    number: usize,
    result: io::Result<()>,
    took: Duration,
}

impl Syncer {
    /// Starts the threads. They end when the syncer is dropped.
    pub fn start(threads: usize, sync_file: SyncFile, observer: Option<FsyncObserver>) -> io::Result<Syncer> {
        // Neither channel holds more than the files of a group.
        let (jobs, waiting) = unbounded::<Job>();
        let (done_sender, done) = unbounded();
        for _ in 0..threads {
            let (waiting, done, sync_file) = (waiting.clone(), done_sender.clone(), sync_file.clone());
            let work = move || waiting.iter().for_each(|job| run(&job, &sync_file, &done));
            thread::Builder::new().name("log-sync".to_string()).spawn(work)?;
        }
        Ok(Syncer { jobs, waiting, done_sender, done, sync_file, observer })
    }

    /// How a file is made durable.
    pub fn sync_file(&self) -> SyncFile {
        self.sync_file.clone()
    }

    /// Makes durable what was written over in a file.
    pub fn sync_content(&self, file: &File) -> io::Result<()> {
        let begin = Instant::now();
        let result = (self.sync_file)(file, What::Content);
        if let Some(observer) = &self.observer {
            observer(begin.elapsed());
        }
        result
    }

    /// Makes all files durable; says for each of them whether it is.
    pub fn sync(&self, files: impl Iterator<Item = Arc<File>>) -> Vec<io::Result<()>> {
        let mut results = Vec::new();
        for (number, file) in files.enumerate() {
            self.jobs.send(Job { number, file }).expect("the syncer itself holds a receiver");
            results.push(Ok(()));
        }
        self.waiting.try_iter().for_each(|job| run(&job, &self.sync_file, &self.done_sender));
        for _ in 0..results.len() {
            let done = self.done.recv().expect("the syncer itself holds a sender");
            results[done.number] = done.result;
            if let Some(observer) = &self.observer {
                observer(done.took);
            }
        }
        results
    }
}

fn run(job: &Job, sync_file: &SyncFile, done: &Sender<Done>) {
    let begin = Instant::now();
    let result = sync_file(&job.file, What::All);
    // Nobody waits any more when the writer is gone.
    let _ = done.send(Done { number: job.number, result, took: begin.elapsed() });
}

/// Makes a folder, durably, where it is missing, and those above it.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let missing = path.ancestors().take_while(|folder| !folder.exists()).count();
    fs::create_dir_all(&path)?;
    path.ancestors().skip(1).take(missing).try_for_each(|above| folder(above)?.sync_all())
}

/// A folder as something to be made durable: then the names in it are.
pub(super) fn folder(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_file_is_synced_once_and_failures_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |number: usize| {
            let file = File::create(folder.path().join(number.to_string())).expect("a file");
            file.set_len(number as u64).expect("a length");
            Arc::new(file)
        };
        let seen = Arc::new(Mutex::new(HashSet::new()));
        let observed = Arc::new(AtomicUsize::new(0));
        for threads in [0, 1, 5] {
            let (seen_here, observed_here) = (seen.clone(), observed.clone());
            let sync_file: SyncFile = Arc::new(move |file, _| {
                let length = file.metadata()?.len();
                assert!(seen_here.lock().expect("no panic").insert(length), "{length} again");
                if length % 10 == 3 { Err(io::Error::other("three")) } else { Ok(()) }
            });
            let observer: FsyncObserver = Arc::new(move |_| {
                observed_here.fetch_add(1, Ordering::Relaxed);
            });
            let syncer = Syncer::start(threads, sync_file, Some(observer)).expect("threads");
            let results = syncer.sync((0..50).map(file));
            let failed: Vec<usize> = (0..50).filter(|number| results[*number].is_err()).collect();
            assert_eq!(failed, [3, 13, 23, 33, 43]);
            assert_eq!(seen.lock().expect("no panic").drain().count(), 50);
        }
        assert_eq!(observed.load(Ordering::Relaxed), 150);
    }
}
