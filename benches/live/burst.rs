//! A thousand corrections at once, until all of them can be seen.

use crate::connection::Connection;
use crate::figures::Figures;
use crate::load;
use crate::posts::Posts;
use crate::program::Program;
use crate::ticks::{Ticks, positions};
use std::thread;
use std::time::{Duration, Instant};

/// Records of a burst.
const RECORDS: u64 = 1000;
/// Bursts, one after the other.
const ROUNDS: usize = 100;
/// Between two bursts nothing is left of the first.
const PAUSE: Duration = Duration::from_millis(30);

/// Measures from before the first request of each burst is sent; there is one for each kind, at the same time.
pub fn measure(program: &Program, posts: &mut Posts, figures: &mut Figures) {
    let bursts: Vec<_> = (0..ROUNDS).map(|_| posts.burst(RECORDS)).collect();
    let mut begins = Vec::new();
    let seen = Ticks::watch(program, || {
        let mut connections: Vec<_> = bursts[0].iter().map(|_| program.connect()).collect();
        let mut answers = Vec::new();
        for burst in &bursts {
            thread::sleep(PAUSE);
            begins.push(Instant::now());
            connections
                .iter_mut()
                .zip(burst)
                .for_each(|(connection, request)| connection.send(&request.bytes));
            answers.push(connections.iter_mut().map(Connection::answer).collect::<Vec<_>>());
        }
        // What they say is read once nothing more is measured: it takes as long as a worker does for a burst.
        let positions = bursts.iter().zip(&answers).map(|(burst, answers)| {
            let of_request = burst.iter().zip(answers).map(|(request, answer)| {
                assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                positions(&request.topic(), &answer.body)
            });
            of_request.collect::<Vec<_>>().concat()
        });
        positions.collect()
    });
    let records = load::records(&bursts[0]);
    let times = begins.iter().zip(seen).map(|(begin, seen)| seen - *begin).collect();
    figures.add_times(&format!("burst of {records} corrections, until all are seen"), times);
}
