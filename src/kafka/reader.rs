//! The thread that polls messages and hands them over in blocks.

use super::client::{self, Consumer};
use super::empty::Empty;
use super::error::KafkaError;
use super::status::{Bytes, PartitionStatus, Status};
use super::tail::{Beginning, Received, Tail};
use super::waiting::{Ended, Waiting};
use crate::archive::Item;
use crate::buffers::Buffers;
use crate::config::{Config, KafkaSettings};
use crate::follow::Woken;
use crossbeam_channel::{Receiver, Sender};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as PollError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracing::{info, warn};

/// How long it waits for messages before it looks for orders.
const WAIT: Duration = Duration::from_millis(50);
/// The same while items wait for the workers.
const SHORT_WAIT: Duration = Duration::from_millis(1);
/// How long messages are gathered while more of them are there at once.
const GATHER: Duration = Duration::from_millis(5);

/// What the watcher tells the reader to do.
#[derive(Debug)]
pub enum Order {
    /// Read a partition.
    Begin(Beginning),
    /// All partitions have been begun that were there at the start.
    AllBegun,
    /// Positions of a partition before this one are gone: go on there.
    Jump {
        /// The partition's number among those that are read.
        number: u32,
        /// The first position that is there.
        to: u64,
    },
}

/// Polls messages.
pub struct Reader {
    consumer: Consumer,
    waiting: Waiting,
    orders: Receiver<Order>,
    status: Arc<Status>,
    woken: Woken,
    stop: Arc<AtomicBool>,
    buffers: Buffers,
    block_bytes: usize,
    in_flight_max_bytes: u64,
    /// What dead letters call the brokers.
    source: String,
    /// By topic, then by number.
    tails: BTreeMap<String, BTreeMap<i32, Tail>>,
    /// What has to be read before the run is ready, by the partition's number; nothing once it has been.
    at_start: Option<BTreeMap<u32, u64>>,
    is_all_begun: bool,
    is_paused: bool,
    empty: Empty,
}

impl Reader {
    /// Makes its client.
    pub fn new(
        settings: &KafkaSettings,
        config: &Config,
        sender: Sender<Item>,
        orders: Receiver<Order>,
        status: Arc<Status>,
        woken: Woken,
        stop: Arc<AtomicBool>,
    ) -> Result<Reader, KafkaError> {
        let block_bytes = config.replay.block_bytes;
        Ok(Reader {
            consumer: client::reader(settings)?,
            waiting: Waiting::new(sender),
            orders,
            status,
            woken,
            stop,
            buffers: Buffers::new(config.replay.prefetch_blocks, 2 * block_bytes),
            block_bytes,
            in_flight_max_bytes: settings.in_flight_max_bytes as u64,
            source: super::source_name(settings),
            tails: BTreeMap::new(),
            at_start: Some(BTreeMap::new()),
            is_all_begun: false,
            is_paused: false,
            empty: Empty::default(),
        })
    }

    /// Where buffers of decoded blocks go.
    pub fn buffers(&self) -> Buffers {
        self.buffers.clone()
    }

