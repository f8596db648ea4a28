//! Topics and partitions that come later are found, and read from their start.

use crate::cluster::{Cluster, unique};
use crate::many::{self, Many};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;

#[test]
fn partitions_that_are_added_are_read_from_their_start() {
    let count = many::count(20_000);
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, many::PARTITIONS - 4);
    let mut many = Many::of(count, &topics);
    many.send(&cluster, count - 2 * (count / 3));
    let latest = run::start(&cluster, &topics, "start = \"latest\"");
    latest.program.wait_until_ready();
    let all = run::start(&cluster, &topics, "");
    // Records of one `ind` change their partitions.
    for (partitions, read) in [(many::PARTITIONS - 2, 1), (many::PARTITIONS, count / 3)] {
        all.wait_for_positions(read);
        topics.iter().for_each(|topic| cluster.set_partitions(topic, partitions as usize));
        many.send(&cluster, count / 3);
    }
    let content = all.check(&topics);
    assert_eq!(content.records.len() as u64, count);
    assert!(content.bounds.values().all(|(_, high)| *high > 0), "{:?}", content.bounds);
    for ((topic, number), partition) in latest.wait_for_partitions(content.bounds.len()) {
        assert_eq!(partition["first_position"] == 0, number >= 2, "{topic} {number}: {partition}");
    }
}

#[test]
fn a_topic_that_is_missing_is_waited_for_and_named() {
    let cluster = Cluster::shared();
    let topics = Topics::named(&cluster);
    cluster.create(&topics[0], 2, &[]);
    let mut random = Random::new(seed());
    cluster.send(
        &messages(&topics, 300, 100, &mut random)
            .into_iter()
            .filter(|message| message.topic == topics[0])
            .collect::<Vec<_>>(),
    );
    let run = run::start(&cluster, &topics, "");
    // What is there is read all the same.
    run.check_views(&topics[..1]);
    let told = run.wait_until_told("it does not exist");
    assert!(told.contains(&topics[1]) && told.contains(&topics[2]) && !told.contains(&topics[0]), "{told}");
    cluster.create(&topics[1], 1, &[]);
    cluster.create(&topics[2], 3, &[]);
    cluster.send(&messages(&topics, 500, 100, &mut random));
    run.check(&topics);
}

#[test]
fn topics_that_are_missing_are_made_if_that_is_wanted() {
    let cluster = Cluster::shared();
    let topics = Topics::named(&cluster);
    let run = run::start(&cluster, &topics, "create_topics = { partitions = 3, replication = 1 }");
    assert_eq!(run.wait_for_partitions(9).len(), 9);
    cluster.send(&messages(&topics, 300, 100, &mut Random::new(seed())));
    run.check(&topics);
}

#[test]
fn topics_are_found_by_their_names() {
    let cluster = Cluster::shared();
    let (first, second) = (Topics::of_all_kinds(&cluster, 1), Topics::named(&cluster));
    let common = |topics: &Topics| topics[0].strip_suffix(".pin").expect("pins come first").to_owned();
    let pattern = format!(r"topics = ['^({}|{})\.(pin|geo|user|none)$']", common(&first), common(&second));
    let brokers = &cluster.brokers;
    let config = format!("[[source]]\ntype = \"kafka\"\nbrokers = \"{brokers}\"\n{pattern}\n");
    // Its name has no kind; that stops nobody whose names are a pattern.
    cluster.create(&format!("{}.none", common(&first)), 1, &[]);
    let other = unique("other.pin");
    cluster.create(&other, 1, &[]);
    let run = run::start_with(&cluster, &config);
    let mut random = Random::new(seed());
    cluster.send(&messages(&first, 300, 100, &mut random));
    run.check(&first);
    second.iter().for_each(|topic| cluster.create(topic, 2, &[]));
    cluster.send(&messages(&second, 300, 100, &mut random));
    let all: Vec<String> = first.iter().chain(second.iter()).cloned().collect();
    run.check(&all);
    assert_eq!(run.partitions().len(), 9);
    cluster.delete_if_there(&[other, format!("{}.none", common(&first))]);
}
