//! What can be set for Kafka topics as the source. `config/default.toml` describes each key.

use super::check::{number, refused, text};
use super::document::{Entry, Value};
use super::error::ConfigError;
use super::msk_iam::{self, MskIamSettings};
use super::written::Written;
use chrono::DateTime;
use regex_lite::Regex;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How topics are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaSettings {
    /// Where brokers are found.
    pub brokers: String,
    /// Which topics are read.
    pub topics: Topics,
    /// Where a partition is begun that was there at the start.
    pub start: Start,
    /// The archive of the same topics, which is read before them.
    pub backfill: Option<String>,
    /// How long the archive, or a partition of it, may fail before reading stops.
    pub backfill_patience: Duration,
    /// What is done about messages that are gone before they were read.
    pub on_gap: OnGap,
    /// The group that progress is committed for; it is never read.
    pub group: Option<String>,
    /// How topics that are missing are made, if they are.
    pub create_topics: Option<CreateTopics>,
    /// Bytes that wait for workers before reading pauses.
    pub in_flight_max_bytes: usize,
    /// Whose tokens the brokers are shown, if they are AWS MSK's and ask IAM.
    pub msk_iam: Option<MskIamSettings>,
    /// Settings of librdkafka that go before pinflow's own.
    pub librdkafka: LibrdkafkaSettings,
}

/// Which topics are read: names, and expressions that names are held against.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    /// Names.
    pub names: Vec<String>,
    /// Regular expressions.
    pub patterns: Vec<Regex>,
}

impl Topics {
    /// Whether a topic is one of them.
    pub fn has(&self, topic: &str) -> bool {
        self.names.iter().any(|name| name == topic)
            || self.patterns.iter().any(|pattern| pattern.is_match(topic))
    }
}

impl PartialEq for Topics {
    fn eq(&self, other: &Topics) -> bool {
        let patterns = |topics: &Topics| topics.patterns.iter().map(Regex::to_string).collect::<Vec<_>>();
        self.names == other.names && patterns(self) == patterns(other)
    }
}

impl Eq for Topics {}

/// Where a partition is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At its first message.
    Earliest,
    /// At the next message that comes.
    Latest,
    /// At the first message of that time or a later one, in milliseconds since 1970.
    Time(i64),
    /// At that offset, or at the end of a partition that ends before.
    Offset(u64),
}

/// What is done about messages that are gone before they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGap {
    /// Reading stops.
    Fail,
    /// Reading goes on behind them.
    Skip,
    /// They are read from the archive, and waited for if it does not have them either.
    FillFromArchive,
}

/// How a topic is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateTopics {
    /// Its partitions.
    pub partitions: usize,
    /// On how many brokers each of them lies.
    pub replication: usize,
}

/// Names and values that librdkafka is given. Some are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LibrdkafkaSettings(pub BTreeMap<String, String>);

impl fmt::Debug for LibrdkafkaSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// What pinflow relies on, and sets by itself.
const RESERVED: [&str; 12] = [
    "bootstrap.servers",
    "metadata.broker.list",
    "group.id",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.auto.offset.reset",
    "auto.offset.reset",
    "enable.partition.eof",
    "statistics.interval.ms",
    "isolation.level",
    "allow.auto.create.topics",
    "partition.assignment.strategy",
];

