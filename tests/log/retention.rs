//! What retention deletes, and what it leaves.

use crate::reader::{open, read, record};
use pinflow::log::frame::Frame;
use pinflow::log::{Committed, Log, Settings};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn settings() -> Settings {
    Settings { partitions: 2, segment_bytes: 1_000, ..Settings::default() }
}

fn fill(log: &Log, requests: u64) {
    for request in 0..requests {
        log.append_blocking("pin", vec![record(request, "x".repeat(300))]).expect("appended");
    }
}

/// Waits until something holds, which has to happen by itself.
fn wait_until(log: &Log, holds: impl Fn(&Committed) -> bool) -> Arc<Committed> {
    let mut committed = log.committed();
    while !holds(&committed) {
        committed = log.wait_for_change(committed.change, Duration::from_secs(60)).expect("it changes");
    }
    committed
}

fn files(folder: &Path) -> usize {
    let partition = |number| folder.join(format!("topics/pin/partition={number}"));
    (0..2).map(|number| fs::read_dir(partition(number)).expect("a folder").count()).sum()
}

#[test]
fn the_oldest_objects_go_when_there_are_too_many_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = open(folder.path(), Settings { retention_bytes: Some(6_000), ..settings() }).log;
    fill(&log, 60);
    let committed = wait_until(&log, |committed| committed.bytes <= 6_000);
    assert!(committed.bytes > 4_000, "no more than needed");
    let stats = log.stats();
    assert!(stats.objects_deleted > 10 && stats.bytes_deleted > 10_000);
    assert_eq!(files(folder.path()) as u64, 2 * stats.objects);
    let left: Vec<_> = (0..2).map(|partition| read(folder.path(), &committed, "pin", partition)).collect();
    assert!(left.iter().all(|records| records.last().expect("some are left").offset == 29));
    assert!(left[0][0].offset.abs_diff(left[1][0].offset) <= 6, "the oldest of all partitions went first");
    drop(log);
    let opened = open(folder.path(), settings());
    assert_eq!(opened.repairs, []);
    assert_eq!(opened.log.committed().ends, committed.ends);
    assert_eq!(opened.log.committed().time, committed.time);
}

#[test]
fn the_last_records_of_a_partition_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = open(folder.path(), Settings { retention_bytes: Some(0), ..settings() }).log;
    fill(&log, 40);
    let committed = wait_until(&log, |committed| committed.ends.iter().all(|end| end.closed.is_empty()));
    assert!(committed.ends.iter().all(|end| end.end_offset == 20 && end.open.is_some()));
}

#[test]
fn old_objects_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = open(folder.path(), settings()).log;
    fill(&log, 20);
    let end = log.committed().end("pin", 0).expect("it is there").clone();
    let objects = log.committed().end("pin", 0).expect("it is there").closed.len();
    assert!(objects > 2);
    drop(log);
    // The first object's last record becomes a week older.
    let companion = end.companion_path(folder.path(), &end.closed[0]);
    let mut bytes = fs::read(&companion).expect("it is there");
    let last = bytes.split_off(bytes.len() - 48);
    let mut frame = Frame::decode(&last).expect("it is good");
    frame.time -= 7 * 24 * 60 * 60 * 1000;
    frame.encode(&mut bytes);
    fs::write(&companion, bytes).expect("it can be written");
    let days = |days| open(folder.path(), Settings { retention_days: Some(days), ..settings() }).log;
    let log = days(8);
    fill(&log, 1);
    assert_eq!(log.stats().objects_deleted, 0);
    drop(log);
    let log = days(7);
    let committed =
        wait_until(&log, |committed| committed.end("pin", 0).is_some_and(|end| end.closed.len() < objects));
    assert_eq!(committed.end("pin", 0).expect("it is there").closed[..], end.closed[1..]);
    assert!(!companion.exists() && !end.object_path(folder.path(), &end.closed[0]).exists());
}
