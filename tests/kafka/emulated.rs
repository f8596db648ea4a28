//! `pinflow emulate` with topics of Kafka as the target.

use crate::cluster::{Cluster, unique, variable};
use crate::content::{Content, content};
use crate::log_files::LogRecord;
use crate::run;
use crate::stored::stored;
use pinflow_dataflows::kind::Kind;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Sends posts of a small catalogue with everything that can happen to them, and logs what was accepted.
pub fn emulate(to: &str, seed: usize, count: u32, sent: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.args(["emulate", "--quiet", "--json", "--rate", "100000", "--posts", "3000", "--to", to]);
    command.args(["--correction-rate", "0.1", "--delete-rate", "0.02", "--odd-rate", "0.1"]);
    command.args(["--malformed-rate", "0.01", "--seed", &seed.to_string(), "--count", &count.to_string()]);
    command.arg("--log-sent").arg(sent);
    command
}

/// A line of `--log-sent`.
#[derive(Deserialize)]
struct SentLine<'a> {
    topic: String,
    partition: u32,
    offset: u64,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

/// What was acknowledged with a place is there; how many records were held against theirs.
#[track_caller]
pub fn check_places(sent: &Path, content: &Content) -> usize {
    let place = |record: &LogRecord| (record.partition.clone(), record.offset);
    let places: BTreeMap<_, &str> =
        content.records.iter().map(|record| (place(record), &*record.text)).collect();
    let without_space = |json: &str| json.split_ascii_whitespace().collect::<String>();
    let mut checked = 0;
    for line in fs::read_to_string(sent).expect("read what was sent").lines() {
        let line: SentLine<'_> = serde_json::from_str(line).expect("JSON");
        let text = places.get(&((line.topic.clone(), line.partition), line.offset));
        let text = text.unwrap_or_else(|| panic!("{} {} {}", line.topic, line.partition, line.offset));
        if let Some(record) = line.record.filter(|record| !record.get().contains("_deleted")) {
            assert_eq!(without_space(text), without_space(record.get()));
            checked += 1;
        }
    }
    checked
}

/// Topics that an emulation makes, which are gone when the test ends.
struct Prefix {
    cluster: Cluster,
    name: String,
}

impl Prefix {
    fn new() -> Prefix {
        Prefix { cluster: Cluster::shared(), name: unique("test") }
    }

    fn to(&self) -> String {
        format!("kafka://{}/{}", self.cluster.brokers, self.name)
    }

    fn topics(&self) -> Vec<String> {
        Kind::ALL.map(|kind| format!("{}.{}", self.name, kind.name())).to_vec()
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        self.cluster.delete_if_there(&self.topics());
    }
}

#[test]
fn the_views_are_those_of_what_was_sent() {
    let (prefix, folder) = (Prefix::new(), TempDir::new().expect("make a folder"));
    let sent = folder.path().join("sent");
    let mut command = emulate(&prefix.to(), 1, 5_000, &sent);
    let output = command.args(["--create-topics", "3"]).output().expect("run pinflow");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(0), "{summary}");
    let (topics, total) = (prefix.topics(), &summary["total"]);
    let run = run::start(&prefix.cluster, &topics, "");
    let content = run.check(&topics);
    assert_eq!(content.bounds.len(), 9);
    assert_eq!(content.records.len() as u64, total["accepted"].as_u64().expect("a number"), "{summary}");
    assert_eq!((&total["unanswered"], &total["refused"]), (&total["retried"], &total["malformed_refused"]));
    assert!(check_places(&sent, &content) > 10_000);
    let mut deletes = content.records.iter().filter(|record| record.text.contains("_deleted"));
    let is_tombstone = |record: &LogRecord| {
        let (topic, partition) = &record.partition;
        stored(&prefix.cluster, topic, *partition as i32, record.offset as i64).1.is_none()
    };
    assert!(deletes.any(is_tombstone));
    run.program.stop();
}

