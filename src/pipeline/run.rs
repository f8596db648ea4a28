//! A run: records arrive at the front door, the log keeps them, the views follow.

use super::archive::{self, ArchiveError, Archiving};
use super::serve::{self, Served, Serving};
use super::source::{self, Feed, Surroundings};
use super::{descriptors, workers};
use crate::buffers::Buffers;
use crate::config::Config;
use crate::dead_letters::live::{self, LiveLettersError};
use crate::dead_letters::{LettersOfRun, LiveLetters};
use crate::deliveries::Deliveries;
use crate::epoch;
use crate::follow::Woken;
use crate::kafka::KafkaError;
use crate::log::LogError;
use crate::lookups::Lookups;
use crate::measured::Measured;
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use crate::running::Running;
use crate::sequencer::{Sequencer, TickLimits};
use crate::views::ViewStore;
use crate::worker::Shared;
use pinflow_dataflows::clean::Fields;
use pinflow_dataflows::names::NameTables;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use timely::communication::WorkerGuards;
use tracing::{info, warn};

/// Records a second that are bulk for each worker: more than workers keep up with when requests have a hundred.
const BULK_RATE_OF_A_WORKER: u64 = 250_000;
/// How long the workers get to end when the run stops. Nothing depends on it: what is not in the views yet is in the log.
const WORKERS_END: Duration = Duration::from_secs(2);

/// A run that goes on.
pub struct Run {
    serving: Serving,
    running: Arc<Running>,
    stop: Arc<AtomicBool>,
    /// Those of the source.
    threads: Vec<JoinHandle<()>>,
    workers: WorkerGuards<()>,
    dead_letters: Arc<LettersOfRun>,
    archiving: Option<Archiving>,
    address: SocketAddr,
    epoch: u64,
}

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {error}; choose another with --data or data", folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Dead letters cannot be kept.
    #[error(transparent)]
    DeadLetters(#[from] LiveLettersError),
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The topics of Kafka cannot be read.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// The source cannot be archived.
    #[error(transparent)]
    Archive(Box<ArchiveError>),
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {error}; choose another address with --listen or listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// A topic of the log has no kind.
    #[error(
        "{topic}: the name does not say of which kind its records are; set kinds.\"{topic}\" in the configuration to \
         \"pin\", \"geo\", \"user\" or \"ignore\""
    )]
    UnknownKind {
        /// The topic.
        topic: String,
    },
    /// A thread or a connection between workers cannot be made.
    #[error("cannot start: {0}")]
    Start(String),
}

impl RunError {
    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        match self {
            RunError::UnknownKind { .. } | RunError::Kafka(_) | RunError::Log(LogError::Settings(_)) => true,
            RunError::Archive(error) => error.is_usage(),
            _ => false,
        }
    }
}

