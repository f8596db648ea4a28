//! Where partitions are begun.

use crate::cluster::{Cluster, Message};
use crate::content::content;
use crate::run;
use crate::topics::Topics;

fn pin(topic: &str, ind: u64, time: i64) -> Message {
    let value = format!(r#"{{"index":{ind},"category":"art"}}"#).into_bytes();
    Message {
        topic: topic.to_owned(),
        partition: Some(0),
        value: Some(value),
        time: Some(time),
        ..Message::default()
    }
}

/// Starts there, and sees which positions are read.
#[track_caller]
fn check(start: &str, first: u64) {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 2, &[]);
    // 2025-01-31T00:00:00Z and the hours around it.
    let hour = |hours: i64| 1_738_281_600_000 + hours * 3_600_000;
    let messages: Vec<Message> = (0..6).map(|ind| pin(&topics[0], ind, hour(ind as i64 - 3))).collect();
    cluster.send(&messages);
    let run = run::start(&cluster, &topics, &format!("start = \"{start}\""));
    run.program.wait_until_ready();
    cluster.send(&[pin(&topics[0], 6, hour(4))]);
    let mut content = content(&cluster, &topics);
    content.records.retain(|record| record.offset >= first);
    run.check_content(&content);
    let begun = run.partitions();
    assert_eq!(begun[&(topics[0].clone(), 0)]["first_position"], first, "{start}");
    assert_eq!(begun[&(topics[0].clone(), 1)]["first_position"], 0, "{start}");
}

#[test]
fn at_the_first_message() {
    check("earliest", 0);
}

#[test]
fn at_the_next_message() {
    check("latest", 6);
}

#[test]
fn at_a_time() {
    check("2025-01-31T00:00:00Z", 3);
    check("2025-01-31T01:30:00+01:00", 4);
}

#[test]
fn at_a_time_that_no_message_has_reached() {
    check("2035-01-31T00:00:00Z", 6);
}
