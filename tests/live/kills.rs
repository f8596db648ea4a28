//! kill -9 a hundred times, at any moment: what was acknowledged is there, once, and the views are those of the log.

use crate::checks::{check_all, check_replay};
use crate::client::Client;
use crate::log_files::LogRecord;
use crate::producer::{Producer, Sent};
use crate::program::Start;
use crate::random::{Random, seed};
use crate::recomputed::Recomputed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const KILLS: u64 = 100;
const PRODUCERS: u64 = 4;

/// Sends until the program is gone.
fn send(address: SocketAddr, seed: u64, numbers: &AtomicU64) -> Sent {
    let (client, random) = (Client::new(address), Random::new(seed));
    let mut producer = Producer { client, random, numbers, inds: 200, sent: Sent::default() };
    while let Ok(answer) = producer.send() {
        assert!(matches!(answer.status, 200 | 429 | 503), "{answer:?}");
    }
    producer.sent
}

/// Every acknowledged record is in the log, where the answer said; none is there twice, or was not sent.
fn check_log(log: &[LogRecord], sent: &Sent) {
    let mut found = BTreeMap::new();
    for LogRecord { partition, offset, text, .. } in log {
        let record: Value = serde_json::from_str(text).expect("JSON");
        let number = record["n"].as_u64().expect("records are numbered");
        assert_eq!(Some(&record), sent.records.get(&number), "it was sent so");
        let place = (partition.clone(), *offset);
        let twice = found.insert(number, place.clone());
        assert_eq!(twice, None, "{record} is there twice, at {place:?} too");
    }
    for (number, place) in &sent.acknowledged {
        let found = found.get(number).unwrap_or_else(|| panic!("{} is lost", sent.records[number]));
        assert!(place.as_ref().is_none_or(|place| place == found), "{number}: {found:?}, not {place:?}");
    }
    assert!((sent.acknowledged.len()..=sent.records.len()).contains(&log.len()));
}

/// Some time from nothing to longer than a start takes: kills come in all its parts, and in the load behind it.
fn some_time(random: &mut Random) -> Duration {
    Duration::from_micros(random.below(100_000))
}

#[test]
fn a_hundred_kills_lose_and_double_nothing() {
    let seed = seed();
    let mut random = Random::new(seed);
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let (numbers, mut sent) = (AtomicU64::new(0), Sent::default());
    // Small objects, so that kills also come where one is closed and the next begun.
    let config = "[log]\nsegment_bytes = 16384\n";
    for kill in 0..KILLS {
        let start = Start { data: &data, workers: 1 + random.below(3) as usize, config };
        if random.below(4) == 0 {
            let begun = start.begin();
            thread::sleep(some_time(&mut random));
            begun.kill();
            continue;
        }
        let program = start.program();
        let mut client = program.client();
        if kill % 10 == 9 {
            program.wait_until_ready();
            check_log(&check_all(&mut client, &data), &sent);
        }
        let (address, numbers, seed) = (program.address, &numbers, random.below(u64::MAX));
        thread::scope(|scope| {
            let producers: Vec<_> = (0..PRODUCERS)
                .map(|producer| scope.spawn(move || send(address, seed ^ producer, numbers)))
                .collect();
            thread::sleep(some_time(&mut random));
            program.kill();
            producers.into_iter().for_each(|producer| sent.add(producer.join().expect("it sends")));
        });
    }
    let program = Start::on(&data).program();
    program.wait_until_ready();
    let log = check_all(&mut program.client(), &data);
    check_log(&log, &sent);
    assert_eq!(program.client().get("/v1/status").json()["tick"]["n"], 1, "nothing came since the start");
    program.stop();
    check_replay(&data, &Recomputed::of(&log));
    assert!(sent.acknowledged.len() > 1_000, "{}", sent.acknowledged.len());
    println!("{} records, {} acknowledged, {} kept", sent.records.len(), sent.acknowledged.len(), log.len());
}
