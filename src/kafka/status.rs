//! How the source goes, for those who ask about it.

use super::msk_iam::TokenState;
use super::seen::Seen;
use super::tail::{Beginning, Tail};
use crate::archive::PartitionName;
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A partition that has messages and gives none for so long is told as stalled.
const STALLED_AFTER: Duration = Duration::from_secs(10);
/// The same of one whose broker is away.
const DISCONNECTED_AFTER: Duration = Duration::from_secs(5);

/// What the reader and the watcher tell, and others read.
#[derive(Default)]
pub struct Status(Mutex<SourceStatus>);

/// The source as a whole.
#[derive(Clone, Debug, Default)]
pub struct SourceStatus {
    /// By the partition's number among those that are read.
    pub partitions: BTreeMap<u32, PartitionStatus>,
    /// Topics that are wanted and not there.
    pub missing: Vec<String>,
    /// Partitions that are there and cannot be begun yet, and why.
    pub not_begun: Vec<(PartitionName, String)>,
    /// Whether the topics have been looked at once.
    pub is_known: bool,
    /// How often librdkafka has found a position gone.
    pub out_of_range: u64,
    /// Why nothing more is read, if so.
    pub stopped: Option<String>,
    /// The last error of the connection, and when it was told.
    pub error: Option<(String, Instant)>,
    /// How it goes with tokens, if the brokers ask for some.
    pub tokens: Option<TokenState>,
    /// Whether reading pauses because too much waits for the workers.
    pub is_paused: bool,
    /// How often it has paused.
    pub pauses: u64,
    /// Bytes that wait for the workers.
    pub waiting_bytes: u64,
    /// How much of the archive has been read, if there is one.
    pub backfill: Option<Arc<Progress>>,
    /// Whether the archive is read that goes before the topics.
    pub is_in_archive: bool,
    /// Why the archive cannot be listed at the moment.
    pub archive_trouble: Option<String>,
}

/// A partition that is read.
#[derive(Clone, Debug)]
pub struct PartitionStatus {
    /// Which one it is.
    pub name: Arc<PartitionName>,
    /// Where it was begun.
    pub first: u64,
    /// The first position that has not come.
    pub next: u64,
    /// The last message.
    pub last: Option<Seen>,
    /// The time that it has reached, in milliseconds since 1970; 0 if none is known.
    pub time: u64,
    /// Where it ends, as far as it is committed.
    pub end: u64,
    /// Up to where it is read before the run is ready.
    pub end_at_start: u64,
    /// Bytes that came in messages.
    pub received: Bytes,
    /// The same a second, of late.
    pub bytes_per_second: f64,
    /// How often the connection to its broker was made again.
    pub reconnects: u64,
    /// Why the brokers cannot be asked about it, if so.
    pub error: Option<String>,
    /// What is wrong with its broker, and since when.
    pub disconnected: Option<(String, Instant)>,
    /// Positions that were gone before they were read.
    pub lost: u64,
    /// Whether it is read from the archive.
    pub is_in_archive: bool,
    /// Why the archive's part of it cannot be read at the moment.
    pub archive_trouble: Option<String>,
    /// When it last moved, or was read to its end.
    pub moved: Instant,
}

/// Bytes that had come at a time.
#[derive(Clone, Copy, Debug)]
pub struct Bytes {
    /// So many.
    pub all: u64,
    /// Then.
    pub at: Instant,
}

impl Bytes {
    /// None so far.
    pub fn none() -> Bytes {
        Bytes { all: 0, at: Instant::now() }
    }
}

impl PartitionStatus {
    /// Of one that is begun.
    pub fn new(beginning: &Beginning) -> PartitionStatus {
        let Beginning { first, position, end, .. } = *beginning;
        PartitionStatus {
            name: beginning.partition.name.clone(),
            first,
            next: position,
            last: None,
            time: beginning.reached.time,
            end,
            end_at_start: end.max(position),
            received: Bytes::none(),
            bytes_per_second: 0.0,
            reconnects: 0,
            error: None,
            disconnected: None,
            lost: position - first,
            is_in_archive: false,
            archive_trouble: None,
            moved: Instant::now(),
        }
    }

