//! An archive is replayed, then its topics are followed: the views are those of both, wherever the archive ends and whatever
//! the topics still have of it.

use crate::archive::{self, Ranges};
use crate::bucket::TestBucket;
use crate::cluster::{Cluster, Message};
use crate::content::{Content, content, with_new};
use crate::log_files::Partition;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::recomputed::Recomputed;
use crate::run::{self, Run};
use crate::topics::Topics;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Messages as an archive of lines can hold them: with keys, so that partitions alone decide what is later, and no blank.
pub fn archivable(topics: &[String], count: u64, random: &mut Random) -> Vec<Message> {
    let mut messages = messages(topics, count, 150, random);
    let is_blank = |value: &Vec<u8>| value.iter().all(u8::is_ascii_whitespace);
    messages.retain(|message| message.key.is_some() && !message.value.as_ref().is_some_and(is_blank));
    messages
}

/// Starts a run that reads an archive before its topics.
pub fn start(cluster: &Cluster, topics: &[String], archive: &Path, more: &str) -> Run {
    run::start(cluster, topics, &format!("backfill = {archive:?}\n{more}"))
}

/// What an archive has that ends anywhere in each partition.
fn cut(content: &Content, from: &dyn Fn(&Partition) -> u64, random: &mut Random) -> Ranges {
    let range = |(partition, (_, high)): (&Partition, &(u64, u64))| {
        let from = from(partition);
        (partition.clone(), 0..from + random.below(high - from + 1))
    };
    content.bounds.iter().map(range).collect()
}

fn check_cuts(with_times: bool) {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    cluster.send(&archivable(&topics, 1_500, &mut random));
    let mut all = content(&cluster, &topics);
    let mut deleted = Ranges::new();
    for round in 0..10 {
        // What the topics have lost the archive has.
        let before = deleted.clone();
        let begin = |partition: &Partition| before.get(partition).map_or(0, |range| range.end);
        let ranges = cut(&all, &begin, &mut random);
        let folder = TempDir::new().expect("make a folder");
        archive::write(folder.path(), &all, &ranges, with_times, &mut random);
        // Up to the cut, so that the two do not overlap, or less far.
        for (partition, range) in &ranges {
            let end = begin(partition);
            let end = match random.below(3) {
                0 => range.end,
                1 => end + random.below(range.end - end + 1),
                _ => end,
            };
            if end > begin(partition) {
                cluster.delete_records(&partition.0, partition.1 as i32, end as i64);
                deleted.insert(partition.clone(), 0..end);
            }
        }
        let run = start(&cluster, &topics, folder.path(), "");
        run.check_content(&archive::as_archived(&all, &ranges, with_times));
        assert_eq!(run.status()["duplicates"], 0);

        // What comes goes behind it, also when the archive gains it.
        cluster.send(&archivable(&topics, 100, &mut random));
        all = with_new(&all, &cluster, &topics);
        archive::write(folder.path(), &all, &whole(&all), with_times, &mut random);
        let as_read = archive::as_archived(&all, &ranges, with_times);
        run.check_content(&as_read);
        assert_eq!(run.status()["duplicates"], 0);
        run.program.stop();

        // With keys it does not matter which of the two a record came from.
        let views = Recomputed::of(&all.records).views();
        assert!(views == Recomputed::of(&as_read.records).views(), "records without times are others");
        if round == 9 {
            let alone = start(&cluster, &topics, folder.path(), "");
            alone.check_content(&archive::as_archived(&all, &whole(&all), with_times));
        }
    }
}

/// All that there is.
pub fn whole(content: &Content) -> Ranges {
    content.bounds.iter().map(|(partition, (_, high))| (partition.clone(), 0..*high)).collect()
}

#[test]
fn an_archive_without_times_is_gone_on_with_wherever_it_ends() {
    check_cuts(false);
}

#[test]
fn an_archive_with_times_is_gone_on_with_wherever_it_ends() {
    check_cuts(true);
}

#[test]
fn an_archive_may_lie_in_a_bucket() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    cluster.send(&archivable(&topics, 1_000, &mut random));
    let all = content(&cluster, &topics);
    let ranges = cut(&all, &|_| 20, &mut random);
    let folder = TempDir::new().expect("make a folder");
    archive::write(folder.path(), &all, &ranges, true, &mut random);
    let bucket = TestBucket::new("backfill");
    bucket.put_folder(folder.path(), "a/b");
    ranges.keys().for_each(|(topic, number)| cluster.delete_records(topic, *number as i32, 20));
    let more = format!("backfill = {:?}\n{}", bucket.source("a/b"), s3(&bucket));
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.env("AWS_ACCESS_KEY_ID", &bucket.server.key.id);
    command.env("AWS_SECRET_ACCESS_KEY", &bucket.server.key.secret);
    let run = run::start_as(&cluster, &run::config(&cluster, &topics, &more), command);
    run.check_content(&all);
    cluster.send(&archivable(&topics, 100, &mut random));
    run.check_content(&with_new(&all, &cluster, &topics));
}

/// The configuration that finds a bucket.
fn s3(bucket: &TestBucket) -> String {
    let (endpoint, region) = (&bucket.server.endpoint, &bucket.server.region);
    format!("[s3]\nendpoint = {endpoint:?}\nregion = {region:?}\npath_style = true\n")
}
