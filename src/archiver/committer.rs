//! Threads that put objects, several at the same time.

use super::built::Built;
use super::commit::{CommitError, Keys, Outcome, commit, look};
use crate::log::frames::End;
use crate::store::Target;
use crossbeam_channel::{Receiver, Sender};
use std::io;
use std::sync::Arc;

/// Something to be done for a partition.
pub struct Job {
    /// The partition's number.
    pub partition: u32,
    /// Where its next object is put.
    pub keys: Keys,
    /// What.
    pub task: Task,
}

/// What is to be done.
pub enum Task {
    /// Put an object.
    Put(Box<Built>),
    /// Look whether the object is there that somebody has announced.
    Look(End),
}

/// What became of it.
pub struct Done {
    /// The partition's number.
    pub partition: u32,
    /// Where its next object was to be put.
    pub keys: Keys,
    /// How it went, and what it cost.
    pub outcome: Result<Outcome, CommitError>,
    /// Of an object that was to be put.
    pub object: Option<Size>,
}

/// What is remembered of an object.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// The position behind it.
    pub end: u64,
    /// The greatest time up to there.
    pub time: u64,
    /// Its records.
    pub records: u64,
    /// How many of them are kept apart.
    pub apart: u64,
    /// Bytes of its lines.
    pub bytes: u64,
}

/// The threads' other side.
pub struct Committers {
    jobs: Sender<Job>,
    done: Receiver<Done>,
    threads: usize,
    underway: usize,
}

impl Committers {
    /// Starts so many threads. They end when this is dropped and their last job is done.
    pub fn start(target: &Arc<dyn Target>, threads: usize, gzip: bool) -> io::Result<Committers> {
        let (jobs, taken) = crossbeam_channel::bounded::<Job>(threads);
        let (sender, done) = crossbeam_channel::bounded(threads);
        for number in 0..threads {
            let (target, taken, sender) = (target.clone(), taken.clone(), sender.clone());
            std::thread::Builder::new().name(format!("archiver {number}")).spawn(move || {
                for job in taken {
                    if sender.send(do_it(&*target, job, gzip)).is_err() {
                        return;
                    }
                }
            })?;
        }
        Ok(Committers { jobs, done, threads, underway: 0 })
    }

    /// Whether a thread is free.
    pub fn has_room(&self) -> bool {
        self.underway < self.threads
    }

    /// Whether none has anything to do.
    pub fn is_idle(&self) -> bool {
        self.underway == 0
    }

    /// Gives a thread something to do; one has to be free.
    pub fn give(&mut self, job: Job) {
        self.underway += 1;
        self.jobs.send(job).expect("the threads live as long as this");
    }

    /// Where it is told what was done. Each is counted by [`Committers::taken`].
    pub fn done(&self) -> &Receiver<Done> {
        &self.done
    }

    /// One was taken.
    pub fn taken(&mut self) {
        self.underway -= 1;
    }
}

fn do_it(target: &dyn Target, Job { partition, keys, task }: Job, gzip: bool) -> Done {
    match task {
        Task::Look(end) => Done { partition, outcome: look(target, &keys, end), keys, object: None },
        Task::Put(built) => {
            let Built { end, time, records, apart, .. } = *built;
            let object = Some(Size { end, time, records, apart, bytes: built.lines.len() as u64 });
            Done { partition, outcome: commit(target, &keys, *built, gzip), keys, object }
        }
    }
}
