//! A broker that is killed and comes back loses nothing, and nothing counts twice.

use crate::broker::Broker;
use crate::cluster::{PATIENCE, send};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;
use rdkafka::producer::Producer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

#[test]
fn a_broker_that_is_killed_twice_while_messages_come_loses_nothing() {
    let mut broker = Broker::start();
    let cluster = broker.cluster.clone();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let run = run::start(&cluster, &topics, "");
    let (seed, enough) = (seed(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            let producer = cluster.producer(&[("enable.idempotence", "true")]);
            let mut random = Random::new(seed);
            while !enough.load(Ordering::Relaxed) {
                send(&producer, &messages(&topics, 100, 500, &mut random));
                producer.poll(Duration::from_millis(20));
            }
            producer.flush(PATIENCE).expect("they are delivered");
        });
        for _ in 0..2 {
            let before = passed(&run);
            run.wait_for_more_than(before + 200);
            broker.kill();
            run.wait_until_told("its broker 127.0.0.1");
            broker.start_again();
        }
        let before = passed(&run);
        run.wait_for_more_than(before + 200);
        enough.store(true, Ordering::Relaxed);
    });
    run.check(&topics);
    let reconnects = run.partitions().values().map(|partition| partition["reconnects"].as_u64()).min();
    assert!(reconnects.flatten().expect("there are partitions") >= 2, "{}", run.status());
}

fn passed(run: &run::Run) -> u64 {
    run.partitions().values().map(|partition| partition["position"].as_u64().expect("a number")).sum()
}
