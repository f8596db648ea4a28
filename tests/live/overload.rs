//! Producers that do not wait, before a graph that cannot keep up.

use crate::client::Client;
use crate::program::{PATIENCE, Program, Start, log_lines};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;
use tempfile::TempDir;

/// The lowest lag that can be set, and queues much smaller than what is sent.
const CONFIG: &str = "
live.lag_max_bytes = 1048576
log.queue_bytes = 4194304
http.body_max_bytes = 1048576
http.in_flight_max_bytes = 8388608
";
const PRODUCERS: u64 = 6;
/// The same posts over and over, so that the state does not grow.
const POSTS: u64 = 4_000;
const CATEGORIES: u64 = 50;
/// What the producers send has to be many times what may be held.
const SENT_BYTES: u64 = 192 << 20;
const REFUSED: u64 = 50;
const ACCEPTED: u64 = 100_000;
/// What is in flight, waits for the log, is written, and waits for the worker, with room to spare.
const HELD_BYTES: u64 = 48 << 20;

#[derive(Debug, Default)]
struct Tally {
    accepted: AtomicU64,
    sent_bytes: AtomicU64,
    refused: AtomicU64,
    enough: AtomicBool,
}

/// Lets producers end when it is dropped, also by a test that fails, which would wait for them.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// All posts once; every record changes the groups of its post.
fn bodies() -> Vec<String> {
    let line = |ind: u64, turn: u64| {
        let category = format!("c{}", (ind + turn) % CATEGORIES);
        json!({ "ind": ind, "category": category, "poster_name": format!("p{ind}"), "follower_count": turn })
            .to_string()
            + "\n"
    };
    (0..8).map(|turn| (0..POSTS).map(|ind| line(ind, turn)).collect()).collect()
}

fn produce(address: SocketAddr, bodies: &[String], tally: &Tally) {
    let mut client = Client::new(address);
    for body in bodies.iter().cycle() {
        if tally.enough.load(Ordering::Relaxed) {
            return;
        }
        let answer = client.ingest("pin", body);
        tally.sent_bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        match answer.status {
            200 => drop(tally.accepted.fetch_add(POSTS, Ordering::Relaxed)),
            429 => {
                let after: u64 = answer.headers["retry-after"].parse().expect("seconds");
                assert!((1..=60).contains(&after), "{after}");
                tally.refused.fetch_add(1, Ordering::Relaxed);
                // It was refused before its body was read, which ends the connection.
                client = Client::new(address);
            }
            status => panic!("{status}: {}", answer.body),
        }
    }
}

/// A number of bytes that the system tells of a process.
fn memory(program: &Program, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it is told");
    let kilobytes: u64 =
        line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes << 10
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "{what}");
    }
}

fn records(program: &Program) -> Value {
    program.client().get("/v1/status").json()["records"]["pin"].clone()
}

#[test]
fn what_the_graph_cannot_take_in_is_refused_and_memory_stays() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start { workers: 1, config: CONFIG, ..Start::on(&data) }.program();
    program.wait_until_ready();
    let (bodies, tally) = (bodies(), Tally::default());
    let geos: String =
        (0..POSTS).map(|ind| json!({ "ind": ind, "country": "France" }).to_string() + "\n").collect();
    assert_eq!(program.client().ingest("geo", &geos).status, 200);
    // All state is there before memory is looked at.
    for body in &bodies {
        wait_for("it is not taken", || program.client().ingest("pin", body).status == 200);
    }
    let warm = bodies.len() as u64 * POSTS;
    wait_for("it is not read", || records(&program) == json!(warm));
    let address = program.address;
    let before = memory(&program, "VmRSS");
    thread::scope(|scope| {
        let producers: Vec<_> =
            (0..PRODUCERS).map(|_| scope.spawn(|| produce(address, &bodies, &tally))).collect();
        let is_enough = || {
            tally.sent_bytes.load(Ordering::Relaxed) > SENT_BYTES
                && tally.refused.load(Ordering::Relaxed) > REFUSED
                && tally.accepted.load(Ordering::Relaxed) > ACCEPTED
        };
        let _ends = Ends(&tally.enough);
        let begin = Instant::now();
        while !is_enough() && !producers.iter().any(|producer| producer.is_finished()) {
            assert!(begin.elapsed() < PATIENCE, "{tally:?}");
            // Who asks is answered, and sees views that move.
            let mut client = program.client();
            assert_eq!((client.get("/livez").status, client.get("/readyz").status), (200, 200));
            client.view("category_by_country");
        }
    });
    let peak = memory(&program, "VmHWM");
    let (accepted, refused) = (tally.accepted.into_inner(), tally.refused.into_inner());
    println!("{accepted} accepted, {refused} requests refused; memory {before}, at most {peak}");
    assert!(refused > REFUSED && accepted > ACCEPTED);
    assert!(peak < before + HELD_BYTES, "{before} grew to {peak}");

    // Then all is well again: nothing that was accepted is missing, nothing that was refused is there.
    wait_for("it does not catch up", || {
        program.client().get("/v1/status").json()["sources"][0]["lag_bytes"] == json!(0)
    });
    assert_eq!(program.client().ingest("pin", &bodies[0]).status, 200);
    let all = warm + accepted + POSTS;
    wait_for("the views are behind", || records(&program) == json!(all));
    // Records are counted when they are read, and shown with the tick that they belong to.
    let each = POSTS / CATEGORIES;
    wait_for("the views show something else", || {
        let (_, rows) = program.client().view("category_by_country");
        let rows = rows.as_array().expect("rows");
        // All tie.
        rows.len() as u64 == CATEGORIES && rows.iter().all(|row| row["posts"] == json!(each))
    });
    let log = log_lines(&data);
    assert_eq!(log.len() as u64, all + POSTS);
    program.stop();
}
