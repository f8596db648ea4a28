//! The thread that asks the brokers: which partitions there are, where they begin and end, whether they are the same.

use super::Shared;
use super::begin::{self, Begin, From};
use super::check::Suspicion;
use super::client::{self, Consumer};
use super::create::{self, NewTopics};
use super::error::KafkaError;
use super::hand_over::{Gap, HandOver};
use super::made_again;
use super::msk_iam::Tokens;
use super::progress::{Positions, Progress};
use super::ranks::Ranks;
use super::reached::{self, Reached, ReachedPartitions};
use super::reader::Order;
use super::status::{Status, named};
use super::tail::Beginning;
use super::topics::{Found, Wanted};
use super::uncommitted::Uncommitted;
use crate::archive::PartitionName;
use crate::config::{Config, CreateTopics, KafkaSettings, Start};
use crate::follow::Woken;
use crate::partitions::{KnownPartition, Partitions};
use crossbeam_channel::Sender;
use pinflow_dataflows::kind::Kind;
use rdkafka::consumer::{CommitMode, Consumer as _};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tracing::{error, warn};

/// How often it looks, when all is well: new partitions are to be found within 30 seconds.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The same while something is waited for.
const LOOK_SOON: Duration = Duration::from_millis(500);
/// How often it looks whether there is a reason to.
const PAUSE: Duration = Duration::from_millis(50);
/// How long an answer is waited for.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks the brokers.
pub struct Watcher {
    pub(super) consumer: Consumer,
    uncommitted: Uncommitted,
    tokens: Tokens,
    pub(super) settings: KafkaSettings,
    wanted: Wanted,
    pub(super) partitions: Arc<Partitions>,
    /// The archive that goes before the topics.
    pub(super) archive: Option<HandOver>,
    orders: Sender<Order>,
    pub(super) status: Arc<Status>,
    woken: Woken,
    stop: Arc<AtomicBool>,
    pub(super) ranks: Ranks,
    /// Partitions that are read, with their numbers among those.
    pub(super) begun: BTreeMap<made_again::Key, u32>,
    /// What was read of partitions before their topics.
    pub(super) reached: ReachedPartitions,
    /// Partitions that ended before what was read of them, at the last look.
    ends_before: BTreeSet<made_again::Key>,
    /// Partitions that there were at the first look: only of those `start` says where they are begun.
    at_start: Option<BTreeSet<made_again::Key>>,
    /// Whether all have been begun that there were then.
    is_all_begun: bool,
    /// What looked wrong at the last look. Only what looks so twice is.
    pub(super) suspected: BTreeMap<u32, Suspicion>,
    out_of_range: u64,
    progress: Progress,
    /// What is committed, if not how far the views are.
    positions: Option<Positions>,
}

/// Nothing more is to be read.
pub(super) struct Stopped(pub(super) String);

impl Watcher {
    /// Makes its client.
    pub fn new(
        settings: &KafkaSettings,
        config: &Config,
        partitions: Arc<Partitions>,
        orders: Sender<Order>,
        shared: Shared,
    ) -> Result<Watcher, KafkaError> {
        let Shared { status, tokens, woken, stop } = shared;
        Ok(Watcher {
            consumer: client::watcher(settings, &tokens)?,
            uncommitted: Uncommitted::default(),
            tokens,
            settings: settings.clone(),
            wanted: Wanted::new(&settings.topics, &config.kinds)?,
            partitions,
            archive: None,
            orders,
            status,
            woken,
            stop,
            ranks: Ranks::default(),
            begun: BTreeMap::new(),
            reached: ReachedPartitions::new(),
            ends_before: BTreeSet::new(),
            at_start: None,
            is_all_begun: false,
            suspected: BTreeMap::new(),
            out_of_range: 0,
            progress: Progress::default(),
            positions: None,
        })
    }

    /// These positions are committed.
    pub fn tell(&mut self, positions: Positions) {
        self.positions = Some(positions);
    }

    /// Goes on with partitions that were read before, or that an archive has.
    pub fn behind(self, reached: ReachedPartitions, archive: Option<HandOver>) -> Watcher {
        Watcher { reached, archive, ..self }
    }

