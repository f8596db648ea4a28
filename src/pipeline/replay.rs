//! A replay: an archive in, the views and what was counted out.

use super::workers;
use crate::archive::{self, ArchiveError, Limits, Listing, Partition, Source};
use crate::buffers::Buffers;
use crate::config::Config;
use crate::dead_letters::{DeadLetters, DeadLettersError, Letters};
use crate::decode::Counts;
use crate::lookups::Lookups;
use crate::measured::{Measured, Measurement, Times};
use crate::progress::Progress;
use crate::sequencer::{Sequencer, TickLimits};
use crate::store::StoreError;
use crate::tables::Tables;
use crate::views::ViewStore;
use crate::worker::Shared;
use pinflow_dataflows::clean::Fields;
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::state::Size;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What a replay gives.
#[derive(Debug)]
pub struct Replayed {
    /// All views.
    pub tables: Tables,
    /// What was read, and what became of it.
    pub summary: Summary,
}

/// What was read, what became of it, and what it took.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// By kind: messages, rejects, malformed fields.
    pub counts: Counts,
    /// Positions dropped because they had been reached before.
    pub duplicates: u64,
    /// Accepted records that are not the latest of their `ind` and kind.
    pub superseded: u64,
    /// Objects that could not be read, or not to their end.
    pub faults: u64,
    /// The first dead letters, for people.
    pub first_letters: Vec<String>,
    /// Seconds by phase.
    pub seconds: Seconds,
    /// What the state takes.
    pub size: Size,
    /// Bytes of names.
    pub name_bytes: usize,
}

impl Summary {
    /// Messages that were rejected.
    pub fn rejects(&self) -> u64 {
        Kind::ALL.iter().map(|kind| self.counts[*kind].messages() - self.counts[*kind].accepted).sum()
    }
}

/// Where the time went. Decoding, graph and waiting are the workers' times added up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seconds {
    /// Finding the objects.
    pub list: Duration,
    /// Decoding.
    pub decode: Duration,
    /// The graph.
    pub graph: Duration,
    /// Waiting for blocks or for other workers.
    pub wait: Duration,
    /// Putting the views' rows in order.
    pub sort: Duration,
    /// All of it, by the clock.
    pub total: Duration,
}

/// Why a replay cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Dead letters cannot be written.
    #[error(transparent)]
    DeadLetters(#[from] DeadLettersError),
    /// A thread or a connection between workers cannot be made.
    #[error("cannot start workers: {0}")]
    Start(String),
}

impl ReplayError {
    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        match self {
            ReplayError::Archive(ArchiveError::UnknownKind { .. }) => true,
            ReplayError::Archive(ArchiveError::Store(error)) => error.is_usage(),
            _ => false,
        }
    }
}

/// What to replay, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folders and `s3://bucket/prefix`, each as `SOURCE` or `ALIAS=SOURCE`.
    pub sources: Vec<String>,
    /// Clean and count every field, not only what views need.
    pub clean_all: bool,
    /// The folder that dead letters are written to.
    pub dead_letters: Option<PathBuf>,
    /// Show how far it is on standard error.
    pub progress: bool,
}

/// Replays archives into the views.
pub fn replay(options: &Options, config: &Config) -> Result<Replayed, ReplayError> {
    let start = Instant::now();
    let sources = options.sources.iter().map(|source| Source::open(source, &config.s3));
    let sources = Arc::new(sources.collect::<Result<Vec<Source>, StoreError>>().map_err(ArchiveError::from)?);
    let Listing { partitions, faults, is_below_topics: _ } = archive::list(&sources, &config.kinds)?;
    let names = partitions.iter().map(|partition| partition.name.clone()).collect();
    let dead_letters = Arc::new(DeadLetters::new(names, options.dead_letters.as_deref())?);
    dead_letters.unread(faults);
    let listed = Instant::now();

    let progress = Arc::new(Progress::default());
    count_all(&partitions, &progress);
    let shown = options.progress.then(|| progress.show()).transpose();
    let shown = shown.map_err(|error| ReplayError::Start(error.to_string()))?;
    let limits = Limits::of(config);
    let buffers = Buffers::new(limits.prefetch_blocks + limits.readers, 2 * limits.block_bytes);
    let items = archive::read_all(partitions, &sources, limits, &buffers, &progress)
        .map_err(|error| ReplayError::Start(error.to_string()))?;
    let names = Arc::new(NameTables::default());
    let shared = Arc::new(Shared {
        sequencer: Arc::new(Sequencer::new(items, tick_limits(config))),
        dead_letters: dead_letters.clone(),
        buffers,
        views: Arc::new(ViewStore::new(&names, &config.views, 0, config.workers)),
        deliveries: None,
        names,
        settings: config.views.clone(),
        wanted: if options.clean_all { Fields::ALL } else { Fields::OF_VIEWS },
        record_max_bytes: config.limits.record_max_bytes,
        lookups: Lookups::new(config.workers),
        measured: std::iter::repeat_with(Measured::default).take(config.workers).collect(),
    });
    workers::start(config.workers, shared.clone()).and_then(workers::join).map_err(ReplayError::Start)?;
    drop(shown);
    if let Some(failure) = shared.sequencer.take_failure() {
        return Err(ArchiveError::from(failure).into());
    }

    let finished = Instant::now();
    if let Some(folder) = &options.dead_letters {
        dead_letters.write(folder)?;
    }
    let mut summary = summarise(&Measurement::of_all(&shared.measured));
    summary.duplicates = shared.sequencer.duplicates();
    summary.faults = dead_letters.faults();
    summary.first_letters = dead_letters.first();
    let tables = Tables::of(&shared.views.snapshot(), &config.views.age_groups);
    summary.name_bytes = name_bytes(&shared.names);
    summary.seconds.list = listed - start;
    summary.seconds.sort = finished.elapsed();
    summary.seconds.total = start.elapsed();
    Ok(Replayed { tables, summary })
}

/// A replay is behind its sources from beginning to end, so time closes no tick.
fn tick_limits(config: &Config) -> TickLimits {
    TickLimits {
        max_records: config.replay.tick_max_records as u64,
        max_time: Duration::MAX,
        bulk_rate: u64::MAX,
    }
}

fn count_all(partitions: &[Partition], progress: &Progress) {
    let objects = || partitions.iter().flat_map(|partition| &partition.objects);
    progress.all_objects.store(objects().count() as u64, Ordering::Relaxed);
    progress.all_bytes.store(objects().map(|object| object.found.bytes).sum(), Ordering::Relaxed);
}

/// What the workers have counted.
fn summarise(measured: &Measurement) -> Summary {
    let Times { decode, graph, wait } = measured.times;
    Summary {
        counts: measured.counts.clone(),
        superseded: measured.superseded,
        size: measured.size,
        seconds: Seconds { decode, graph, wait, ..Seconds::default() },
        ..Summary::default()
    }
}

fn name_bytes(names: &NameTables) -> usize {
    names.posters.bytes() + names.categories.bytes() + names.countries.bytes() + names.people.bytes()
}
