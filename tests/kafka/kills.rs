//! A broker that is killed and comes back loses nothing, and nothing counts twice.

use crate::broker::Broker;
use crate::cluster::{PATIENCE, send};
use crate::many::{self, Many};
use crate::run;
use crate::topics::Topics;
use rdkafka::producer::Producer;
use std::sync::mpsc::{TryRecvError, channel};
use std::thread;
use std::time::Duration;

/// Made at a time.
const SOME: u64 = 500;
/// On their way at most, so that there are not more and more of them while the broker is away.
const ON_THEIR_WAY: &str = "2000";

#[test]
fn a_broker_that_is_killed_twice_while_messages_come_loses_nothing() {
    let count = many::count(20_000);
    let mut broker = Broker::start();
    let cluster = broker.cluster.clone();
    let topics = Topics::of_all_kinds(&cluster, many::PARTITIONS);
    let mut many = Many::of(count, &topics);
    let run = run::start(&cluster, &topics, "");
    let settings = [("enable.idempotence", "true"), ("queue.buffering.max.messages", ON_THEIR_WAY)];
    let producer = cluster.producer(&settings);
    let (enough, is_enough) = channel::<()>();
    let sent = thread::spawn(move || {
        let mut sent = 0;
        // More than the count if need be: there are always some on their way when the broker is killed.
        while sent < count || is_enough.try_recv() == Err(TryRecvError::Empty) {
            send(&producer, &many.messages(SOME));
            producer.poll(Duration::from_millis(10));
            sent += SOME;
        }
        producer.flush(PATIENCE).expect("they are delivered");
        sent
    });
    for _ in 0..2 {
        run.wait_for_positions(run.passed() + count / 4);
        broker.kill();
        run.wait_until_told("its broker 127.0.0.1");
        broker.start_again();
    }
    run.wait_for_positions(run.passed() + count / 100);
    drop(enough);
    let sent = sent.join().expect("all are sent");
    let content = run.check(&topics);
    assert_eq!(content.records.len() as u64, sent);
    let reconnects = run.partitions().values().map(|partition| partition["reconnects"].as_u64()).min();
    assert!(reconnects.flatten().expect("there are partitions") >= 2, "{}", run.status());
}