    /// Looks until it has to stop.
    pub fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            self.serve();
            if let Err(Stopped(why)) = self.go_on() {
                error!(why, "Kafka is not read any further");
                self.status.stop(&why);
            }
            self.tell_progress(CommitMode::Async);
            self.wait();
        }
        if self.positions.is_some() {
            // Nobody tells it later.
            self.tell_progress(CommitMode::Sync);
        }
    }

    /// The archive goes before the topics.
    fn go_on(&mut self) -> Result<(), Stopped> {
        if self.go_on_in_archive()? { self.find_and_look() } else { Ok(()) }
    }

    /// Waits until it is time to look again.
    fn wait(&mut self) {
        let begin = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            self.serve();
            let status = self.status.lock();
            let is_waiting = !status.is_known
                || !status.missing.is_empty()
                || !status.not_begun.is_empty()
                || !self.suspected.is_empty()
                || status.partitions.values().any(|partition| partition.error.is_some());
            let is_out_of_range = status.out_of_range > self.out_of_range;
            self.out_of_range = status.out_of_range;
            drop(status);
            let wait = if is_waiting { LOOK_SOON } else { LOOK_EVERY };
            let has_news = self.archive.as_ref().is_some_and(HandOver::has_news);
            if has_news || is_out_of_range || begin.elapsed() >= wait {
                return;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Nothing is assigned: this does what else the client has to do. Without a token, which it asks for here, it connects
    /// to nobody.
    fn serve(&self) {
        let _ = self.consumer.poll(Duration::ZERO);
        self.uncommitted.serve();
        self.status.lock().tokens = self.tokens.state();
    }

    fn find_and_look(&mut self) -> Result<(), Stopped> {
        if self.status.lock().stopped.is_some() {
            return Ok(());
        }
        match self.wanted.find(&self.consumer, TIMEOUT) {
            Ok(found) => self.look(&found),
            Err(error) => {
                let why = self.consumer.client().context().take_error().unwrap_or_else(|| error.to_string());
                self.set_last_error(format!("topics cannot be listed: {why}"));
                Ok(())
            }
        }
    }

    fn look(&mut self, found: &Found) -> Result<(), Stopped> {
        self.status.lock().missing.clone_from(&found.missing);
        if let Some(create) = self.settings.create_topics.filter(|_| !found.missing.is_empty())
            && let Err(error) = create::topics(
                &client::common(&self.settings, &self.tokens),
                self.tokens.clone(),
                &found.missing,
                new_topics(create),
            )
        {
            self.set_last_error(error);
        }
        self.check(found)?;
        let is_first = self.at_start.is_none();
        if is_first {
            self.at_start = Some(keys(found).map(|(key, _)| key).collect());
        }
        self.begin_new(found)?;
        self.status.lock().is_known = true;
        // What the archive is asked for at the first look was there at the start, too.
        let is_idle = self.archive.as_ref().is_none_or(HandOver::is_idle);
        if !self.is_all_begun && is_idle && self.status.lock().not_begun.is_empty() {
            self.is_all_begun = true;
            self.order(Order::AllBegun);
        }
        Ok(())
    }

    /// Begins the partitions that are not read yet.
    fn begin_new(&mut self, found: &Found) -> Result<(), Stopped> {
        let is_new = |key: &made_again::Key| {
            !self.begun.contains_key(key) && self.archive.as_ref().is_none_or(|archive| !archive.has(key))
        };
        let new: Vec<(made_again::Key, Kind)> = keys(found).filter(|(key, _)| is_new(key)).collect();
        self.rank(new.iter().map(|(key, _)| name_of(key)).collect())?;
        let mut not_begun = self.look_at_archived(found)?;
        for (key, kind) in new {
            let name = name_of(&key);
            match self.begin(&key) {
                Ok(Begin { first, end, .. }) if end < first => {
                    not_begun.push((name, self.ends_before(key, first, end)?));
                }
                Ok(Begin { first, position, end }) => {
                    self.ends_before.remove(&key);
                    if first < position {
                        match self.gap(&key, kind, first, position)? {
                            Gap::Passed => {}
                            Gap::Asked => continue,
                            Gap::Waits(why) => {
                                not_begun.push((name, why));
                                continue;
                            }
                        }
                    }
                    begin::gap(self.settings.on_gap, &named(&name), first, position).map_err(Stopped)?;
                    if first < position {
                        warn!(
                            partition = named(&name),
                            first, position, "messages are gone before they were read"
                        );
                    }
                    let rank = self.ranks.of(&name);
                    let partition = KnownPartition { name: Arc::new(name), kind };
                    let reached = self.reached.get(&key).copied().unwrap_or_default();
                    let handed_out = reached.handed_out.map(|handed_out| handed_out.number);
                    let number = handed_out.unwrap_or_else(|| self.partitions.add(partition.clone()));
                    self.begun.insert(key, number);
                    let beginning = Beginning { partition, number, rank, reached, first, position, end };
                    self.order(Order::Begin(beginning));
                }
                Err(error) => not_begun.push((name, error)),
            }
        }
        self.tell_not_begun(not_begun);
        Ok(())
    }

    /// What the archive is asked for again is still missing while it is.
    fn tell_not_begun(&self, mut not_begun: Vec<(PartitionName, String)>) {
        let told: BTreeSet<PartitionName> = not_begun.iter().map(|(name, _)| name.clone()).collect();
        let mut status = self.status.lock();
        let is_asked = |name: &PartitionName| {
            let archive = self.archive.as_ref();
            archive.is_some_and(|archive| reached::key_of(name).is_some_and(|key| archive.has(&key)))
        };
        let before = status.not_begun.drain(..);
        not_begun.extend(before.filter(|(name, _)| is_asked(name) && !told.contains(name)));
        status.not_begun = not_begun;
    }

    /// Where a partition is begun. What was read of it may be more than what is committed.
    fn begin(&mut self, key: &made_again::Key) -> Result<Begin, String> {
        let begin = begin::begin(&self.consumer, (&key.0, key.1), self.from(key), TIMEOUT);
        let begin = begin.map_err(|error| error.to_string())?;
        let end = self.end_of(key, begin.first, begin.end)?;
        Ok(Begin { end, ..begin })
    }

    /// Where a partition ends that was read up to a position: as far as it is committed, or at that position if what lies before
    /// it is there and not all committed.
    pub(super) fn end_of(&mut self, key: &made_again::Key, next: u64, committed: u64) -> Result<u64, String> {
        if committed >= next {
            return Ok(committed);
        }
        let end = self.uncommitted.end((&self.settings, &self.tokens), key, TIMEOUT)?;
        Ok(end.min(next))
    }

    /// Gives partitions their ranks that have none.
    pub(super) fn rank(&mut self, names: Vec<PartitionName>) -> Result<(), Stopped> {
        let no_room = |_| Stopped("there are too many topics: start pinflow again to make room".to_owned());
        self.ranks.add(names).map_err(no_room)
    }

    /// What says where a partition is begun.
    fn from(&self, key: &made_again::Key) -> From {
        let is_old = self.at_start.as_ref().is_some_and(|at_start| at_start.contains(key));
        match self.reached.get(key) {
            Some(Reached { next, .. }) => From::Reached(*next),
            None if is_old => From::Start(self.settings.start),
            None => From::Start(Start::Earliest),
        }
    }

    /// A partition ends before what was read of it. Once, that may be a broker that has just begun to lead.
    fn ends_before(&mut self, key: made_again::Key, next: u64, end: u64) -> Result<String, Stopped> {
        let what = format!("it was read up to offset {next} before, and ends at {end} now");
        let name = named(&name_of(&key));
        if self.ends_before.insert(key) {
            return Ok(what);
        }
        Err(Stopped(format!("{name}: {what}: the topic was made again or cut off, or it is another one")))
    }

    fn set_last_error(&self, error: String) {
        self.status.lock().error = Some((error, Instant::now()));
    }

    pub(super) fn order(&self, order: Order) {
        // A reader that has ended needs no orders.
        let _ = self.orders.send(order);
    }

    fn tell_progress(&mut self, mode: CommitMode) {
        if self.settings.group.is_none() {
            return;
        }
        let of_views = || {
            let sequencer = self.woken.get()?;
            let cut = sequencer.cut(sequencer.last_complete())?;
            Some(cut.vector.into_iter().map(Some).collect())
        };
        if let Some(vector) = self.positions.as_ref().map_or_else(of_views, |positions| Some(positions())) {
            self.progress.tell(&self.consumer, &self.partitions.all(), vector, mode);
        }
    }
}

fn new_topics(create: CreateTopics) -> NewTopics {
    NewTopics { partitions: create.partitions as i32, replication: create.replication as i32 }
}

/// All partitions, by topic and number, with their kinds.
pub(super) fn keys(found: &Found) -> impl Iterator<Item = (made_again::Key, Kind)> {
    found.topics.iter().flat_map(|(topic, kind, partitions)| {
        (0..*partitions).map(move |number| ((topic.clone(), number), *kind))
    })
}

pub(super) fn name_of((topic, number): &made_again::Key) -> PartitionName {
    PartitionName { topic: topic.clone(), number: u64::try_from(*number).ok() }
}