    /// Of one that is read from the archive before its topic.
    pub fn in_archive(name: Arc<PartitionName>, first: u64) -> PartitionStatus {
        PartitionStatus {
            name,
            first,
            next: first,
            last: None,
            time: 0,
            end: first,
            end_at_start: first,
            received: Bytes::none(),
            bytes_per_second: 0.0,
            reconnects: 0,
            error: None,
            disconnected: None,
            lost: 0,
            is_in_archive: true,
            archive_trouble: None,
            moved: Instant::now(),
        }
    }

    /// Its topic is read, in which it begins there.
    pub fn go_on(&mut self, beginning: &Beginning) {
        let Beginning { first, position, end, .. } = *beginning;
        (self.next, self.end, self.is_in_archive) = (position, end.max(position), false);
        self.end_at_start = self.end_at_start.max(self.end);
        self.lost += position - first;
        (self.last, self.moved) = (None, Instant::now());
    }

    /// The archive was read up to there.
    pub fn reached_in_archive(&mut self, next: u64, time: u64) {
        (self.next, self.time, self.moved) = (next, time, Instant::now());
        self.end = self.end.max(next);
    }

    /// It is read up to there.
    pub fn reached(&mut self, tail: &Tail) {
        if tail.next() > self.next || self.lag() == 0 {
            self.moved = Instant::now();
        }
        (self.next, self.last, self.time) = (tail.next(), tail.last(), tail.time());
        self.end = self.end.max(self.next);
    }

    /// Positions that have not come.
    pub fn lag(&self) -> u64 {
        self.end.saturating_sub(self.next)
    }

    /// The same in bytes, as far as messages are as long as those that have come.
    fn lag_bytes(&self) -> u64 {
        let positions = u128::from(self.next - self.first).max(1);
        (u128::from(self.received.all) * u128::from(self.lag()) / positions) as u64
    }

    /// How old the last message is of a partition that is not read to its end; nothing if no time is known.
    pub fn lag_seconds(&self, now_ms: u64) -> Option<f64> {
        match self.lag() {
            0 => Some(0.0),
            _ if self.time == 0 => None,
            _ => Some(now_ms.saturating_sub(self.time) as f64 / 1000.0),
        }
    }

    /// Why it is broken or stalled, if it is.
    pub fn trouble(&self, is_paused: bool) -> Option<String> {
        if let Some(error) = self.error.as_ref().or(self.archive_trouble.as_ref()) {
            return Some(error.clone());
        }
        // Brokers restart; that is no trouble yet.
        let disconnected =
            self.disconnected.as_ref().filter(|(_, since)| since.elapsed() > DISCONNECTED_AFTER);
        if let Some((trouble, _)) = disconnected {
            return Some(trouble.clone());
        }
        let stalled =
            self.lag() > 0 && !is_paused && !self.is_in_archive && self.moved.elapsed() > STALLED_AFTER;
        stalled.then(|| {
            let seconds = self.moved.elapsed().as_secs();
            format!("stalled: nothing has come for {seconds} s, {} positions wait", self.lag())
        })
    }
}

impl Status {
    /// Looks at it or changes it; briefly, for others wait.
    pub fn lock(&self) -> MutexGuard<'_, SourceStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing more is read; the first reason stays.
    pub fn stop(&self, reason: &str) {
        self.lock().stopped.get_or_insert_with(|| reason.to_owned());
    }
}

impl SourceStatus {
    /// All that is wrong, a line each.
    pub fn troubles(&self) -> Vec<String> {
        let mut troubles: Vec<String> =
            self.stopped.iter().map(|why| format!("Kafka stopped: {why}")).collect();
        troubles.extend(self.tokens.as_ref().and_then(TokenState::trouble));
        troubles.extend(self.archive_trouble.iter().map(|why| format!("archive: {why}")));
        if !self.is_known && !self.is_in_archive {
            let error = self.error.as_ref().map_or("", |(error, _)| error);
            troubles.push(
                format!("Kafka: the brokers have not told of the topics yet {error}").trim_end().to_owned(),
            );
        }
        troubles.extend(
            self.missing.iter().map(|topic| format!("topic {topic}: it does not exist, and is waited for")),
        );
        let not_begun = self.not_begun.iter();
        troubles.extend(not_begun.map(|(name, why)| format!("{}: {why}", named(name))));
        for partition in self.partitions.values() {
            if let Some(trouble) = partition.trouble(self.is_paused) {
                troubles.push(format!("{}: {trouble}", named(&partition.name)));
            }
        }
        troubles
    }

