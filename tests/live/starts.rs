//! Starts and stops: of an empty log, one after the other, while the log is read, and when old records are gone.

use crate::checks::{check_all, check_views, shown, wait_for};
use crate::log_files;
use crate::producer::{Producer, Sent, invented};
use crate::program::Start;
use crate::random::{Random, seed};
use crate::recomputed::Recomputed;
use pinflow_dataflows::kind::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicU64;
use tempfile::TempDir;

#[test]
fn an_empty_log_is_caught_up_with_and_every_run_has_ticks_of_its_own() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let mut ticks = BTreeSet::new();
    for epoch in 1..=4 {
        let program = Start { workers: epoch, ..Start::on(&data) }.program();
        // Asked before anything is read.
        let mut client = program.client();
        assert_eq!(client.get("/v1/posts/1").status, 404);
        program.wait_until_ready();
        let status = client.get("/v1/status").json();
        assert_eq!(status["tick"], json!({ "name": format!("{epoch}-1"), "epoch": epoch, "n": 1 }));
        assert_eq!(status["vector"], json!([]));
        assert!(shown(&mut client).values().all(|rows| *rows == json!([])));
        for before in 1..epoch {
            assert_eq!(client.get(&format!("/v1/ticks/{before}-1")).status, 404);
        }
        assert_eq!(client.get(&format!("/v1/ticks/{epoch}-1")).json()["vector"], json!([]));
        assert_eq!(client.get(&format!("/v1/ticks/{epoch}-2")).status, 404);
        let (as_of, _) = client.view("top_posters");
        assert!(ticks.insert(as_of.clone()), "{as_of} has been before");
        // Who has the last run's answer is given this run's.
        let header = format!("If-None-Match: \"{}-1\"\r\n", epoch - 1);
        assert_eq!(client.send("GET", "/v1/views", &header, b"").expect("it answers").status, 200);
        let header = format!("If-None-Match: \"{as_of}\"\r\n");
        assert_eq!(client.send("GET", "/v1/views", &header, b"").expect("it answers").status, 304);
        program.stop();
    }
}

#[test]
fn a_run_can_be_stopped_as_soon_as_it_listens() {
    let seed = seed();
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    for round in 0..20 {
        let program = Start { workers: 1 + round as usize % 4, ..Start::on(&data) }.program();
        let (client, random, numbers) = (program.client(), Random::new(seed + round), AtomicU64::new(0));
        let mut producer = Producer { client, random, numbers: &numbers, inds: 50, sent: Sent::default() };
        // Every second time nothing is asked of it.
        for _ in 0..10 * (round % 2) {
            assert_eq!(producer.send().expect("it answers").status, 200);
        }
        program.signal("TERM");
        assert!(program.wait_for_line(" stopped ").is_ok_and(|line| line.contains("cut_off=0")));
        assert_eq!(program.wait().code(), Some(0));
    }
    let program = Start::on(&data).program();
    program.wait_until_ready();
    assert!(!check_all(&mut program.client(), &data).is_empty());
    program.stop();
}

/// Letters of objects that could not be read.
fn faults(data: &Path) -> String {
    let mut show = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    show.args(["dlq", "show", "--reason", "object fault", "--data"]).arg(data);
    String::from_utf8(show.output().expect("start pinflow").stdout).expect("text")
}

#[test]
fn what_is_deleted_because_it_is_old_is_no_fault_and_is_gone_after_the_next_start() {
    let mut random = Random::new(seed());
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let config = "[log]\nsegment_bytes = 4096\npartitions = 2\n";
    let program = Start { config, ..Start::on(&data) }.program();
    let mut client = program.client();
    for number in 0..600 {
        let kind = Kind::ALL[number as usize % 3];
        let records: Vec<Value> =
            (0..20).map(|_| invented(kind, random.below(300), &mut random, number)).collect();
        let records: Vec<&Value> = records.iter().collect();
        let answer = client.produce_all(&format!("old.{}", kind.name()), &records);
        assert_eq!(answer.expect("it answers").status, 200);
    }
    program.stop();
    let before = log_files::objects(&data).len();
    // Objects go while they are read.
    let config = format!("{config}retention_bytes = 40000\n");
    for _ in 0..2 {
        let program = Start { config: &config, ..Start::on(&data) }.program();
        program.wait_until_ready();
        wait_for("few objects", || {
            let status = program.client().get("/v1/status").json();
            let bytes = status["sources"][0]["bytes"].as_u64().expect("a number");
            if bytes <= 40_000 { Ok(()) } else { Err(status.to_string()) }
        });
        program.stop();
        assert_eq!(faults(&data), "");
    }
    assert!(log_files::objects(&data).len() < before / 4);
    let program = Start { config: &config, ..Start::on(&data) }.program();
    program.wait_until_ready();
    let records = log_files::records(&data);
    assert!(records.iter().all(|record| record.offset > 0));
    check_views(&shown(&mut program.client()), &Recomputed::of(&records).views());
    program.stop();
}
