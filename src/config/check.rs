//! The configuration as checked: what each key may be, and how the program gets it.

use super::archive;
use super::document::Entry;
use super::error::ConfigError;
use super::front_door;
use super::kafka;
use super::kinds::{Kinds, Mapping};
use super::written::Written;
use super::{
    Config, DeadLetterSettings, HttpSettings, KinesisSettings, Limits, Live, LogSettings, Replay, S3Settings,
};
use pinflow_dataflows::row::{AgeGroups, Settings};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::thread;

const KIB: usize = 1 << 10;
pub(super) const MIB: usize = 1 << 20;
const GIB: usize = 1 << 30;
const MINUTE_MS: usize = 60_000;

pub(super) const WORKERS: RangeInclusive<usize> = 1..=1024;
pub(super) const K: RangeInclusive<usize> = 1..=1000;

/// All values, each within its bounds.
pub(super) fn config(written: &Written) -> Result<Config, ConfigError> {
    let (kinds, (is_kafka, kafka_clients)) = (kinds(written)?, kafka::settings(written)?);
    let kafka = is_kafka.then(|| kafka_clients.clone());
    let front_door = front_door::settings(written, kafka.as_ref(), &kinds)?;
    Ok(Config {
        workers: workers(written.get("workers"))?,
        views: Settings {
            k: number(written.get("views.k"), K)?,
            age_groups: age_groups(written.get("views.age_groups"))?,
        },
        kinds,
        limits: Limits { record_max_bytes: number(written.get("limits.record_max_bytes"), 1..=64 * MIB)? },
        replay: Replay {
            block_bytes: number(written.get("replay.block_bytes"), 4 * KIB..=64 * MIB)?,
            prefetch_blocks: number(written.get("replay.prefetch_blocks"), 1..=4096)?,
            readers: number(written.get("replay.readers"), 1..=256)?,
            tick_max_records: number(written.get("replay.tick_max_records"), 1..=usize::MAX)?,
        },
        s3: s3(written)?,
        kinesis: kinesis(written)?,
        kafka,
        kafka_clients,
        front_door,
        archive: archive::settings(written)?,
        live: live(written)?,
    })
}

/// Days that no clock has counted yet.
const DAYS_MAX: usize = 1_000_000;

fn live(written: &Written) -> Result<Live, ConfigError> {
    let number = |key: &str, allowed| number(written.get(key), allowed);
    let set = |number: usize| (number > 0).then_some(number);
    let listen = written.get("listen");
    let body_max_bytes = number("http.body_max_bytes", KIB..=GIB)?;
    let file_max_bytes = number("dead_letters.file_max_bytes", 64 * KIB..=GIB)?;
    Ok(Live {
        data: text(written.get("data"))?.ok_or_else(|| refused(written.get("data"), "a folder"))?.into(),
        listen: listen.value.text().and_then(address).ok_or_else(|| refused(listen, ADDRESS))?,
        tick_max_ms: number("live.tick_max_ms", 1..=MINUTE_MS)?,
        lag_max_bytes: number("live.lag_max_bytes", MIB..=usize::MAX)?,
        log: LogSettings {
            partitions: number("log.partitions", 1..=1024)?,
            topics: number("log.topics", 1..=1000)?,
            segment_bytes: number("log.segment_bytes", 4 * KIB..=usize::MAX)?,
            queue_bytes: number("log.queue_bytes", MIB..=GIB)?,
            retention_bytes: set(number("log.retention_bytes", 0..=usize::MAX)?),
            retention_days: set(number("log.retention_days", 0..=DAYS_MAX)?),
        },
        http: HttpSettings {
            connections: number("http.connections", 1..=1_000_000)?,
            body_max_bytes,
            in_flight_max_bytes: number("http.in_flight_max_bytes", body_max_bytes..=usize::MAX)?,
            kafka_records: number("http.kafka_records", 1..=1_000_000)?,
            kinesis_records: number("http.kinesis_records", 1..=1_000_000)?,
            ingest_records: number("http.ingest_records", 1..=10_000_000)?,
            header_timeout_ms: number("http.header_timeout_ms", 1..=60 * MINUTE_MS)?,
            body_timeout_ms: number("http.body_timeout_ms", 1..=60 * MINUTE_MS)?,
        },
        dead_letters: DeadLetterSettings {
            file_max_bytes,
            max_bytes: number("dead_letters.max_bytes", 2 * file_max_bytes..=usize::MAX)?,
        },
    })
}

/// What an address has to be.
pub(super) const ADDRESS: &str = "an address and a port, as \"127.0.0.1:8080\" or \"[::1]:8080\"";

/// An address as it is written.
pub(super) fn address(text: &str) -> Option<SocketAddr> {
    let text =
        text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().ok()
}

fn s3(written: &Written) -> Result<S3Settings, ConfigError> {
    Ok(S3Settings {
        region: text(written.get("s3.region"))?,
        endpoint: endpoint(written.get("s3.endpoint"))?,
        path_style: flag_of(written.get("s3.path_style"))?,
        profile: text(written.get("s3.profile"))?,
        role_arn: text(written.get("s3.role_arn"))?,
        access_key: None,
        fetch_concurrency: number(written.get("s3.fetch_concurrency"), 1..=1024)?,
        part_bytes: number(written.get("s3.part_bytes"), 64 * KIB..=GIB)?,
        buffer_bytes: number(written.get("s3.buffer_bytes"), MIB..=8 * GIB)?,
        retry_max_attempts: number(written.get("s3.retry_max_attempts"), 1..=100)?,
        retry_max_backoff_ms: number(written.get("s3.retry_max_backoff_ms"), 1..=10 * MINUTE_MS)?,
        read_timeout_ms: number(written.get("s3.read_timeout_ms"), 1..=60 * MINUTE_MS)?,
        connect_timeout_ms: number(written.get("s3.connect_timeout_ms"), 1..=60 * MINUTE_MS)?,
    })
}

