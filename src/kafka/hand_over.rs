//! The archive's part in following topics: it is read before them, and again for what they have lost.
//!
//! A partition is in one pair of hands: the archive reads it up to the first position that it does not have, then its topic
//! does if it has that position. What neither of them has is a gap.

use super::made_again::Key;
use super::reached::{self, HandedOut, Reached};
use super::reader::Order;
use super::status::{PartitionStatus, named};
use super::topics::Found;
use super::watcher::{Stopped, Watcher, keys, name_of};
use crate::archive::PartitionName;
use crate::backfill::{Answer, Ask, Failure};
use crate::config::OnGap;
use crate::partitions::KnownPartition;
use crossbeam_channel::{Receiver, Sender};
use pinflow_dataflows::kind::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::{info, warn};

/// How long after a failure the archive is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// How often it is asked for positions that it does not have yet: whoever writes it may be behind.
const FILL_EVERY: Duration = Duration::from_secs(2);
/// How long the archive may fail.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

/// What the watcher knows of the archive.
pub struct HandOver {
    asks: Sender<Ask>,
    answers: Receiver<Answer>,
    /// Partitions that the reader has let go of.
    given_back: Receiver<(Key, Reached)>,
    /// Whether the archive has been asked what it has, and has answered.
    list: List,
    /// Whether all has been read that the archive had at the start.
    is_read: bool,
    kinds: BTreeMap<Key, Kind>,
    /// Partitions that are read from the archive.
    asked: BTreeSet<Key>,
    /// Partitions that the reader is to let go of.
    leaving: BTreeSet<Key>,
    /// The next position that the archive has behind the one that a partition was read up to.
    behind: BTreeMap<Key, u64>,
    /// Partitions that are asked for again, at that time.
    again: BTreeMap<Key, Instant>,
    /// Positions that the archive did not have, and when it was asked for them.
    fills: BTreeMap<Key, (u64, Instant)>,
    failing_since: Option<Instant>,
}

/// How far the archive is with telling what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Wanted(Instant),
    Asked,
    Known,
}

/// What becomes of a partition whose next position its topic does not have.
#[derive(Debug)]
pub(super) enum Gap {
    /// It is begun in its topic all the same.
    Passed,
    /// The archive is asked.
    Asked,
    /// It is waited for.
    Waits(String),
}

impl HandOver {
    /// Nothing has been asked yet.
    pub fn new(
        asks: Sender<Ask>,
        answers: Receiver<Answer>,
        given_back: Receiver<(Key, Reached)>,
    ) -> HandOver {
        HandOver {
            asks,
            answers,
            given_back,
            list: List::Wanted(Instant::now()),
            is_read: false,
            kinds: BTreeMap::new(),
            asked: BTreeSet::new(),
            leaving: BTreeSet::new(),
            behind: BTreeMap::new(),
            again: BTreeMap::new(),
            fills: BTreeMap::new(),
            failing_since: None,
        }
    }

    /// Whether something came that has to be looked at.
    pub fn has_news(&self) -> bool {
        !self.answers.is_empty()
            || !self.given_back.is_empty()
            || self.again.values().any(|at| *at <= Instant::now())
            || matches!(self.list, List::Wanted(at) if at <= Instant::now())
    }

    /// Whether a partition is not the topic's at the moment.
    pub fn has(&self, key: &Key) -> bool {
        self.asked.contains(key) || self.leaving.contains(key) || self.again.contains_key(key)
    }

    /// Whether nothing is read from it.
    pub fn is_idle(&self) -> bool {
        self.asked.is_empty() && self.leaving.is_empty() && self.again.is_empty()
    }
}

impl Watcher {
    /// Does what the archive's answers make necessary. True once topics can be looked at: when the archive has been read.
    pub(super) fn go_on_in_archive(&mut self) -> Result<bool, Stopped> {
        let Some(mut archive) = self.archive.take() else { return Ok(true) };
        let done = if self.status.lock().stopped.is_some() { Ok(()) } else { self.hear(&mut archive) };
        let is_first_read = !archive.is_read && archive.list == List::Known && archive.is_idle();
        archive.is_read |= is_first_read;
        if is_first_read {
            info!("the archive is read, the topics are gone on with");
        }
        self.status.lock().is_in_archive = !archive.is_read;
        let is_read = archive.is_read;
        self.archive = Some(archive);
        done.map(|()| is_read)
    }

