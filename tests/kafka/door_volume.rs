//! A hundred thousand records of all sorts through all ways in: the views are those of the topics, which hold what was accepted.

use crate::cluster::Cluster;
use crate::emulated::{check_places, emulate};
use crate::run;
use crate::topics::Topics;
use serde_json::Value;
use std::process::Stdio;
use tempfile::TempDir;

/// What is sent at a time: dialect, posts, records of a request. A post has 2.9 records on average, with `pin` one.
const SENT: [(&str, u32, u32); 4] =
    [("ingest", 23_000, 100), ("rest-proxy", 9_000, 50), ("kinesis", 1_000, 1), ("pin", 1_000, 1)];

#[test]
fn the_views_of_all_ways_in_are_those_of_the_topics() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 3);
    let prefix = topics[0].strip_suffix(".pin").expect("it is of pins");
    let streams = ["pin", "geo", "user"].iter().zip(&*topics);
    let streams: String = streams.map(|(kind, topic)| format!("\"s-{kind}\" = \"{topic}\"\n")).collect();
    let run = run::start(&cluster, &topics, &format!("[front_door.streams]\n{streams}"));
    run.wait_for_partitions(9);
    let folder = TempDir::new().expect("make a folder");
    let sending = SENT.iter().enumerate().map(|(seed, (dialect, count, batch))| {
        let sent = folder.path().join(dialect);
        let mut command = emulate(&format!("http://{}", run.program.address), seed, *count, &sent);
        command.args(["--dialect", dialect]);
        if *batch > 1 {
            command.args(["--batch", &batch.to_string()]);
        }
        match *dialect {
            "rest-proxy" => drop(command.args(["--prefix", prefix])),
            "kinesis" => drop(command.args(["--prefix", "s"])),
            _ => {}
        }
        (sent, command.stdout(Stdio::piped()).spawn().expect("start pinflow"))
    });
    let sending: Vec<_> = sending.collect();
    let mut accepted = 0;
    let mut logs = Vec::new();
    for (sent, child) in sending {
        let output = child.wait_with_output().expect("it ends");
        let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(0), "{summary}");
        accepted += summary["total"]["accepted"].as_u64().expect("a number");
        logs.push(sent);
    }
    assert!(accepted >= 100_000, "{accepted}");
    let content = run.check(&topics);
    assert_eq!(content.records.len() as u64, accepted);
    assert!(check_places(&logs[1], &content) > 10_000);
    run.program.stop();
}
