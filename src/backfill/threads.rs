//! The threads that list and read the archive when they are asked to.

use super::Archive;
use super::listed::Listed;
use super::lists::{Lists, Of};
use super::outlet::{Outlet, Stopped};
use super::part::{End, Part, Told, reached, read_to};
use crate::archive::{
    ArchiveError, Fault, Item, Limits, Partition, PartitionName, PartitionReader, ReadTo, Source,
};
use crate::buffers::Buffers;
use crate::config::{Config, Kinds, Topics};
use crate::follow::Woken;
use crate::kafka::{Reached, Status};
use crate::partitions::KnownPartition;
use crate::progress::Progress;
use crate::store::StoreError;
use crossbeam_channel::{Receiver, Sender};
use pinflow_dataflows::kind::Kind;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// What is asked of the archive.
#[derive(Debug)]
pub enum Ask {
    /// What it has.
    List,
    /// To read a partition on from where it was read to.
    Read {
        /// Which one.
        partition: KnownPartition,
        /// Its number among those that are read.
        number: u32,
        /// What decides between records of one time.
        rank: u32,
        /// How far it was read.
        from: Reached,
        /// Where the archive is begun, at that position or behind it: those between count as ones without a message.
        begin: u64,
        /// Whether the archive may have something new.
        list_again: bool,
    },
}

/// What became of it.
#[derive(Debug)]
pub enum Answer {
    /// The partitions that the archive has, and their kinds.
    Listed(Vec<(PartitionName, Kind)>),
    /// A partition was read.
    Read {
        /// Which one.
        name: Arc<PartitionName>,
        /// How far.
        reached: Reached,
        /// The next position that the archive has behind that.
        behind: Option<u64>,
        /// Why it ended early, if it did.
        failure: Option<Failure>,
    },
    /// It cannot be listed.
    NotListed(Failure),
}

/// Why the archive cannot be read.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong.
    pub problem: String,
    /// Whether that may pass.
    pub may_pass: bool,
}

impl Failure {
    fn of(error: &ArchiveError) -> Failure {
        let may_pass = matches!(error, ArchiveError::Store(StoreError::Unanswered { .. }));
        Failure { problem: error.to_string(), may_pass }
    }
}

/// What a run has of an archive.
pub struct Backfill {
    shared: Arc<Shared>,
    threads: usize,
    asked: Receiver<Ask>,
    answers: Sender<Answer>,
}

/// What its threads share.
struct Shared {
    sources: Vec<Source>,
    topics_name: String,
    topics: Topics,
    kinds: Kinds,
    limits: Limits,
    buffers: Buffers,
    outlet: Outlet,
    progress: Arc<Progress>,
    told: Told,
    lists: Mutex<Lists>,
}

impl Backfill {
    /// Gives where it is asked and where it answers.
    pub fn new(
        archive: Archive,
        (topics, config): (&Topics, &Config),
        buffers: Buffers,
        items: Sender<Item>,
        status: Arc<Status>,
        (woken, stop): (Woken, Arc<AtomicBool>),
    ) -> (Backfill, Sender<Ask>, Receiver<Answer>) {
        // Each partition is asked for once at a time.
        let (asks, asked) = crossbeam_channel::unbounded();
        let (answers, answered) = crossbeam_channel::unbounded();
        let limits = Limits::of(config);
        let progress = Arc::new(Progress::default());
        status.lock().backfill = Some(progress.clone());
        let shared = Shared {
            sources: vec![archive.source],
            topics_name: archive.topics_name,
            topics: topics.clone(),
            kinds: config.kinds.clone(),
            limits,
            buffers,
            outlet: Outlet { items, woken, status, stop },
            progress,
            told: Told::default(),
            lists: Mutex::default(),
        };
        let threads = limits.readers;
        (Backfill { shared: Arc::new(shared), threads, asked, answers }, asks, answered)
    }