impl Run {
    /// Opens the source, starts the workers and listens. What the source holds is read while requests are taken already.
    pub fn start(config: &Config) -> Result<Run, RunError> {
        let started = Instant::now();
        descriptors::take_all(config);
        let data = &config.live.data;
        let unusable = |error| RunError::Data { folder: data.clone(), error };
        fs::create_dir_all(data).map_err(unusable)?;
        let metrics = Metrics::new();
        let input = source::open(config, &metrics)?;
        let epoch = epoch::next(data).map_err(unusable)?;
        let archiving =
            archive::beside(config, &input).map_err(|error| RunError::Archive(Box::new(error)))?;

        let partitions = Arc::new(Partitions::default());
        let (stop, woken) = (Arc::new(AtomicBool::new(false)), Woken::default());
        let surroundings =
            Surroundings { partitions: partitions.clone(), woken: woken.clone(), stop: stop.clone() };
        let Feed { input, items, buffers, threads } = source::follow(config, input, surroundings)?;
        let live = open_letters(config)?;
        let dead_letters = Arc::new(LettersOfRun { live, partitions: partitions.clone() });
        let sequencer = Arc::new(Sequencer::new(items, tick_limits(config)));
        // Nobody else sets it.
        let _ = woken.set(sequencer.clone());
        let shared = Arc::new(share(config, sequencer, dead_letters.clone(), buffers, epoch)?);
        let workers = workers::start(config.workers, shared.clone()).map_err(RunError::Start)?;
        let running = Arc::new(Running {
            dead_letters: dead_letters.clone(),
            shared,
            partitions,
            input,
            metrics,
            archiver: archiving.as_ref().map(|archiving| archiving.status.clone()),
            epoch,
            started,
        });
        let serving = match serve::start(config, running.clone()) {
            Ok(serving) => serving,
            Err(error) => {
                end_workers(&stop, threads, workers);
                return Err(error);
            }
        };
        let address = serving.address();
        if !address.ip().is_loopback() {
            warn!(%address, "listening for other machines: there is no access control yet");
        }
        info!(%address, data = %data.display(), epoch, workers = config.workers, "started");
        Ok(Run { serving, running, stop, threads, workers, dead_letters, archiving, address, epoch })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its number among the runs on its data folder.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether the views have all that the source held at the start, and nothing is wrong with it.
    pub fn is_ready(&self) -> bool {
        self.running.readiness().is_ok()
    }

    /// Stops: requests that are in progress get their answers, and what was accepted is durable.
    pub fn stop(self) {
        if let Some(archiving) = &self.archiving {
            archiving.begin_to_stop();
        }
        let Served { cut_off } = self.serving.stop();
        if let Some(input) = self.running.input.log() {
            input.log.close();
        }
        if let Some(producer) = self.running.input.producer() {
            producer.close();
        }
        end_workers(&self.stop, self.threads, self.workers);
        self.dead_letters.live.flush();
        if let Some(archiving) = self.archiving {
            // What it failed of was told when it did.
            let _ = archiving.stop();
        }
        info!(cut_off, "stopped");
    }
}

/// Lets the workers end, on a thread of its own: whoever drops their guards waits for as long as they have something to do.
fn end_workers(stop: &AtomicBool, threads: Vec<JoinHandle<()>>, workers: WorkerGuards<()>) {
    stop.store(true, Ordering::Relaxed);
    let ended = std::thread::spawn(move || {
        // None gives anything back; a panic has ended the process.
        threads.into_iter().for_each(|thread| drop(thread.join()));
        let _ = workers::join(workers);
    });
    let deadline = Instant::now() + WORKERS_END;
    while !ended.is_finished() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn share(
    config: &Config,
    sequencer: Arc<Sequencer>,
    dead_letters: Arc<LettersOfRun>,
    buffers: Buffers,
    epoch: u64,
) -> Result<Shared, RunError> {
    let names = Arc::new(NameTables::default());
    let views = Arc::new(ViewStore::new(&names, &config.views, epoch, config.workers));
    let deliveries = Deliveries::start(views.clone()).map_err(|error| RunError::Start(error.to_string()))?;
    Ok(Shared {
        sequencer,
        dead_letters,
        buffers,
        views,
        deliveries: Some(deliveries),
        names,
        settings: config.views.clone(),
        wanted: Fields::OF_VIEWS,
        record_max_bytes: config.limits.record_max_bytes,
        lookups: Lookups::new(config.workers),
        measured: std::iter::repeat_with(Measured::default).take(config.workers).collect(),
    })
}

fn open_letters(config: &Config) -> Result<LiveLetters, RunError> {
    let settings = &config.live.dead_letters;
    let limits = live::Limits {
        file_max_bytes: settings.file_max_bytes as u64,
        max_bytes: settings.max_bytes as u64,
        ..live::Limits::default()
    };
    Ok(LiveLetters::open(&config.live.data.join(live::FOLDER_NAME), limits)?)
}

fn tick_limits(config: &Config) -> TickLimits {
    TickLimits {
        max_records: config.replay.tick_max_records as u64,
        max_time: Duration::from_millis(config.live.tick_max_ms as u64),
        bulk_rate: BULK_RATE_OF_A_WORKER * config.workers as u64,
    }
}
