//! Streams whose shards are split and merged while they are read.

use crate::kinesis_stream::{Stream, numbers, pins, text};
use serde_json::Value;
use std::collections::BTreeMap;

const KEYS: usize = 20;

/// Each record once, and those of a partition key in their order.
#[track_caller]
fn check(lines: &[Value], count: u64) {
    let mut all = numbers(lines);
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for (line, number) in lines.iter().zip(&all) {
        if let Some(before) = last.insert(text(line, "partition_key"), *number) {
            assert!(before < *number, "{before} is shown before {number}");
        }
    }
    all.sort();
    assert!(all.into_iter().eq(0..count));
}

#[test]
fn children_are_read_after_their_parents() {
    let stream = Stream::new("pin", 2);
    let shard = |number: usize| format!("shardId-{number:012}");
    let mut put = 0;
    let mut more = |count: usize| {
        stream.put(&pins(put..put + count, KEYS));
        put += count;
    };
    more(200);
    let following = stream.server.follow(&[&stream.source()]);
    let mut shown = following.next_values(200);
    more(100);
    stream.split(&shard(0));
    more(100);
    shown.extend(following.next_values(200));
    // Twice before anybody can have looked.
    stream.split(&shard(1));
    stream.merge(&shard(3), &shard(4));
    more(100);
    shown.extend(following.next_values(100));
    stream.merge(&shard(2), &shard(6));
    stream.merge(&shard(7), &shard(5));
    more(100);
    shown.extend(following.next_values(100));
    assert_eq!(following.interrupt(), Some(0));
    check(&shown, 600);

    // The same by who comes later; all but the last shard are closed.
    let found = stream.server.shown(&[&stream.source(), "--until-end"]);
    check(&found, 600);
    let shards: Vec<&str> = found.iter().map(|line| text(line, "partition")).collect();
    let place =
        |number: usize| shards.iter().position(|found| *found == shard(number)).expect("it holds records");
    let end =
        |number: usize| shards.iter().rposition(|found| *found == shard(number)).expect("it holds records");
    let is_behind = |child, parent| place(child) > end(parent);
    assert!(is_behind(2, 0) && is_behind(3, 0) && is_behind(5, 1));
    // Through those between, which hold nothing.
    assert!(is_behind(6, 3) && is_behind(6, 1) && is_behind(8, 2) && is_behind(8, 6) && is_behind(8, 5));
    let time = text(&found[place(8)], "time");
    let late = stream.server.shown(&[&stream.source(), "--until-end", "--from", time]);
    assert!(late.len() >= 100 && late.iter().all(|line| text(line, "time") >= time));
    assert_eq!(stream.server.shown(&[&stream.source(), "--until-end", "--from", "latest"]), [] as [Value; 0]);
}

#[test]
fn what_is_not_wanted_of_parents_does_not_hold_up_their_children() {
    let stream = Stream::new("pin", 1);
    stream.put(&pins(0..10, KEYS));
    stream.split("shardId-000000000000");
    let following = stream.server.follow(&[&stream.source(), "--from", "latest"]);
    let mut put = 10;
    let first = loop {
        stream.put(&pins(put..put + 1, KEYS));
        put += 1;
        if let Some(line) = following.next_value_soon() {
            break line;
        }
    };
    let first = numbers(&[first])[0];
    assert!(first >= 10);
    // From there on nothing is lost, also not what comes to shards that are made meanwhile.
    stream.split("shardId-000000000001");
    stream.put(&pins(put..put + 50, KEYS));
    let mut found = numbers(&following.next_values(50));
    while found.iter().filter(|number| **number >= put as u64).count() < 50 {
        found.extend(numbers(&following.next_values(1)));
    }
    found.retain(|number| *number >= put as u64);
    found.sort();
    assert!(found.into_iter().eq(put as u64..put as u64 + 50));
    assert_eq!(following.interrupt(), Some(0));
}
