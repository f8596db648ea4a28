//! librdkafka's clients, and what is set for all of them.

use super::error::{KafkaError, told_with};
use super::msk_iam::Tokens;
use crate::config::KafkaSettings;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError as Refusal, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;
use std::error::Error;
use std::sync::{Mutex, PoisonError};
use tracing::warn;

/// The group of those that commit nothing: librdkafka assigns no partitions without one.
const NO_GROUP: &str = "pinflow-without-group";

/// What a client tells by itself, kept until it is asked for.
#[derive(Default)]
pub struct Heard {
    kept: Mutex<Kept>,
    tokens: Tokens,
}

#[derive(Default)]
struct Kept {
    statistics: Option<Statistics>,
    error: Option<String>,
    /// Why the last connection has failed.
    reason: Option<String>,
}

impl Heard {
    fn new(tokens: &Tokens) -> Heard {
        Heard { tokens: tokens.clone(), ..Heard::default() }
    }

    /// The latest statistics, once.
    pub fn take_statistics(&self) -> Option<Statistics> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).statistics.take()
    }

    /// The latest error, once.
    pub fn take_error(&self) -> Option<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).error.take()
    }
}

impl ClientContext for Heard {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.tokens.token()
    }

    fn stats(&self, statistics: Statistics) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).statistics = Some(statistics);
    }

    fn error(&self, error: Refusal, reason: &str) {
        // Ends of partitions and the like are no errors; those that are stand in the status, too.
        let told = told_with(&error, reason);
        warn!(error = told, "Kafka");
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // That all brokers are gone says less than why the last one is.
        kept.error = match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AllBrokersDown) => Some(kept.reason.clone().unwrap_or(told)),
            _ => {
                kept.reason = Some(told.clone());
                Some(told)
            }
        };
    }
}

impl ConsumerContext for Heard {}

/// A client that reads.
pub type Consumer = BaseConsumer<Heard>;

/// The client that messages are polled of.
pub fn reader(settings: &KafkaSettings, tokens: &Tokens) -> Result<Consumer, KafkaError> {
    let mut config = common(settings, tokens);
    // What waits in librdkafka is bounded beside what waits for workers.
    preset(&mut config, settings, "queued.max.messages.kbytes", "16384");
    preset(&mut config, settings, "fetch.max.bytes", "16777216");
    // What fits so little is read again soon; by default a second later.
    preset(&mut config, settings, "fetch.queue.backoff.ms", "10");
    preset(&mut config, settings, "fetch.wait.max.ms", "100");
    config.set("statistics.interval.ms", "1000");
    make(&config, tokens)
}

/// The client that asks for metadata, ends and single messages, and commits.
pub fn watcher(settings: &KafkaSettings, tokens: &Tokens) -> Result<Consumer, KafkaError> {
    let mut config = common(settings, tokens);
    config.set("statistics.interval.ms", "0");
    config.set("queued.min.messages", "1");
    preset(&mut config, settings, "fetch.message.max.bytes", "65536");
    make(&config, tokens)
}

/// The same for ends of partitions that are not committed yet.
pub fn of_uncommitted(settings: &KafkaSettings, tokens: &Tokens) -> Result<Consumer, KafkaError> {
    let mut config = common(settings, tokens);
    config.set("isolation.level", "read_uncommitted");
    make(&config, tokens)
}

/// What all clients are made with. Where tokens are needed, their contexts have to give them.
pub fn common(settings: &KafkaSettings, tokens: &Tokens) -> ClientConfig {
    let mut config = ClientConfig::new();
    preset(&mut config, settings, "client.id", "pinflow");
    preset(&mut config, settings, "reconnect.backoff.max.ms", "2000");
    preset(&mut config, settings, "topic.metadata.refresh.interval.ms", "10000");
    tokens.prepare(&mut config);
    for (key, value) in &settings.librdkafka.0 {
        config.set(key, value);
    }
    config.set("bootstrap.servers", &settings.brokers);
    config.set("group.id", settings.group.as_deref().unwrap_or(NO_GROUP));
    config.set("enable.auto.commit", "false");
    config.set("enable.auto.offset.store", "false");
    // Nothing is to be passed over without being counted.
    config.set("auto.offset.reset", "error");
    config.set("isolation.level", "read_committed");
    config.set("allow.auto.create.topics", "false");
    config
}

/// What is better for pinflow than librdkafka's default, unless the configuration knows better still.
fn preset(config: &mut ClientConfig, settings: &KafkaSettings, key: &str, value: &str) {
    if !settings.librdkafka.0.contains_key(key) {
        config.set(key, value);
    }
}

fn make(config: &ClientConfig, tokens: &Tokens) -> Result<Consumer, KafkaError> {
    config.create_with_context(Heard::new(tokens)).map_err(|error| match error {
        Refusal::ClientConfig(_, problem, key, _) => KafkaError::Setting { key, problem },
        error => KafkaError::Settings(error.to_string()),
    })
}
