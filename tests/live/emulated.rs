//! Many records of all sorts, sent through all dialects: the views are those of the log, with any number of workers.

use crate::checks::{check_all, check_replay};
use crate::log_files::LogRecord;
use crate::program::{Program, Start};
use crate::recomputed::Recomputed;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What is sent at a time: dialect, posts, records of a request. A post has 2.9 records on average, with `pin` one.
const SENT: [(&str, u32, u32); 4] =
    [("ingest", 8_500, 100), ("rest-proxy", 3_500, 20), ("kinesis", 400, 1), ("pin", 400, 1)];

fn emulate(program: &Program, seed: usize, sent: &Path, (dialect, count, batch): (&str, u32, u32)) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    let to = format!("http://{}", program.address);
    command.args(["emulate", "--quiet", "--json", "--rate", "100000", "--posts", "3000", "--to", &to]);
    command.args(["--correction-rate", "0.1", "--delete-rate", "0.02", "--odd-rate", "0.1"]);
    command.args(["--malformed-rate", "0.01", "--dialect", dialect]);
    if batch > 1 {
        command.args(["--batch", &batch.to_string()]);
    }
    command.args(["--seed", &seed.to_string(), "--count", &count.to_string(), "--log-sent"]).arg(sent);
    command.stdout(Stdio::piped()).spawn().expect("start pinflow")
}

/// A line of `--log-sent`.
#[derive(Deserialize)]
struct SentLine<'a> {
    topic: Option<String>,
    partition: Value,
    offset: Value,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

/// A record keeps its spelling but for line breaks.
fn without_space(json: &str) -> String {
    json.split_ascii_whitespace().collect()
}

/// What was acknowledged with a place is there.
fn check_places(sent: &Path, log: &[LogRecord]) {
    let places: BTreeMap<_, _> = log
        .iter()
        .map(|record| ((record.partition.0.as_str(), record.partition.1, record.offset), &*record.text))
        .collect();
    let mut checked = 0;
    for line in fs::read_to_string(sent).expect("read what was sent").lines() {
        let line: SentLine = serde_json::from_str(line).expect("JSON");
        let place = match (&line.partition, &line.offset) {
            (Value::Number(partition), Value::Number(offset)) => {
                Some((partition.as_u64().expect("small") as u32, offset.as_u64().expect("whole")))
            }
            // Of Kinesis: the offset is the last 20 digits of the sequence number.
            (Value::String(shard), Value::String(number)) => {
                let shard = shard.strip_prefix("shardId-").expect("a shard");
                let offset = number[number.len() - 20..].parse().expect("digits");
                Some((shard.parse().expect("a number"), offset))
            }
            _ => None,
        };
        let (Some((partition, offset)), Some(record)) = (place, line.record) else { continue };
        let topic = line.topic.as_deref().expect("the sender chose it");
        let text = places.get(&(topic, partition, offset)).unwrap_or_else(|| panic!("{record} is lost"));
        assert_eq!(without_space(text), without_space(record.get()), "{topic} {partition} {offset}");
        checked += 1;
    }
    assert!(checked > 8_000, "{checked}");
}

#[test]
fn views_and_counts_are_those_of_the_log_with_any_number_of_workers() {
    let folder = TempDir::new().expect("make a folder");
    let (data, sent) = (folder.path().join("data"), folder.path().join("sent.ndjson"));
    let mut log = Vec::new();
    for workers in [1, 2, 4] {
        let program = Start { workers, ..Start::on(&data) }.program();
        program.wait_until_ready();
        let mut client = program.client();
        assert_eq!(check_all(&mut client, &data), log, "nothing came between");
        let emulators = SENT.map(|dialect| emulate(&program, workers, &sent, dialect));
        for emulator in emulators {
            let output = emulator.wait_with_output().expect("it ends");
            let summary = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(0), "{summary}");
        }
        // The first connection may have been idle for too long.
        log = check_all(&mut program.client(), &data);
        program.stop();
    }
    assert!(log.len() > 100_000, "{}", log.len());
    check_places(&sent, &log);
    check_replay(&data, &Recomputed::of(&log));
}
