//! What a record and a change cost the graph as it grows: `cargo bench -p pinflow-dataflows --bench growth`
//!
//! One worker loads posts as a replay does, then takes 100,000 corrections a second in ticks of 10 ms. Beside it stands
//! what a hash table of the same rows costs: memory that does not fit the caches is slower for everyone.
//! `-- --posts N --rounds N`: a hundredth of the posts, a tenth, and all.

#[allow(dead_code, reason = "every bench uses its part of it")]
mod common {
    mod allocator;
    pub mod fed;
    pub mod measure;
    pub mod options;
    pub mod paced;
    pub mod process;
    pub mod random;
    pub mod report;
    pub mod rows;
    pub mod table;
}

use common::fed::{Fed, REPLAY_TICK};
use common::measure::Rounds;
use common::options::Options;
use common::paced::Paced;
use common::process::thread_time;
use common::report::Report;
use common::rows::{Invented, Rows};
use common::table::Table;
use pinflow_dataflows::names::NameTables;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const POSTS: u64 = 10_000_000;
const ROUNDS: usize = 5;
const TICKS: usize = 300;
const CHANGES_A_TICK: usize = 1_000;
const PERIOD: Duration = Duration::from_millis(10);

fn main() {
    let options = Options::given();
    let (posts, rounds) = (options.posts.unwrap_or(POSTS), options.rounds.unwrap_or(ROUNDS));
    let sizes = [posts / 100, posts / 10, posts].map(|posts| posts.max(1));
    let mut costs: Vec<[Costs; 2]> = sizes.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for (posts, [graph, table]) in sizes.into_iter().zip(&mut costs) {
            run_table(posts, table);
            run_graph(posts, graph);
        }
    }
    println!("medians of {rounds} rounds; ratios are to a tenth of the posts");
    let mut report = Report::new("growth");
    report.head("one worker", "to a tenth");
    for (place, name) in ["graph", "hash table"].into_iter().enumerate() {
        for (size, posts) in sizes.iter().enumerate() {
            let before = size.checked_sub(1).map(|before| &costs[before][place]);
            costs[size][place].show(&format!("{name}, {posts} posts"), before, &mut report);
        }
    }
}

/// What it cost, round by round.
#[derive(Default)]
struct Costs {
    nanoseconds_a_record: Rounds,
    microseconds_a_change: Rounds,
    /// Of the graph's ticks.
    p50: Rounds,
    p99: Rounds,
}

impl Costs {
    fn push(&mut self, loading: Duration, records: u64, changing: Duration) {
        self.nanoseconds_a_record.push(loading.as_secs_f64() * 1e9 / records as f64);
        self.microseconds_a_change.push(changing.as_secs_f64() * 1e6 / (TICKS * CHANGES_A_TICK) as f64);
    }

    fn show(&self, case: &str, before: Option<&Costs>, report: &mut Report) {
        let mut show = |figure: &str, of: fn(&Costs) -> &Rounds| {
            report.row(case, figure, of(self), before.map(|before| ("a tenth of the posts", of(before))));
        };
        show("ns CPU a record", |costs| &costs.nanoseconds_a_record);
        show("us CPU a change", |costs| &costs.microseconds_a_change);
        if !self.p99.is_empty() {
            show("p50 ms", |costs| &costs.p50);
            show("p99 ms", |costs| &costs.p99);
        }
    }
}

fn run_graph(posts: u64, costs: &mut Costs) {
    let run = move |worker: &mut timely::worker::Worker| {
        let mut rows = Rows::new(Invented::usual(posts), &NameTables::default());
        let (mut fed, mut records) = (Fed::new(worker), 0);
        let loading = fed.take(worker, REPLAY_TICK, rows.first().inspect(|_| records += 1));
        let ticks = (0..TICKS).map(|_| rows.corrections(CHANGES_A_TICK)).collect();
        let latencies = Paced::new(Arc::new(ticks), PERIOD, 1).feed(worker, &mut fed);
        black_box(fed.changes.get());
        (loading, records, latencies)
    };
    let (loading, records, latencies) = timely::execute_directly(run);
    costs.push(loading, records, latencies.processor_time);
    costs.p50.push(latencies.at(0.5));
    costs.p99.push(latencies.at(0.99));
}

fn run_table(posts: u64, costs: &mut Costs) {
    let mut rows = Rows::new(Invented::usual(posts), &NameTables::default());
    let (mut table, mut records, mut loading) = (Table::default(), 0, Duration::ZERO);
    let mut first = rows.first();
    loop {
        let turn: Vec<_> = first.by_ref().take(CHANGES_A_TICK).collect();
        if turn.is_empty() {
            break;
        }
        records += turn.len() as u64;
        loading += time_of(|| table.apply(&turn));
    }
    drop(first);
    let ticks: Vec<_> = (0..TICKS).map(|_| rows.corrections(CHANGES_A_TICK)).collect();
    let changing = time_of(|| ticks.iter().for_each(|tick| table.apply(tick)));
    black_box(table.records());
    costs.push(loading, records, changing);
}

fn time_of(work: impl FnOnce()) -> Duration {
    let start = thread_time();
    work();
    thread_time() - start
}
