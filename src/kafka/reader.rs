//! The thread that polls messages and hands them over in blocks.

use super::Shared;
use super::assignment::{Assignment, add};
use super::at_start::AtStart;
use super::empty::Empty;
use super::error::KafkaError;
use super::made_again::Key;
use super::reached::Reached;
use super::status::{PartitionStatus, Status};
use super::tail::{Beginning, Received, Tail};
use super::tails::Tails;
use super::waiting::{Ended, Waiting};
use crate::archive::Item;
use crate::block::Envelope;
use crate::buffers::Buffers;
use crate::config::{Config, KafkaSettings};
use crate::follow::{Woken, wake};
use crossbeam_channel::{Receiver, Sender};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as PollError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::VecDeque;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracing::info;

/// How long it waits for messages before it looks for orders.
const WAIT: Duration = Duration::from_millis(50);
/// The same while items wait for the workers.
const SHORT_WAIT: Duration = Duration::from_millis(1);
/// How long messages are gathered while more of them are there at once.
const GATHER: Duration = Duration::from_millis(5);
/// After how many messages it looks at the clock, which takes as long as some of what is done with a message.
const MESSAGES_AT_A_TIME: u64 = 32;

/// What the watcher tells the reader to do.
#[derive(Debug)]
pub enum Order {
    /// Read a partition.
    Begin(Beginning),
    /// All partitions have been begun that were there at the start.
    AllBegun,
    /// Read no more of a partition, and say how far it was read: somebody else goes on with it.
    End {
        /// The partition's number among those that are read.
        number: u32,
    },
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
    assignment: Assignment,
    tails: Tails,
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
    at_start: AtStart,
    empty: Empty,
    keeps_envelopes: bool,
    /// Partitions that are read no more, and after how many items all of them is handed over.
    ended: VecDeque<(u64, Key, Reached)>,
    /// Where they are told then.
    given_back: Sender<(Key, Reached)>,
}

impl Reader {
    /// Makes its client.
    pub fn new(
        settings: &KafkaSettings,
        config: &Config,
        sender: Sender<Item>,
        (orders, given_back): (Receiver<Order>, Sender<(Key, Reached)>),
        shared: Shared,
    ) -> Result<Reader, KafkaError> {
        let block_bytes = config.replay.block_bytes;
        let Shared { status, tokens, woken, stop } = shared;
        Ok(Reader {
            assignment: Assignment::new(settings, &tokens)?,
            tails: Tails::default(),
            waiting: Waiting::new(sender),
            orders,
            status,
            woken,
            stop,
            buffers: Buffers::new(config.replay.prefetch_blocks, 2 * block_bytes),
            block_bytes,
            in_flight_max_bytes: settings.in_flight_max_bytes as u64,
            source: super::source_name(settings),
            at_start: AtStart::default(),
            empty: Empty::default(),
            keeps_envelopes: false,
            ended: VecDeque::new(),
            given_back,
        })
    }

    /// Where buffers of decoded blocks go.
    pub fn buffers(&self) -> Buffers {
        self.buffers.clone()
    }

    /// Hands over what comes with each message, too.
    pub fn keep_envelopes(&mut self) {
        self.keeps_envelopes = true;
    }

    /// Reads until it has to stop.
    pub fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            self.obey();
            // What has come stays; nothing more does.
            if self.status.lock().stopped.is_some() && self.tails.clear() {
                self.assignment.clear();
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
        wake(&self.woken);
    }

    /// Does what the watcher has found to be done.
    fn obey(&mut self) {
        let mut begun = TopicPartitionList::new();
        while let Ok(order) = self.orders.try_recv() {
            match order {
                Order::Begin(beginning) => self.begin(beginning, &mut begun),
                Order::AllBegun => self.at_start.all_begun(),
                Order::End { number } => self.end(number),
                Order::Jump { number, to } => self.jump(number, to),
            }
        }
        if begun.count() > 0
            && let Err(error) = self.assignment.add(&begun)
        {
            self.status.stop(&format!("partitions cannot be assigned: {error}"));
        }
    }

    fn begin(&mut self, beginning: Beginning, begun: &mut TopicPartitionList) {
        let name = beginning.partition.name.clone();
        let number = name.number.and_then(|number| number.try_into().ok());
        let number = number.expect("Kafka has numbered the partition");
        info!(topic = name.topic, partition = number, position = beginning.position, "reading");
        add(begun, &name.topic, number, beginning.position);
        self.at_start.begin(beginning.number, beginning.end);
        match self.status.lock().partitions.entry(beginning.number) {
            Entry::Vacant(entry) => drop(entry.insert(PartitionStatus::new(&beginning))),
            Entry::Occupied(mut entry) => entry.get_mut().go_on(&beginning),
        }
        self.tails.add(&name.topic, number, Tail::new(beginning, &self.source));
    }

    /// What was read of it goes to the workers first.
    fn end(&mut self, number: u32) {
        let Some((topic, kafka_number, mut tail)) = self.tails.remove(number) else { return };
        if let Some(item) = tail.block(|| self.buffers.take()) {
            self.waiting.push(item);
        }
        let mut list = TopicPartitionList::new();
        add(&mut list, &topic, kafka_number, tail.next());
        if let Err(error) = self.assignment.remove(&list) {
            self.status.stop(&format!("a partition cannot be unassigned: {error}"));
        }
        self.ended.push_back((self.waiting.pushed(), (topic, kafka_number), tail.reached()));
    }

