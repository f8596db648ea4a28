//! Several archivers of one topic that write to one place.

use crate::archived::{check, check_replay};
use crate::checks::wait_for;
use crate::cluster::{Cluster, PATIENCE, send};
use crate::command::{Archive, Running};
use crate::content::content;
use crate::log_files::companion;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::topics::Topics;
use rdkafka::producer::Producer;
use std::fs;
use std::thread;
use std::time::Duration;

#[test]
fn each_position_is_archived_once() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    // They close objects elsewhere, so that they often disagree.
    let settings = ["object_records = 40", "object_records = 23", "object_bytes = 3000"];
    let first =
        Archive::of(&cluster, &topics, "", &format!("[archive]\n{}\nobject_seconds = 1", settings[0]));
    let others: Vec<Archive> = settings[1..]
        .iter()
        .map(|settings| {
            let settings = format!("[archive]\n{settings}\nobject_seconds = 1");
            Archive::of(&cluster, &topics, "", &settings).to(&first.to)
        })
        .collect();
    let archivers: Vec<&Archive> = [&first].into_iter().chain(&others).collect();
    let mut running: Vec<Running> = archivers.iter().map(|archive| archive.start()).collect();
    let producer = cluster.producer(&[]);
    let mut random = Random::new(seed());
    for _ in 0..100 {
        send(&producer, &messages(&topics, 60, 500, &mut random));
        producer.poll(Duration::from_millis(50));
        // Now and then one is killed, and comes back.
        if random.below(10) == 0 {
            let number = random.below(3) as usize;
            running.remove(number).kill();
            running.insert(number, archivers[number].start());
        }
    }
    producer.flush(PATIENCE).expect("they are delivered");
    let content = content(&cluster, &topics);
    let last = thread::scope(|scope| {
        let ends: Vec<_> = archivers.iter().map(|archive| scope.spawn(|| archive.once())).collect();
        ends.into_iter().map(|end| end.join().expect("no panic")).collect::<Vec<_>>()
    });
    running.into_iter().for_each(Running::stop);
    let objects = check(first.path(), &content);
    assert!(objects.len() > 50, "{} {last:?}", objects.len());
    check_replay(first.path(), &content);
}

#[test]
fn what_was_announced_is_put_as_it_was_announced() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let mut random = Random::new(seed());
    let pins = |count, random: &mut Random| {
        let messages = messages(&[topics[0].clone(), "geo".into(), "user".into()], count, 100, random);
        messages.into_iter().filter(|message| message.topic == topics[0]).collect::<Vec<_>>()
    };
    cluster.send(&pins(300, &mut random));
    let archive = Archive::of(&cluster, &topics, "", "[archive]\nobject_records = 1000");
    archive.once();
    let content = content(&cluster, &topics);
    let objects = check(archive.path(), &content);
    let (object, companion) = (&objects[0].path, companion(&objects[0].path));
    let bytes = [fs::read(object).expect("read it"), fs::read(&companion).expect("read it")];
    // As a crash between the two leaves it; and the next archiver would close it elsewhere.
    fs::remove_file(object).expect("remove it");
    cluster.send(&pins(30, &mut random));
    let other = Archive::of(&cluster, &topics, "", "[archive]\nobject_records = 7").to(&archive.to);
    other.once();
    assert_eq!(bytes, [fs::read(object).expect("read it"), fs::read(&companion).expect("read it")]);
    check(archive.path(), &self::content(&cluster, &topics));
}

#[test]
fn what_cannot_be_put_as_it_was_announced_is_left_alone_and_said() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let pin = |ind: u64| crate::cluster::Message {
        topic: topics[0].clone(),
        value: Some(format!("{{\"index\":{ind}}}").into_bytes()),
        ..Default::default()
    };
    cluster.send(&(0..9).map(pin).collect::<Vec<_>>());
    let archive = Archive::of(&cluster, &topics, "", "");
    archive.once();
    let object = check(archive.path(), &content(&cluster, &topics)).remove(0).path;
    fs::remove_file(&object).expect("remove it");
    // The topic is made again, so that it has other messages.
    cluster.delete(&topics[0]);
    wait_for("the topic to be gone", || {
        let made = std::panic::catch_unwind(|| cluster.create(&topics[0], 1, &[]));
        made.map_err(|_| "it is still there".to_owned())
    });
    cluster.send(&(10..30).map(pin).collect::<Vec<_>>());
    archive.check_failure(&["--once"], 1, "announces an object that is not there");
    assert!(!object.exists() && companion(&object).exists());
}
