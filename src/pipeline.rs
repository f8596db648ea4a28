//! Runs a replay: an archive in, the views and what was counted out.

use crate::archive::{self, ArchiveError, Limits, Listing, Partition, Source};
use crate::buffers::Buffers;
use crate::config::Config;
use crate::dead_letters::{DeadLetters, DeadLettersError};
use crate::decode::Counts;
use crate::progress::Progress;
use crate::sequencer::Sequencer;
use crate::store::StoreError;
use crate::tables::Tables;
use crate::worker::{self, Outcome, Shared, Times};
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
    let Listing { partitions, faults } = archive::list(&sources, &config.kinds)?;
    let names = partitions.iter().map(|partition| partition.name.clone()).collect();
    let dead_letters = DeadLetters::new(names, options.dead_letters.as_deref())?;
    dead_letters.unread(faults);
    let listed = Instant::now();

    let progress = Arc::new(Progress::default());
    count_all(&partitions, &progress);
    let shown = options.progress.then(|| progress.show()).transpose();
    let shown = shown.map_err(|error| ReplayError::Start(error.to_string()))?;
    let limits = Limits {
        block_bytes: config.replay.block_bytes,
        record_max_bytes: config.limits.record_max_bytes,
        prefetch_blocks: config.replay.prefetch_blocks,
        readers: config.replay.readers,
    };
    let buffers = Buffers::new(limits.prefetch_blocks + limits.readers, 2 * limits.block_bytes);
    let items = archive::read_all(partitions, &sources, limits, &buffers, &progress)
        .map_err(|error| ReplayError::Start(error.to_string()))?;
    let shared = Arc::new(Shared {
        sequencer: Sequencer::new(items, config.replay.tick_max_records as u64),
        dead_letters,
        buffers,
        names: NameTables::default(),
        settings: config.views.clone(),
        wanted: if options.clean_all { Fields::ALL } else { Fields::OF_VIEWS },
        record_max_bytes: config.limits.record_max_bytes,
    });
    let outcomes = run_workers(config.workers, &shared)?;
    drop(shown);
    if let Some(failure) = shared.sequencer.take_failure() {
        return Err(ArchiveError::from(failure).into());
    }

    let finished = Instant::now();
    if let Some(folder) = &options.dead_letters {
        shared.dead_letters.write(folder)?;
    }
    let mut summary = summarise(&outcomes);
    summary.duplicates = shared.sequencer.duplicates();
    summary.faults = shared.dead_letters.faults();
    summary.first_letters = shared.dead_letters.first();
    let rows = outcomes.into_iter().flat_map(|outcome| outcome.rows).collect();
    let tables = Tables::new(rows, &shared.names, &config.views);
    summary.name_bytes = name_bytes(&shared.names);
    summary.seconds.list = listed - start;
    summary.seconds.sort = finished.elapsed();
    summary.seconds.total = start.elapsed();
    Ok(Replayed { tables, summary })
}

fn count_all(partitions: &[Partition], progress: &Progress) {
    let objects = || partitions.iter().flat_map(|partition| &partition.objects);
    progress.all_objects.store(objects().count() as u64, Ordering::Relaxed);
    progress.all_bytes.store(objects().map(|object| object.found.bytes).sum(), Ordering::Relaxed);
}

fn run_workers(workers: usize, shared: &Arc<Shared>) -> Result<Vec<Outcome>, ReplayError> {
    let config = if workers == 1 { timely::Config::thread() } else { timely::Config::process(workers) };
    let shared = shared.clone();
    let guards =
        timely::execute(config, move |worker| worker::run(worker, &shared)).map_err(ReplayError::Start)?;
    guards.join().into_iter().map(|outcome| outcome.map_err(ReplayError::Start)).collect()
}

fn summarise(outcomes: &[Outcome]) -> Summary {
    let mut summary = Summary::default();
    for outcome in outcomes {
        let Times { decode, graph, wait } = outcome.times;
        summary.counts.add(&outcome.counts);
        summary.superseded += outcome.superseded;
        summary.size.add(&outcome.size);
        summary.seconds.decode += decode;
        summary.seconds.graph += graph;
        summary.seconds.wait += wait;
    }
    summary
}

fn name_bytes(names: &NameTables) -> usize {
    names.posters.bytes() + names.categories.bytes() + names.countries.bytes() + names.people.bytes()
}
