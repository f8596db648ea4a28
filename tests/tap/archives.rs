//! Archives: in folders, and the same in a real store.

use crate::bucket::TestBucket;
use crate::s3_program::Program;
use crate::tap::{Following, Shown, command, done, lines, printed, shown, shown_in, tap, values};
use flate2::read::MultiGzDecoder;
use pinflow::config::S3Settings;
use pinflow::emulate::{EmulateArgs, Layout, run};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use walkdir::WalkDir;

/// An archive with some of everything.
fn emulated(args: EmulateArgs) -> TempDir {
    let folder = TempDir::new().expect("make a folder");
    let to = folder.path().to_str().expect("UTF-8").to_owned();
    run(&EmulateArgs { to, ..args }, &S3Settings::default()).expect("emulate");
    folder
}

fn mixed() -> EmulateArgs {
    EmulateArgs {
        posts: 300,
        per_object: Some(40),
        correction_rate: 0.1,
        delete_rate: 0.05,
        malformed_rate: 0.1,
        odd_rate: 0.3,
        blank_rate: 0.05,
        gap_rate: 0.2,
        overlap_rate: 0.0,
        ..EmulateArgs::default()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).expect("read an object");
    if path.extension().is_some_and(|ending| ending == "gz") {
        let packed = std::mem::take(&mut bytes);
        MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).expect("unpack an object");
    }
    bytes
}

