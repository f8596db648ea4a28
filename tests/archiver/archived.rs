//! Holds an archive against what its topics hold.

use crate::archive_files::{Object, Record, objects};
use crate::checks::check_views;
use crate::content::Content;
use crate::log_files::{LogRecord, Partition};
use crate::recomputed::{Recomputed, Views};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Each object begins where the one before it ends, and holds the records between; gives all of them.
#[track_caller]
pub fn records_once(archive: &Path) -> (Vec<Object>, Vec<Record>) {
    let objects = objects(archive);
    for pair in objects.windows(2).filter(|pair| pair[0].partition == pair[1].partition) {
        assert_eq!(pair[0].end, pair[1].start, "{:?} {:?}", pair[0].path, pair[1].path);
    }
    for object in &objects {
        let offsets: Vec<u64> = object.records.iter().map(|record| record.offset).collect();
        assert!(offsets.is_sorted_by(|a, b| a < b), "{offsets:?}");
        assert!(*offsets.first().expect("no object is empty") >= object.start);
        assert_eq!(offsets.last().expect("no object is empty") + 1, object.end);
    }
    let records = objects.iter().flat_map(|object| object.records.clone()).collect();
    (objects, records)
}

/// An archive holds exactly the committed messages of its topics, each once, with the greatest time up to it.
#[track_caller]
pub fn check(archive: &Path, content: &Content) -> Vec<Object> {
    let (objects, records) = records_once(archive);
    let mut times: BTreeMap<Partition, u64> = BTreeMap::new();
    let expected: Vec<Record> = content.records.iter().map(|record| expected(record, &mut times)).collect();
    let found: Vec<Record> = records.into_iter().map(|record| Record { apart: None, ..record }).collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    objects
}

fn expected(record: &LogRecord, times: &mut BTreeMap<Partition, u64>) -> Record {
    let time = times.entry(record.partition.clone()).or_default();
    *time = record.time.max(*time);
    let (partition, value) = (record.partition.clone(), record.text.clone().into_bytes());
    Record { partition, offset: record.offset, time: *time, value, apart: None }
}

/// A replay of the archive shows the views that follow from the topics, and counts what they hold.
#[track_caller]
pub fn check_replay(archive: &Path, content: &Content) {
    let recomputed = Recomputed::of(&content.records);
    let (summary, views, _) = replay(archive, &[]);
    check_views(&views, &recomputed.views());
    let sum = |name: &str| {
        let counts = summary[name].as_object().expect("an object").values();
        counts.map(|count| count.as_u64().expect("a number")).sum::<u64>()
    };
    let expected =
        [recomputed.accepted() + recomputed.rejected, recomputed.rejected, recomputed.superseded(), 0];
    let superseded = summary["superseded"].as_u64().expect("a number");
    let duplicates = summary["duplicates"].as_u64().expect("a number");
    assert_eq!([sum("records"), sum("rejected"), superseded, duplicates], expected, "{summary}");
}

/// Summary, views and dead letters of a replay.
#[track_caller]
pub fn replay(archive: &Path, args: &[&str]) -> (Value, Views, Vec<Value>) {
    let out = tempfile::tempdir().expect("make a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command
        .args(["replay", "--json", "--quiet", "--out"])
        .arg(out.path())
        .arg("--dead-letters")
        .arg(out.path());
    let output = command.args(args).arg(archive).output().expect("start pinflow");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary = serde_json::from_slice(&output.stdout).expect("the summary is JSON");
    let letters = fs::read_to_string(out.path().join("dead-letters.ndjson")).expect("dead letters");
    let letters = letters.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (summary, views_in(out.path()), letters)
}

fn views_in(folder: &Path) -> Views {
    let files = fs::read_dir(folder).expect("read the views").map(|file| file.expect("a file").path());
    let views = files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).map(|path| {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
        let text = fs::read(&path).expect("read a view");
        (name, serde_json::from_slice(&text).expect("a view is JSON"))
    });
    views.collect()
}
