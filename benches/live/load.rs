//! Sends requests over some connections: as fast as they are answered, or each when it is due.

use crate::connection::{Answer, Connection};
use crate::posts::Request;
use crate::program::Program;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What became of a request.
pub struct Sent {
    /// Its place among all.
    pub number: usize,
    /// When it was due.
    pub due: Instant,
    /// When its answer had come.
    pub answered: Instant,
    /// The answer's body.
    pub body: Vec<u8>,
}

/// How long a request waits that was told to come again, which asks for a second: the views are not that far behind.
const AGAIN_AFTER: Duration = Duration::from_millis(5);

/// Sends all, each connection the next one as soon as it has an answer.
pub fn closed(program: &Program, requests: &[Request], connections: usize) -> Vec<Sent> {
    let now = Instant::now();
    each(program, requests, connections, |_| now)
}

/// Sends each when it is due, at the earliest: what finds no connection free goes later, and still counts from then.
/// With as many connections as are in use at a time, the server's pauses hold nothing back.
pub fn open(
    program: &Program,
    requests: &[Request],
    connections: usize,
    due: impl Fn(usize) -> Instant + Sync,
) -> Vec<Sent> {
    each(program, requests, connections, due)
}

fn each(
    program: &Program,
    requests: &[Request],
    connections: usize,
    due: impl Fn(usize) -> Instant + Sync,
) -> Vec<Sent> {
    let (next, sent) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(requests.len())));
    let work = || {
        let mut connection = program.connect();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(number) else { return };
            let due = due(number);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let body = until_taken(program, &mut connection, request).body;
            let answered = Instant::now();
            sent.lock().expect("no panic").push(Sent { number, due, answered, body });
        }
    };
    thread::scope(|scope| (0..connections).for_each(|_| drop(scope.spawn(work))));
    sent.into_inner().expect("no panic")
}

/// Sends a request until the program takes it.
fn until_taken(program: &Program, connection: &mut Connection, request: &Request) -> Answer {
    loop {
        connection.send(&request.bytes);
        let answer = connection.answer();
        match answer.status {
            200 => return answer,
            429 => {
                thread::sleep(AGAIN_AFTER);
                // The body was not read, so the connection has ended.
                *connection = program.connect();
            }
            status => panic!("{status}: {}", String::from_utf8_lossy(&answer.body)),
        }
    }
}

/// Records of requests.
pub fn records(requests: &[Request]) -> u64 {
    requests.iter().map(|request| request.records).sum()
}
