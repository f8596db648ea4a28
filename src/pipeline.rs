//! Runs a replay: an archive in, the views and what was counted out.

use crate::archive::{self, ArchiveError, Limits};
use crate::buffers::Buffers;
use crate::config::Config;
use crate::decode::Counts;
use crate::sequencer::Sequencer;
use crate::tables::Tables;
use crate::worker::{self, Outcome, Shared, Times};
use pinflow_dataflows::clean::Fields;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::state::Size;
use std::path::Path;
use std::sync::Arc;
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
    /// Seconds by phase.
    pub seconds: Seconds,
    /// What the state takes.
    pub size: Size,
    /// Bytes of names.
    pub name_bytes: usize,
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
    /// A thread or a connection between workers cannot be made.
    #[error("cannot start workers: {0}")]
    Start(String),
}

impl ReplayError {
    /// Whether the configuration has to be changed.
    pub fn is_configuration(&self) -> bool {
        matches!(self, ReplayError::Archive(ArchiveError::UnknownKind { .. }))
    }
}

/// Replays the archive below `root`. With `clean_all`, every field is cleaned and counted, not only what views need.
pub fn replay(root: &Path, config: &Config, clean_all: bool) -> Result<Replayed, ReplayError> {
    let start = Instant::now();
    let partitions = archive::list(root, &config.kinds)?;
    let listed = Instant::now();

    let limits = Limits {
        block_bytes: config.replay.block_bytes,
        record_max_bytes: config.limits.record_max_bytes,
        prefetch_blocks: config.replay.prefetch_blocks,
        readers: config.replay.readers,
    };
    let buffers = Buffers::new(limits.prefetch_blocks + limits.readers, 2 * limits.block_bytes);
    let blocks = archive::read_all(partitions, limits, &buffers)
        .map_err(|error| ReplayError::Start(error.to_string()))?;
    let shared = Arc::new(Shared {
        sequencer: Sequencer::new(blocks, config.replay.tick_max_records as u64),
        buffers,
        names: NameTables::default(),
        settings: config.views.clone(),
        wanted: if clean_all { Fields::ALL } else { Fields::OF_VIEWS },
        record_max_bytes: config.limits.record_max_bytes,
    });
    let outcomes = run_workers(config.workers, &shared)?;
    let duplicates = shared.sequencer.finish()?;

    let finished = Instant::now();
    let mut summary = Summary { duplicates, ..summarise(&outcomes) };
    let rows = outcomes.into_iter().flat_map(|outcome| outcome.rows).collect();
    let tables = Tables::new(rows, &shared.names, &config.views);
    summary.name_bytes = name_bytes(&shared.names);
    summary.seconds.list = listed - start;
    summary.seconds.sort = finished.elapsed();
    summary.seconds.total = start.elapsed();
    Ok(Replayed { tables, summary })
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