    fn hear(&mut self, archive: &mut HandOver) -> Result<(), Stopped> {
        if matches!(archive.list, List::Wanted(at) if at <= Instant::now()) {
            archive.list = List::Asked;
            // Its threads end after the watcher.
            let _ = archive.asks.send(Ask::List);
        }
        while let Ok((key, reached)) = archive.given_back.try_recv() {
            archive.leaving.remove(&key);
            self.reached.insert(key, reached);
        }
        while let Ok(answer) = archive.answers.try_recv() {
            match answer {
                Answer::Listed(partitions) => self.begin_archive(archive, partitions)?,
                Answer::NotListed(failure) => {
                    archive.list = List::Wanted(Instant::now() + ASK_AGAIN_AFTER);
                    self.archive_failed(archive, failure)?;
                }
                Answer::Read { name, reached, behind, failure } => {
                    let key = key_of(&name);
                    archive.asked.remove(&key);
                    match behind {
                        Some(behind) => drop(archive.behind.insert(key.clone(), behind)),
                        None => drop(archive.behind.remove(&key)),
                    }
                    self.reached.insert(key.clone(), reached);
                    match failure {
                        Some(failure) => {
                            archive.again.insert(key, Instant::now() + ASK_AGAIN_AFTER);
                            self.archive_failed(archive, failure)?;
                        }
                        None => self.archive_works(archive),
                    }
                }
            }
        }
        let now = Instant::now();
        let due: Vec<Key> =
            archive.again.iter().filter(|(_, at)| **at <= now).map(|(key, _)| key.clone()).collect();
        for key in due {
            archive.again.remove(&key);
            let begin = self.reached.get(&key).map_or(0, |reached| reached.next);
            self.ask(archive, &key, begin, true);
        }
        Ok(())
    }

    /// Partitions of one number come together: producers write the records of an `ind` at about the same time and to
    /// partitions of one number.
    fn begin_archive(
        &mut self,
        archive: &mut HandOver,
        mut partitions: Vec<(PartitionName, Kind)>,
    ) -> Result<(), Stopped> {
        self.archive_works(archive);
        archive.list = List::Known;
        self.rank(partitions.iter().map(|(name, _)| name.clone()).collect())?;
        partitions.sort_by_key(|(name, _)| name.number);
        if partitions.is_empty() {
            warn!("the archive has nothing of the topics");
        }
        for (name, kind) in partitions {
            let key = key_of(&name);
            archive.kinds.insert(key.clone(), kind);
            self.ask(archive, &key, 0, false);
        }
        Ok(())
    }

    /// Asks for a partition from a position on.
    fn ask(&mut self, archive: &mut HandOver, key: &Key, begin: u64, list_again: bool) {
        let name = Arc::new(name_of(key));
        let kind = archive.kinds[key];
        let partition = KnownPartition { name: name.clone(), kind };
        let mut from = self.reached.get(key).copied().unwrap_or_default();
        let handed_out = from.handed_out.get_or_insert_with(|| HandedOut {
            number: self.partitions.add(partition.clone()),
            ..HandedOut::default()
        });
        let number = handed_out.number;
        let mut status = self.status.lock();
        let entry = status.partitions.entry(number);
        let told = entry.or_insert_with(|| PartitionStatus::in_archive(name.clone(), from.next));
        told.is_in_archive = true;
        told.lost += begin - from.next;
        drop(status);
        let rank = self.ranks.of(&name);
        self.reached.insert(key.clone(), from);
        archive.asked.insert(key.clone());
        let _ = archive.asks.send(Ask::Read { partition, number, rank, from, begin, list_again });
    }

    /// The topic does not have the next position of a partition: its first one is `to`.
    pub(super) fn gap(&mut self, key: &Key, kind: Kind, from: u64, to: u64) -> Result<Gap, Stopped> {
        let Some(mut archive) = self.archive.take() else { return Ok(Gap::Passed) };
        archive.kinds.insert(key.clone(), kind);
        let gap = self.gap_of(&mut archive, key, from, Some(to));
        self.archive = Some(archive);
        gap
    }

