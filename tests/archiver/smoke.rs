//! Topics of all kinds in a folder.

use crate::archived::{check, check_replay};
use crate::cluster::{Cluster, PATIENCE, send, unique};
use crate::command::Archive;
use crate::content::content;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::topics::Topics;
use rdkafka::producer::Producer;

#[test]
fn the_archive_holds_what_the_topics_hold() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    for gzip in [false, true] {
        cluster.send(&messages(&topics, 500, 100, &mut random));
        let archive =
            Archive::of(&cluster, &topics, "", &format!("[archive]\ngzip = {gzip}\nobject_records = 30"));
        let summary = archive.once();
        let content = content(&cluster, &topics);
        let objects = check(archive.path(), &content);
        assert_eq!(
            (&summary["records"], &summary["objects"]),
            (&content.records.len().into(), &objects.len().into())
        );
        assert!(objects.len() > 12 && objects.iter().all(|object| object.records.len() <= 30));
        let ending = if gzip { "json.gz" } else { "json" };
        assert!(objects.iter().all(|object| object.path.to_str().is_some_and(|path| path.ends_with(ending))));
        check_replay(archive.path(), &content);

        // What comes later goes on behind it.
        assert_eq!(archive.once()["objects"], 0);
        cluster.send(&messages(&topics, 200, 100, &mut random));
        archive.once();
        let content = self::content(&cluster, &topics);
        check(archive.path(), &content);
        check_replay(archive.path(), &content);
    }
}

#[test]
fn offsets_without_a_message_are_gaps() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    let producer = cluster.producer(&[("transactional.id", &unique("transactions"))]);
    producer.init_transactions(PATIENCE).expect("the broker answers");
    for number in 0..40 {
        producer.begin_transaction().expect("begin it");
        send(&producer, &messages(&topics, 1 + random.below([1, 1, 40][number % 3]), 100, &mut random));
        producer.flush(PATIENCE).expect("they are sent");
        match random.below(3) {
            0 => producer.abort_transaction(PATIENCE).expect("abort it"),
            _ => producer.commit_transaction(PATIENCE).expect("commit it"),
        }
    }
    // Behind all markers, so that none is on its way any more when this is read.
    cluster.send(&messages(&topics, 60, 100, &mut random));
    let archive = Archive::of(&cluster, &topics, "", "[archive]\nobject_records = 17");
    archive.once();
    let content = content(&cluster, &topics);
    check(archive.path(), &content);
    check_replay(archive.path(), &content);
}
