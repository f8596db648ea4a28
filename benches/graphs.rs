//! How fast the graph alone takes rows, against the same views in plain differential operators, and what its state takes
//! up: `cargo bench --bench graphs`
//!
//! One worker gets the rows of `pinflow emulate`'s records: two ticks with all posts, then some with corrections.
//! Every round runs both graphs after each other, each from the start, and both must show the same in the end. Another
//! number of posts may be given: `cargo bench --bench graphs -- 200000`

mod common {
    pub mod measure;
    pub mod rows;
}

use common::measure::{Times, timed};
use common::rows::History;
use differential_dataflow::VecCollection;
use differential_dataflow::input::Input as _;
use pinflow_dataflows::chunk::Chunks;
use pinflow_dataflows::row::{Row, Settings, Tick};
use pinflow_dataflows::shown::Shown;
use pinflow_dataflows::state::Size;
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

const POSTS: u64 = 20_000;
const CORRECTION_TICKS: usize = 20;
const CORRECTIONS_A_TICK: usize = 200;
const ROUNDS: usize = 5;

fn main() {
    let posts = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(POSTS);
    let ticks = Arc::new(Ticks::of(posts));
    let (mut product, mut plain) = (Phases::default(), Phases::default());
    let mut size = Size::default();
    for _ in 0..ROUNDS {
        let (product_run, product_size) = run_product(ticks.clone());
        let plain_run = run_plain(ticks.clone());
        assert!(product_run.rows == plain_run.rows, "both graphs show the same");
        product.push(&product_run);
        plain.push(&plain_run);
        size = product_size;
    }
    let loaded: usize = ticks.loading.iter().map(Vec::len).sum();
    println!(
        "{posts} posts in {loaded} rows, then {CORRECTION_TICKS} ticks of {CORRECTIONS_A_TICK} corrections;"
    );
    println!("one worker, medians of {ROUNDS} rounds with the slowest and the fastest\n");
    show_times(loaded, &product, &plain);
    show_size(&size, posts);
}

/// The rows of each tick.
struct Ticks {
    loading: [Vec<Row>; 2],
    correcting: Vec<Vec<Row>>,
}

impl Ticks {
    fn of(posts: u64) -> Ticks {
        let mut history = History::new(posts);
        Ticks {
            loading: [history.first_records(0..posts / 2), history.first_records(posts / 2..posts)],
            correcting: (0..CORRECTION_TICKS).map(|_| history.corrections(CORRECTIONS_A_TICK)).collect(),
        }
    }

    /// Feeds all ticks, and takes the time of both phases. `feed` returns when the views show the tick.
    fn feed_to(&self, mut feed: impl FnMut(Tick, &[Row])) -> (Duration, Duration) {
        let mut ticks = 0..;
        let mut feed_all = |ticks_rows: &[Vec<Row>]| {
            for (tick, rows) in ticks.by_ref().zip(ticks_rows) {
                feed(tick, rows);
            }
        };
        let (loading, ()) = timed(|| feed_all(&self.loading));
        let (correcting, ()) = timed(|| feed_all(&self.correcting));
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

fn run_product(ticks: Arc<Ticks>) -> (Run, Size) {
    timely::execute_directly(move |worker| {
        let (probe, shown) = (ProbeHandle::new(), Rc::default());
        let (mut input, state) = worker.dataflow(|scope| {
            let (input, chunks) = scope.new_input();
            let graph = graph::build(chunks, &Settings::default());
            watch(graph.views, &probe, &shown);
            (input, graph.state)
        });
        let mut chunks = Chunks::new(worker.peers());
        let times = ticks.feed_to(|tick, rows| {
            for row in rows {
                chunks.push(*row, &mut |chunk| input.send(chunk));
            }
            chunks.flush(&mut |chunk| input.send(chunk));
            input.advance_to(tick + 1);
            step_until_shown(worker, &probe, tick);
        });
        (Run::new(times, &shown), state.size())
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

/// The times of a graph's phases, round by round.
#[derive(Default)]
struct Phases {
    loading: Times,
    correcting: Times,
}

impl Phases {
    fn push(&mut self, run: &Run) {
        self.loading.push(run.loading);
        self.correcting.push(run.correcting);
    }
}

fn show_times(loaded: usize, product: &Phases, plain: &Phases) {
    println!("{:<40} {:>8} {:>8} {:>8} {:>9}", "", "median", "slowest", "fastest", "to plain");
    let million_rows_a_second = |seconds: f64| loaded as f64 / seconds / 1e6;
    let microseconds = |seconds: f64| seconds * 1e6 / (CORRECTION_TICKS * CORRECTIONS_A_TICK) as f64;
    for (graph, phases) in [("pinflow", product), ("plain operators", plain)] {
        let label = format!("loading, M rows/s: {graph}");
        show(&label, &phases.loading, million_rows_a_second, &plain.loading);
    }
    for (graph, phases) in [("pinflow", product), ("plain operators", plain)] {
        let label = format!("microseconds a correction: {graph}");
        show(&label, &phases.correcting, microseconds, &plain.correcting);
    }
}

fn show(label: &str, own: &Times, unit: impl Fn(f64) -> f64, plain: &Times) {
    let (shortest, longest) = own.range();
    let (median, slowest, fastest) = (unit(own.median()), unit(longest), unit(shortest));
    println!("{label:<40} {median:>8.3} {slowest:>8.3} {fastest:>8.3} {:>9.1}", own.times_faster_than(plain));
}

fn show_size(size: &Size, posts: u64) {
    let parts = [
        ("posts", size.post_bytes),
        ("their index and versions", size.index_bytes),
        ("category and median groups", size.group_bytes),
        ("people", size.people_bytes),
        ("best posters", size.poster_bytes),
    ];
    let all: usize = parts.iter().map(|(_, bytes)| bytes).sum();
    println!("\n{:<40} {:>8} {:>8} {:>8}", "pinflow's state", "KiB", "a post", "share");
    for (part, bytes) in parts.into_iter().chain([("all", all)]) {
        let (a_post, share) = (bytes as f64 / posts as f64, 100.0 * bytes as f64 / all as f64);
        println!("{part:<40} {:>8} {a_post:>8.1} {share:>7.1}%", bytes / 1024);
    }
}
