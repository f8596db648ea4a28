//! A bit is flipped in the middle of the log while nothing runs: the run says where, and all the rest counts.

use crate::checks::{check_views, replay, shown, wait_for};
use crate::client::Client;
use crate::log_files::{self, FRAME_BYTES, Frame, HEADER_BYTES, LogRecord, Object};
use crate::producer::invented;
use crate::program::{Program, Start};
use crate::random::{Random, seed};
use crate::recomputed::Recomputed;
use pinflow_dataflows::kind::Kind;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const CONFIG: &str = "[log]\npartitions = 2\n";

/// A part of an object.
struct Damaged {
    object: Object,
    frame: Frame,
}

/// Sends small requests one after the other, so that each is a group commit.
fn send(program: &Program, random: &mut Random) {
    let mut client = program.client();
    for number in 0..90 {
        let kind = Kind::ALL[number as usize % 3];
        let records: Vec<Value> = (0..5).map(|_| invented(kind, random.below(40), random, number)).collect();
        let records: Vec<&Value> = records.iter().collect();
        let answer = client.produce_all(&format!("damaged.{}", kind.name()), &records);
        assert_eq!(answer.expect("it answers").status, 200);
    }
}

/// A log, and a frame in the middle of one of its objects.
fn sample(data: &Path, random: &mut Random) -> Damaged {
    let program = Start { config: CONFIG, ..Start::on(data) }.program();
    send(&program, random);
    program.stop();
    let mut objects = log_files::objects(data);
    objects.sort_by(|a, b| a.path.cmp(&b.path));
    let object = objects.swap_remove(random.below(objects.len() as u64) as usize);
    let middle = 2 + random.below(object.frames.len() as u64 - 5) as usize;
    Damaged { frame: object.frames[middle], object }
}

fn flip(path: &Path, byte: u64, random: &mut Random) {
    let mut bytes = fs::read(path).expect("read a file");
    bytes[byte as usize] ^= 1 << random.below(8);
    fs::write(path, bytes).expect("write a file");
}

/// Waits until so many records are accepted, and holds the views against them.
fn check(client: &mut Client, expected: &Recomputed) {
    wait_for("records", || {
        let status = client.get("/v1/status").json();
        let accepted = status["accepted"].as_object().expect("an object").values();
        let accepted: u64 = accepted.map(|count| count.as_u64().expect("a number")).sum();
        let all = (accepted, &status["rejects"], &status["sources"][0]["lag_bytes"]);
        let wanted = (expected.accepted(), &json!(expected.rejected), &json!(0));
        if all == wanted { Ok(()) } else { Err(format!("{all:?}, not {wanted:?}")) }
    });
    wait_for("the last tick", || {
        let status = client.get("/v1/status").json();
        let partitions = status["sources"][0]["partitions"].as_array().expect("a list").iter();
        let lag: Vec<&Value> = partitions.map(|partition| &partition["lag"]).collect();
        if lag.iter().all(|lag| **lag == 0) { Ok(()) } else { Err(format!("{lag:?}")) }
    });
    check_views(&shown(client), &expected.views());
}

/// The faults among lines of dead letters: object, byte and reason.
fn faults(lines: &str) -> Vec<(String, u64, String)> {
    let letters = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let text = |letter: &Value, name: &str| letter[name].as_str().expect("a text").to_owned();
    let faults = letters.filter(|letter| text(letter, "reason").starts_with("object fault: "));
    let fault = |letter: Value| {
        (text(&letter, "object"), letter["byte"].as_u64().expect("a number"), text(&letter, "reason"))
    };
    faults.map(fault).collect()
}

/// The run's dead letters have one fault, which is this one, and a replay finds the same and shows the same.
fn check_fault(data: &Path, expected: &(String, u64, String), records: &Recomputed) {
    wait_for("the fault", || {
        let mut show = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        show.args(["dlq", "show", "--reason", "object fault", "--data"]).arg(data);
        let output = show.output().expect("start pinflow");
        let found = faults(str::from_utf8(&output.stdout).expect("text"));
        if found == [expected.clone()] { Ok(()) } else { Err(format!("{found:?}, not {expected:?}")) }
    });
    let (views, summary) = replay(data, 3);
    check_views(&views, &records.views());
    assert_eq!(summary["faults"], 1);
    let letters = fs::read_to_string(data.with_extension("letters").join("dead-letters.ndjson"));
    assert_eq!(faults(&letters.expect("read dead letters")), std::slice::from_ref(expected));
}

