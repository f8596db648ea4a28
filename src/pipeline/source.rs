//! What a run reads: opened, and followed from now on.

use super::run::RunError;
use crate::archive::{Items, Limits};
use crate::buffers::Buffers;
use crate::config::{Config, KafkaSettings};
use crate::follow::{Followed, Follower, Woken};
use crate::input::{Input, KafkaInput, LogInput};
use crate::kafka::produce::{ProducerSettings, TopicProducer};
use crate::kafka::{self, KafkaSource, ReachedPartitions, Shared, Tokens};
use crate::log::{self, Log, Opened};
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;
use std::time::Duration;
use tracing::warn;

/// What the log is called in dead letters and in answers.
const LOG: &str = "log";

/// A source that is followed.
pub struct Feed {
    /// For those who ask about it.
    pub input: Input,
    /// What comes of it.
    pub items: Items,
    /// Where buffers of decoded blocks go.
    pub buffers: Buffers,
    /// Its threads.
    pub threads: Vec<JoinHandle<()>>,
}

/// What a source is given.
pub struct Surroundings {
    /// Where it numbers partitions.
    pub partitions: Arc<Partitions>,
    /// Who is woken when something has come.
    pub woken: Woken,
    /// Set when it has to end.
    pub stop: Arc<AtomicBool>,
}

/// Opens the source that the configuration names. Nobody else uses the data folder then.
pub fn open(config: &Config, metrics: &Metrics) -> Result<Input, RunError> {
    match &config.kafka {
        None => {
            let log = Arc::new(open_log(config, metrics)?);
            check_kinds(&log, config)?;
            Ok(Input::Log(LogInput { log, followed: Arc::new(Followed::default()) }))
        }
        Some(settings) => {
            let data = &config.live.data;
            let lock = lock(data).map_err(|error| RunError::Data { folder: data.clone(), error })?;
            let source = kafka::source_name(settings);
            let tokens = Tokens::start(settings.msk_iam.as_ref(), &settings.brokers)?;
            let producer = TopicProducer::start(ProducerSettings::of_run(config, settings), &tokens)?;
            Ok(Input::Kafka(KafkaInput {
                source,
                status: Arc::default(),
                producer: Arc::new(producer),
                tokens,
                lock,
            }))
        }
    }
}

/// Follows it.
pub fn follow(config: &Config, input: Input, surroundings: Surroundings) -> Result<Feed, RunError> {
    match &input {
        Input::Log(log) => {
            let follower =
                follower(config, log, ReachedPartitions::new(), surroundings.partitions, surroundings.stop);
            let buffers = follower.buffers.clone();
            let (items, thread) = follower.start(surroundings.woken).map_err(cannot_start)?;
            Ok(Feed { input, items, buffers, threads: vec![thread] })
        }
        Input::Kafka(kafka) => {
            let settings = config.kafka.as_ref().expect("the input is made of it");
            let source = kafka_source(config, settings, kafka, surroundings)?;
            let buffers = source.buffers();
            let (items, threads) = source.start().map_err(cannot_start)?;
            Ok(Feed { input, items, buffers, threads })
        }
    }
}

/// What follows the log, from where partitions were reached before.
pub(super) fn follower(
    config: &Config,
    input: &LogInput,
    reached: ReachedPartitions,
    partitions: Arc<Partitions>,
    stop: Arc<AtomicBool>,
) -> Follower {
    let limits = Limits { readers: 1, ..Limits::of(config) };
    Follower {
        log: input.log.clone(),
        source: LOG.to_owned(),
        kinds: config.kinds.clone(),
        partitions,
        limits,
        buffers: Buffers::new(limits.prefetch_blocks + limits.readers, 2 * limits.block_bytes),
        followed: input.followed.clone(),
        reached,
        stop,
    }
}

fn kafka_source(
    config: &Config,
    settings: &KafkaSettings,
    input: &KafkaInput,
    surroundings: Surroundings,
) -> Result<KafkaSource, RunError> {
    let Surroundings { partitions, woken, stop } = surroundings;
    let (status, tokens) = (input.status.clone(), input.tokens.clone());
    let shared = Shared { status, tokens, woken, stop };
    Ok(KafkaSource::new(settings, config, partitions, ReachedPartitions::new(), shared)?)
}

/// As the embedded log does with its own folder.
fn lock(data: &Path) -> io::Result<File> {
    let lock = File::create(data.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(io::Error::other("another process uses it")),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

pub(super) fn open_log(config: &Config, metrics: &Metrics) -> Result<Log, RunError> {
    let settings = &config.live.log;
    let fsync = metrics.fsync_seconds.clone();
    let settings = log::Settings {
        partitions: settings.partitions as u32,
        topics_max: settings.topics,
        segment_bytes: settings.segment_bytes as u64,
        queue_bytes: settings.queue_bytes,
        retention_bytes: settings.retention_bytes.map(|bytes| bytes as u64),
        retention_days: settings.retention_days.map(|days| days as u32),
        fsync_observer: Some(Arc::new(move |took: Duration| fsync.observe(took.as_secs_f64()))),
        ..log::Settings::default()
    };
    let wanted = settings.partitions;
    let Opened { log, repairs, .. } = Log::open(config.live.data.join("log"), settings)?;
    for repair in repairs {
        warn!(file = %repair.file.display(), byte = repair.byte, bytes_cut = repair.bytes_cut, why = repair.why, "the log was repaired");
    }
    if log.partitions() != wanted {
        warn!(partitions = log.partitions(), wanted, "log.partitions is what the log was made with");
    }
    Ok(log)
}

/// Topics come into the log by the front door, which takes those that have a kind; but the configuration may have changed.
pub(super) fn check_kinds(log: &Log, config: &Config) -> Result<(), RunError> {
    let committed = log.committed();
    let unknown = committed.ends.iter().find(|end| config.kinds.of(&end.topic).is_none());
    unknown.map_or(Ok(()), |end| Err(RunError::UnknownKind { topic: end.topic.to_string() }))
}

fn cannot_start(error: io::Error) -> RunError {
    RunError::Start(error.to_string())
}
