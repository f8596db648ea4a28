//! A topic that is deleted and made again is not gone on with.

use crate::cluster::{Cluster, Message};
use crate::content::with_new;
use crate::many::{self, Many};
use crate::run::{self, Run};
use crate::topics::Topics;
use serde_json::Value;
use tempfile::TempDir;

fn pins(topic: &str, count: u64, category: &str) -> Vec<Message> {
    let pin = |ind| {
        let value = format!(r#"{{"index":{ind},"category":"{category}"}}"#).into_bytes();
        Message { topic: topic.to_owned(), partition: Some(0), value: Some(value), ..Message::default() }
    };
    (0..count).map(pin).collect()
}

/// Reads a topic with ten messages, then deletes it and makes it again with some others.
fn made_again(cluster: &Cluster, topics: &[String], messages: u64) -> Run {
    cluster.send(&pins(&topics[0], 10, "art"));
    let run = run::start(cluster, topics, "");
    run.check(topics);
    cluster.delete(&topics[0]);
    run.wait_until_told("does not exist");
    cluster.create(&topics[0], 1, &[]);
    cluster.send(&pins(&topics[0], messages, "travel"));
    run
}

#[test]
fn one_that_is_shorter_now_stops_reading() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let run = made_again(&cluster, &topics, 4);
    let told = run.wait_until_told("Kafka stopped");
    assert!(told.contains(&topics[0]) && told.contains("read up to offset 10 and ends at 4 now"), "{told}");
    let (_, rows) = run.program.client().view("category_by_country");
    assert_eq!(rows, serde_json::json!([]));
    assert_eq!(run.partitions()[&(topics[0].clone(), 0)]["position"], 10);
    // The next start reads it from its beginning.
    run::start(&cluster, &topics, "").check(&topics);
}

#[test]
fn one_whose_messages_are_others_now_stops_reading() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let run = made_again(&cluster, &topics, 10);
    let told = run.wait_until_told("Kafka stopped");
    assert!(told.contains(&topics[0]) && told.contains("the topic was made again"), "{told}");
}

/// The others are read meanwhile; of the new one nothing counts before the next start.
#[test]
fn one_of_many_messages_stays_what_it_was_until_the_next_start() {
    let count = many::count(20_000);
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, many::PARTITIONS);
    let mut many = Many::of(count, &topics);
    many.send(&cluster, count);
    let run = run::start(&cluster, &topics, "");
    let before = run.check(&topics);
    let (again, others) = topics.split_first().expect("there are three");
    cluster.delete(again);
    run.wait_until_told("does not exist");
    let mut send = |is_sent: &dyn Fn(&Message) -> bool| {
        for mut batch in many.batches(count / 2) {
            batch.retain(is_sent);
            cluster.send(&batch);
        }
    };
    send(&|message| message.topic != *again);
    let mut content = with_new(&before, &cluster, others);
    let bounds = before.bounds.into_iter().filter(|((topic, _), _)| topic == again);
    content.bounds.extend(bounds);
    run.check_views_of(&content);
    cluster.create(again, many::PARTITIONS, &[]);
    send(&|message| message.topic == *again);
    let told = run.wait_until_told("Kafka stopped");
    assert!(told.contains(again) && told.contains("the topic was made again"), "{told}");
    run.check_views_of(&content);
    run::start(&cluster, &topics, "").check(&topics);
}

/// What it rejects at positions of the old one is a letter of its own, and each is written once.
#[test]
fn its_dead_letters_stand_beside_those_of_the_old_one() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let data = TempDir::new().expect("make a folder");
    let send = |texts: &[String]| {
        let reject = |text: &String| Message {
            topic: topics[0].clone(),
            value: Some(text.clone().into_bytes()),
            ..Message::default()
        };
        cluster.send(&texts.iter().map(reject).collect::<Vec<_>>());
    };
    let texts = |name: &str, count: u64| (0..count).map(|number| format!("{name} {number}")).collect();
    let run = || {
        let run = run::start_on(&cluster, &run::config(&cluster, &topics, ""), &data.path().join("data"));
        run.check(&topics);
        run.program.stop();
        let letters = crate::archive_gaps::dead_letters(&data.path().join("data"));
        let letters = letters.iter().map(|line| serde_json::from_str(line).expect("a letter"));
        let record = |letter: Value| letter["record"].as_str().expect("a text").to_owned();
        letters.map(record).collect::<Vec<String>>()
    };
    let [old, new, more]: [Vec<String>; 3] = [texts("old", 6), texts("new", 4), texts("more", 5)];
    send(&old);
    assert_eq!(run(), old);
    cluster.delete(&topics[0]);
    cluster.create(&topics[0], 1, &[]);
    send(&new);
    let both = [old, new].concat();
    assert_eq!(run(), both);
    assert_eq!(run(), both);
    send(&more);
    assert_eq!(run(), [both, more].concat());
}

#[test]
fn one_that_was_empty_is_gone_on_with() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let run = run::start(&cluster, &topics, "");
    run.wait_for_partitions(1);
    cluster.delete(&topics[0]);
    run.wait_until_told("does not exist");
    cluster.create(&topics[0], 1, &[]);
    cluster.send(&pins(&topics[0], 4, "art"));
    run.check(&topics);
}
