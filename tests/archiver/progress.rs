//! What is committed for the group is what is archived.

use crate::cluster::{Cluster, PATIENCE, unique};
use crate::command::Archive;
use crate::content::content;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::topics::Topics;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};

#[test]
fn the_group_has_the_positions_of_the_archive() {
    let cluster = Cluster::shared();
    let (topics, group) = (Topics::of_all_kinds(&cluster, 2), unique("group"));
    let archive = Archive::of(&cluster, &topics, &format!("group = \"{group}\""), "");
    let consumer: BaseConsumer = cluster.config().set("group.id", &group).create().expect("make a consumer");
    let mut random = Random::new(seed());
    for _ in 0..2 {
        cluster.send(&messages(&topics, 300, 100, &mut random));
        let summary = archive.once();
        for ((topic, number), (_, high)) in content(&cluster, &topics).bounds {
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(&topic, number as i32, Offset::Invalid).expect("an offset");
            let committed = consumer.committed_offsets(list, PATIENCE).expect("it answers");
            assert_eq!(committed.elements()[0].offset(), Offset::Offset(high as i64), "{topic} {number}");
            let partitions = summary["partitions"].as_array().expect("a list");
            let told =
                partitions.iter().find(|told| told["topic"] == topic.as_str() && told["partition"] == number);
            assert_eq!(told.expect("it is told of")["archived"], high);
        }
    }
}