    /// Partitions that no topic has.
    pub(super) fn look_at_archived(
        &mut self,
        found: &Found,
    ) -> Result<Vec<(PartitionName, String)>, Stopped> {
        let Some(mut archive) = self.archive.take() else { return Ok(Vec::new()) };
        let there: BTreeSet<Key> = keys(found).map(|(key, _)| key).collect();
        let gaps: Vec<(Key, u64)> = self
            .reached
            .iter()
            .filter(|(key, _)| {
                !there.contains(*key) && archive.behind.contains_key(*key) && !archive.has(key)
            })
            .map(|(key, reached)| (key.clone(), reached.next))
            .collect();
        let (mut waits, mut looked) = (Vec::new(), Ok(()));
        for (key, from) in gaps {
            match self.gap_of(&mut archive, &key, from, None) {
                Ok(Gap::Waits(why)) => waits.push((name_of(&key), why)),
                Ok(_) => {}
                Err(stopped) => looked = Err(stopped),
            }
        }
        self.archive = Some(archive);
        looked.map(|()| waits)
    }

    fn gap_of(
        &mut self,
        archive: &mut HandOver,
        key: &Key,
        from: u64,
        in_topic: Option<u64>,
    ) -> Result<Gap, Stopped> {
        let in_archive = archive.behind.get(key).copied();
        let Some(to) = in_topic.into_iter().chain(in_archive).min() else { return Ok(Gap::Passed) };
        let what = format!(
            "the messages from offset {from} to {} are not in the topic, and the archive does not have them",
            to - 1
        );
        match self.settings.on_gap {
            OnGap::Fail => Err(Stopped(format!(
                "{}: {what} either; set source.on_gap to \"skip\" to go on without them",
                named(&name_of(key))
            ))),
            OnGap::Skip => {
                warn!(partition = named(&name_of(key)), from, to, "messages are gone before they were read");
                if in_archive != Some(to) {
                    return Ok(Gap::Passed);
                }
                self.ask(archive, key, to, false);
                Ok(Gap::Asked)
            }
            OnGap::FillFromArchive => {
                let is_new = archive
                    .fills
                    .get(key)
                    .is_none_or(|(position, at)| *position != from || at.elapsed() >= FILL_EVERY);
                let is_first = archive.fills.get(key).is_none_or(|(position, _)| *position != from);
                if is_new {
                    archive.fills.insert(key.clone(), (from, Instant::now()));
                    self.ask(archive, key, from, true);
                }
                if is_first {
                    return Ok(Gap::Asked);
                }
                Ok(Gap::Waits(format!(
                    "{what} yet: they are waited for; set source.on_gap to \"skip\" to go on without them"
                )))
            }
        }
    }

    /// The topic has lost what comes next: the archive goes on with the partition.
    pub(super) fn leave_to_archive(&mut self, key: &Key, number: u32) -> bool {
        let Some(archive) = self.archive.as_mut().filter(|_| self.settings.on_gap == OnGap::FillFromArchive)
        else {
            return false;
        };
        archive.leaving.insert(key.clone());
        self.begun.remove(key);
        self.order(Order::End { number });
        true
    }

    fn archive_works(&self, archive: &mut HandOver) {
        if archive.failing_since.take().is_some() {
            self.status.lock().archive_trouble = None;
        }
    }

    fn archive_failed(&self, archive: &mut HandOver, failure: Failure) -> Result<(), Stopped> {
        let Failure { problem, may_pass } = failure;
        let is_new = archive.failing_since.is_none();
        let since = *archive.failing_since.get_or_insert_with(Instant::now);
        if !may_pass || since.elapsed() > GIVE_UP_AFTER {
            return Err(Stopped(format!("the archive cannot be read: {problem}")));
        }
        if is_new {
            warn!(problem, "the archive cannot be read, it is tried again");
        }
        self.status.lock().archive_trouble =
            Some(format!("it cannot be read, and is tried again: {problem}"));
        Ok(())
    }
}

fn key_of(name: &PartitionName) -> Key {
    reached::key_of(name).expect("only partitions of Kafka's are listed")
}
