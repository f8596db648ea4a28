//! Many messages over many partitions, half of them there at the start; `PINFLOW_TEST_KAFKA_MESSAGES` says how many.

use crate::cluster::Cluster;
use crate::content::content;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;
use std::env;
use std::time::Instant;

const MESSAGES: u64 = 60_000;
/// As many as are in memory at once.
const AT_ONCE: u64 = 20_000;

#[test]
fn the_views_of_many_messages_are_those_of_the_topics() {
    let given = env::var("PINFLOW_TEST_KAFKA_MESSAGES").ok().map(|count| count.parse().expect("a number"));
    let count = given.unwrap_or(MESSAGES);
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 6);
    let mut random = Random::new(seed());
    let mut send = |count: u64| {
        for sent in (0..count).step_by(AT_ONCE as usize) {
            let batch = messages(&topics, AT_ONCE.min(count - sent), count / 10, &mut random);
            cluster.send_with(&[("compression.type", "lz4")], &batch);
        }
    };
    send(count / 2);
    let run = run::start(&cluster, &topics, "");
    send(count - count / 2);
    let content = content(&cluster, &topics);
    assert_eq!(content.records.len() as u64, count);
    let begin = Instant::now();
    run.check_content(&content);
    println!("checked in {:?}", begin.elapsed());
}
