//! Topics that are followed.

use crate::cluster::Cluster;
use crate::kafka::source;
use crate::messages::pins;
use crate::program::PATIENCE;
use crate::tap::{Following, command};
use crate::topics::Topics;
use std::io::{BufRead, BufReader};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn what_comes_is_shown() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..10));
    let following = Following::start(&[&source(&cluster, &topics)]);
    let positions = |count| following.next(count).iter().map(|shown| shown.position).collect::<Vec<u64>>();
    assert_eq!(positions(10), (0..10).collect::<Vec<_>>());
    for first in [10, 13, 16] {
        cluster.send(&pins(&topics[0], first..first + 3));
        assert_eq!(positions(3), (first..first + 3).collect::<Vec<_>>());
    }
    // A partition that is added is read from its beginning.
    cluster.set_partitions(&topics[0], 2);
    let mut message = pins(&topics[0], 20..21).remove(0);
    message.partition = Some(1);
    cluster.send(&[message]);
    let added = following.next(1).remove(0);
    assert_eq!((added.partition, added.position), (Some(1), 0));
    assert_eq!(following.interrupt(), Some(0));
}

#[test]
fn an_interrupt_before_the_end_that_is_wanted_is_told() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..2));
    let following = Following::start(&[&source(&cluster, &topics), "--count", "3"]);
    following.next(2);
    assert_eq!(following.interrupt(), Some(130));
    let following = Following::start(&[&source(&cluster, &topics), "--count", "3"]);
    following.next(2);
    cluster.send(&pins(&topics[0], 2..9));
    following.next(1);
    assert_eq!(following.wait(), (Some(0), String::new()));
}

#[test]
fn a_topic_or_a_broker_that_is_not_there_is_told() {
    let cluster = Cluster::shared();
    let begin = Instant::now();
    let check = |args: &[&str], part: &str| {
        let (code, err) = Following::start(args).wait();
        assert!(code == Some(1) && err.contains(part) && err.lines().count() == 1, "{code:?} {err}");
    };
    check(&[&source(&cluster, &["no.such.pin".to_owned()])], "there is no topic no.such.pin");
    check(&["kafka://127.0.0.1:1/a.pin"], "Connection refused");
    assert!(begin.elapsed() < Duration::from_secs(40), "{:?}", begin.elapsed());
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..2));
    let mut child = command(&[&source(&cluster, &topics)]).spawn().expect("start pinflow");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut lines = String::new();
    (0..2).for_each(|_| assert!(out.read_line(&mut lines).expect("a line") > 0));
    drop(out);
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child") {
            break status;
        }
        assert!(begin.elapsed() < PATIENCE, "it does not end");
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!((status.code(), lines.lines().count()), (Some(0), 2));
}
