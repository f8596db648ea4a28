//! A backfill as users meet it: what is read and what is not, how far it is, what ends it, and what does not.

use crate::archive::{self, Ranges};
use crate::archive_gaps::dead_letters;
use crate::checks::wait_for;
use crate::cluster::Cluster;
use crate::content::{Content, content};
use crate::hand_over::{archivable, start, whole};
use crate::log_files::{LogRecord, Partition};
use crate::random::{Random, seed};
use crate::run::{self, Run};
use crate::topics::Topics;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Topics, and an archive of all of them, whose last object of a partition nobody gets to the end of.
struct Stuck {
    topics: Topics,
    cluster: Cluster,
    folder: TempDir,
    content: Content,
    /// A pipe.
    object: PathBuf,
    records: Vec<LogRecord>,
}

impl Stuck {
    fn new() -> Stuck {
        let cluster = Cluster::shared();
        let topics = Topics::of_all_kinds(&cluster, 2);
        let mut random = Random::new(seed());
        cluster.send(&archivable(&topics, 1_000, &mut random));
        let content = content(&cluster, &topics);
        let partition: Partition = (topics[0].clone(), 0);
        let end = content.bounds[&partition].1;
        let mut ranges = whole(&content);
        ranges.insert(partition.clone(), 0..end - 5);
        let folder = TempDir::new().expect("make a folder");
        archive::write(folder.path(), &content, &ranges, false, &mut random);
        let records = content.records.iter();
        let records = records
            .filter(|record| record.partition == partition && record.offset >= end - 5)
            .cloned()
            .collect();
        let object = archive::path(folder.path(), &partition, end - 5);
        let made = Command::new("mkfifo").arg(&object).status().expect("start mkfifo");
        assert!(made.success(), "mkfifo");
        Stuck { topics, cluster, folder, content, object, records }
    }

    fn config(&self) -> String {
        let more = format!("backfill = {:?}", self.folder.path());
        run::config(&self.cluster, &self.topics, &more)
    }

    /// Waits until a run has read all but the pipe.
    fn wait_until_stuck(&self, run: &Run) {
        wait_for("the archive", || {
            let status = run.status();
            let partitions = run.partitions();
            let read = partitions.values().filter(|partition| partition["end_offset"] != 0).count();
            let told = run.program.client().get("/readyz").body;
            let is_stuck = read == 6 && told.contains("reading the archive: ");
            if is_stuck && partitions.values().all(|partition| partition["reads"] == "archive") {
                Ok(())
            } else {
                Err(format!("{told} {status}"))
            }
        });
    }

    /// The object is a file now.
    fn repair(&self) {
        fs::remove_file(&self.object).expect("remove the pipe");
        let records: Vec<&LogRecord> = self.records.iter().collect();
        archive::write_object(self.folder.path(), &self.records[0].partition, &records, false);
    }
}

#[test]
fn a_kill_in_the_middle_loses_nothing_and_counts_nothing_twice() {
    let stuck = Stuck::new();
    let data = TempDir::new().expect("make a folder");
    let path = data.path().join("data");
    let config = stuck.config();
    for _ in 0..2 {
        let run = run::start_on(&stuck.cluster, &config, &path);
        stuck.wait_until_stuck(&run);
        run.program.kill();
    }
    stuck.repair();
    let run = run::start_on(&stuck.cluster, &config, &path);
    run.check_content(&archive::as_archived(&stuck.content, &whole(&stuck.content), false));
    let rejects = run.status()["rejects"].as_u64().expect("a number") as usize;
    run.program.stop();
    let letters = dead_letters(&path);
    assert_eq!(letters.len(), rejects, "{letters:?}");
    // The next start reads them from the topics, or from the archive: they are the same.
    let run = run::start_on(&stuck.cluster, &run::config(&stuck.cluster, &stuck.topics, ""), &path);
    run.check_content(&stuck.content);
    run.program.stop();
    assert_eq!(dead_letters(&path), letters);
}

#[test]
fn an_interrupt_in_the_middle_ends_it() {
    let stuck = Stuck::new();
    let run = run::start_with(&stuck.cluster, &stuck.config());
    stuck.wait_until_stuck(&run);
    let begin = Instant::now();
    run.program.stop();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn an_archive_that_cannot_be_read_is_told() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 1);
    let folder = TempDir::new().expect("make a folder");
    let run = start(&cluster, &topics, &folder.path().join("missing"), "");
    let told = run.wait_until_told("Kafka stopped: the archive cannot be read: cannot read");
    assert!(told.contains("missing"), "{told}");
    run.program.stop();
}

#[test]
fn one_that_does_not_answer_is_told_and_tried_again() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 1);
    let more = "backfill = \"s3://bucket\"\n[s3]\nendpoint = \"http://127.0.0.1:9\"\nregion = \"us-east-1\"\n\
                retry_max_attempts = 2";
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    let run = run::start_as(&cluster, &run::config(&cluster, &topics, more), command);
    run.wait_until_told("archive: it cannot be read, and is tried again: s3://bucket");
    run.program.stop();
}

#[test]
fn what_is_no_part_of_the_topics_is_not_read() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 1);
    let mut random = Random::new(seed());
    cluster.send(&archivable(&topics, 300, &mut random));
    let content = content(&cluster, &topics);
    let folder = TempDir::new().expect("make a folder");
    archive::write(folder.path(), &content, &whole(&content), true, &mut random);
    let others = folder.path().join("topics/other.pin/partition=0");
    fs::create_dir_all(&others).expect("make a folder");
    fs::write(others.join("other.pin+0+0000000000.json"), "{\"index\":1}\n").expect("write an object");
    let without_offset = folder.path().join(format!("topics/{}/partition=0/part-0.json", topics[0]));
    fs::write(without_offset, "{\"index\":1}\n").expect("write an object");
    let run = start(&cluster, &topics, folder.path(), "");
    run.check_content(&content);
    wait_for("the letter", || {
        let letters = dead_letters(&run.data());
        let is_told =
            letters.iter().any(|letter| letter.contains("part-0.json") && letter.contains("no offset"));
        if is_told { Ok(()) } else { Err(format!("{letters:?}")) }
    });
}

#[test]
fn partitions_that_only_one_of_them_has_are_read() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 1);
    let mut random = Random::new(seed());
    cluster.send(&archivable(&topics, 500, &mut random));
    let content = content(&cluster, &topics);
    let folder = TempDir::new().expect("make a folder");
    let archived: Ranges =
        whole(&content).into_iter().filter(|((topic, _), _)| *topic != topics[1]).collect();
    archive::write(folder.path(), &content, &archived, true, &mut random);
    cluster.delete(&topics[0]);
    let run = start(&cluster, &topics, folder.path(), "");
    run.wait_until_told(&format!("topic {}: it does not exist", topics[0]));
    run.check_views_of(&content);
}

#[test]
fn a_topic_that_ends_before_its_archive_is_another_one() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let partition: Partition = (topics[0].clone(), 0);
    let record = |offset| LogRecord {
        partition: partition.clone(),
        offset,
        time: 0,
        text: format!(r#"{{"index":{offset},"category":"art"}}"#),
    };
    let records: Vec<LogRecord> = (0..10).map(record).collect();
    let folder = TempDir::new().expect("make a folder");
    archive::write_object(folder.path(), &partition, &records.iter().collect::<Vec<_>>(), false);
    let run = start(&cluster, &topics, folder.path(), "");
    let told = run.wait_until_told("Kafka stopped");
    assert!(told.contains("it was read up to offset 10 before, and ends at 0 now"), "{told}");
}