    fn jump(&mut self, number: u32, to: u64) {
        let mut list = TopicPartitionList::new();
        for (topic, kafka_number, tail) in self.tails.named() {
            if tail.number() == number && tail.next() < to {
                if let Some(partition) = self.status.lock().partitions.get_mut(&number) {
                    partition.lost += to - tail.next();
                }
                tail.pass_over(to);
                add(&mut list, topic, kafka_number, to);
            }
        }
        if list.count() > 0
            && let Err(error) = self.assignment.move_to(&list)
        {
            self.status.stop(&format!("a partition cannot be assigned anew: {error}"));
        }
    }

    /// Takes messages for as long as there are some, but not for long. True if there are no more at the moment.
    fn poll_some(&mut self) -> bool {
        let mut wait = if self.waiting.is_empty() { WAIT } else { SHORT_WAIT };
        let mut deadline = None;
        for messages in 1_u64.. {
            match self.assignment.poll(wait) {
                None => return true,
                Some(Ok(message)) => {
                    if let Some(tail) = self.tails.get(message.topic(), message.partition()) {
                        if tail.take(&received(&message)) && self.keeps_envelopes {
                            tail.keep(envelope(&message));
                        }
                        if tail.bytes() >= self.block_bytes {
                            self.waiting.push(tail.block(|| self.buffers.take()).expect("messages came"));
                        }
                    }
                }
                Some(Err(error)) => self.failed(&error),
            }
            wait = Duration::ZERO;
            if messages.is_multiple_of(MESSAGES_AT_A_TIME)
                && Instant::now() >= *deadline.get_or_insert_with(|| Instant::now() + GATHER)
            {
                break;
            }
        }
        false
    }

    fn failed(&self, error: &PollError) {
        if let PollError::MessageConsumptionFatal(why) = error {
            self.status.stop(&format!("the client cannot go on: {why}"));
        }
        let code = error.rdkafka_error_code();
        if code == Some(RDKafkaErrorCode::AutoOffsetReset) || code == Some(RDKafkaErrorCode::OffsetOutOfRange)
        {
            // Which partition it is the watcher finds out.
            self.status.lock().out_of_range += 1;
        }
    }

    /// Markers of transactions, and what was aborted, are positions, too: librdkafka says when it has passed them.
    fn pass_over_the_end(&mut self) {
        let Ok(positions) = self.assignment.position() else { return };
        for element in positions.elements() {
            let Offset::Offset(position) = element.offset() else { continue };
            if let Some(tail) = self.tails.get(element.topic(), element.partition()) {
                tail.pass_over(position.try_into().unwrap_or(0));
            }
        }
    }

    /// What librdkafka tells by itself.
    fn hear(&mut self) {
        let heard = self.assignment.client().context();
        if let Some(error) = heard.take_error() {
            self.status.lock().error = Some((error, Instant::now()));
        }
        let Some(statistics) = heard.take_statistics() else { return };
        for (topic, number, tail) in self.tails.named() {
            let topic = statistics.topics.get(topic);
            let told = topic.and_then(|topic| topic.partitions.get(&number));
            let position = told.and_then(|told| self.empty.position(tail.number(), tail.next(), told));
            tail.pass_over(position.unwrap_or(0));
        }
        self.status.lock().hear(&statistics);
    }

    /// All that was gathered goes into blocks.
    fn flush(&mut self) {
        let mut status = self.status.lock();
        for tail in self.tails.all() {
            if let Some(item) = tail.block(|| self.buffers.take()) {
                self.waiting.push(item);
            }
            if let Some(partition) = status.partitions.get_mut(&tail.number()) {
                partition.reached(tail);
            }
        }
        self.waiting.all_read();
        status.waiting_bytes = self.waiting.bytes();
        drop(status);
        if self.at_start.is_reached(&mut self.tails) {
            self.waiting.push(Item::CaughtUp);
        }
    }

    fn hand_over(&mut self) -> Result<(), Ended> {
        self.hand_over_items()?;
        let handed_over = self.waiting.handed_over();
        while self.ended.front().is_some_and(|(pushed, ..)| *pushed <= handed_over)
            && let Some((_, key, reached)) = self.ended.pop_front()
        {
            // A watcher that has ended needs to know nothing.
            let _ = self.given_back.send((key, reached));
        }
        Ok(())
    }

    fn hand_over_items(&mut self) -> Result<(), Ended> {
        if self.waiting.hand_over()? {
            wake(&self.woken);
        }
        Ok(())
    }

    /// Reads no further while too much waits for the workers, until half of it is left.
    fn pause_or_resume(&mut self) {
        let most = self.in_flight_max_bytes;
        let most = if self.assignment.is_paused() { most / 2 } else { most };
        if self.assignment.pause(self.waiting.bytes() > most) {
            let mut status = self.status.lock();
            status.is_paused = self.assignment.is_paused();
            status.pauses += u64::from(status.is_paused);
        }
    }
}

fn received<'a>(message: &'a BorrowedMessage<'_>) -> Received<'a> {
    Received {
        offset: message.offset().try_into().expect("messages have offsets"),
        time: message.timestamp().to_millis(),
        key: message.key(),
        value: message.payload(),
    }
}

fn envelope(message: &BorrowedMessage<'_>) -> Envelope {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    Envelope {
        key: message.key().map(<[u8]>::to_vec),
        headers: headers.map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec))).collect(),
        is_tombstone: message.payload().is_none(),
    }
}
