//! Small queries: how many a second one client's thread gets answered, and how soon, alone and beside ingest.

use crate::figures::Figures;
use crate::freshness::{self, Taken};
use crate::posts::Posts;
use crate::program::Program;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Three to some rows of a view with an index on the column.
const QUERY: &str = "/v1/views/category_by_country?country=France&rank=1";
/// Connections of the thread.
const CONNECTIONS: usize = 4;
/// Queries that it sends on one before it reads their answers.
const PIPELINED: usize = 4;

/// Measures alone, then beside ingest at half of the highest rate, which is also measured alone.
pub fn measure(program: &Program, posts: &mut Posts, highest: f64, time: Duration, figures: &mut Figures) {
    println!("  the query: {QUERY}");
    let alone = ask(program, &AtomicBool::new(false), Some(time));
    add(figures, "queries alone", alone);

    let undisturbed = freshness::at(program, posts, highest / 2.0, time);
    let ended = AtomicBool::new(false);
    let (disturbed, beside) = thread::scope(|scope| {
        let asking = scope.spawn(|| ask(program, &ended, None));
        let taken = freshness::at(program, posts, highest / 2.0, time);
        ended.store(true, Ordering::Relaxed);
        (taken, asking.join().expect("no panic"))
    });
    add(figures, "queries beside ingest at 50 %", beside);
    let rates = [undisturbed.rate, disturbed.rate];
    let slowed = (1.0 - rates[1] / rates[0]) * 100.0;
    let numbers = [("alone_per_s", rates[0]), ("beside_per_s", rates[1]), ("slowed_percent", slowed)];
    figures.add("ingest at 50 %", &numbers);
    let seen = |taken: Taken| taken.seen;
    figures.add_times("ingest alone: from due to seen", seen(undisturbed));
    figures.add_times("ingest beside queries: from due to seen", seen(disturbed));
}

struct Asked {
    times: Vec<Duration>,
    /// In all.
    took: Duration,
    /// Processor time of the program.
    processor: f64,
}

fn add(figures: &mut Figures, figure: &str, asked: Asked) {
    let count = asked.times.len() as f64;
    let rate = count / asked.took.as_secs_f64();
    let numbers =
        [("queries_per_s", rate), ("program_processor_us_per_query", asked.processor * 1e6 / count)];
    figures.add(figure, &numbers);
    figures.add_times(&format!("{figure}, from sent to answered"), asked.times);
}

/// Asks on and on, on this thread.
fn ask(program: &Program, ended: &AtomicBool, time: Option<Duration>) -> Asked {
    let request = format!("GET {QUERY} HTTP/1.1\r\nhost: bench\r\n\r\n").repeat(PIPELINED);
    let mut connections: Vec<_> = (0..CONNECTIONS).map(|_| (program.connect(), Instant::now())).collect();
    for (connection, sent) in &mut connections {
        *sent = Instant::now();
        connection.send(request.as_bytes());
    }
    let (begin, before, mut times) = (Instant::now(), program.processor_seconds(), Vec::new());
    while !ended.load(Ordering::Relaxed) && time.is_none_or(|time| begin.elapsed() < time) {
        for (connection, sent) in &mut connections {
            for _ in 0..PIPELINED {
                assert_eq!(connection.answer().status, 200);
                times.push(sent.elapsed());
            }
            *sent = Instant::now();
            connection.send(request.as_bytes());
        }
    }
    Asked { times, took: begin.elapsed(), processor: program.processor_seconds() - before }
}