/// What the configuration says, and whether topics are the source of a run; else it is the embedded log. All keys are looked
/// at, whichever it is.
pub(super) fn settings(written: &Written) -> Result<(bool, KafkaSettings), ConfigError> {
    let kind = written.get("source.type");
    let is_kafka = match kind.value.text() {
        Some("log") => false,
        Some("kafka") => true,
        _ => return Err(refused(kind, r#""log" or "kafka""#)),
    };
    let brokers = text(written.get("source.brokers"))?;
    let (start, on_gap) = (start(written.get("source.start"))?, on_gap(written.get("source.on_gap"))?);
    let (group, partitions) = (written.get("source.group"), written.get("source.create_topics.partitions"));
    let librdkafka = librdkafka(written, Written::LIBRDKAFKA, &RESERVED)?;
    let settings = KafkaSettings {
        brokers: brokers.clone().unwrap_or_default(),
        topics: topics(written.get("source.topics"))?,
        start,
        backfill: text(written.get("source.backfill"))?,
        backfill_patience: seconds(written.get("source.backfill_patience_seconds"))?,
        on_gap,
        group: text(group)?,
        create_topics: create_topics(
            number(partitions, 0..=100_000)?,
            number(written.get("source.create_topics.replication"), 1..=1000)?,
        ),
        in_flight_max_bytes: number(written.get("source.in_flight_max_bytes"), 1 << 20..=usize::MAX)?,
        msk_iam: msk_iam::settings(written, &librdkafka)?,
        librdkafka,
    };
    if is_kafka && brokers.is_none() {
        return Err(needed(kind, written.get("source.brokers"), "where brokers are found, as \"host:9092\""));
    }
    if is_kafka && settings.topics == Topics::default() {
        return Err(needed(kind, written.get("source.topics"), TOPICS));
    }
    if is_kafka {
        check_archive(written, &settings)?;
    }
    Ok((is_kafka, settings))
}

/// A key that `type` makes necessary: where it is not written, that is what has to be changed.
fn needed(kind: &Entry, entry: &Entry, allowed: &str) -> ConfigError {
    let place = if entry.place.file == kind.place.file { &entry.place } else { &kind.place };
    ConfigError::Value {
        place: place.clone(),
        key: entry.key.to_string(),
        allowed: allowed.to_owned(),
        found: entry.value.to_string(),
    }
}

const TOPICS: &str = "a list of topics: names, or regular expressions that begin with ^";

fn topics(entry: &Entry) -> Result<Topics, ConfigError> {
    let mut topics = Topics::default();
    let listed = entry.value.list().unwrap_or(std::slice::from_ref(&entry.value));
    for topic in listed {
        match topic.text() {
            Some(pattern) if pattern.starts_with('^') => {
                let pattern =
                    Regex::new(pattern).map_err(|error| refused(entry, format!("{TOPICS} ({error})")))?;
                topics.patterns.push(pattern);
            }
            Some(name) if !name.is_empty() => topics.names.push(name.to_owned()),
            _ => return Err(refused(entry, TOPICS)),
        }
    }
    topics.names.sort();
    topics.names.dedup();
    Ok(topics)
}

fn start(entry: &Entry) -> Result<Start, ConfigError> {
    let allowed = "\"earliest\", \"latest\" or a time as \"2025-01-31T00:00:00Z\"";
    match entry.value.text() {
        Some("earliest") => Ok(Start::Earliest),
        Some("latest") => Ok(Start::Latest),
        Some(time) => match DateTime::parse_from_rfc3339(time) {
            Ok(time) if time.timestamp_millis() >= 0 => Ok(Start::Time(time.timestamp_millis())),
            _ => Err(refused(entry, allowed)),
        },
        None => Err(refused(entry, allowed)),
    }
}

fn on_gap(entry: &Entry) -> Result<OnGap, ConfigError> {
    match entry.value.text() {
        Some("fail") => Ok(OnGap::Fail),
        Some("skip") => Ok(OnGap::Skip),
        Some("fill-from-archive") => Ok(OnGap::FillFromArchive),
        _ => Err(refused(entry, "\"fail\", \"skip\" or \"fill-from-archive\"")),
    }
}

/// An archive has the beginning of its topics, and gaps are filled from one that is there.
fn check_archive(written: &Written, settings: &KafkaSettings) -> Result<(), ConfigError> {
    let (on_gap, start) = (written.get("source.on_gap"), written.get("source.start"));
    match &settings.backfill {
        None if settings.on_gap == OnGap::FillFromArchive => {
            Err(refused(on_gap, "\"fail\" or \"skip\" where source.backfill names no archive"))
        }
        Some(_) if settings.start != Start::Earliest => {
            Err(refused(start, "\"earliest\" where source.backfill names an archive, which begins earlier"))
        }
        _ => Ok(()),
    }
}

fn seconds(entry: &Entry) -> Result<Duration, ConfigError> {
    Ok(Duration::from_secs(number(entry, 1..=86_400)? as u64))
}

fn create_topics(partitions: usize, replication: usize) -> Option<CreateTopics> {
    (partitions > 0).then_some(CreateTopics { partitions, replication })
}

/// The settings of a table, none of which may be one that pinflow sets. A name's dots may stand in quotes or not.
pub(super) fn librdkafka(
    written: &Written,
    table: &str,
    reserved: &[&str],
) -> Result<LibrdkafkaSettings, ConfigError> {
    let mut settings = BTreeMap::new();
    for entry in written.within(table) {
        let name = entry.key.0[2..].join(".");
        if reserved.contains(&name.as_str()) {
            return Err(refused(entry, "left out: pinflow depends on how it sets it"));
        }
        let value = match &entry.value {
            Value::Text { expanded, .. } => expanded.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(flag) => flag.to_string(),
            _ => return Err(refused(entry, "a text, a whole number, true or false")),
        };
        settings.insert(name, value);
    }
    Ok(LibrdkafkaSettings(settings))
}