    /// Whether the archive, or a part of it, cannot be read at the moment.
    pub fn is_archive_troubled(&self) -> bool {
        let mut partitions = self.partitions.values();
        self.archive_trouble.is_some() || partitions.any(|partition| partition.archive_trouble.is_some())
    }

    /// About how many bytes wait to be read: those that have come, and for positions that have not as many as others had.
    pub fn lag_bytes(&self) -> u64 {
        let waiting: u64 = self.partitions.values().map(PartitionStatus::lag_bytes).sum();
        self.waiting_bytes + waiting
    }

    /// Bytes that have come, and positions that have and have not, of what was there at the start.
    pub fn progress(&self) -> (u64, u64) {
        let read = |partition: &PartitionStatus| partition.next.min(partition.end_at_start) - partition.first;
        let all = |partition: &PartitionStatus| partition.end_at_start - partition.first;
        let sum = |of: &dyn Fn(&PartitionStatus) -> u64| self.partitions.values().map(of).sum();
        (sum(&read), sum(&all))
    }
}

/// A partition's name in messages.
pub fn named(name: &PartitionName) -> String {
    format!("topic {} partition {}", name.topic, name.number.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::Reached;
    use crate::partitions::KnownPartition;
    use pinflow_dataflows::kind::Kind;

    fn partition(next: u64, end: u64) -> PartitionStatus {
        let name = Arc::new(PartitionName { topic: "a.pin".to_owned(), number: Some(2) });
        let partition = KnownPartition { name, kind: Kind::Pin };
        let reached = Reached::default();
        let begun = Beginning { partition, number: 0, rank: 0, reached, first: 0, position: 0, end };
        PartitionStatus { next, time: 5_000, ..PartitionStatus::new(&begun) }
    }

    #[test]
    fn troubles_are_named() {
        let mut status = SourceStatus { is_known: true, ..SourceStatus::default() };
        let long_ago = Instant::now().checked_sub(2 * STALLED_AFTER).expect("the clock has run for a while");
        status.partitions.insert(0, PartitionStatus { moved: long_ago, ..partition(7, 7) });
        assert_eq!(status.troubles(), [""; 0]);
        status.partitions.insert(0, PartitionStatus { moved: long_ago, ..partition(7, 9) });
        assert!(status.troubles()[0].starts_with("topic a.pin partition 2: stalled"));
        status.is_paused = true;
        assert_eq!(status.troubles(), [""; 0]);
        status.missing.push("b.geo".to_owned());
        status.stopped = Some("why".to_owned());
        let troubles = ["Kafka stopped: why", "topic b.geo: it does not exist, and is waited for"];
        assert_eq!(status.troubles(), troubles);
    }

    #[test]
    fn lag_in_bytes_counts_what_has_come_and_guesses_the_rest() {
        let received = Bytes { all: 700, at: Instant::now() };
        let mut status = SourceStatus { waiting_bytes: 40, ..SourceStatus::default() };
        status.partitions.insert(0, PartitionStatus { received, ..partition(7, 9) });
        status.partitions.insert(1, partition(0, 9));
        assert_eq!(status.lag_bytes(), 40 + 2 * 100);
    }

    #[test]
    fn lag_is_positions_and_seconds() {
        assert_eq!((partition(7, 9).lag(), partition(7, 9).lag_seconds(6_500)), (2, Some(1.5)));
        assert_eq!((partition(9, 7).lag(), partition(9, 9).lag_seconds(6_500)), (0, Some(0.0)));
        assert_eq!(PartitionStatus { time: 0, ..partition(7, 9) }.lag_seconds(6_500), None);
    }
}
