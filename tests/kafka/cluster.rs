//! Brokers, and what a test does with them.

use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::runtime::Builder;

/// Nothing takes that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Brokers that run.
#[derive(Clone)]
pub struct Cluster {
    pub brokers: String,
}

/// A message to be sent.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub topic: String,
    /// Where it goes, unless its key decides.
    pub partition: Option<i32>,
    pub key: Option<String>,
    /// None deletes.
    pub value: Option<Vec<u8>>,
    /// In milliseconds since 1970; else now.
    pub time: Option<i64>,
}

/// A variable that `scripts/services env` sets.
pub fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; start the broker with `scripts/services up kafka`, and then run `eval \"$(scripts/services env)\"`")
    })
}

/// A name that no other test has, in this run of the tests or another.
pub fn unique(name: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{name}-{}-{number}", std::process::id())
}

impl Cluster {
    /// The one that all tests share.
    pub fn shared() -> Cluster {
        Cluster { brokers: variable("PINFLOW_TEST_KAFKA") }
    }

    pub fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        config
    }

    /// Makes a topic.
    pub fn create(&self, topic: &str, partitions: i32, settings: &[(&str, &str)]) {
        self.create_on(1, topic, partitions, settings);
    }

    /// Makes a topic whose partitions lie on so many brokers.
    pub fn create_on(&self, brokers: i32, topic: &str, partitions: i32, settings: &[(&str, &str)]) {
        let mut new = NewTopic::new(topic, partitions, TopicReplication::Fixed(brokers));
        for (key, value) in settings {
            new = new.set(key, value);
        }
        let made = self.admin(async |admin, options| admin.create_topics([&new], options).await);
        assert_eq!(made, [Ok(topic.to_owned())]);
    }

    /// Deletes topics, where they are there and the broker is, too.
    pub fn delete_if_there(&self, topics: &[String]) {
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        let options = AdminOptions::new().request_timeout(Some(Duration::from_secs(2)));
        let Ok(admin) = self.config().create::<AdminClient<DefaultClientContext>>() else { return };
        let runtime = Builder::new_current_thread().build().expect("make a runtime");
        drop(runtime.block_on(admin.delete_topics(&topics, &options)));
    }

    /// Deletes a topic.
    pub fn delete(&self, topic: &str) {
        let deleted = self.admin(async |admin, options| admin.delete_topics(&[topic], options).await);
        assert_eq!(deleted, [Ok(topic.to_owned())]);
    }

    /// Gives a topic more partitions.
    pub fn set_partitions(&self, topic: &str, partitions: usize) {
        let new = NewPartitions::new(topic, partitions);
        let made = self.admin(async |admin, options| admin.create_partitions([&new], options).await);
        assert_eq!(made, [Ok(topic.to_owned())]);
    }

    /// Deletes the messages before an offset, as retention does.
    pub fn delete_records(&self, topic: &str, partition: i32, before: i64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(before)).expect("an offset");
        self.admin(async |admin, options| admin.delete_records(&list, options).await);
    }

    fn admin<T>(
        &self,
        ask: impl AsyncFnOnce(&AdminClient<DefaultClientContext>, &AdminOptions) -> KafkaResult<T>,
    ) -> T {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("make a client");
        let options = AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE));
        let runtime = Builder::new_current_thread().build().expect("make a runtime");
        runtime.block_on(ask(&admin, &options)).expect("the broker answers")
    }

    /// A producer with more settings.
    pub fn producer(&self, settings: &[(&str, &str)]) -> BaseProducer {
        let mut config = self.config();
        // What waits goes out together; without partitioners' randomness messages of one key share a partition.
        config.set("linger.ms", "5").set("message.max.bytes", "16000000");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        config.create().expect("make a producer")
    }

    /// Sends messages, and waits until they are there.
    pub fn send(&self, messages: &[Message]) {
        self.send_with(&[], messages);
    }

    /// The same with more settings of the producer.
    pub fn send_with(&self, settings: &[(&str, &str)], messages: &[Message]) {
        let producer = self.producer(settings);
        send(&producer, messages);
        producer.flush(PATIENCE).expect("they are delivered");
    }
}

/// Sends messages, and does not wait for them.
pub fn send(producer: &BaseProducer, messages: &[Message]) {
    for message in messages {
        loop {
            let mut record = BaseRecord::<str, [u8]>::to(&message.topic);
            (record.partition, record.timestamp) = (message.partition, message.time);
            (record.key, record.payload) = (message.key.as_deref(), message.value.as_deref());
            match producer.send(record) {
                Ok(()) => break,
                Err((error, _)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) => {
                    producer.poll(Duration::from_millis(10));
                }
                Err((error, _)) => panic!("{error}"),
            }
        }
        producer.poll(Duration::ZERO);
    }
}
