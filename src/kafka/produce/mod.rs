//! Sends records to topics, and tells of each where it was stored, or why it was not.
//!
//! The client is librdkafka's, idempotent and with acks=all: what it sends again by itself is stored once. A thread of its own
//! (`keeper`) asks the brokers which topics they have; whoever wants to send while none answers waits, so that what is
//! refused then was certainly not sent. What was handed to librdkafka and is not confirmed in time may be stored or not, and
//! nobody can tell: that is [`NotStored::Unknown`].

mod error;
mod settings;
mod budget;
mod cluster;
mod counts;
mod request;
mod context;
mod replaced;
mod keeper;

pub use error::NotStored;
pub use settings::ProducerSettings;

use super::create::{self, NewTopics};
use super::error::KafkaError;
use super::msk_iam::Tokens;
use budget::Budget;
use cluster::Cluster;
use context::Client;
use counts::Counts;
use keeper::Keeper;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseRecord, Producer};
use request::{Answers, Awaited, Request};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::timeout;

/// What a record takes beside its own bytes: librdkafka's message, and what waits for its answer.
const BYTES_BESIDE_A_RECORD: usize = 128;
/// More bytes are handed over on a thread of its own: it is then no longer a matter of less than a millisecond.
const INLINE_BYTES: usize = 256 << 10;
/// How long after its time librdkafka may tell that an answer has not come; it looks every second.
const GRACE: Duration = Duration::from_secs(5);
/// How long topics that were made may be unknown to the broker that is asked.
const CREATED: Duration = Duration::from_secs(10);
/// How long what waits may go on when it ends.
const END: Duration = Duration::from_secs(1);

/// A record to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Records of one key share a partition; one without goes anywhere.
    pub key: Option<bytes::Bytes>,
    /// Nothing deletes what the key names.
    pub value: Option<bytes::Bytes>,
    /// The partition, whatever the key.
    pub partition: Option<u32>,
}

/// Where a record is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The partition of its topic.
    pub partition: u32,
    /// The offset in it.
    pub offset: u64,
}

/// What became of the records of a request, in their order.
pub type Outcomes = Vec<Result<Place, NotStored>>;

/// What sends; dropping it gives up what is not answered yet.
pub struct TopicProducer {
    /// A client that cannot go on is replaced by another.
    client: Arc<RwLock<Arc<Client>>>,
    cluster: Arc<Cluster>,
    counts: Arc<Counts>,
    budget: Budget,
    timeout: Option<Duration>,
    /// What another client of the same brokers is made with.
    connecting: ClientConfig,
    tokens: Tokens,
}

impl TopicProducer {
    /// Makes its client, which connects by itself.
    pub fn start(settings: ProducerSettings, tokens: &Tokens) -> Result<TopicProducer, KafkaError> {
        let (cluster, woken) = Cluster::new();
        let (cluster, counts) = (Arc::new(cluster), Arc::new(Counts::default()));
        let client = context::client(&settings, &cluster, &counts, tokens)?;
        let client = Arc::new(RwLock::new(Arc::new(client)));
        let (budget, timeout) = (Budget::new(settings.queue_bytes), settings.timeout);
        let connecting = settings.connecting(tokens);
        let keeper = Keeper {
            client: client.clone(),
            cluster: cluster.clone(),
            counts: counts.clone(),
            tokens: tokens.clone(),
            woken,
            settings,
        };
        let thread = std::thread::Builder::new().name("kafka topics".to_owned());
        thread.spawn(move || keeper.run()).map_err(|error| KafkaError::Start(error.to_string()))?;
        Ok(TopicProducer { client, cluster, counts, budget, timeout, connecting, tokens: tokens.clone() })
    }

    /// Sends records to a topic that is there, as soon as a broker answers. The error is that of all: none was sent. Once they
    /// are, they take their way also if the answer is no longer waited for.
    pub async fn send(self: &Arc<Self>, topic: &str, records: Vec<Outgoing>) -> Result<Outcomes, NotStored> {
        self.cluster.until_up(self.timeout).await?;
        let answers = if bytes_of(&records) <= INLINE_BYTES {
            self.begin(topic, records)?
        } else {
            let (sender, topic) = (Arc::clone(self), topic.to_owned());
            let begun = tokio::task::spawn_blocking(move || sender.begin(&topic, records)).await;
            begun.expect("handing over neither panics nor is cancelled")?
        };
        let Some(limit) = self.timeout else { return Ok(answers.all().await) };
        match timeout(limit + GRACE, answers.all()).await {
            Ok(outcomes) => Ok(outcomes),
            Err(_) => Err(NotStored::Unknown("the client has not told what became of it".to_owned())),
        }
    }

