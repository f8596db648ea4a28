//! How a run ends: with what was acknowledged in the log, soon, whoever is connected.

use crate::program::{PATIENCE, Program, Start, log_lines};
use crate::slow;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PRODUCERS: u64 = 4;

/// Clients that send until the run does not answer any more, and then say what was acknowledged.
struct Producers {
    acknowledged: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<u64>>>,
}

impl Producers {
    fn start(program: &Program) -> Producers {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let threads = (0..PRODUCERS).map(|number| {
            let (mut client, acknowledged) = (program.client(), acknowledged.clone());
            thread::spawn(move || {
                let mut inds = Vec::new();
                for ind in (0..).map(|n| n * PRODUCERS + number) {
                    let record = json!({ "ind": ind, "category": "art" });
                    // A connection that was idle at the wrong moment is closed without an answer; another is refused.
                    match client.produce("load.pin", &record) {
                        Ok(answer) if answer.status == 200 => inds.push(ind),
                        _ => break,
                    }
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                inds
            })
        });
        Producers { threads: threads.collect(), acknowledged }
    }

    fn wait_for(&self, records: usize) {
        let begin = Instant::now();
        while self.acknowledged.load(Ordering::Relaxed) < records {
            assert!(begin.elapsed() < PATIENCE, "no load");
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn end(self) -> BTreeSet<u64> {
        self.threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    }
}

fn inds_in_log(data: &std::path::Path) -> Vec<u64> {
    let ind = |line: &String| {
        let record: Value = serde_json::from_str(line).expect("whole records only");
        record["ind"].as_u64().expect("an ind")
    };
    log_lines(data).iter().map(ind).collect()
}

/// All that was acknowledged is there, and at most a record of each producer beyond it.
#[track_caller]
fn check_log(data: &std::path::Path, acknowledged: &BTreeSet<u64>) {
    let inds = inds_in_log(data);
    let there: BTreeSet<u64> = inds.iter().copied().collect();
    assert_eq!(there.len(), inds.len(), "nothing is there twice");
    assert!(acknowledged.is_subset(&there), "{:?}", acknowledged.difference(&there));
    assert!(there.len() <= acknowledged.len() + PRODUCERS as usize);
}

fn check_end(signal: &str) {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let slow = slow::all(program.address);
    let producers = Producers::start(&program);
    producers.wait_for(200);
    let asked = Instant::now();
    program.signal(signal);
    let status = program.wait();
    let took = asked.elapsed();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    drop(slow);
    check_log(&data, &producers.end());

    // What was stopped well has nothing to be repaired, and is read again.
    let program = Start::on(&data).program();
    program.wait_until_ready();
    let records = program.client().get("/v1/status").json()["records"]["pin"].as_u64();
    assert_eq!(records, Some(inds_in_log(&data).len() as u64));
    program.signal(signal);
    assert!(program.wait_for_line("repaired").is_err());
    assert_eq!(program.wait().code(), Some(0));
}

#[test]
fn a_run_that_is_asked_to_end_keeps_what_it_acknowledged() {
    check_end("TERM");
}

#[test]
fn a_run_that_is_interrupted_keeps_what_it_acknowledged() {
    check_end("INT");
}

#[test]
fn a_request_in_progress_is_answered_before_the_end() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let record = r#"{"ind": 7}"#;
    let (half, rest) = record.split_at(5);
    let head = format!("POST /v1/ingest/pin HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", record.len());
    let mut stream = slow::begin(program.address, &(head + half));
    // Requests that were sent before this one is answered are in progress.
    assert_eq!(program.client().get("/livez").status, 200);
    program.signal("TERM");
    wait_until_closed(&program);
    std::io::Write::write_all(&mut stream, rest.as_bytes()).expect("it still reads");
    let answer = slow::read_to_end(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(program.wait().code(), Some(0));
    assert_eq!(log_lines(&data), [record]);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let producers = Producers::start(&program);
    producers.wait_for(20);
    // It keeps the run from ending by itself for a while.
    let slow = slow::begin(program.address, slow::HALF_A_BODY);
    assert_eq!(program.client().get("/livez").status, 200);
    program.signal("TERM");
    wait_until_closed(&program);
    program.signal("INT");
    assert_eq!(program.wait().code(), Some(130));
    drop(slow);
    check_log(&data, &producers.end());
}

/// Waits until it has noticed that it is to end: then it accepts no connections.
fn wait_until_closed(program: &Program) {
    let begin = Instant::now();
    while TcpStream::connect(program.address).is_ok() {
        assert!(begin.elapsed() < PATIENCE, "it goes on accepting");
        thread::sleep(Duration::from_millis(2));
    }
}
