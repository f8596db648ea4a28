//! Runs the graphs on the rows of some ticks and tells what their views show after each.

use differential_dataflow::VecCollection;
use differential_dataflow::input::Input;
use pinflow_dataflows::chunk::Chunks;
use pinflow_dataflows::graph;
use pinflow_dataflows::plain;
use pinflow_dataflows::row::{Diff, Row, Settings, Tick};
use pinflow_dataflows::view::ViewRow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use timely::dataflow::operators::Input as _;
use timely::dataflow::operators::probe::Handle;
use timely::worker::Worker;

/// What to compute.
#[derive(Clone, Debug)]
pub struct Run {
    /// What the views are computed with.
    pub settings: Settings,
    /// How many threads compute.
    pub workers: usize,
    /// How many ticks may be open at once, at least 1.
    pub open_ticks: usize,
    /// The rows of each tick in the order in which they are fed, each with the worker that they are fed to.
    pub ticks: Vec<Vec<(usize, Row)>>,
}

/// The graphs that must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Graph {
    Plain,
    Fast,
}

/// What a graph's views show, each row with how often it is there: once, if all is well.
pub type Shown = BTreeMap<ViewRow, Diff>;

type Change = (Graph, ViewRow, Tick, Diff);

/// Far more than the slowest tick takes.
const TICK_LIMIT: Duration = Duration::from_secs(60);

/// What each graph shows after each tick; an error if a worker panicked or a tick never closed.
pub fn run(run: &Run) -> Result<BTreeMap<Graph, Vec<Shown>>, String> {
    let mut by_tick: BTreeMap<(Graph, Tick), Shown> = BTreeMap::new();
    for (graph, row, tick, diff) in changes(run)? {
        *by_tick.entry((graph, tick)).or_default().entry(row).or_default() += diff;
    }
    let mut result = BTreeMap::new();
    for graph in [Graph::Plain, Graph::Fast] {
        let mut shown = Shown::new();
        let mut after_ticks = Vec::new();
        for tick in 0..run.ticks.len() {
            for (row, diff) in by_tick.remove(&(graph, tick as Tick)).unwrap_or_default() {
                *shown.entry(row).or_default() += diff;
            }
            shown.retain(|_, diff| *diff != 0);
            after_ticks.push(shown.clone());
        }
        result.insert(graph, after_ticks);
    }
    if by_tick.is_empty() { Ok(result) } else { Err(format!("changes after the last tick: {by_tick:?}")) }
}

/// All changes of all views. A panic in one worker would leave the others waiting for ever, so each worker catches its
/// own, and all give up once one has.
fn changes(run: &Run) -> Result<Vec<Change>, String> {
    let run = run.clone();
    let failed = Arc::new(AtomicBool::new(false));
    let workers = timely::execute(timely::Config::process(run.workers), move |worker| {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(worker, &run, &failed)));
        if outcome.is_err() {
            failed.store(true, Ordering::Relaxed);
        }
        for dataflow in worker.installed_dataflows() {
            worker.drop_dataflow(dataflow);
        }
        outcome.map_err(|_| format!("worker {} panicked", worker.index()))
    })?;
    let outcomes: Result<Vec<_>, String> = workers.join().into_iter().map(|outcome| outcome?).collect();
    Ok(outcomes?.into_iter().flatten().collect())
}

fn work(worker: &mut Worker, run: &Run, failed: &AtomicBool) -> Vec<Change> {
    let probe = Handle::new();
    let changes = Rc::new(RefCell::new(Vec::new()));
    let (mut plain_input, mut fast_input) = worker.dataflow(|scope| {
        let (plain_input, rows) = scope.new_collection();
        watch(Graph::Plain, plain::build(rows, &run.settings), &probe, &changes);
        let (fast_input, chunks) = scope.new_input();
        watch(Graph::Fast, graph::build(chunks, &run.settings).views, &probe, &changes);
        (plain_input, fast_input)
    });
    let mut chunks = Chunks::new(run.workers);
    for (tick, rows) in run.ticks.iter().enumerate() {
        for (_, row) in rows.iter().filter(|(owner, _)| *owner == worker.index()) {
            plain_input.insert(*row);
            chunks.push(row, &mut |chunk| fast_input.send(chunk));
        }
        chunks.flush(&mut |chunk| fast_input.send(chunk));
        let next_tick = tick as Tick + 1;
        plain_input.advance_to(next_tick);
        plain_input.flush();
        fast_input.advance_to(next_tick);
        let closed = next_tick.saturating_sub(run.open_ticks as Tick - 1);
        step_while(worker, || probe.less_than(&closed), failed);
    }
    plain_input.close();
    fast_input.close();
    step_while(worker, || !probe.done(), failed);
    changes.take()
}

fn watch<'s>(
    graph: Graph,
    views: VecCollection<'s, Tick, ViewRow, Diff>,
    probe: &Handle<Tick>,
    changes: &Rc<RefCell<Vec<Change>>>,
) {
    let changes = Rc::clone(changes);
    views
        .inspect_batch(move |earliest, batch| {
            assert!(
                batch.iter().all(|(_, tick, _)| tick >= earliest),
                "a change comes after its tick is closed"
            );
            changes.borrow_mut().extend(batch.iter().map(|(row, tick, diff)| (graph, *row, *tick, *diff)));
        })
        .probe_with(probe);
}

fn step_while(worker: &mut Worker, mut waiting: impl FnMut() -> bool, failed: &AtomicBool) {
    let started = Instant::now();
    while waiting() && !failed.load(Ordering::Relaxed) {
        assert!(started.elapsed() < TICK_LIMIT, "a tick does not close");
        worker.step_or_park(Some(Duration::from_millis(10)));
    }
}
