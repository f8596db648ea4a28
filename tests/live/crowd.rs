//! Crowds of connections, and clients that break off: others are served as if they were not there.

use crate::client::Client;
use crate::program::{PATIENCE, Start, log_lines};
use crate::slow;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;
use tempfile::TempDir;

const CROWD: usize = 10_000;

/// The test needs a descriptor for each of its connections, as the run does.
fn take_all_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).expect("up to the hard limit");
    let most = limit.maximum.unwrap_or(u64::MAX);
    assert!(
        most > 11_000,
        "{most} file descriptors are too few for this test: raise the hard limit, ulimit -Hn"
    );
}

/// Connections that send nothing. They are accepted in their order, so when a probe is answered all before it are; with
/// more of them on their way than the system queues, some would try again after a second.
fn crowd(address: SocketAddr) -> Vec<TcpStream> {
    let mut crowd = Vec::new();
    while crowd.len() < CROWD {
        crowd.extend((0..500).map(|_| TcpStream::connect(address).expect("connect")));
        assert_eq!(Client::new(address).get("/livez").status, 200);
    }
    crowd
}

fn check_probes(client: &mut Client) {
    assert_eq!((client.get("/livez").status, client.get("/readyz").status), (200, 200));
}

#[test]
fn ten_thousand_idle_connections_disturb_nobody() {
    take_all_descriptors();
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let config = "[http]\nconnections = 10100\nheader_timeout_ms = 600000";
    let start = Start { config, ..Start::on(&data) };
    // The soft limit of most systems, with which this many could not be accepted.
    let mut command = crate::tools::command("prlimit");
    command.args(["--nofile=1024:", env!("CARGO_BIN_EXE_pinflow")]);
    let program = start.spawn(command);
    program.wait_until_ready();
    let mut crowd = crowd(program.address);
    for ind in 0..20 {
        let mut client = program.client();
        check_probes(&mut client);
        assert_eq!(client.ingest("pin", &json!({ "ind": ind }).to_string()).status, 200);
        assert_eq!(client.get("/v1/views/top_posters").status, 200);
        assert_eq!(client.get("/metrics").status, 200);
    }
    // They have been waiting, not forgotten.
    for stream in crowd.iter_mut().step_by(1_000) {
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").expect("it is open");
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
    program.stop();
    assert_eq!(log_lines(&data).len(), 20);
}

#[test]
fn probes_are_answered_when_all_places_are_taken() {
    take_all_descriptors();
    let folder = TempDir::new().expect("make a folder");
    let config = "[http]\nconnections = 100\nheader_timeout_ms = 600000";
    let program = Start { config, ..Start::on(&folder.path().join("data")) }.program();
    program.wait_until_ready();
    let mut first = program.client();
    check_probes(&mut first);
    let crowd = crowd(program.address);
    for _ in 0..20 {
        check_probes(&mut program.client());
    }
    let refused = program.client().get("/v1/status");
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true), "{refused:?}");
    // Who has a place is served.
    assert_eq!(first.get("/v1/status").status, 200);
    drop(crowd);
    let begin = Instant::now();
    while program.client().get("/v1/status").status != 200 {
        assert!(begin.elapsed() < PATIENCE, "no place becomes free");
    }
    program.stop();
}

/// Sends half of a request and resets the connection: it is closed while an answer lies unread.
fn reset(address: SocketAddr) {
    let text = format!("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n{}", slow::HALF_A_BODY);
    let stream = slow::begin(address, &text);
    stream.peek(&mut [0]).expect("an answer");
}

#[test]
fn clients_that_break_off_leave_nothing_behind() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let config = "[http]\nbody_timeout_ms = 1000\nheader_timeout_ms = 1000";
    let program = Start { config, ..Start::on(&data) }.program();
    program.wait_until_ready();
    let mut slow = slow::all(program.address);
    for _ in 0..100 {
        reset(program.address);
        drop(slow::begin(program.address, slow::HALF_A_BODY));
        check_probes(&mut program.client());
    }
    let record = json!({ "ind": 7 }).to_string();
    assert_eq!(program.client().ingest("pin", &record).status, 200);
    // Each is told what it was too slow for, but the idle one: its client may just be about to use it.
    let answers: Vec<String> = slow.iter_mut().map(slow::read_to_end).collect();
    let statuses: Vec<Option<&str>> = answers.iter().map(|answer| answer.split(' ').nth(1)).collect();
    assert_eq!(statuses, [None, Some("408"), Some("408"), Some("408")], "{answers:?}");
    assert_eq!(program.client().ingest("pin", &record).status, 200);
    program.signal("TERM");
    let said = program.wait_for_line("panicked").expect_err("nothing panics");
    assert_eq!(program.wait().code(), Some(0), "{said}");
    assert_eq!(log_lines(&data), [record.as_str(), record.as_str()]);
}