#[test]
fn keys_are_inds_and_records_are_in_the_order_in_which_they_were_drawn() {
    let folder = TempDir::new().expect("make a folder");
    let rows = folder.path().join("rows.ndjson");
    let row = |n: u32| format!("{{\"pin\":{{\"index\":{},\"n\":{n}}}}}\n", n % 10);
    fs::write(&rows, (0..100).map(row).collect::<String>()).expect("write rows");
    let send = || {
        let prefix = Prefix::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["emulate", "--quiet", "--rate", "100000", "--count", "2000", "--create-topics", "1"]);
        command.args(["--to", &prefix.to(), "--catalogue"]).arg(&rows);
        assert!(command.status().expect("run pinflow").success());
        let texts = content(&prefix.cluster, &prefix.topics()).records.into_iter().map(|record| record.text);
        (texts.collect::<Vec<String>>(), prefix)
    };
    let ((first, prefix), (second, _other)) = (send(), send());
    assert_eq!(first.len(), 2_000);
    assert!(first == second, "the same seed gives the same order");
    for (offset, text) in first.iter().enumerate().take(5) {
        let ind = serde_json::from_str::<Value>(text).expect("JSON")["index"].to_string();
        assert_eq!(stored(&prefix.cluster, &prefix.topics()[0], 0, offset as i64).0, Some(ind));
    }
}

#[test]
fn brokers_are_asked_as_the_configuration_says() {
    let (prefix, folder) = (Prefix::new(), TempDir::new().expect("make a folder"));
    let config = folder.path().join("pinflow.toml");
    let (user, password) = (variable("PINFLOW_TEST_KAFKA_USER"), variable("PINFLOW_TEST_KAFKA_PASSWORD"));
    let settings = format!(
        "[source.librdkafka]\nsecurity.protocol = \"SASL_PLAINTEXT\"\nsasl.mechanism = \"SCRAM-SHA-512\"\n\
         sasl.username = \"{user}\"\nsasl.password = \"{password}\"\nfetch.min.bytes = 1\n\
         [front_door.librdkafka]\ncompression.type = \"zstd\"\n"
    );
    fs::write(&config, settings).expect("write it");
    let to = format!("kafka://{}/{}", variable("PINFLOW_TEST_KAFKA_SASL"), prefix.name);
    let sent = folder.path().join("sent");
    let mut command = emulate(&to, 1, 100, &sent);
    command.args(["--create-topics", "1", "--config"]).arg(&config);
    let output = command.output().expect("run pinflow");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    assert!(content(&prefix.cluster, &prefix.topics()).records.len() > 250);
}

fn told(options: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    let Output { status, stderr, .. } =
        command.args(["emulate", "--count", "1"]).args(options).output().expect("run pinflow");
    (status.code(), String::from_utf8(stderr).expect("texts"))
}

#[test]
fn what_cannot_be_done_is_told() {
    let prefix = Prefix::new();
    let (code, error) = told(&["--to", &prefix.to()]);
    let [pin, geo, user] = prefix.topics().try_into().expect("three");
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains(&format!(
        "there is no topic {pin}, {geo}, {user}; make it, or have it made with --create-topics"
    )));
    let (code, error) = told(&["--to", "kafka://127.0.0.1:1/x"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(
        error.contains("cannot connect to kafka://127.0.0.1:1/x: ") && error.contains("efused"),
        "{error}"
    );
    for (options, part) in [
        (&["--to", "kafka://127.0.0.1"][..], "it must be kafka://host:port/prefix"),
        (&["--to", "kafka://127.0.0.1:1/x", "--prefix", "y"], "leave one out"),
        (&["--to", "kafka://127.0.0.1:1/x", "--dialect", "pin"], "--dialect is for servers"),
        (&["--to", "kafka://127.0.0.1:1/x", "--gzip"], "--gzip is for archives"),
        (
            &["--to", "kafka://127.0.0.1:1/x", "--create-topics", "0"],
            "--create-topics must be a number from 1",
        ),
        (&["--to", "http://127.0.0.1:1", "--create-topics", "1"], "--create-topics is for topics of Kafka"),
    ] {
        let (code, error) = told(options);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(part), "{error}");
    }
}
