//! The embedded log, archived beside the run that writes it, and by a command of its own.

use crate::archive_files::Record;
use crate::archived::records_once;
use crate::checks::{check_all, wait_for};
use crate::client::Client;
use crate::log_files::{self, LogRecord};
use crate::producer::{Producer, Sent};
use crate::program::{Program, Start};
use crate::random::{Random, seed};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicU64;
use tempfile::TempDir;

fn send(program: &Program, requests: usize, numbers: &AtomicU64, seed: u64) {
    let (client, random) = (Client::new(program.address), Random::new(seed));
    let mut producer = Producer { client, random, numbers, inds: 200, sent: Sent::default() };
    (0..requests).for_each(|_| assert_eq!(producer.send().expect("it answers").status, 200));
}

/// What an archive of these records holds.
fn expected(log: &[LogRecord]) -> Vec<Record> {
    let mut time = (log[0].partition.clone(), 0);
    let records = log.iter().map(|record| {
        let before = if time.0 == record.partition { time.1 } else { 0 };
        time = (record.partition.clone(), record.time.max(before));
        let (partition, value) = (record.partition.clone(), record.text.clone().into_bytes());
        Record { partition, offset: record.offset, time: time.1, value, apart: None }
    });
    records.collect()
}

#[track_caller]
fn check(archive: &Path, data: &Path) {
    let (_, records) = records_once(archive);
    let expected = expected(&log_files::records(data));
    assert_eq!(records.len(), expected.len());
    for (found, expected) in records.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

#[test]
fn a_run_archives_its_log_while_it_grows() {
    let folder = TempDir::new().expect("make a folder");
    let (data, archive) = (folder.path().join("data"), folder.path().join("archive"));
    let config = format!(
        "[archive]\nto = {archive:?}\nobject_records = 50\nobject_seconds = 1\n[log]\nsegment_bytes = 16384\n"
    );
    let (numbers, seed) = (AtomicU64::new(0), seed());
    let start = || Start { config: &config, ..Start::on(&data) }.program();
    for round in 0..4 {
        let program = start();
        send(&program, 300, &numbers, seed + round);
        let log = check_all(&mut program.client(), &data);
        let status = wait_for("the archive", || {
            let status = program.client().get("/v1/status").json();
            let partitions = status["archive"]["partitions"].as_array().expect("a list");
            let archived =
                partitions.iter().map(|partition| partition["archived"].as_u64()).sum::<Option<u64>>();
            if archived == Some(log.len() as u64) { Ok(status) } else { Err(status["archive"].to_string()) }
        });
        assert_eq!(status["archive"]["last_error"], Value::Null);
        check(&archive, &data);
        let metrics = program.client().get("/metrics").body;
        let objects = format!("pinflow_archived_objects_total {}", status["archive"]["objects"]);
        assert!(metrics.contains(&objects) && metrics.contains("pinflow_archived_position{"), "{metrics}");
        // What is not archived then is archived by the next start.
        send(&program, 30, &numbers, seed + 100 + round);
        if round % 2 == 0 { program.kill() } else { program.stop() }
    }
    // A command of its own archives the rest, and sees that the archive is one of this log.
    let once = |data: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["archive", "--once", "--json", "--to"]).arg(&archive).arg("--data").arg(data);
        command.output().expect("start pinflow")
    };
    let output = once(&data);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    check(&archive, &data);

    let other = folder.path().join("other");
    let program = Start::on(&other).program();
    send(&program, 30, &numbers, seed + 200);
    program.stop();
    let output = once(&other);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("it is another one"), "{said}");
}

#[test]
fn a_store_that_fails_for_a_while_stops_nothing() {
    let folder = TempDir::new().expect("make a folder");
    let (data, archive) = (folder.path().join("data"), folder.path().join("archive"));
    let config = format!("[archive]\nto = {archive:?}\nobject_records = 20\nobject_seconds = 1\n");
    let program = Start { config: &config, ..Start::on(&data) }.program();
    // A file in the place of a folder, whoever writes.
    fs::write(archive.join("topics"), "").expect("write a file");
    let numbers = AtomicU64::new(0);
    send(&program, 100, &numbers, seed());
    wait_for("an error", || {
        let status = program.client().get("/v1/status").json();
        let told =
            status["archive"]["last_error"].as_str().is_some_and(|error| error.contains("cannot write"));
        if told { Ok(()) } else { Err(status["archive"].to_string()) }
    });
    fs::remove_file(archive.join("topics")).expect("remove it");
    let log = check_all(&mut program.client(), &data);
    wait_for("the archive", || {
        let records =
            crate::archive_files::objects(&archive).iter().map(|object| object.records.len()).sum::<usize>();
        if records == log.len() { Ok(()) } else { Err(records.to_string()) }
    });
    check(&archive, &data);
    program.stop();
}
