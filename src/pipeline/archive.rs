//! Archives what the source holds: as a command of its own, or beside a run.

use super::run::RunError;
use super::source;
use crate::archiver::{
    ArchivePlace, Archiver, ArchiverError, ArchiverStatus, PlaceError, Source, Status, Until,
};
use crate::config::{Config, KafkaSettings};
use crate::follow::{Followed, Woken};
use crate::input::{Input, LogInput};
use crate::kafka::{self, KafkaError, KafkaSource, ReachedPartitions, Shared, Tokens};
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use crate::threads;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tracing::error;

/// How often it is looked whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long the source's threads get to end: they may wait for a broker.
const SOURCE_END: Duration = Duration::from_secs(2);

/// An archiver that goes on.
pub struct Archiving {
    archiver: JoinHandle<Result<(), ArchiverError>>,
    /// Those of the source.
    threads: Vec<JoinHandle<()>>,
    /// How far it is.
    pub status: Arc<Status>,
    stop: Arc<AtomicBool>,
}

/// Why nothing is archived, or no more.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is not said where to.
    #[error("archive.to is empty: set it, or --to, to s3://bucket/prefix or a folder")]
    Nowhere,
    /// The embedded log gets nothing while it is not of a run.
    #[error(
        "the embedded log gets no records while it is archived by this command: add --once, or set archive.to for pinflow run"
    )]
    LogWithoutRun,
    /// The place cannot be written to.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The embedded log cannot be opened.
    #[error(transparent)]
    Log(#[from] RunError),
    /// The topics cannot be read.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// It ended early.
    #[error(transparent)]
    Archiver(#[from] ArchiverError),
    /// A thread cannot be started.
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
}

impl ArchiveError {
    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        match self {
            ArchiveError::Nowhere | ArchiveError::LogWithoutRun | ArchiveError::Kafka(_) => true,
            ArchiveError::Place(error) => error.is_usage(),
            ArchiveError::Log(error) => error.is_usage(),
            _ => false,
        }
    }
}

/// How an archiver ended.
#[derive(Clone, Debug)]
pub struct ArchiveSummary {
    /// Where to.
    pub to: String,
    /// How far it came.
    pub status: ArchiverStatus,
    /// Whether it was interrupted.
    pub was_interrupted: bool,
    /// How long it took.
    pub took: Duration,
}

/// Archives until it is interrupted, or has archived all that there was at the start.
pub fn archive(
    config: &Config,
    once: bool,
    interrupted: &AtomicBool,
) -> Result<ArchiveSummary, ArchiveError> {
    let begin = Instant::now();
    let to = config.archive.to.clone().ok_or(ArchiveError::Nowhere)?;
    let until = if once { Until::CaughtUp } else { Until::Failure };
    let archiving = match &config.kafka {
        Some(settings) => {
            let tokens = Tokens::start(settings.msk_iam.as_ref(), &settings.brokers)?;
            of_kafka(config, settings, tokens, until)?
        }
        None if !once => return Err(ArchiveError::LogWithoutRun),
        None => {
            let log = Arc::new(source::open_log(config, &Metrics::new())?);
            source::check_kinds(&log, config)?;
            of_log(config, &LogInput { log, followed: Arc::new(Followed::default()) }, until)?
        }
    };
    let status = archiving.status.clone();
    while !archiving.archiver.is_finished() && !interrupted.load(Ordering::Relaxed) {
        thread::sleep(LOOK_EVERY);
    }
    let was_interrupted = !archiving.archiver.is_finished();
    archiving.stop()?;
    let status = status.lock().clone();
    Ok(ArchiveSummary { to, status, was_interrupted, took: begin.elapsed() })
}

/// Archives beside a run, from now on; nothing if it is not said where to. The group's progress is that of the views.
pub fn beside(config: &Config, input: &Input) -> Result<Option<Archiving>, ArchiveError> {
    if config.archive.to.is_none() {
        return Ok(None);
    }
    match input {
        Input::Kafka(input) => {
            let settings = config.kafka.as_ref().expect("the input is made of it");
            let settings = KafkaSettings { group: None, ..settings.clone() };
            of_kafka(config, &settings, input.tokens.clone(), Until::Stopped).map(Some)
        }
        Input::Log(log) => {
            let log = LogInput { log: log.log.clone(), followed: Arc::new(Followed::default()) };
            of_log(config, &log, Until::Stopped).map(Some)
        }
    }
}

