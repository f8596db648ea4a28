//! What the graph alone takes, of rows that are read and cleaned already: `cargo bench -p pinflow-dataflows --bench graph`
//!
//! Every round loads all posts anew as a replay does; then 100,000 changes come a second, in ticks of 10 ms. Beside it
//! stands the least that the same rows can cost one thread: a hash table of the latest records, with no views of them.
//! `-- --posts N --rounds N --workers N --only CASE` takes less time.

#[path = "../common"]
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
mod changes;
mod plain;
mod run;

use changes::{Case, Posts};
use common::measure::Rounds;
use common::options::Options;
use common::report::Report;
use run::Run;
use std::ops::RangeInclusive;

const POSTS: u64 = 1_000_000;
const ROUNDS: usize = 5;
const WORKERS: RangeInclusive<usize> = 1..=2;

fn main() {
    let options = Options::given();
    let (posts, rounds) = (options.posts.unwrap_or(POSTS), options.rounds.unwrap_or(ROUNDS));
    let mut report = Report::new("graph");
    println!("medians of {rounds} rounds, with the least and the most; {posts} posts are held");
    if options.wants("plain") {
        plain::compare(rounds, &mut report);
    }
    let posts = Posts::new(posts);
    let cases: Vec<Case> = Case::ALL.into_iter().filter(|case| options.wants(case.name())).collect();
    for workers in options.workers.map_or(WORKERS, |workers| workers..=workers) {
        let mut loading = Loading::default();
        let mut changing: Vec<Changing> = cases.iter().map(|_| Changing::default()).collect();
        for _ in 0..rounds {
            for (case, changing) in cases.iter().zip(&mut changing) {
                let run = Run::of(workers, &posts, *case);
                loading.push(&run, &posts);
                changing.push(&run);
            }
        }
        if !cases.is_empty() {
            report.head(&format!("workers: {workers}"), "to table");
            loading.show(workers, &mut report);
        }
        for (case, changing) in cases.iter().zip(&changing) {
            changing.show(workers, case.name(), &mut report);
        }
    }
}

/// What loading took, round by round.
#[derive(Default)]
struct Loading {
    million_records_a_second: Rounds,
    nanoseconds_a_record: Rounds,
    table_nanoseconds_a_record: Rounds,
    bytes_a_post: Rounds,
}

impl Loading {
    fn push(&mut self, run: &Run, posts: &Posts) {
        let rows = posts.first.len() as f64;
        self.million_records_a_second.push(rows / run.loading.as_secs_f64() / 1e6);
        self.nanoseconds_a_record.push(run.loading_processor_time.as_secs_f64() * 1e9 / rows);
        self.table_nanoseconds_a_record.push(run.table_loading.as_secs_f64() * 1e9 / rows);
        self.bytes_a_post.push(run.bytes as f64 / run.inds as f64);
    }

    fn show(&self, workers: usize, report: &mut Report) {
        let case = format!("loading, workers: {workers}");
        report.row(&case, "M records/s", &self.million_records_a_second, None);
        let table = ("a hash table", &self.table_nanoseconds_a_record);
        report.row(&case, "ns CPU a record", &self.nanoseconds_a_record, Some(table));
        report.row(&case, "bytes a post", &self.bytes_a_post, None);
    }
}

/// What changes took, round by round.
#[derive(Default)]
struct Changing {
    p50: Rounds,
    p99: Rounds,
    longest: Rounds,
    microseconds_a_change: Rounds,
    table_microseconds_a_change: Rounds,
}

impl Changing {
    fn push(&mut self, run: &Run) {
        self.p50.push(run.latencies.at(0.5));
        self.p99.push(run.latencies.at(0.99));
        self.longest.push(run.latencies.at(1.0));
        let changes = run.changes as f64;
        self.microseconds_a_change.push(run.latencies.processor_time.as_secs_f64() * 1e6 / changes);
        self.table_microseconds_a_change.push(run.table_changing.as_secs_f64() * 1e6 / changes);
    }

    fn show(&self, workers: usize, case: &str, report: &mut Report) {
        let case = format!("{case}, workers: {workers}");
        report.row(&case, "p50 ms", &self.p50, None);
        report.row(&case, "p99 ms", &self.p99, None);
        report.row(&case, "longest ms", &self.longest, None);
        let table = ("a hash table", &self.table_microseconds_a_change);
        report.row(&case, "us CPU a change", &self.microseconds_a_change, Some(table));
    }
}