/// Starts, checks, sends more, checks, and does so once more; `without` says what is left of the log's records.
fn check_run(
    data: &Path,
    fault: &(String, u64, String),
    random: &mut Random,
    without: impl Fn() -> Vec<LogRecord>,
) {
    for workers in [1, 2] {
        let program = Start { workers, config: CONFIG, ..Start::on(data) }.program();
        program.wait_until_ready();
        let mut client = program.client();
        check(&mut client, &Recomputed::of(&without()));
        send(&program, random);
        let records = Recomputed::of(&without());
        check(&mut client, &records);
        check_fault(data, fault, &records);
        program.stop();
    }
}

/// What is said of a damaged frame. With a number of gaps that the file has no room for, it seems cut off.
fn problem(companion: &[u8], byte: usize) -> &'static str {
    let gaps = u32::from_le_bytes(companion[byte + 4..byte + 8].try_into().expect("four bytes")) as usize;
    let is_possible = gaps <= 65_536;
    let end = byte + FRAME_BYTES + 12 * gaps;
    if is_possible && end > companion.len() { "it is cut off" } else { "the frame is damaged" }
}

/// A file by its path in the log.
fn key(data: &Path, file: &Path) -> String {
    let key = file.strip_prefix(data.join("log")).expect("it is in the log");
    key.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_flipped_bit_in_an_object_costs_the_records_of_one_commit() {
    let mut random = Random::new(seed());
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let Damaged { object, frame } = sample(&data, &mut random);
    let before = log_files::records(&data);
    let byte = frame.first_byte + random.below(frame.bytes.into());
    flip(&object.path, byte, &mut random);
    let (first, last) = (frame.first_offset, frame.first_offset + u64::from(frame.records) - 1);
    let reason = format!("object fault: damaged: the records from offset {first} to {last} are lost");
    let is_lost =
        |record: &LogRecord| record.partition == object.partition && (first..=last).contains(&record.offset);
    check_run(&data, &(key(&data, &object.path), frame.first_byte, reason), &mut random, || {
        // What is damaged may be no text: what came later is read without it.
        let end =
            log_files::records_but(&data, &|other, at| other == object.path && at.first_offset == first);
        let mut records: Vec<LogRecord> = end.into_iter().filter(|record| !is_lost(record)).collect();
        assert!(before.iter().filter(|record| !is_lost(record)).all(|record| records.contains(record)));
        records.sort();
        records
    });
}

#[test]
fn a_flipped_bit_in_a_companion_costs_the_times_of_the_records_behind_it() {
    let mut random = Random::new(seed());
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let Damaged { object, frame } = sample(&data, &mut random);
    let number = object.frames.iter().position(|other| other.first_byte == frame.first_byte);
    let number = number.expect("it is one of them");
    let byte = (HEADER_BYTES + number * FRAME_BYTES) as u64;
    let lines = object.records();
    let companion = log_files::companion(&object.path);
    flip(&companion, byte + random.below(FRAME_BYTES as u64), &mut random);
    let time = object.frames[number - 1].time;
    let untimed = lines.into_iter().map(|record| match record.offset < frame.first_offset {
        true => record,
        false => LogRecord { time, ..record },
    });
    let untimed: Vec<LogRecord> = untimed.collect();
    let problem = problem(&fs::read(&companion).expect("read a companion"), byte as usize);
    let reason = format!("object fault: {problem}; the lines behind it are read without their times");
    check_run(&data, &(key(&data, &companion), byte, reason), &mut random, || {
        let mut records = log_files::records_but(&data, &|other, _| other == object.path);
        records.extend_from_slice(&untimed);
        records.sort();
        records
    });
}
