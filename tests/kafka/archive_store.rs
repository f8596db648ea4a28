//! The archive's store fails, or does not have everything yet: how it is told, how often it is asked, and when reading stops.

use crate::archive;
use crate::bucket::TestBucket;
use crate::cluster::{Cluster, Message};
use crate::log_files::{LogRecord, Partition};
use crate::proxy::{FaultProxy, SLOW_DOWN};
use crate::run::{self, Run};
use crate::topics::Topics;
use std::fs;
use std::ops::Range;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Two topics of two partitions each, which have lost what their archive has in part.
struct Lost {
    cluster: Cluster,
    topics: Topics,
    bucket: TestBucket,
}

impl Lost {
    /// Topics of 20 messages in each partition, the first ten of which are gone; the archive has five of those.
    fn new(purpose: &str) -> Lost {
        let cluster = Cluster::shared();
        let topics = Topics::of_all_kinds(&cluster, 2);
        let lost = Lost { cluster, topics, bucket: TestBucket::new(purpose) };
        for partition in lost.partitions() {
            let send = |record: LogRecord| Message {
                topic: partition.0.clone(),
                partition: Some(partition.1 as i32),
                value: Some(record.text.into_bytes()),
                ..Message::default()
            };
            lost.cluster.send(&records(&partition, 0..20).into_iter().map(send).collect::<Vec<_>>());
            lost.archive(&partition, 0..5);
            lost.cluster.delete_records(&partition.0, partition.1 as i32, 10);
        }
        lost
    }

    fn partitions(&self) -> Vec<Partition> {
        self.topics[..2].iter().flat_map(|topic| [0, 1].map(|number| (topic.clone(), number))).collect()
    }

    fn archive(&self, partition: &Partition, range: Range<u64>) {
        let (folder, start) = (TempDir::new().expect("make a folder"), range.start);
        let records = records(partition, range);
        archive::write_object(folder.path(), partition, &records.iter().collect::<Vec<_>>(), false);
        let path = archive::path(folder.path(), partition, start);
        let key = path.strip_prefix(folder.path()).expect("below the folder").to_str().expect("UTF-8");
        self.bucket.put(&format!("a/{key}"), &fs::read(&path).expect("read it"));
    }

    fn start(&self, endpoint: &str, more: &str) -> Run {
        let (place, region) = (self.bucket.source("a"), &self.bucket.server.region);
        let more = format!(
            "backfill = {place:?}\non_gap = \"fill-from-archive\"\n{more}\n[s3]\nendpoint = {endpoint:?}\n\
             region = {region:?}\npath_style = true\nretry_max_attempts = 2\n"
        );
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.env("AWS_ACCESS_KEY_ID", &self.bucket.server.key.id);
        command.env("AWS_SECRET_ACCESS_KEY", &self.bucket.server.key.secret);
        run::start_as(&self.cluster, &run::config(&self.cluster, &self.topics, &more), command)
    }
}

fn records(partition: &Partition, range: Range<u64>) -> Vec<LogRecord> {
    let record = |offset| LogRecord {
        partition: partition.clone(),
        offset,
        time: 0,
        text: format!(r#"{{"ind":{offset},"category":"art"}}"#),
    };
    range.map(record).collect()
}

#[test]
fn a_partition_that_keeps_failing_stops_reading_whatever_others_do() {
    let lost = Lost::new("failing");
    let failing = &lost.partitions()[1];
    let object = format!("{}%2B{}%2B0000000005", failing.0, failing.1);
    let proxy = FaultProxy::start_for(&lost.bucket.server.endpoint, vec![(1000, SLOW_DOWN)], 1, &object);
    let run = lost.start(&proxy.endpoint, "backfill_patience_seconds = 5");
    // The archive is asked again and again for what the others wait for, and answers.
    for (topic, number) in lost.partitions() {
        run.wait_until_told(&format!("topic {topic} partition {number}: the messages from offset 5 to 9"));
    }
    lost.archive(failing, 5..10);
    let name = format!("topic {} partition {}", failing.0, failing.1);
    run.wait_until_told(&format!("{name}: the archive cannot be read, and is tried again: "));
    let metrics = run.program.client().get("/metrics").body;
    assert!(metrics.contains("pinflow_backfill_troubled 1\n"), "{metrics}");
    let told = run.wait_until_told("Kafka stopped");
    let why = format!(
        "Kafka stopped: {name}: the archive cannot be read for 5 s (source.backfill_patience_seconds)"
    );
    assert!(told.contains(&why), "{told}");
    assert!(proxy.faults() > 0);
}

#[test]
fn what_the_archive_does_not_have_yet_is_asked_for_ever_less_often() {
    let lost = Lost::new("patient");
    let proxy = FaultProxy::start_for(&lost.bucket.server.endpoint, Vec::new(), 1, "");
    let run = lost.start(&proxy.endpoint, "");
    for (topic, number) in lost.partitions() {
        run.wait_until_told(&format!("topic {topic} partition {number}: the messages from offset 5 to 9"));
    }
    let lists = proxy.asked("list-type=2");
    let (begin, before) = (Instant::now(), lists.len());
    while begin.elapsed() < Duration::from_secs(16) {
        run.wait_until_told("does not have them yet");
    }
    // At most after 2, 4 and 8 s, each of two topics and its partitions; not all that there is.
    let lists = proxy.asked("list-type=2").split_off(before);
    assert!((1..=18).contains(&lists.len()), "{lists:?}");
    let of_topic = |line: &String| lost.topics[..2].iter().any(|topic| line.contains(topic.as_str()));
    assert!(lists.iter().all(of_topic), "{lists:?}");
    for partition in lost.partitions() {
        lost.archive(&partition, 5..10);
    }
    run.program.wait_until_ready();
    for (name, partition) in run.partitions() {
        let end = if name.0 == lost.topics[2] { 0 } else { 20 };
        assert_eq!((&partition["position"], &partition["lost"]), (&end.into(), &0.into()), "{partition}");
    }
}
