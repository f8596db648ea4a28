//! What was committed counts, what was aborted does not, and markers are positions, too.

use crate::archive;
use crate::checks::wait_for;
use crate::cluster::{Cluster, Message, PATIENCE, send, unique};
use crate::content::{Content, with_new};
use crate::hand_over;
use crate::log_files::{LogRecord, Partition};
use crate::many::{self, Many};
use crate::run;
use crate::topics::Topics;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, Producer};
use serde_json::Value;
use tempfile::TempDir;

fn transactional(cluster: &Cluster) -> BaseProducer {
    let producer = cluster.producer(&[("transactional.id", &unique("transactions"))]);
    producer.init_transactions(PATIENCE).expect("the broker answers");
    producer
}

/// The broker answers before it has written the markers that end a transaction. Waits until all are there.
fn wait_for_markers(cluster: &Cluster, topics: &[String]) {
    let [committed, all] = ["read_committed", "read_uncommitted"].map(|isolation| {
        let mut config = cluster.config();
        let consumer: BaseConsumer =
            config.set("isolation.level", isolation).create().expect("make a consumer");
        consumer
    });
    for topic in topics {
        let metadata = all.fetch_metadata(Some(topic), PATIENCE).expect("the broker answers");
        for number in 0..metadata.topics()[0].partitions().len() as i32 {
            let end = |consumer: &BaseConsumer| {
                consumer.fetch_watermarks(topic, number, PATIENCE).expect("the broker answers").1
            };
            wait_for("the markers", || match (end(&committed), end(&all)) {
                (committed, all) if committed == all => Ok(()),
                ends => Err(format!("{topic} {number}: {ends:?}")),
            });
        }
    }
}

#[test]
fn committed_messages_count_and_aborted_ones_do_not() {
    let count = many::count(20_000);
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, many::PARTITIONS);
    let producer = transactional(&cluster);
    let mut many = Many::of(count, &topics);
    let run = run::start(&cluster, &topics, "");
    let (mut committed, mut transactions) = (0, 0);
    while committed < count {
        producer.begin_transaction().expect("begin it");
        // Many have but one message, so that there are many markers.
        let most = [1, 1, count / 8][transactions % 3];
        let messages = 1 + many.random.below(most);
        many.batches(messages).for_each(|batch| send(&producer, &batch));
        producer.flush(PATIENCE).expect("they are sent");
        if many.random.below(3) == 0 {
            producer.abort_transaction(PATIENCE).expect("abort it");
        } else {
            producer.commit_transaction(PATIENCE).expect("commit it");
            committed += messages;
        }
        if transactions == 15 {
            // Others write without.
            many.send(&cluster, 100);
            committed += 100;
            wait_for_markers(&cluster, &topics);
            run.check(&topics);
        }
        transactions += 1;
    }
    wait_for_markers(&cluster, &topics);
    let content = run.check(&topics);
    assert_eq!(content.records.len() as u64, committed);
    let skipped = |run: &run::Run| {
        run.partitions()
            .values()
            .map(|partition| partition["skipped"].as_u64().expect("a number"))
            .sum::<u64>()
    };
    assert!(skipped(&run) >= transactions as u64, "{}", run.status());
    // A start later reads the same and counts the same.
    let again = run::start(&cluster, &topics, "");
    again.check_content(&content);
    assert_eq!(skipped(&again), skipped(&run));
}

#[test]
fn what_is_aborted_at_the_end_is_passed() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let producer = transactional(&cluster);
    producer.begin_transaction().expect("begin it");
    send(&producer, &messages_of_pins(&topics, 5));
    producer.flush(PATIENCE).expect("they are sent");
    producer.abort_transaction(PATIENCE).expect("abort it");
    wait_for_markers(&cluster, &topics);
    let run = run::start(&cluster, &topics, "");
    run.check(&topics);
    let partition = &run.partitions()[&(topics[0].clone(), 0)];
    assert_eq!((&partition["skipped"], &partition["position"]), (&6.into(), &6.into()));
}

#[test]
fn a_transaction_that_is_open_holds_back_what_comes_behind_it() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&messages_of_pins(&topics, 3));
    let producer = transactional(&cluster);
    producer.begin_transaction().expect("begin it");
    send(&producer, &messages_of_pins(&topics, 1));
    producer.flush(PATIENCE).expect("they are sent");
    cluster.send(&messages_of_pins(&topics, 2));
    let run = run::start(&cluster, &topics, "");
    let position = |run: &run::Run| {
        run.partitions()
            .get(&(topics[0].clone(), 0))
            .map_or(Value::Null, |partition| partition["position"].clone())
    };
    wait_for("the position", || if position(&run) == 3 { Ok(()) } else { Err(run.status().to_string()) });
    run.program.wait_until_ready();
    assert_eq!(position(&run), 3);
    producer.commit_transaction(PATIENCE).expect("commit it");
    wait_for_markers(&cluster, &topics);
    run.check(&topics);
    assert_eq!(position(&run), 7);
}

/// A sink that does not wait for commits has archived what is open, and what comes behind it.
#[test]
fn an_archive_may_be_ahead_of_what_is_committed() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let all = messages_of_pins(&topics, 6);
    cluster.send(&all[..3]);
    let producer = transactional(&cluster);
    producer.begin_transaction().expect("begin it");
    send(&producer, &all[3..4]);
    producer.flush(PATIENCE).expect("they are sent");
    cluster.send(&all[4..]);
    let partition: Partition = (topics[0].clone(), 0);
    let record = |(offset, message): (u64, &Message)| {
        let text = String::from_utf8(message.value.clone().expect("a value")).expect("a text");
        LogRecord { partition: partition.clone(), offset, time: 0, text }
    };
    let records: Vec<LogRecord> = (0..).zip(&all).map(record).collect();
    let folder = TempDir::new().expect("make a folder");
    archive::write_object(folder.path(), &partition, &records.iter().collect::<Vec<_>>(), false);

    let run = hand_over::start(&cluster, &topics, folder.path(), "");
    run.program.wait_until_ready();
    // The brokers are asked again each time that a partition is found.
    for partitions in 2..=4 {
        cluster.set_partitions(&topics[0], partitions);
        run.wait_for_partitions(partitions);
    }
    let bounds = (0..4).map(|number| ((topics[0].clone(), number), (0, if number == 0 { 6 } else { 0 })));
    run.check_content(&Content { records: records.clone(), bounds: bounds.collect() });
    producer.commit_transaction(PATIENCE).expect("commit it");
    wait_for_markers(&cluster, &topics);
    cluster.send(&messages_of_pins(&topics, 2));
    run.check_content(&with_new(
        &Content { records, bounds: [(partition, (0, 6))].into() },
        &cluster,
        &topics,
    ));
}

fn messages_of_pins(topics: &[String], count: u64) -> Vec<Message> {
    let pin = |ind: u64| Message {
        topic: topics[0].clone(),
        partition: Some(0),
        key: Some(ind.to_string()),
        value: Some(format!(r#"{{"index":{ind},"category":"art"}}"#).into_bytes()),
        ..Message::default()
    };
    (0..count).map(pin).collect()
}