impl Archiving {
    /// It begins no more objects.
    pub fn begin_to_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Waits for the objects that are underway.
    pub fn stop(self) -> Result<(), ArchiverError> {
        self.begin_to_stop();
        let ended = self.archiver.join().expect("a panic has ended the process");
        threads::wait_for_end(&self.threads, SOURCE_END);
        ended
    }
}

fn place(config: &Config) -> Result<ArchivePlace, ArchiveError> {
    let to = config.archive.to.as_deref().ok_or(ArchiveError::Nowhere)?;
    Ok(ArchivePlace::open(to, &config.archive, &config.live.data.join("log"), &config.s3)?)
}

fn of_log(config: &Config, log: &LogInput, until: Until) -> Result<Archiving, ArchiveError> {
    let place = place(config)?;
    let stop = Arc::new(AtomicBool::new(false));
    let partitions = Arc::new(Partitions::default());
    let follower = source::follower(config, log, place.reached.clone(), partitions, stop.clone());
    let buffers = follower.buffers.clone();
    let (items, thread) = follower.start(Woken::default())?;
    let (stopped, ends_at_start) = (Box::new(|| None), Box::new(|| Some(Vec::new())));
    let source = Source { items, buffers, stopped, ends_at_start };
    start(config, place, until, source, Arc::default(), (vec![thread], stop))
}

fn of_kafka(
    config: &Config,
    settings: &KafkaSettings,
    tokens: Tokens,
    until: Until,
) -> Result<Archiving, ArchiveError> {
    let place = place(config)?;
    let stop = Arc::new(AtomicBool::new(false));
    let (of_source, status) = (Arc::<kafka::Status>::default(), Arc::<Status>::default());
    let reached: ReachedPartitions = place.reached.clone();
    let shared = Shared { status: of_source.clone(), tokens, woken: Woken::default(), stop: stop.clone() };
    // What another archive has is not written again.
    let topics_alone = KafkaSettings { backfill: None, ..settings.clone() };
    let mut kafka =
        KafkaSource::new(&topics_alone, config, Arc::new(Partitions::default()), reached, shared)?;
    let told = status.clone();
    kafka.tell(Box::new(move || told.positions()));
    let buffers = kafka.buffers();
    let (items, threads) = kafka.start()?;
    // Whoever waits for the end of what there is does not wait for what nobody makes.
    let needs_all = until == Until::CaughtUp && settings.create_topics.is_none();
    let told = of_source.clone();
    let stopped = Box::new(move || {
        let status = told.lock();
        let missing = status.missing.first().filter(|_| needs_all && status.is_known);
        let missing = missing.map(|topic| format!("topic {topic}: it does not exist"));
        status.stopped.as_ref().map(|why| format!("Kafka is not read any further: {why}")).or(missing)
    });
    let ends_at_start = Box::new(move || {
        let status = of_source.lock();
        let is_all_begun = status.is_known && status.not_begun.is_empty() && status.missing.is_empty();
        let ends = status.partitions.iter().map(|(number, partition)| (*number, partition.end_at_start));
        is_all_begun.then(|| ends.collect())
    });
    let source = Source { items, buffers, stopped, ends_at_start };
    start(config, place, until, source, status, (threads, stop))
}

fn start(
    config: &Config,
    place: ArchivePlace,
    until: Until,
    source: Source,
    status: Arc<Status>,
    (threads, stop): (Vec<JoinHandle<()>>, Arc<AtomicBool>),
) -> Result<Archiving, ArchiveError> {
    let archiver = Archiver::new(&config.archive, place, until, source, status.clone(), stop.clone())?;
    let thread = thread::Builder::new().name("archiver".to_owned());
    let archiver = thread.spawn(move || {
        let ended = archiver.run();
        if let Err(error) = &ended {
            error!(%error, "nothing more is archived");
        }
        ended
    })?;
    Ok(Archiving { archiver, threads, status, stop })
}
