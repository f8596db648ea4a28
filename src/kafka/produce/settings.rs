//! What a client that sends is made with.

use crate::config::{Config, KafkaSettings, LibrdkafkaSettings};
use crate::kafka::error::KafkaError;
use crate::kafka::msk_iam::Tokens;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError as Refusal;
use std::time::Duration;

/// How records are sent, and to which brokers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerSettings {
    /// Where brokers are found.
    pub brokers: String,
    /// Settings of librdkafka for all clients, as how it connects.
    pub connection: LibrdkafkaSettings,
    /// Those for this client alone; they go before.
    pub own: LibrdkafkaSettings,
    /// How long brokers are waited for, and again their answers; nothing waits for ever.
    pub timeout: Option<Duration>,
    /// Bytes that may wait to be sent or answered.
    pub queue_bytes: usize,
    /// Bytes of the largest record.
    pub record_max_bytes: usize,
    /// Bytes of the largest request.
    pub request_max_bytes: usize,
}

/// What only clients that read have, by librdkafka's CONFIGURATION.md: a client that sends would warn of each of them.
const OF_CONSUMERS: [&str; 29] = [
    "group.id",
    "group.instance.id",
    "partition.assignment.strategy",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "group.protocol.type",
    "group.protocol",
    "group.remote.assignor",
    "coordinator.query.interval.ms",
    "max.poll.interval.ms",
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "queued.min.messages",
    "queued.max.messages.kbytes",
    "fetch.wait.max.ms",
    "fetch.queue.backoff.ms",
    "fetch.message.max.bytes",
    "max.partition.fetch.bytes",
    "fetch.max.bytes",
    "fetch.min.bytes",
    "fetch.error.backoff.ms",
    "offset.store.method",
    "offset.store.path",
    "offset.store.sync.interval.ms",
    "isolation.level",
    "enable.partition.eof",
    "check.crcs",
    "auto.offset.reset",
    "consume.callback.max.messages",
];

/// A batch's own bytes, and those of a key.
const BESIDE_A_RECORD: usize = 64 << 10;

impl ProducerSettings {
    /// Those of a run.
    pub fn of_run(config: &Config, source: &KafkaSettings) -> ProducerSettings {
        ProducerSettings {
            brokers: source.brokers.clone(),
            connection: source.librdkafka.clone(),
            own: config.front_door.librdkafka.clone(),
            timeout: Some(Duration::from_millis(config.front_door.timeout_ms as u64)),
            queue_bytes: config.front_door.queue_bytes,
            record_max_bytes: config.limits.record_max_bytes,
            request_max_bytes: config.live.http.body_max_bytes,
        }
    }

    /// librdkafka's settings.
    pub fn client(&self, tokens: &Tokens) -> ClientConfig {
        let mut client = self.connecting(tokens);
        // As Java's producers choose partitions: theirs and these put a key into the same one.
        self.preset(&mut client, "partitioner", "murmur2_random");
        // What is there is sent at once; under load more gathers while the requests before are on their way.
        self.preset(&mut client, "linger.ms", "0");
        client.set("enable.idempotence", "true").set("acks", "all");
        let timeout = self.timeout.map_or(0, |timeout| timeout.as_millis());
        client.set("message.timeout.ms", timeout.to_string());
        // What waits is bounded before it comes here; of a larger record the brokers decide.
        let queue_kbytes = (self.queue_bytes + self.request_max_bytes) / 1024 + 1;
        client.set("queue.buffering.max.kbytes", queue_kbytes.to_string());
        client.set("queue.buffering.max.messages", "0");
        client.set("message.max.bytes", (self.record_max_bytes + BESIDE_A_RECORD).to_string());
        client
    }

    /// Those of any client of the same brokers.
    pub fn connecting(&self, tokens: &Tokens) -> ClientConfig {
        let mut client = ClientConfig::new();
        tokens.prepare(&mut client);
        self.preset(&mut client, "client.id", "pinflow");
        self.preset(&mut client, "reconnect.backoff.max.ms", "1000");
        let of_all = self.connection.0.iter().filter(|(key, _)| !OF_CONSUMERS.contains(&key.as_str()));
        for (key, value) in of_all.chain(&self.own.0) {
            client.set(key, value);
        }
        client.set("bootstrap.servers", &self.brokers);
        // A topic that was deleted would come back with a record that is on its way.
        client.set("allow.auto.create.topics", "false");
        client
    }

    /// Why no client can be made.
    pub fn refused(&self, error: Refusal) -> KafkaError {
        match error {
            Refusal::ClientConfig(_, problem, key, _) if self.own.0.contains_key(&key) => {
                KafkaError::ProducerSetting { key, problem }
            }
            Refusal::ClientConfig(_, problem, key, _) => KafkaError::Setting { key, problem },
            error => KafkaError::ProducerSettings(error.to_string()),
        }
    }

    /// What is better for pinflow than librdkafka's default, unless the configuration knows better still.
    fn preset(&self, client: &mut ClientConfig, key: &str, value: &str) {
        if !self.own.0.contains_key(key) && !self.connection.0.contains_key(key) {
            client.set(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_only_readers_have_is_left_out_and_what_is_set_goes_before() {
        let set = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            LibrdkafkaSettings(pairs.collect::<BTreeMap<_, _>>())
        };
        let settings = ProducerSettings {
            brokers: "a:1".to_owned(),
            connection: set(&[("fetch.min.bytes", "1"), ("sasl.username", "x"), ("client.id", "y")]),
            own: set(&[("client.id", "z"), ("linger.ms", "20")]),
            timeout: Some(Duration::from_secs(3)),
            queue_bytes: 1 << 20,
            record_max_bytes: 1 << 20,
            request_max_bytes: 1 << 20,
        };
        let client = settings.client(&Tokens::default());
        for (key, value) in [
            ("fetch.min.bytes", None),
            ("sasl.username", Some("x")),
            ("client.id", Some("z")),
            ("linger.ms", Some("20")),
            ("acks", Some("all")),
            ("message.timeout.ms", Some("3000")),
            ("queue.buffering.max.kbytes", Some("2049")),
        ] {
            assert_eq!(client.get(key), value, "{key}");
        }
    }
}