    /// Reads until it has to stop.
    pub fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            self.obey();
            if self.status.lock().stopped.is_some() {
                // What has come stays; nothing more does.
                self.unassign_all();
            }
            let is_drained = self.poll_some();
            if is_drained {
                self.pass_over_the_end();
            }
            self.hear();
            self.flush();
            if self.hand_over().is_err() {
                break;
            }
            self.pause_or_resume();
        }
        drop(self.waiting);
        if let Some(sequencer) = self.woken.get() {
            sequencer.wake();
        }
    }

    /// Does what the watcher has found to be done.
    fn obey(&mut self) {
        let mut begun = TopicPartitionList::new();
        while let Ok(order) = self.orders.try_recv() {
            match order {
                Order::Begin(beginning) => {
                    add(
                        &mut begun,
                        &beginning.partition.name.topic,
                        number_of(&beginning),
                        beginning.position,
                    );
                    self.begin(beginning);
                }
                Order::AllBegun => self.is_all_begun = true,
                Order::Jump { number, to } => self.jump(number, to),
            }
        }
        if begun.count() > 0 {
            self.assign(&begun);
        }
    }

    fn begin(&mut self, beginning: Beginning) {
        let name = beginning.partition.name.clone();
        if let Some(at_start) = self.at_start.as_mut().filter(|_| !self.is_all_begun) {
            at_start.insert(beginning.number, beginning.end);
        }
        let status = PartitionStatus {
            name: name.clone(),
            first: beginning.first,
            next: beginning.position,
            last: None,
            time: 0,
            end: beginning.end,
            end_at_start: beginning.end.max(beginning.position),
            received: Bytes::none(),
            bytes_per_second: 0.0,
            reconnects: 0,
            error: None,
            disconnected: None,
            lost: beginning.position - beginning.first,
            moved: Instant::now(),
        };
        self.status.lock().partitions.insert(beginning.number, status);
        info!(topic = name.topic, partition = name.number, position = beginning.position, "reading");
        let number = number_of(&beginning);
        let tail = Tail::new(beginning, &self.source);
        self.tails.entry(name.topic.clone()).or_default().insert(number, tail);
    }

    /// librdkafka has given up on a partition whose position is gone, so it is assigned anew.
    fn jump(&mut self, number: u32, to: u64) {
        let tails = self.tails.iter_mut();
        let mut tails =
            tails.flat_map(|(topic, tails)| tails.iter_mut().map(move |(at, tail)| (topic, at, tail)));
        let Some((topic, at, tail)) = tails.find(|(_, _, tail)| tail.number() == number) else { return };
        if to <= tail.next() {
            return;
        }
        let lost = to - tail.next();
        tail.pass_over(to);
        if let Some(partition) = self.status.lock().partitions.get_mut(&number) {
            partition.lost += lost;
        }
        let mut list = TopicPartitionList::new();
        add(&mut list, topic, *at, to);
        if let Err(error) = self.consumer.incremental_unassign(&list) {
            warn!(%error, "could not unassign a partition");
        }
        self.assign(&list);
    }

    fn assign(&self, list: &TopicPartitionList) {
        if let Err(error) = self.consumer.incremental_assign(list) {
            self.status.stop(&format!("partitions cannot be assigned: {error}"));
        }
        if self.is_paused
            && let Err(error) = self.consumer.pause(list)
        {
            warn!(%error, "could not pause partitions");
        }
    }

    fn unassign_all(&mut self) {
        if !self.tails.is_empty() {
            self.tails.clear();
            if let Err(error) = self.consumer.unassign() {
                warn!(%error, "could not unassign partitions");
            }
        }
    }

    /// Takes messages for as long as there are some, but not for long. True if there are no more at the moment.
    fn poll_some(&mut self) -> bool {
        let mut wait = if self.waiting.is_empty() { WAIT } else { SHORT_WAIT };
        let mut deadline = None;
        loop {
            match self.consumer.poll(wait) {
                None => return true,
                Some(Ok(message)) => Reader::take(
                    &mut self.tails,
                    &message,
                    self.block_bytes,
                    &self.buffers,
                    &mut self.waiting,
                ),
                Some(Err(error)) => self.failed(&error),
            }
            wait = Duration::ZERO;
            if Instant::now() >= *deadline.get_or_insert_with(|| Instant::now() + GATHER) {
                return false;
            }
        }
    }

    fn take(
        tails: &mut BTreeMap<String, BTreeMap<i32, Tail>>,
        message: &BorrowedMessage<'_>,
        block_bytes: usize,
        buffers: &Buffers,
        waiting: &mut Waiting,
    ) {
        let tails = tails.get_mut(message.topic());
        // What was unassigned may still be on its way.
        let Some(tail) = tails.and_then(|tails| tails.get_mut(&message.partition())) else { return };
        tail.take(&Received {
            offset: message.offset().try_into().expect("messages have offsets"),
            time: message.timestamp().to_millis(),
            key: message.key(),
            value: message.payload(),
        });
        if tail.bytes() >= block_bytes {
            waiting.push(tail.block(|| buffers.take()).expect("messages came"));
        }
    }

    fn failed(&self, error: &PollError) {
        let code = error.rdkafka_error_code();
        if code == Some(RDKafkaErrorCode::AutoOffsetReset) || code == Some(RDKafkaErrorCode::OffsetOutOfRange)
        {
            // Which partition it is the watcher finds out.
            self.status.lock().out_of_range += 1;
        }
    }

    /// Markers of transactions, and what was aborted, are positions, too: librdkafka says when it has passed them.
    fn pass_over_the_end(&mut self) {
        let Ok(positions) = self.consumer.position() else { return };
        for element in positions.elements() {
            let Offset::Offset(position) = element.offset() else { continue };
            let tails = self.tails.get_mut(element.topic());
            if let Some(tail) = tails.and_then(|tails| tails.get_mut(&element.partition())) {
                tail.pass_over(position.try_into().unwrap_or(0));
            }
        }
    }

    /// What librdkafka tells by itself.
    fn hear(&mut self) {
        let heard = self.consumer.client().context();
        if let Some(error) = heard.take_error() {
            self.status.lock().error = Some((error, Instant::now()));
        }
        let Some(statistics) = heard.take_statistics() else { return };
        let empty = &mut self.empty;
        for (topic, tails) in &mut self.tails {
            let Some(topic) = statistics.topics.get(topic) else { continue };
            for (number, tail) in tails {
                let Some(told) = topic.partitions.get(number) else { continue };
                if let Some(position) = empty.position(tail.number(), tail.next(), told) {
                    tail.pass_over(position);
                }
            }
        }
        self.status.lock().hear(&statistics);
    }

    /// All that was gathered goes into blocks.
    fn flush(&mut self) {
        let mut status = self.status.lock();
        for tail in self.tails.values_mut().flat_map(BTreeMap::values_mut) {
            let item = tail.block(|| self.buffers.take());
            let Some(partition) = status.partitions.get_mut(&tail.number()) else { continue };
            if tail.next() > partition.next || partition.lag() == 0 {
                partition.moved = Instant::now();
            }
            (partition.next, partition.last, partition.time) = (tail.next(), tail.last(), tail.time());
            partition.end = partition.end.max(tail.next());
            if let Some(item) = item {
                self.waiting.push(item);
            }
        }
        status.waiting_bytes = self.waiting.bytes();
        drop(status);
        self.tell_when_caught_up();
    }

    /// All that was there at the start has been handed over.
    fn tell_when_caught_up(&mut self) {
        let Some(at_start) = &mut self.at_start else { return };
        let tails = self.tails.values().flat_map(BTreeMap::values);
        for tail in tails {
            if at_start.get(&tail.number()).is_some_and(|end| tail.next() >= *end) {
                at_start.remove(&tail.number());
            }
        }
        if self.is_all_begun && at_start.is_empty() {
            self.at_start = None;
            self.waiting.push(Item::CaughtUp);
        }
    }

    fn hand_over(&mut self) -> Result<(), Ended> {
        if self.waiting.hand_over()?
            && let Some(sequencer) = self.woken.get()
        {
            sequencer.wake();
        }
        Ok(())
    }

    /// Reads no further while too much waits for the workers, until half of it is left.
    fn pause_or_resume(&mut self) {
        let bytes = self.waiting.bytes();
        let paused = if self.is_paused {
            bytes > self.in_flight_max_bytes / 2
        } else {
            bytes > self.in_flight_max_bytes
        };
        if paused == self.is_paused {
            return;
        }
        let changed = self.consumer.assignment().and_then(|assignment| match paused {
            true => self.consumer.pause(&assignment),
            false => self.consumer.resume(&assignment),
        });
        match changed {
            Ok(()) => {
                self.is_paused = paused;
                let mut status = self.status.lock();
                status.is_paused = paused;
                status.pauses += u64::from(paused);
            }
            Err(error) => warn!(%error, "could not pause or resume partitions"),
        }
    }
}

/// A partition's number as Kafka has it.
fn number_of(beginning: &Beginning) -> i32 {
    let number = beginning.partition.name.number.and_then(|number| number.try_into().ok());
    number.expect("Kafka has numbered the partition")
}

/// Adds a partition at a position to a list.
pub fn add(list: &mut TopicPartitionList, topic: &str, number: i32, position: u64) {
    let offset = Offset::Offset(position.try_into().expect("an offset of Kafka's"));
    list.add_partition_offset(topic, number, offset).expect("offsets of Kafka's can be written");
}
