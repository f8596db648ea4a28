//! Sinks of another sort that write to the same place.

use crate::archived::check;
use crate::checks::wait_for;
use crate::cluster::Cluster;
use crate::command::Archive;
use crate::content::content;
use crate::messages::pins;
use crate::topics::Topics;
use std::fs;
use std::path::PathBuf;
use std::thread;

/// Where an object of the topic's partition 0 lies that begins there.
fn path(archive: &Archive, topic: &str, start: u64) -> PathBuf {
    archive.path().join(format!("topics/{topic}/partition=0/{topic}+0+{start:010}.json"))
}

/// Writes an object as Kafka Connect's S3 sink does.
fn put(archive: &Archive, topic: &str, start: u64, records: u64) -> PathBuf {
    let path = path(archive, topic, start);
    let lines = (start..start + records).map(|ind| format!("{{\"index\":{ind},\"title\":\"other\"}}\n"));
    fs::create_dir_all(path.parent().expect("a folder")).expect("make a folder");
    fs::write(&path, lines.collect::<String>()).expect("write an object");
    path
}

#[test]
fn one_that_writes_beside_is_told_at_the_start() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let topic = &topics[0];
    cluster.send(&pins(topic, 0..30));
    let archive = Archive::of(&cluster, &topics, "", "[archive]\nobject_records = 10");
    archive.once();
    for start in [5, 27, 30] {
        let object = put(&archive, topic, start, 9);
        let place = object.to_str().expect("UTF-8");
        let told = format!("{place}: it lies behind objects of pinflow's, and has no companion");
        archive.check_failure(&["--once"], 1, &told);
        archive.check_failure(&["--once"], 1, "Let one of them write to another place (archive.to, or --to)");
        fs::remove_file(object).expect("remove it");
    }
    // One that replaces an object is known by its length.
    let own = fs::read(path(&archive, topic, 20)).expect("read it");
    put(&archive, topic, 20, 9);
    archive.check_failure(
        &["--once"],
        1,
        "bytes, and 300 by its companion: something else writes to this archive",
    );
    fs::write(path(&archive, topic, 20), own).expect("write it");
    archive.once();
    check(archive.path(), &content(&cluster, &topics));
}

#[test]
fn what_one_has_begun_is_gone_on_with() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..30));
    let archive = Archive::of(&cluster, &topics, "", "[archive]\nobject_records = 10");
    put(&archive, &topics[0], 0, 7);
    put(&archive, &topics[0], 7, 5);
    for _ in 0..2 {
        archive.once();
    }
    let starts = [12, 22].map(|start| path(&archive, &topics[0], start).exists());
    assert_eq!(starts, [true, true]);
}

#[test]
fn one_that_begins_later_is_told_when_it_is_met() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let topic = &topics[0];
    cluster.send(&pins(topic, 0..10));
    for gzip in [false, true] {
        let more = format!("[archive]\nobject_seconds = 1\ngzip = {gzip}");
        let archive = Archive::of(&cluster, &topics, "", &more);
        let ending = if gzip { ".gz" } else { "" };
        let begin = content(&cluster, &topics).records.len() as u64;
        thread::scope(|scope| {
            let running = scope.spawn(|| archive.run(&[]));
            let first = path(&archive, topic, 0).with_extension(format!("json{ending}"));
            wait_for("the first object", || if first.exists() { Ok(()) } else { Err("none".to_owned()) });
            let object = put(&archive, topic, begin, 3);
            let place = object.with_extension(format!("json{ending}"));
            fs::rename(object, &place).expect("rename it");
            cluster.send(&pins(topic, 10..20));
            let done = running.join().expect("no panic");
            let told = format!("{}: it is not what its companion says", place.to_str().expect("UTF-8"));
            assert!(done.code == Some(1) && done.err.contains(&told), "{}", done.err);
        });
    }
}
