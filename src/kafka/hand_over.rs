//! The archive's part in following topics: it is read before them, and again for what they have lost.
//!
//! A partition is in one pair of hands: the archive reads it up to the first position that it does not have, then its topic
//! does if it has that position. What neither of them has is a gap.

use super::fills::{Fills, Turn};
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
    /// Positions that the archive did not have.
    fills: Fills,
    /// Since when it cannot be listed.
    not_listed_since: Option<Instant>,
    /// Since when partitions of it cannot be read. Each has a clock of its own: that others can be read says nothing of it.
    failing_since: BTreeMap<Key, Instant>,
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
            fills: Fills::default(),
            not_listed_since: None,
            failing_since: BTreeMap::new(),
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
                    self.list_failed(archive, failure)?;
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
                            archive.again.insert(key.clone(), Instant::now() + ASK_AGAIN_AFTER);
                            self.partition_failed(archive, &key, failure)?;
                        }
                        None => self.partition_works(archive, &key),
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
        archive.not_listed_since = None;
        self.status.lock().archive_trouble = None;
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
                let turn = archive.fills.turn(key, from, Instant::now());
                if turn != Turn::Later {
                    self.ask(archive, key, from, true);
                }
                if turn == Turn::First {
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

    fn partition_works(&self, archive: &mut HandOver, key: &Key) {
        if archive.failing_since.remove(key).is_some() {
            self.tell_trouble(key, None);
        }
    }

    fn partition_failed(&self, archive: &mut HandOver, key: &Key, failure: Failure) -> Result<(), Stopped> {
        let since = archive.failing_since.get(key).copied();
        archive.failing_since.entry(key.clone()).or_insert_with(Instant::now);
        let name = named(&name_of(key));
        let problem =
            self.passing(failure, since).map_err(|Stopped(why)| Stopped(format!("{name}: {why}")))?;
        if since.is_none() {
            warn!(partition = name, problem, "the archive cannot be read, it is tried again");
        }
        self.tell_trouble(key, Some(format!("the archive cannot be read, and is tried again: {problem}")));
        Ok(())
    }

    fn list_failed(&self, archive: &mut HandOver, failure: Failure) -> Result<(), Stopped> {
        let since = archive.not_listed_since;
        archive.not_listed_since.get_or_insert_with(Instant::now);
        let problem = self.passing(failure, since)?;
        if since.is_none() {
            warn!(problem, "the archive cannot be read, it is tried again");
        }
        self.status.lock().archive_trouble =
            Some(format!("it cannot be read, and is tried again: {problem}"));
        Ok(())
    }

    /// What is wrong, unless that will not pass, or has not for too long.
    fn passing(&self, failure: Failure, since: Option<Instant>) -> Result<String, Stopped> {
        let Failure { problem, may_pass } = failure;
        if !may_pass {
            return Err(Stopped(format!("the archive cannot be read: {problem}")));
        }
        let patience = self.settings.backfill_patience;
        if since.is_some_and(|since| since.elapsed() >= patience) {
            let seconds = patience.as_secs();
            return Err(Stopped(format!(
                "the archive cannot be read for {seconds} s (source.backfill_patience_seconds): {problem}"
            )));
        }
        Ok(problem)
    }

    fn tell_trouble(&self, key: &Key, trouble: Option<String>) {
        let number = self.reached.get(key).and_then(|reached| reached.handed_out).map(|told| told.number);
        let mut status = self.status.lock();
        if let Some(partition) = number.and_then(|number| status.partitions.get_mut(&number)) {
            partition.archive_trouble = trouble;
        }
    }
}

fn key_of(name: &PartitionName) -> Key {
    reached::key_of(name).expect("only partitions of Kafka's are listed")
}
