//! Progress is committed for tools that show lag; nobody reads it.

use crate::checks::wait_for;
use crate::cluster::{Cluster, PATIENCE, unique};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;

fn consumer(cluster: &Cluster, group: &str) -> BaseConsumer {
    cluster.config().set("group.id", group).create().expect("make a consumer")
}

fn partitions(topics: &[String], offset: Offset) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for topic in topics {
        (0..2).for_each(|number| list.add_partition_offset(topic, number, offset).expect("an offset"));
    }
    list
}

#[test]
fn the_group_has_the_positions_of_the_views() {
    let cluster = Cluster::shared();
    let (topics, group) = (Topics::of_all_kinds(&cluster, 2), unique("group"));
    cluster.send(&messages(&topics, 300, 100, &mut Random::new(seed())));
    // What somebody has committed before is not gone on from.
    let consumer = consumer(&cluster, &group);
    consumer.commit(&partitions(&topics, Offset::Offset(20)), CommitMode::Sync).expect("commit it");
    let run = run::start(&cluster, &topics, &format!("group = \"{group}\""));
    let content = run.check(&topics);
    let ends: BTreeMap<_, _> =
        content.bounds.iter().map(|(name, (_, high))| (name.clone(), *high as i64)).collect();
    wait_for("the group's offsets", || {
        let committed =
            consumer.committed_offsets(partitions(&topics, Offset::Invalid), PATIENCE).expect("it answers");
        let committed: BTreeMap<_, _> = committed
            .elements()
            .iter()
            .map(|element| {
                (
                    (element.topic().to_owned(), element.partition() as u32),
                    element.offset().to_raw().unwrap_or(-1),
                )
            })
            .collect();
        if committed == ends { Ok(()) } else { Err(format!("{committed:?}, not {ends:?}")) }
    });
    run.program.stop();
    run::start(&cluster, &topics, &format!("group = \"{group}\"")).check(&topics);
}
