//! Records of one kind and ind that meet in one group commit: then the topics' names decide.

use crate::checks::{check_all, check_replay, wait_for};
use crate::client::Client;
use crate::log_files::{self, LogRecord};
use crate::producer::invented;
use crate::program::{Program, Start};
use crate::random::{Random, seed};
use crate::recomputed::Recomputed;
use pinflow_dataflows::kind::Kind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use tempfile::TempDir;

/// Meetings of the latest records of an `ind` that have to be there.
const MEETINGS: usize = 40;
const INDS: u64 = 60;

/// Sends records to all topics, those of a round at the same time.
fn send_rounds(program: &Program, topics: &[&str], seed: u64) {
    let round = Barrier::new(topics.len());
    thread::scope(|scope| {
        for (number, topic) in topics.iter().enumerate() {
            let (mut client, mut random, round) =
                (program.client(), Random::new(seed ^ number as u64), &round);
            scope.spawn(move || {
                for ind in 0..INDS {
                    let record = invented(Kind::Pin, ind, &mut random, ind);
                    round.wait();
                    assert_eq!(client.produce(topic, &record).expect("it answers").status, 200);
                }
            });
        }
    });
}

/// How many `ind`s have their latest record in a group commit with one of another topic.
fn meetings(log: &[LogRecord]) -> usize {
    let mut latest: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
    for record in log {
        let json: Value = serde_json::from_str(&record.text).expect("JSON");
        let Some(ind) = json["index"].as_u64().or(json["ind"].as_u64()) else { continue };
        let (time, records) = latest.entry(ind).or_insert((record.time, 0));
        if record.time > *time {
            (*time, *records) = (record.time, 0);
        }
        *records += usize::from(record.time == *time);
    }
    latest.values().filter(|(_, records)| *records > 1).count()
}

fn check(topics: &[&str], data: &Path, seed: u64) {
    let program = Start::on(data).program();
    let mut client: Client = program.client();
    let mut round = 0;
    wait_for("meetings", || {
        round += 1;
        send_rounds(&program, topics, seed ^ (round << 8));
        let met = meetings(&log_files::records(data));
        if met >= MEETINGS { Ok(()) } else { Err(format!("{met} of {MEETINGS}")) }
    });
    let log = check_all(&mut client, data);
    program.kill();

    let program = Start { workers: 3, ..Start::on(data) }.program();
    program.wait_until_ready();
    assert_eq!(check_all(&mut program.client(), data), log);
    program.stop();
    check_replay(data, &Recomputed::of(&log));
}

#[test]
fn of_records_in_one_group_commit_the_one_in_the_greater_topic_is_later() {
    let (seed, folder) = (seed(), TempDir::new().expect("make a folder"));
    check(&["a.pin", "b.pin"], &folder.path().join("two"), seed);
    // The first one to come stands between the others.
    check(&["m.pin", "z.pin", "B.pin", "a-b.pin"], &folder.path().join("four"), seed);
}
