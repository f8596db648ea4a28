//! When a broker goes for good, others lead its partitions, and reading goes on there.

use crate::broker::Broker;
use crate::checks::wait_for;
use crate::cluster::Cluster;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::collections::BTreeSet;
use std::time::Duration;

/// Who leads the partitions of topics.
fn leaders(cluster: &Cluster, topics: &[String]) -> BTreeSet<i32> {
    let consumer: BaseConsumer = cluster.config().create().expect("make a consumer");
    let told = consumer.fetch_metadata(None, Duration::from_secs(10)).expect("it answers");
    let topics = told.topics().iter().filter(|topic| topics.iter().any(|name| name == topic.name()));
    topics.flat_map(|topic| topic.partitions().iter().map(|partition| partition.leader())).collect()
}

#[test]
fn partitions_are_read_of_whoever_leads_them() {
    let first = Broker::start();
    let mut second = first.beside();
    let cluster = first.cluster.clone();
    let topics = Topics::named(&cluster);
    topics.iter().for_each(|topic| cluster.create_on(2, topic, 4, &[]));
    wait_for("two leaders", || {
        let leaders = leaders(&cluster, &topics);
        if leaders == BTreeSet::from([1, 2]) { Ok(()) } else { Err(format!("{leaders:?}")) }
    });
    let mut random = Random::new(seed());
    cluster.send(&messages(&topics, 1_000, 200, &mut random));
    let run = run::start(&cluster, &topics, "");
    run.check(&topics);
    second.kill();
    wait_for("one leader", || {
        let leaders = leaders(&cluster, &topics);
        if leaders == BTreeSet::from([1]) { Ok(()) } else { Err(format!("{leaders:?}")) }
    });
    cluster.send(&messages(&topics, 1_000, 200, &mut random));
    run.check(&topics);
    assert_eq!(run.status()["duplicates"], 0);
}