/// Every line of an archive with its place, read from its files alone, but for blank ones.
fn records(archive: &Path) -> Vec<Shown> {
    let mut records = Vec::new();
    for entry in WalkDir::new(archive) {
        let path = entry.expect("a folder").into_path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        if !path.is_file() || name.starts_with('_') {
            continue;
        }
        let name = name.trim_end_matches(".gz").trim_end_matches(".json");
        let mut parts = name.rsplitn(3, '+');
        let start: u64 = parts.next().and_then(|start| start.parse().ok()).expect("an offset");
        let partition = parts.next().and_then(|number| number.parse().ok());
        let topic = parts.next().expect("a topic").to_owned();
        for (position, line) in (start..).zip(lines(&unpacked(&path))) {
            let value = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
            if !value.iter().all(|byte| b" \t\r".contains(byte)) {
                records.push(Shown { topic: topic.clone(), partition, position, time: None, value });
            }
        }
    }
    records.sort();
    records
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

/// As lines tell of JSON: without white space around it, and without line breaks between its tokens.
fn told(records: Vec<Shown>) -> Vec<Shown> {
    let value = |value: Vec<u8>| match serde_json::from_slice::<&RawValue>(&value) {
        Ok(json) => without_cr(json.get().as_bytes()),
        Err(_) => value,
    };
    records.into_iter().map(|shown| Shown { value: value(shown.value), ..shown }).collect()
}

fn without_cr(line: &[u8]) -> Vec<u8> {
    line.iter().map(|byte| if *byte == b'\r' { b' ' } else { *byte }).collect()
}

#[track_caller]
fn check(args: EmulateArgs) {
    let archive = emulated(args);
    let source = text(archive.path());
    let expected = records(archive.path());
    assert!(expected.len() > 500);
    let raw = printed(&[source, "--raw"]);
    let raw: Vec<Vec<u8>> = lines(&raw).map(without_cr).collect();
    assert_eq!(sorted(raw), sorted(expected.iter().map(|record| without_cr(&record.value)).collect()));
    let found = shown(&[source]);
    assert_eq!(sorted(told(found.clone())), told(expected));
    // Of a partition in its order.
    let mut last: BTreeMap<(String, Option<u64>), u64> = BTreeMap::new();
    for record in found {
        let before = last.insert((record.topic.clone(), record.partition), record.position);
        assert!(before.is_none_or(|before| before < record.position), "{record:?}");
    }
}

#[test]
fn lines_are_shown_as_they_are() {
    check(mixed());
}

#[test]
fn packed_lines_are_shown_as_they_are() {
    check(EmulateArgs { gzip: true, seed: 7, ..mixed() });
}

#[test]
fn all_layouts_hold_the_same() {
    let few = EmulateArgs { posts: 100, odd_rate: 0.2, delete_rate: 0.1, ..EmulateArgs::default() };
    let of = |layout| {
        let archive = emulated(EmulateArgs { layout, ..few.clone() });
        let records = values(&printed(&[text(archive.path()), "--clean"]));
        let cleaned = records.into_iter().map(|record| {
            assert!(record.get("reason").is_none(), "{record}");
            format!("{} {} {}", record["kind"], record["ind"], record["row"])
        });
        sorted(cleaned.collect::<Vec<String>>())
    };
    let connect = of(Layout::Connect);
    for layout in [Layout::Firehose, Layout::Ndjson, Layout::Events] {
        let mut other = of(layout);
        other.dedup();
        let mut connect = connect.clone();
        connect.dedup();
        assert_eq!(other, connect, "{layout:?}");
    }
}

#[test]
fn a_bucket_shows_what_its_folder_does() {
    let archive = emulated(EmulateArgs { gzip: true, ..mixed() });
    let bucket = TestBucket::new("tap");
    bucket.put_folder(archive.path(), "some/prefix");
    let program = Program::new(&bucket.server);
    let source = bucket.source("some/prefix");
    for form in [&[][..], &["--raw"], &["--clean"], &["--kind", "geo", "--from", "20", "--count", "50"]] {
        let found = done(program.command(&[&["tap", &source], form].concat()));
        assert_eq!((found.code, found.err.as_str()), (Some(0), ""));
        let expected = printed(&[&[text(archive.path())], form].concat());
        assert!(found.out == expected && !expected.is_empty(), "{form:?}");
    }
    let none = program.run(&["tap", &bucket.source("none")]);
    assert_eq!((none.code, none.out.as_str()), (Some(1), ""), "{}", none.err);
    let nowhere = program.run(&["tap", "s3://pinflow-no-such-bucket/x"]);
    assert_eq!(nowhere.code, Some(1), "{}", nowhere.err);
}

#[test]
fn what_is_wanted_alone_is_shown() {
    let archive = emulated(mixed());
    let (source, all) = (text(archive.path()), records(archive.path()));
    let expected = |is_wanted: &dyn Fn(&Shown) -> bool| {
        told(all.iter().filter(|record| is_wanted(record)).cloned().collect())
    };
    let check = |args: &[&str], is_wanted: &dyn Fn(&Shown) -> bool| {
        let found = shown(&[&[source], args].concat());
        assert_eq!(sorted(told(found)), expected(is_wanted), "{args:?}");
    };
    check(&["--kind", "pin"], &|record| record.topic.ends_with(".pin"));
    check(&["--from", "earliest"], &|_| true);
    check(&["--from", "0"], &|_| true);
    check(&["--from", "31"], &|record| record.position >= 31);
    check(&["--from", "1000000"], &|_| false);
    check(&["--kind", "user", "--from", "31"], &|record| {
        record.topic.ends_with(".user") && record.position >= 31
    });
    let whole = printed(&[source]);
    let first: Vec<u8> = whole.split_inclusive(|byte| *byte == b'\n').take(5).flatten().copied().collect();
    assert_eq!(printed(&[source, "--count", "5"]), first);
    assert_eq!(printed(&[source, "--count", "1000000"]), whole);

    let out = TempDir::new().expect("make a folder");
    let file = out.path().join("shown");
    fs::write(&file, "old").expect("write a file");
    assert_eq!(printed(&[source, "--out", text(&file)]), b"");
    assert_eq!(fs::read(&file).expect("read it"), whole);
}

#[test]
fn times_are_those_that_the_archive_keeps() {
    let (layout, per_object) = (Layout::Firehose, Some(20));
    let archive = emulated(EmulateArgs { layout, per_object, gap_rate: 0.0, blank_rate: 0.0, ..mixed() });
    let source = text(archive.path());
    let all = shown(&[source]);
    let times: Vec<&String> = all.iter().filter_map(|record| record.time.as_ref()).collect();
    assert_eq!(times.len(), all.len());
    let middle = times[times.len() / 2];
    let found = shown(&[source, "--from", middle]);
    let expected: Vec<Shown> =
        all.iter().filter(|record| record.time.as_ref() >= Some(middle)).cloned().collect();
    assert_eq!(found, expected);
    assert!(!found.is_empty() && found.len() < all.len());
    let refused = tap(&[source, "--from", "3"]);
    assert!(
        refused.code == Some(2) && refused.err.contains("have no offsets in their names"),
        "{}",
        refused.err
    );

    // Where none are kept, nothing is known to be late enough.
    let archive = emulated(mixed());
    let found = tap(&[text(archive.path()), "--from", "1970-01-02T00:00:00Z"]);
    assert_eq!((found.code, found.out.len()), (Some(0), 0));
    assert!(found.err.contains("records whose time is not known were left out"), "{}", found.err);
}

#[test]
fn what_cannot_be_read_is_said() {
    let archive = emulated(EmulateArgs { gzip: true, malformed_rate: 0.0, blank_rate: 0.0, ..mixed() });
    let all = records(archive.path());
    let object =
        archive.path().join("topics/129a67850695.pin/partition=0/129a67850695.pin+0+0000000000.json.gz");
    let packed = fs::read(&object).expect("read an object");
    fs::write(&object, &packed[..packed.len() / 2]).expect("cut it off");
    let found = tap(&[text(archive.path())]);
    assert_eq!(found.code, Some(3), "{}", found.err);
    let place = "129a67850695.pin+0+0000000000.json.gz at byte";
    assert!(found.err.contains(place) && found.err.contains("it is cut off"), "{}", found.err);
    let shown = shown_in(&found.out);
    assert!(shown.len() < all.len() && shown.len() + 40 >= all.len(), "{} of {}", shown.len(), all.len());
}

#[test]
fn who_reads_may_stop() {
    let archive = emulated(EmulateArgs { posts: 3000, ..EmulateArgs::default() });
    let mut child = command(&[text(archive.path())]).spawn().expect("start pinflow");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    out.read_line(&mut line).expect("a line");
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn kinds_that_names_do_not_tell_are_said() {
    let folder = TempDir::new().expect("make a folder");
    fs::create_dir_all(folder.path().join("things")).expect("make a folder");
    fs::write(folder.path().join("things/a.json"), r#"{"ind":1,"country":"Fiji"} {"ind": 2,"latitude":1}"#)
        .expect("write an object");
    let source = text(folder.path());
    let refused = tap(&[source]);
    assert!(refused.code == Some(2) && refused.err.contains("say it by --kind"), "{}", refused.err);
    let found = values(&printed(&[source, "--kind", "geo", "--clean"]));
    assert_eq!(found.len(), 2);
    assert_eq!(
        (&found[0]["row"]["country"], &found[1]["malformed"][0]),
        (&"Fiji".into(), &"coordinates".into())
    );
    assert_eq!((&found[1]["position"], &found[1]["object"]), (&1.into(), &"things/a.json".into()));
}

#[test]
fn an_interrupt_ends_it_before_its_time() {
    let archive = emulated(mixed());
    // A pipe that nobody writes to: it waits in the middle of it.
    let pipe = archive.path().join("topics/129a67850695.pin/partition=0/129a67850695.pin+0+0000900000.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("run mkfifo").success());
    let following = Following::start(&[text(archive.path())]);
    following.next(20);
    assert_eq!(following.interrupt(), Some(130));
}
