//! Topics and partitions that come later are found, and read from their start.

use crate::cluster::{Cluster, unique};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;

#[test]
fn partitions_that_are_added_are_read_from_their_start() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    cluster.send(&messages(&topics, 500, 100, &mut random));
    let run = run::start(&cluster, &topics, "start = \"latest\"");
    run.program.wait_until_ready();
    topics.iter().for_each(|topic| cluster.set_partitions(topic, 4));
    // Records of one `ind` change their partitions.
    cluster.send(&messages(&topics, 500, 100, &mut random));
    let begun = run.wait_for_partitions(12);
    for ((topic, number), partition) in begun {
        assert_eq!(partition["first_position"] == 0, number >= 2, "{topic} {number}: {partition}");
    }
    let all = run::start(&cluster, &topics, "");
    all.check(&topics);
    topics.iter().for_each(|topic| cluster.set_partitions(topic, 5));
    cluster.send(&messages(&topics, 500, 100, &mut random));
    all.check(&topics);
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
