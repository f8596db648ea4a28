//! An archiver that is killed at any time leaves an archive that the next one goes on with.

use crate::archived::{check, check_replay, records_once};
use crate::cluster::{Cluster, PATIENCE, send};
use crate::command::Archive;
use crate::content::content;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::topics::Topics;
use rdkafka::producer::Producer;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

#[test]
fn fifty_kills_leave_each_position_once() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let settings = "[archive]\nobject_records = 40\nobject_seconds = 1\nputs = 3";
    let archive = Archive::of(&cluster, &topics, "", settings);
    let (seed, enough) = (seed(), AtomicBool::new(false));
    let mut random = Random::new(seed);
    thread::scope(|scope| {
        scope.spawn(|| {
            let producer = cluster.producer(&[]);
            let mut random = Random::new(seed + 1);
            while !enough.load(Ordering::Relaxed) {
                send(&producer, &messages(&topics, 100, 500, &mut random));
                producer.poll(Duration::from_millis(50));
            }
            producer.flush(PATIENCE).expect("they are delivered");
        });
        let mut most = 0;
        for kill in 0..50 {
            let running = archive.start();
            // Some do not come far, some put objects for a while.
            thread::sleep(Duration::from_millis(100 + random.below(900)));
            running.kill();
            let archived = records_once(archive.path()).1.len();
            assert!(archived >= most, "{kill}: {archived} after {most}");
            most = archived;
        }
        enough.store(true, Ordering::Relaxed);
        assert!(most > 0);
    });
    archive.once();
    let content = content(&cluster, &topics);
    check(archive.path(), &content);
    check_replay(archive.path(), &content);
    // What they left unfinished is gone, but for what the last one has just put.
    let unfinished = fs::read_dir(archive.path().join("_unfinished")).expect("a folder").count();
    assert_eq!(unfinished, 0);
}
