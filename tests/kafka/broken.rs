//! What is broken is named, and what works goes on.

use crate::broker::Broker;
use crate::cluster::{Cluster, Message};
use crate::run;
use crate::topics::Topics;

#[test]
fn brokers_that_are_not_there_at_the_start_are_waited_for() {
    let mut broker = Broker::start();
    let cluster: Cluster = broker.cluster.clone();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let value = Some(br#"{"index":1,"category":"art"}"#.to_vec());
    cluster.send(&[Message { topic: topics[0].clone(), value, ..Message::default() }]);
    broker.kill();
    let run = run::start(&cluster, &topics, "");
    run.wait_until_told("the brokers have not told of the topics yet");
    assert_eq!(run.program.client().get("/livez").status, 200);
    broker.start_again();
    run.check(&topics);
}

#[test]
fn metrics_name_partitions() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 2, &[]);
    let value = Some(br#"{"index":1,"category":"art"}"#.to_vec());
    cluster.send(&[Message { topic: topics[0].clone(), partition: Some(1), value, ..Message::default() }]);
    let run = run::start(&cluster, &topics, "");
    run.check(&topics);
    let metrics = run.program.client().get("/metrics").body;
    for (name, value) in [
        ("pinflow_position", 1),
        ("pinflow_kafka_end_offset", 1),
        ("pinflow_kafka_lag_messages", 0),
        ("pinflow_kafka_lag_seconds", 0),
        ("pinflow_kafka_lost_messages_total", 0),
        ("pinflow_kafka_partition_troubled", 0),
    ] {
        let line = format!("{name}{{partition=\"1\",topic=\"{}\"}} {value}\n", topics[0]);
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
    assert!(metrics.contains("pinflow_kafka_stopped 0\n"), "{metrics}");
}
