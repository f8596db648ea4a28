//! Reads one shard, from its begin to where it was closed.

use super::attempts::Attempts;
use super::batch::{Batch, Stored};
use super::failure::Failure;
use super::pace::Pace;
use super::shard::Shard;
use super::source::{Item, Shared};
use super::stream_reader::Event;
use super::{KinesisError, Place, SequenceNumber};
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use bytes::Bytes;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

/// After so many failures in a row the place is asked for anew: a server that was away may not know it any more.
const PLACE_FAILURES: usize = 2;

/// Reads a shard.
pub struct ShardReader {
    shared: Arc<Shared>,
    stream: Arc<str>,
    shard: Shard,
    /// Where it goes on if the server does not know.
    place: Place,
    /// What comes before it is not wanted.
    first: Option<SequenceNumber>,
    /// The greatest time so far.
    time: u64,
    /// Tells what becomes of it.
    events: UnboundedSender<Event>,
    is_caught_up: bool,
}

/// When a stream's reading began.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// By the clock that only goes forward.
    at: Instant,
    /// By this machine's clock, in milliseconds since 1970.
    ms: u64,
}

impl Begun {
    /// Now.
    pub fn now() -> Begun {
        Begun { at: Instant::now(), ms: now_ms() }
    }
}

impl ShardReader {
    /// From a place on, without what comes before a sequence number.
    pub fn new(
        shared: Arc<Shared>,
        stream: Arc<str>,
        shard: Shard,
        place: Place,
        first: Option<SequenceNumber>,
        events: UnboundedSender<Event>,
    ) -> ShardReader {
        ShardReader { shared, stream, shard, place, first, time: 0, events, is_caught_up: false }
    }

    /// Reads to its end, and tells that.
    pub async fn run(mut self, begun: Begun) {
        let event = match self.read(begun).await {
            Ok(()) => Event::Ended(self.shard.id.clone()),
            Err(error) => Event::Failed(error),
        };
        // Nobody listens any more when all ends.
        let _ = self.events.send(event);
    }

    async fn read(&mut self, begun: Begun) -> Result<(), KinesisError> {
        let shared = self.shared.clone();
        let mut attempts = Attempts::new(&shared.status, &self.stream, Some(&self.shard.id));
        let mut pace = Pace::new();
        let mut iterator = None;
        loop {
            pace.wait().await;
            // What is read has room until it has been looked at, so that memory is bounded.
            let room = shared.room.clone().acquire_owned().await.expect("it is never closed");
            let asked = Instant::now();
            let page = match self.page(&mut iterator).await {
                Ok(page) => page,
                Err(failure) => {
                    drop(room);
                    let is_expired = matches!(failure, Failure::Expired);
                    attempts.wait(failure).await?;
                    pace.was_read(asked, 0, true);
                    if is_expired || attempts.failed() >= PLACE_FAILURES {
                        iterator = None;
                    }
                    continue;
                }
            };
            attempts.succeeded();
            let has_more = page.millis_behind_latest().is_some_and(|behind| behind > 0);
            let may_have_more = has_more || !self.is_caught_up && !page.records().is_empty();
            let bytes: usize = page.records().iter().map(|record| record.data().as_ref().len()).sum();
            pace.was_read(asked, bytes, may_have_more);
            let next = page.next_shard_iterator().map(str::to_owned);
            self.hand_over(page, room, begun)?;
            match next {
                Some(next) => iterator = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// The next records.
    async fn page(&mut self, iterator: &mut Option<String>) -> Result<GetRecordsOutput, Failure> {
        let at = match iterator.take() {
            Some(at) => at,
            None => self.iterator().await?,
        };
        *iterator = Some(at.clone());
        self.shared.client.records(&self.stream, &at).await
    }

    async fn iterator(&mut self) -> Result<String, Failure> {
        let asked_ms = now_ms();
        let found = self.iterator_at(&self.place).await;
        let refused = matches!(
            found,
            Err(Failure::Lasting(KinesisError::Refused { .. } | KinesisError::NoStream { .. }))
        );
        match self.place {
            // It is the number of another shard's record.
            Place::At(_) if refused => self.iterator_at(&Place::Earliest).await,
            // The time has not come yet.
            Place::Time(_) if refused => self.iterator_at(&Place::Latest).await,
            Place::Latest if found.is_ok() => {
                // The same place, should it have to be found again.
                self.place = Place::Time(asked_ms);
                found
            }
            _ => found,
        }
    }

    async fn iterator_at(&self, place: &Place) -> Result<String, Failure> {
        self.shared.client.iterator(&self.stream, &self.shard.id, place).await
    }

    fn hand_over(
        &mut self,
        page: GetRecordsOutput,
        room: OwnedSemaphorePermit,
        begun: Begun,
    ) -> Result<(), KinesisError> {
        let behind = page.millis_behind_latest().and_then(|behind| u64::try_from(behind).ok()).unwrap_or(0);
        let is_closed = page.next_shard_iterator.is_none();
        // Records of the same millisecond may follow one that is not behind.
        let is_at_end = behind == 0 && page.records.is_empty();
        let mut stored = Vec::with_capacity(page.records.len());
        for record in page.records {
            let sequence: SequenceNumber = record.sequence_number.parse().map_err(|_| {
                let problem = format!("{:?} is no sequence number", record.sequence_number);
                KinesisError::Answer { stream: self.stream.to_string(), problem }
            })?;
            let came = record.approximate_arrival_timestamp.and_then(|time| time.to_millis().ok());
            self.time = self.time.max(came.and_then(|time| time.try_into().ok()).unwrap_or(0));
            self.place = Place::After(sequence.clone());
            if self.first.as_ref().is_none_or(|first| sequence >= *first) {
                let data = Bytes::from(record.data.into_inner());
                let (partition_key, time) = (record.partition_key, self.time);
                stored.push(Stored { sequence, partition_key, time, data });
            }
        }
        if !stored.is_empty() {
            let (stream, shard) = (self.stream.clone(), self.shard.clone());
            self.shared.send(Item::Records(Batch { stream, shard, stored, room: Some(room) }));
        }
        if !self.is_caught_up && (is_closed || is_at_end || self.is_past(begun, behind)) {
            self.is_caught_up = true;
            let _ = self.events.send(Event::CaughtUp(self.shard.id.clone()));
        }
        Ok(())
    }

    /// Whether what came before the reading began has been read: where records come faster than they are read, the end is
    /// never reached. Both clocks have to say so: this machine's may be wrong, and how far behind a reader is may be counted
    /// from the newest record.
    fn is_past(&self, begun: Begun, behind_ms: u64) -> bool {
        self.time > begun.ms && Duration::from_millis(behind_ms) < begun.at.elapsed()
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}