    /// Starts its threads. They end when nobody asks any more.
    pub fn start(self) -> io::Result<Vec<JoinHandle<()>>> {
        let Backfill { shared, threads, asked, answers } = self;
        let start = |number| {
            let (shared, asked, answers) = (shared.clone(), asked.clone(), answers.clone());
            let thread = std::thread::Builder::new().name(format!("archive {number}"));
            thread.spawn(move || {
                for ask in asked {
                    match shared.answer(ask) {
                        Ok(answer) => drop(answers.send(answer)),
                        Err(Stopped) if shared.outlet.stop.load(Ordering::Relaxed) => return,
                        Err(Stopped) => {}
                    }
                }
            })
        };
        (0..threads).map(start).collect()
    }
}

impl Shared {
    fn answer(&self, ask: Ask) -> Result<Answer, Stopped> {
        match ask {
            Ask::List => {
                let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
                match lists.all(self.listed()) {
                    Ok((listed, faults)) => {
                        let partitions = self.count(listed);
                        self.tell(faults)?;
                        Ok(Answer::Listed(partitions))
                    }
                    Err(error) => Ok(Answer::NotListed(Failure::of(&error))),
                }
            }
            Ask::Read { partition, number, rank, from, begin, list_again } => {
                let name = partition.name.clone();
                let part = Part {
                    partition: &partition,
                    number,
                    rank,
                    topics_name: &self.topics_name,
                    buffers: &self.buffers,
                    outlet: &self.outlet,
                    told: &self.told,
                };
                let from = read_to(&from);
                let (end, failure) = match self.read(&part, from, begin, list_again)? {
                    Ok(mut end) => {
                        let failure = end.failure.take().map(|error| Failure::of(&error.into()));
                        (end, failure)
                    }
                    Err(error) => {
                        let end = End { reached: from, behind: None, failure: None };
                        (end, Some(Failure::of(&error)))
                    }
                };
                // While topics are followed, nobody else may say that this is all for now.
                self.outlet.send(Item::AllRead)?;
                let reached = reached(number, end.reached);
                Ok(Answer::Read { name, reached, behind: end.behind, failure })
            }
        }
    }

    fn read(
        &self,
        part: &Part<'_>,
        from: ReadTo,
        begin: u64,
        list_again: bool,
    ) -> Result<Result<End, ArchiveError>, Stopped> {
        let (latest, whole) = match self.find(&part.partition.name, begin, list_again)? {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Ok(End { reached: from, behind: None, failure: None })),
            Err(error) => return Ok(Err(error)),
        };
        let are_earlier = whole.objects.len() > latest.objects.len();
        let open = |objects| {
            let reader =
                PartitionReader::new(part.number, objects, &self.sources, self.limits, &self.progress);
            reader.go_on(part.rank, ReadTo { next: begin, ..from })
        };
        let end = part.read(from, open(latest))?;
        // An object that begins earlier than the last one before the position may reach further.
        let is_nothing = end.reached.next == from.next && end.failure.is_none();
        if is_nothing && are_earlier {
            return part.read(end.reached, open(whole)).map(Ok);
        }
        Ok(Ok(end))
    }

    /// A partition from the last object on that begins at a position or before it, and from its first.
    fn find(
        &self,
        name: &PartitionName,
        begin: u64,
        list_again: bool,
    ) -> Result<Result<Option<(Partition, Partition)>, ArchiveError>, Stopped> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        match lists.topic(self.listed(), &name.topic, list_again) {
            Ok((listed, faults)) => {
                let found = listed.from(name, begin).zip(listed.whole(name));
                self.tell(faults)?;
                Ok(Ok(found))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    fn listed(&self) -> Of<'_> {
        Of { sources: &self.sources, topics: &self.topics, kinds: &self.kinds }
    }

    /// Objects that are not read are told once.
    fn tell(&self, mut faults: Vec<Fault>) -> Result<(), Stopped> {
        faults.retain(|fault| self.told.add(fault));
        if faults.is_empty() { Ok(()) } else { self.outlet.send(Item::Unread(faults)) }
    }

    /// For those who ask how far it is.
    fn count(&self, listed: &Listed) -> Vec<(PartitionName, Kind)> {
        let count = |(name, kind, bytes, objects): (Arc<PartitionName>, Kind, u64, usize)| {
            self.progress.all_bytes.fetch_add(bytes, Ordering::Relaxed);
            self.progress.all_objects.fetch_add(objects as u64, Ordering::Relaxed);
            ((*name).clone(), kind)
        };
        listed.partitions().map(count).collect()
    }
}
