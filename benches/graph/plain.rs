//! The graph beside the same views in plain differential operators, on few posts: both must show the same in the end.

use crate::common::measure::{Rounds, timed};
use crate::common::report::Report;
use crate::common::rows::{Invented, Rows};
use differential_dataflow::VecCollection;
use differential_dataflow::input::Input as _;
use pinflow_dataflows::chunk::Chunks;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Row, Settings, Tick};
use pinflow_dataflows::shown::Shown;
use pinflow_dataflows::view::ViewRow;
use pinflow_dataflows::{graph, plain};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use timely::dataflow::ProbeHandle;
use timely::dataflow::operators::Input as _;
use timely::worker::Worker;

/// The plain operators take seconds for them.
const POSTS: u64 = 20_000;
const CORRECTION_TICKS: usize = 20;
const CORRECTIONS_A_TICK: usize = 200;

/// Measures both in turn.
pub fn compare(rounds: usize, report: &mut Report) {
    let ticks = Arc::new(Ticks::new());
    let (mut product, mut plain) = (Phases::default(), Phases::default());
    for _ in 0..rounds {
        let (product_run, plain_run) = (run_product(ticks.clone()), run_plain(ticks.clone()));
        assert!(product_run.rows == plain_run.rows, "both graphs show the same");
        product.push(&product_run, &ticks);
        plain.push(&plain_run, &ticks);
    }
    report.head(&format!("{POSTS} posts, one worker"), "to plain");
    product.show("pinflow", &plain, report);
    plain.show("plain operators", &plain, report);
}

/// The rows of each tick.
struct Ticks {
    loading: Vec<Row>,
    correcting: Vec<Vec<Row>>,
}

impl Ticks {
    fn new() -> Ticks {
        let mut rows = Rows::new(Invented::usual(POSTS), &NameTables::default());
        Ticks {
            loading: rows.first().collect(),
            correcting: (0..CORRECTION_TICKS).map(|_| rows.corrections(CORRECTIONS_A_TICK)).collect(),
        }
    }

    /// Feeds all ticks, and takes the time of both phases. `feed` returns when the views show the tick.
    fn feed_to(&self, mut feed: impl FnMut(Tick, &[Row])) -> (Duration, Duration) {
        let (loading, ()) = timed(|| feed(0, &self.loading));
        let (correcting, ()) =
            timed(|| (1..).zip(&self.correcting).for_each(|(tick, rows)| feed(tick, rows)));
        (loading, correcting)
    }
}

/// What a run took, and what its views show in the end.
struct Run {
    loading: Duration,
    correcting: Duration,
    rows: BTreeSet<ViewRow>,
}

impl Run {
    fn new((loading, correcting): (Duration, Duration), shown: &RefCell<Shown>) -> Run {
        Run { loading, correcting, rows: shown.borrow().rows().collect() }
    }
}

fn run_product(ticks: Arc<Ticks>) -> Run {
    timely::execute_directly(move |worker| {
        let (probe, shown) = (ProbeHandle::new(), Rc::default());
        let mut input = worker.dataflow(|scope| {
            let (input, chunks) = scope.new_input();
            watch(graph::build(chunks, &Settings::default()).views, &probe, &shown);
            input
        });
        let mut chunks = Chunks::new(worker.peers());
        let times = ticks.feed_to(|tick, rows| {
            for row in rows {
                chunks.push(row, &mut |chunk| input.send(chunk));
            }
            chunks.flush(&mut |chunk| input.send(chunk));
            input.advance_to(tick + 1);
            step_until_shown(worker, &probe, tick);
        });
        Run::new(times, &shown)
    })
}

fn run_plain(ticks: Arc<Ticks>) -> Run {
    timely::execute_directly(move |worker| {
        let (probe, shown) = (ProbeHandle::new(), Rc::default());
        let mut input = worker.dataflow(|scope| {
            let (input, rows) = scope.new_collection();
            watch(plain::build(rows, &Settings::default()), &probe, &shown);
            input
        });
        let times = ticks.feed_to(|tick, rows| {
            for row in rows {
                input.insert(*row);
            }
            input.advance_to(tick + 1);
            input.flush();
            step_until_shown(worker, &probe, tick);
        });
        Run::new(times, &shown)
    })
}

fn watch(views: VecCollection<'_, Tick, ViewRow>, probe: &ProbeHandle<Tick>, shown: &Rc<RefCell<Shown>>) {
    let shown = shown.clone();
    views.inspect(move |(row, _tick, diff)| shown.borrow_mut().change(*row, *diff)).probe_with(probe);
}

fn step_until_shown(worker: &mut Worker, probe: &ProbeHandle<Tick>, tick: Tick) {
    worker.step_while(|| probe.less_equal(&tick));
}

/// The figures of a graph's phases, round by round.
#[derive(Default)]
struct Phases {
    million_records_a_second: Rounds,
    microseconds_a_correction: Rounds,
}

impl Phases {
    fn push(&mut self, run: &Run, ticks: &Ticks) {
        let corrections = ticks.correcting.iter().map(Vec::len).sum::<usize>() as f64;
        self.million_records_a_second.push(ticks.loading.len() as f64 / run.loading.as_secs_f64() / 1e6);
        self.microseconds_a_correction.push(run.correcting.as_secs_f64() * 1e6 / corrections);
    }

    fn show(&self, graph: &str, plain: &Phases, report: &mut Report) {
        let loading = ("plain operators", &plain.million_records_a_second);
        report.row(
            &format!("loading, {graph}"),
            "M records/s",
            &self.million_records_a_second,
            Some(loading),
        );
        let correcting = ("plain operators", &plain.microseconds_a_correction);
        let case = format!("{CORRECTION_TICKS} ticks of {CORRECTIONS_A_TICK} corrections, {graph}");
        report.row(&case, "us a correction", &self.microseconds_a_correction, Some(correcting));
    }
}
