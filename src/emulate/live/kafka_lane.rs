//! The way to topics of Kafka: one client sends all records, many at a time, and they stay in their order.
//!
//! Their key is the `ind`, so that those of an `ind` share a partition, in which librdkafka keeps the order, also when it sends
//! again; it does so until the brokers answer.

use super::address::KafkaAddress;
use super::answer::{Fate, Position};
use super::batch::Batch;
use super::error::LiveError;
use super::lane::{Shared, given_up};
use super::message::{Message, Sort};
use super::settings::KafkaOptions;
use crate::kafka::Tokens;
use crate::kafka::produce::{NotStored, Outcomes, Outgoing, Place, ProducerSettings, TopicProducer};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Messages on their way at once, some 8 MB: enough for brokers that are far away.
const UNDER_WAY: usize = 10_000;
/// Bytes of them; the emulator's largest records are malformed ones of little more than a mebibyte.
const QUEUE_BYTES: usize = 256 << 20;
const RECORD_MAX_BYTES: usize = 4 << 20;
/// How long brokers are waited for before the first record.
const CONNECT: Duration = Duration::from_secs(5);
/// How often it is looked whether brokers answer.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What sends.
pub struct KafkaLane {
    producer: Arc<TopicProducer>,
    topics: [String; 3],
}

impl KafkaLane {
    /// Finds the brokers and the topics, or makes these.
    pub async fn connect(
        to: &str,
        address: KafkaAddress,
        options: &KafkaOptions,
        tokens: &Tokens,
    ) -> Result<KafkaLane, LiveError> {
        let KafkaAddress { brokers, topics } = address;
        let producer = Arc::new(TopicProducer::start(settings(brokers, options), tokens)?);
        // Without a token nobody is connected with.
        let no_token = || tokens.state().and_then(|state| state.trouble());
        let reason = |error: NotStored| match error {
            NotStored::Unreachable(reason) => no_token().unwrap_or(reason),
            error => error.to_string(),
        };
        let there = producer.connect(CONNECT).await;
        let there =
            there.map_err(|error| LiveError::NoServer { to: to.to_owned(), reason: reason(error) })?;
        let missing: Vec<String> =
            topics.iter().filter(|topic| !there.contains_key(*topic)).cloned().collect();
        match options.create_topics {
            _ if missing.is_empty() => {}
            None => return Err(LiveError::NoTopics { to: to.to_owned(), topics: missing.join(", ") }),
            Some(partitions) => {
                let made = producer.create(missing, partitions).await;
                made.map_err(|reason| LiveError::CannotCreate { to: to.to_owned(), reason })?;
            }
        }
        Ok(KafkaLane { producer, topics })
    }

    /// Sends batches until there are no more, or it is told to end; then until all are answered, or a moment longer.
    pub async fn run(
        self,
        shared: Arc<Shared>,
        mut batches: mpsc::Receiver<Batch>,
        stopped: watch::Receiver<bool>,
    ) {
        let mut under_way = JoinSet::new();
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_open = true;
        while is_open || !under_way.is_empty() {
            tokio::select! {
                batch = batches.recv(), if is_open && under_way.len() < UNDER_WAY => match batch {
                    Some(batch) if !*stopped.borrow() => self.send(&shared, batch, &stopped, &mut under_way),
                    _ => is_open = false,
                },
                Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
                _ = look.tick() => if let Some(trouble) = self.producer.trouble() {
                    shared.tally().missed(&trouble);
                },
            }
        }
        self.producer.close();
    }

    fn send(
        &self,
        shared: &Arc<Shared>,
        batch: Batch,
        stopped: &watch::Receiver<bool>,
        under_way: &mut JoinSet<()>,
    ) {
        shared.tally().began(&batch, shared.start.elapsed().saturating_sub(batch.due));
        let topic = self.topics[batch.kind as usize].clone();
        let records = batch.messages.iter().map(outgoing).collect();
        let (begin, begun) = (Instant::now(), self.producer.begin(&topic, records));
        let (shared, stopped) = (Arc::clone(shared), stopped.clone());
        under_way.spawn(async move {
            let outcomes = match begun {
                Err(error) => vec![Err(error); batch.messages.len()],
                Ok(answers) => tokio::select! {
                    outcomes = answers.all() => outcomes,
                    () = given_up(stopped) => return shared.tally().gave_up(&batch),
                },
            };
            let mut tally = shared.tally();
            tally.answered(begin.elapsed(), shared.start.elapsed());
            match fates(outcomes) {
                Some(fates) => tally.succeeded(&batch, Some(&topic), fates),
                None => tally.gave_up(&batch),
            }
        });
    }
}

fn settings(brokers: String, options: &KafkaOptions) -> ProducerSettings {
    let mut own = options.sending.clone();
    // Nobody waits for a single answer, and batches cost less.
    own.0.entry("linger.ms".to_owned()).or_insert_with(|| "5".to_owned());
    ProducerSettings {
        brokers,
        connection: options.connection.clone(),
        own,
        timeout: None,
        queue_bytes: QUEUE_BYTES,
        record_max_bytes: RECORD_MAX_BYTES,
        request_max_bytes: RECORD_MAX_BYTES,
    }
}

/// Half of the deletes are tombstones, the others records that say so.
fn outgoing(message: &Message) -> Outgoing {
    let is_tombstone = message.sort == Sort::Delete && message.key.is_multiple_of(2);
    Outgoing {
        key: Some(message.key.to_string().into()),
        value: (!is_tombstone).then(|| message.text.clone().into()),
        partition: None,
    }
}

/// What became of a batch; nothing if that is not known.
fn fates(outcomes: Outcomes) -> Option<Vec<Fate>> {
    let fate = |outcome| match outcome {
        Ok(place) => Some(Fate::Accepted(position(place))),
        Err(NotStored::Unknown(_)) => None,
        Err(error) => Some(Fate::Refused(error.to_string())),
    };
    outcomes.into_iter().map(fate).collect()
}

fn position(place: Place) -> Position {
    Position { topic: None, partition: json!(place.partition), offset: json!(place.offset) }
}
