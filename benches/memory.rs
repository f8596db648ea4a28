//! The bytes that posts take in memory, and where they go: `cargo bench -p pinflow-dataflows --bench memory`
//!
//! There are a quarter as many posters as posts, and half as many people. Each case is loaded as a run reads its log and
//! corrected for a while, in a process of its own, so that no other one's memory is used again. What is resident is what
//! the operating system says; the parts are what the operators say. `-- --posts N --only CASE`.

#[allow(dead_code, reason = "every bench uses its part of it")]
mod common {
    mod allocator;
    pub mod fed;
    pub mod measure;
    pub mod options;
    pub mod process;
    pub mod random;
    pub mod report;
    pub mod rows;
}

use common::fed::Fed;
use common::measure::Rounds;
use common::options::Options;
use common::process::{peak_bytes, resident_bytes};
use common::report::Report;
use common::rows::{Invented, Rows};
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::state::Size;
use std::process::Command;

const POSTS: u64 = 10_000_000;
/// About what a run takes in `live.tick_max_ms`. A replay's larger ticks need more while they are open.
const TICK_RECORDS: usize = 50_000;
/// Corrections before it is measured: one for every tenth post.
const CORRECTED_PART: u64 = 10;

/// The bytes of a post, apart from the record that they belong to, as its layout has them. The rest are flags, and room
/// for the next posts.
const OF_A_POST: [(&str, usize); 5] =
    [("its ind", 8), ("its pin", 12), ("its geo", 6), ("its user", 7), ("numbers of versions", 6)];

fn main() {
    let options = Options::given();
    let usual = Invented::usual(options.posts.unwrap_or(POSTS));
    let cases = [
        ("people-share-names", usual),
        ("each-its-own-name", Invented { people_a_name: 1, ..usual }),
        ("exact-counts", Invented { exact_counts: true, ..usual }),
    ];
    match cases.iter().find(|(case, _)| options.only.as_deref() == Some(case)) {
        Some((case, invented)) => Held::of(*invented).show(case, *invented),
        None => cases.iter().for_each(|(case, invented)| run_alone(case, invented.posts)),
    }
}

fn run_alone(case: &str, posts: u64) {
    let program = std::env::current_exe().expect("this program's path");
    let run = Command::new(program).args(["--only", case, "--posts", &posts.to_string()]).status();
    assert!(run.expect("it starts").success(), "{case}");
}

/// What is held in the end.
struct Held {
    size: Size,
    poster_names: usize,
    people_names: usize,
    other_names: usize,
    resident: u64,
    peak: u64,
}

impl Held {
    fn of(invented: Invented) -> Held {
        let before = resident_bytes();
        let names = NameTables::default();
        timely::execute_directly(move |worker| {
            let (mut fed, mut rows) = (Fed::new(worker), Rows::new(invented, &names));
            fed.take(worker, TICK_RECORDS, rows.first());
            for _ in 0..invented.posts / CORRECTED_PART / 1_000 {
                fed.feed(&rows.corrections(1_000));
                let tick = fed.close_tick();
                fed.wait_for(worker, tick);
            }
            Held {
                size: fed.state.size(),
                poster_names: names.posters.bytes(),
                people_names: names.people.bytes(),
                other_names: names.categories.bytes() + names.countries.bytes(),
                resident: resident_bytes() - before,
                peak: peak_bytes(),
            }
        })
    }

    fn show(&self, case: &str, invented: Invented) {
        let mut report = Report::new("memory");
        report.head(&format!("{case}: {} posts", invented.posts), "to all");
        let resident = self.resident as f64 / self.size.inds as f64;
        let mut show = |part: &str, bytes: f64| {
            let mut figure = Rounds::default();
            figure.push(bytes);
            let mut all = Rounds::default();
            all.push(resident);
            report.row(&format!("{case}: {part}"), "bytes a post", &figure, Some(("what is resident", &all)));
        };
        let a_post = |bytes: usize| bytes as f64 / self.size.inds as f64;
        for (part, bytes) in OF_A_POST {
            show(part, bytes as f64);
        }
        let of_posts: usize = OF_A_POST.iter().map(|(_, bytes)| bytes).sum();
        show("flags, and room in posts", a_post(self.size.post_bytes) - of_posts as f64);
        let parts = [
            ("index and versions", self.size.index_bytes),
            ("groups", self.size.group_bytes),
            ("people", self.size.people_bytes),
            ("posters", self.size.poster_bytes),
            ("names of posters", self.poster_names),
            ("names of people", self.people_names),
            ("other names", self.other_names),
        ];
        parts.iter().for_each(|(part, bytes)| show(part, a_post(*bytes)));
        let counted = parts.iter().map(|(_, bytes)| bytes).sum::<usize>() + self.size.post_bytes;
        show("allocator, queues, and what is not counted", resident - a_post(counted));
        show("all that is resident", resident);
        show("the most that ever was", self.peak as f64 / self.size.inds as f64);
    }
}
