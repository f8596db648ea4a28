//! Many messages over many partitions, half of them there at the start.

use crate::cluster::Cluster;
use crate::content::content;
use crate::many::{self, Many};
use crate::run;
use crate::topics::Topics;
use std::time::Instant;

#[test]
fn the_views_of_many_messages_are_those_of_the_topics() {
    let count = many::count(60_000);
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, many::PARTITIONS);
    let mut many = Many::of(count, &topics);
    many.send(&cluster, count / 2);
    let run = run::start(&cluster, &topics, "");
    many.send(&cluster, count - count / 2);
    let content = content(&cluster, &topics);
    assert_eq!(content.records.len() as u64, count);
    let begin = Instant::now();
    run.check_content(&content);
    println!("checked in {:?}", begin.elapsed());
}