fn kinesis(written: &Written) -> Result<KinesisSettings, ConfigError> {
    Ok(KinesisSettings {
        region: text(written.get("kinesis.region"))?,
        endpoint: endpoint(written.get("kinesis.endpoint"))?,
        profile: text(written.get("kinesis.profile"))?,
        role_arn: text(written.get("kinesis.role_arn"))?,
    })
}

/// A number that the command line gives.
pub(super) fn flag(
    flag: &'static str,
    number: usize,
    allowed: RangeInclusive<usize>,
) -> Result<usize, ConfigError> {
    if !allowed.contains(&number) {
        return Err(ConfigError::Flag { flag, allowed: format!("{} to {}", allowed.start(), allowed.end()) });
    }
    Ok(number)
}

pub(super) fn number(entry: &Entry, allowed: RangeInclusive<usize>) -> Result<usize, ConfigError> {
    entry.value.whole_number().filter(|number| allowed.contains(number)).ok_or_else(|| {
        refused(
            entry,
            match *allowed.end() {
                usize::MAX => format!("a whole number of at least {}", allowed.start()),
                end => format!("a whole number from {} to {end}", allowed.start()),
            },
        )
    })
}

/// A text; nothing if it is empty.
pub(super) fn text(entry: &Entry) -> Result<Option<String>, ConfigError> {
    let text = entry.value.text().ok_or_else(|| refused(entry, "a text"))?;
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn endpoint(entry: &Entry) -> Result<Option<String>, ConfigError> {
    let is_address = |text: &String| text.starts_with("http://") || text.starts_with("https://");
    match text(entry)? {
        Some(endpoint) if !is_address(&endpoint) => {
            Err(refused(entry, "empty, or begin with \"http://\" or \"https://\""))
        }
        endpoint => Ok(endpoint),
    }
}

pub(super) fn flag_of(entry: &Entry) -> Result<bool, ConfigError> {
    entry.value.boolean().ok_or_else(|| refused(entry, "true or false"))
}

fn workers(entry: &Entry) -> Result<usize, ConfigError> {
    if entry.value.text() == Some("auto") {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        return Ok(cores.min(*WORKERS.end()));
    }
    let number = entry.value.whole_number().filter(|number| WORKERS.contains(number));
    number.ok_or_else(|| refused(entry, "\"auto\" or a whole number from 1 to 1024"))
}

fn age_groups(entry: &Entry) -> Result<AgeGroups, ConfigError> {
    let last_ages = || {
        let ages = entry.value.list()?.iter().map(|age| u8::try_from(age.whole_number()?).ok());
        AgeGroups::new(ages.collect::<Option<_>>()?)
    };
    last_ages().ok_or_else(|| refused(entry, "a list of rising whole numbers below 150"))
}

fn kinds(written: &Written) -> Result<Kinds, ConfigError> {
    written
        .within(Written::KINDS)
        .map(|entry| {
            let mapping = entry.value.text().and_then(Mapping::from_name);
            let mapping = mapping.ok_or_else(|| refused(entry, r#""pin", "geo", "user" or "ignore""#))?;
            Ok((entry.key.name().to_string(), mapping))
        })
        .collect()
}

pub(super) fn refused(entry: &Entry, allowed: impl Into<String>) -> ConfigError {
    ConfigError::Value {
        place: entry.place.clone(),
        key: entry.key.to_string(),
        allowed: allowed.into(),
        found: entry.value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::super::expand::Surroundings;
    use super::*;
    use std::path::Path;

    fn checked(text: &str) -> Result<Config, ConfigError> {
        let variable = |name: &str| (name == "K").then(|| "7".into());
        let surroundings = Surroundings { folder: Path::new(""), variable: &variable };
        let mut written = Written::shipped();
        written.overlay(document::parse(text, "test.toml", &surroundings)?)?;
        config(&written)
    }

    /// A key in the shipped file that nothing reads would be accepted and do nothing.
    #[test]
    fn every_shipped_key_is_read() {
        for key in Written::shipped().fixed_keys() {
            let error = checked(&format!("{key} = 2000-01-01")).expect_err("no key takes a date");
            let start = format!("test.toml:1: {key} must be ");
            assert!(error.to_string().starts_with(&start), "{error}");
        }
    }

    #[test]
    fn numbers_may_come_from_the_environment() {
        let config =
            checked("workers = \"${K}\"\n[views]\nk = \"${K}00\"\nage_groups = [\"${K}\", 20]").unwrap();
        assert_eq!((config.workers, config.views.k), (7, 700));
        assert_eq!(config.views.age_groups.label(1), "8-20");
        let error = checked("views.k = \"${K}000\"").unwrap_err().to_string();
        let expected = "views.k must be a whole number from 1 to 1000, found the expansion of \"${K}000\"";
        assert_eq!(error, format!("test.toml:1: {expected}"));
    }
}
