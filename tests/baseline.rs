//! The plain program of `benches/baseline` does the same work: on every archive it gives pinflow's views and counts.

use pinflow::config::{Config, S3Settings};
use pinflow::emulate::{self, EmulateArgs};
use pinflow::output::{self, Format};
use pinflow::pipeline::{self, Options, Summary};
use pinflow_baseline::{Replay, write_tables};
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Files by name.
type Files = BTreeMap<String, String>;

fn files(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).expect("read the folder");
    let named = entries.map(|entry| {
        let path = entry.expect("read the folder").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("read the file"))
    });
    named.collect()
}

/// What a summary of pinflow says of what the baseline counts.
fn counted(summary: &Summary) -> pinflow_baseline::Summary {
    pinflow_baseline::Summary {
        records: Kind::ALL.iter().map(|kind| summary.counts[*kind].messages()).sum(),
        rejected: summary.rejects(),
        duplicates: summary.duplicates,
        faults: summary.faults,
    }
}

fn pinflow(archive: &Path) -> (Files, pinflow_baseline::Summary) {
    let sources = vec![archive.to_str().expect("the path is UTF-8").to_owned()];
    let options = Options { sources, ..Options::default() };
    let replayed = pipeline::replay(&options, &Config::default()).expect("the archive can be read");
    let folder = TempDir::new().expect("make a folder");
    output::write_views(&replayed.tables, folder.path(), Format::Json).expect("the folder can be written");
    (files(folder.path()), counted(&replayed.summary))
}

fn baseline(archive: &Path) -> (Files, pinflow_baseline::Summary) {
    let replay = Replay::of(archive).expect("the archive can be read");
    let folder = TempDir::new().expect("make a folder");
    write_tables(&replay.tables(), folder.path()).expect("the folder can be written");
    (files(folder.path()), replay.summary())
}

/// Compares the two on an archive; gives what both have counted.
#[track_caller]
fn check(archive: &Path) -> pinflow_baseline::Summary {
    let (expected, expected_summary) = pinflow(archive);
    let (found, summary) = baseline(archive);
    assert_eq!(expected.len(), 13);
    for (name, expected) in &expected {
        assert!(found.get(name) == Some(expected), "{name} of {}: {:?}", archive.display(), found.get(name));
    }
    assert_eq!(found.len(), 13);
    assert_eq!(summary, expected_summary, "{}", archive.display());
    summary
}

#[test]
fn golden_archives() {
    // The others need a configuration, which the baseline has not.
    for name in ["corrections", "objects", "plain", "scattered", "spellings", "ties"] {
        check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name));
    }
}

#[test]
fn emulated_archives_with_all_that_can_go_wrong() {
    for gzip in [false, true] {
        let folder = TempDir::new().expect("make a folder");
        let args = EmulateArgs {
            to: folder.path().to_str().expect("the path is UTF-8").to_owned(),
            posts: 20_000,
            per_object: Some(700),
            gzip,
            correction_rate: 0.1,
            delete_rate: 0.05,
            malformed_rate: 0.05,
            odd_rate: 0.3,
            overlap_rate: 0.2,
            gap_rate: 0.1,
            blank_rate: 0.01,
            scatter_rate: 0.1,
            ..EmulateArgs::default()
        };
        emulate::run(&args, &S3Settings::default()).expect("written");
        let summary = check(folder.path());
        assert!(
            summary.records > 50_000 && summary.rejected > 1_000 && summary.duplicates > 1_000,
            "{summary}"
        );
    }
}

/// The raw records of the cleaning cases, each as it is and without any one of its characters, so that most are no JSON.
/// The number in a record's key is replaced by one of its own.
#[test]
fn damaged_records() {
    let folder = TempDir::new().expect("make a folder");
    let mut number = 0;
    for kind in Kind::ALL.map(Kind::name) {
        let mut lines = String::new();
        for case in include_str!("data/cleaning-cases.jsonl").lines() {
            let case: serde_json::Value = serde_json::from_str(case).expect("cases are JSON");
            let Some(raw) = case["raw"].as_str().filter(|raw| case["kind"] == kind && raw.len() < 1_000)
            else {
                continue;
            };
            let without =
                raw.char_indices().map(|(at, one)| [&raw[..at], &raw[at + one.len_utf8()..]].concat());
            for line in without.chain([raw.to_owned()]) {
                number += 1;
                lines += &line.replace(": 1,", &format!(": {number},")).replace('\n', " ");
                lines += "\n";
            }
        }
        let partition = folder.path().join(format!("topics/{kind}/partition=0"));
        fs::create_dir_all(&partition).expect("make a folder");
        fs::write(partition.join(format!("{kind}+0+0.json")), lines).expect("write the file");
    }
    let summary = check(folder.path());
    assert!(summary.rejected > 1_000 && summary.records > 2 * summary.rejected, "{summary}");
}

#[test]
fn the_longest_record_and_a_longer_one() {
    let folder = TempDir::new().expect("make a folder");
    let partition = folder.path().join("topics/geo/partition=0");
    fs::create_dir_all(&partition).expect("make a folder");
    let mut lines = String::new();
    for (ind, bytes) in [(1, 1 << 20), (2, (1 << 20) + 1)] {
        let record = format!(r#"{{"ind": {ind}, "timestamp": "2022-01-02", "country": "France"}}"#);
        // White space behind a value belongs to the message, the line's end does not.
        lines += &format!("{record}{}\r\n", " ".repeat(bytes - record.len()));
    }
    fs::write(partition.join("geo+0+0.json"), lines).expect("write the file");
    assert_eq!(check(folder.path()).rejected, 1);
}

#[test]
fn what_the_baseline_does_not_read_it_refuses() {
    for name in ["geo+0+0.meta", "_geo+0+0.json.meta", "part-0.json", "geo+0+x.json"] {
        let folder = TempDir::new().expect("make a folder");
        let partition = folder.path().join("topics/geo/partition=0");
        fs::create_dir_all(&partition).expect("make a folder");
        fs::write(partition.join(name), "").expect("write the file");
        let error = Replay::of(folder.path()).err().expect("it is refused").to_string();
        assert!(error.contains(name), "{error}");
    }
}