    /// Hands records over without waiting for anything. They are sent in the order in which they were handed over.
    pub fn begin(&self, topic: &str, records: Vec<Outgoing>) -> Result<Answers, NotStored> {
        let held = self.budget.take(bytes_of(&records)).ok_or(NotStored::Busy)?;
        let client = Arc::clone(&self.client.read().unwrap_or_else(PoisonError::into_inner));
        let (request, answers) = Request::new(records.len(), held);
        for (index, record) in records.iter().enumerate() {
            let awaited = Box::new(Awaited::new(&request, index));
            let outgoing = BaseRecord {
                topic,
                partition: record.partition.map(|partition| partition.try_into().unwrap_or(i32::MAX)),
                payload: record.value.as_deref(),
                key: record.key.as_deref(),
                timestamp: None,
                headers: None,
                delivery_opaque: awaited,
            };
            if let Err((error, outgoing)) = client.send(outgoing) {
                let refused = match client.client().fatal_error() {
                    Some((_, why)) => NotStored::Unreachable(cluster::cannot_go_on(&why)),
                    None => NotStored::of_refusal(&error),
                };
                let refused = Err(refused);
                self.counts.add(&refused);
                outgoing.delivery_opaque.tell(refused);
            }
        }
        Ok(answers)
    }

    /// How many partitions a topic has; nothing if there is no such topic. One that is not known is asked for.
    pub async fn partitions(&self, topic: &str) -> Result<Option<u32>, NotStored> {
        self.cluster.partitions(topic, self.timeout).await
    }

    /// The topics of the brokers, as they were a few seconds ago, and how many partitions each has.
    pub async fn topics(&self) -> Result<Arc<BTreeMap<String, u32>>, NotStored> {
        self.cluster.topics(self.timeout).await
    }

    /// The same, asked for now.
    pub async fn topics_anew(&self) -> Result<Arc<BTreeMap<String, u32>>, NotStored> {
        self.cluster.topics_anew(self.timeout).await
    }

    /// The same as they were, as soon as a broker answers, which is waited for so long.
    pub async fn connect(&self, limit: Duration) -> Result<Arc<BTreeMap<String, u32>>, NotStored> {
        self.cluster.topics(Some(limit)).await
    }

    /// Makes topics, whose names do not exist, with so many partitions; and waits until they can be sent to.
    pub async fn create(&self, topics: Vec<String>, partitions: u32) -> Result<(), String> {
        let (client, tokens, names) = (self.connecting.clone(), self.tokens.clone(), topics.clone());
        let new = NewTopics { partitions: partitions.try_into().unwrap_or(i32::MAX), replication: -1 };
        let made = tokio::task::spawn_blocking(move || create::topics(&client, tokens, &names, new)).await;
        made.expect("making topics neither panics nor is cancelled")?;
        let are_there = async {
            for topic in &topics {
                while self.partitions(topic).await != Ok(Some(partitions)) {}
            }
        };
        timeout(CREATED, are_there)
            .await
            .map_err(|_| "the topics were made, and no broker knows them yet".to_owned())
    }

    /// Why no broker can be reached, if so.
    pub fn trouble(&self) -> Option<String> {
        self.cluster.trouble()
    }

    /// Bytes that wait to be sent or answered.
    pub fn waiting_bytes(&self) -> usize {
        self.budget.held()
    }

    /// Records by what became of them, of those that were handed over.
    pub fn counts(&self) -> [(&'static str, u64); 3] {
        self.counts.all()
    }

    /// Waits a moment for what is still on its way.
    pub fn close(&self) {
        let client = Arc::clone(&self.client.read().unwrap_or_else(PoisonError::into_inner));
        if client.flush(END).is_err() {
            tracing::warn!(
                records = client.in_flight_count(),
                "ended before the brokers confirmed all records"
            );
        }
    }
}

impl Drop for TopicProducer {
    fn drop(&mut self) {
        self.cluster.close();
    }
}

fn bytes_of(records: &[Outgoing]) -> usize {
    let length = |part: &Option<bytes::Bytes>| part.as_ref().map_or(0, |part| part.len());
    records.iter().map(|record| length(&record.key) + length(&record.value) + BYTES_BESIDE_A_RECORD).sum()
}
