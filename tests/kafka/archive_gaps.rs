//! Positions that the archive or the topic does not have: what one lacks the other gives, what both lack is a gap.

use crate::archive::{self, Ranges};
use crate::checks::wait_for;
use crate::cluster::{Cluster, Message};
use crate::content::{Content, content, with_new};
use crate::hand_over::start;
use crate::log_files::{LogRecord, Partition};
use crate::run::Run;
use crate::topics::Topics;
use std::fs;
use std::ops::Range;
use std::path::Path;
use tempfile::TempDir;

/// A topic of one partition and an archive of some of it.
struct Both {
    cluster: Cluster,
    topics: Topics,
    archive: TempDir,
    content: Content,
}

impl Both {
    /// A topic of 40 messages, the first of which are gone, and objects.
    fn new(gone: i64, objects: &[(u64, u64)]) -> Both {
        let cluster = Cluster::shared();
        let topics = Topics::of_pins(&cluster, 1, &[]);
        cluster.send(&pins(&topics[0], 0..40));
        let content = content(&cluster, &topics);
        let both = Both { cluster, topics, archive: TempDir::new().expect("make a folder"), content };
        objects.iter().for_each(|(begin, end)| both.archive(*begin..*end));
        if gone > 0 {
            both.cluster.delete_records(&both.topics[0], 0, gone);
        }
        both
    }

    fn partition(&self) -> Partition {
        (self.topics[0].clone(), 0)
    }

    /// Writes an object.
    fn archive(&self, range: Range<u64>) {
        let records: Vec<&LogRecord> =
            self.content.records.iter().filter(|record| range.contains(&record.offset)).collect();
        archive::write_object(self.archive.path(), &self.partition(), &records, false);
    }

    fn start(&self, on_gap: &str) -> Run {
        start(&self.cluster, &self.topics, self.archive.path(), &format!("on_gap = {on_gap:?}"))
    }

    /// The views have all but these, which are counted as lost.
    #[track_caller]
    fn check_without(&self, run: &Run, lost: Range<u64>) {
        let mut content = archive::as_archived(&self.content, &self.ranges(), false);
        content.records.retain(|record| !lost.contains(&record.offset));
        run.check_content(&content);
        let partition = &run.partitions()[&self.partition()];
        let lost = lost.end - lost.start;
        assert_eq!((&partition["lost"], &partition["skipped"]), (&lost.into(), &lost.into()), "{partition}");
    }

    fn ranges(&self) -> Ranges {
        Ranges::from([(self.partition(), 0..40)])
    }

    /// It stops, and says what is missing.
    #[track_caller]
    fn check_stops(&self, missing: &str) {
        let told = self.start("fail").wait_until_told("Kafka stopped");
        let gap = format!(
            "topic {} partition 0: the messages from offset {missing} are not in the topic, and the archive does not have \
             them either; set source.on_gap",
            self.topics[0]
        );
        assert!(told.contains(&gap), "{told}");
    }

    /// It waits, and goes on when the archive gains what is missing.
    #[track_caller]
    fn check_waits(&self, missing: &str, object: Range<u64>) {
        let run = self.start("fill-from-archive");
        run.wait_until_told(&format!(
            "the messages from offset {missing} are not in the topic, and the archive does not have them yet"
        ));
        self.archive(object);
        self.check_without(&run, 0..0);
    }
}

/// A pin of each number.
fn pins(topic: &str, inds: Range<u64>) -> Vec<Message> {
    let pin = |ind: u64| {
        let value = format!(r#"{{"index":{},"category":"c{}"}}"#, ind % 30, ind % 7).into_bytes();
        let key = Some((ind % 30).to_string());
        Message { topic: topic.to_owned(), partition: Some(0), key, value: Some(value), ..Message::default() }
    };
    inds.map(pin).collect()
}

#[test]
fn what_lies_between_objects_and_is_gone_stops_reading() {
    Both::new(20, &[(0, 10), (15, 25)]).check_stops("10 to 14");
}

#[test]
fn or_is_gone_on_behind() {
    let both = Both::new(20, &[(0, 10), (15, 25)]);
    both.check_without(&both.start("skip"), 10..15);
}

#[test]
fn or_is_waited_for() {
    Both::new(20, &[(0, 10), (15, 25)]).check_waits("10 to 14", 10..15);
}

#[test]
fn what_lies_behind_the_archive_and_is_gone_stops_reading() {
    Both::new(20, &[(0, 10)]).check_stops("10 to 19");
    Both::new(20, &[]).check_stops("0 to 19");
    Both::new(20, &[(3, 20)]).check_stops("0 to 2");
}

#[test]
fn or_that_is_gone_on_behind() {
    let both = Both::new(20, &[(0, 10)]);
    both.check_without(&both.start("skip"), 10..20);
    let both = Both::new(20, &[(3, 20)]);
    both.check_without(&both.start("skip"), 0..3);
}

#[test]
fn or_that_is_waited_for() {
    Both::new(20, &[(0, 10)]).check_waits("10 to 19", 10..20);
    Both::new(20, &[]).check_waits("0 to 19", 0..25);
}

#[test]
fn what_the_archive_lacks_the_topic_gives() {
    for on_gap in ["fail", "skip", "fill-from-archive"] {
        let both = Both::new(5, &[(0, 10), (15, 25)]);
        let mut content = both.content.clone();
        content.records.iter_mut().take(10).for_each(|record| record.time = 0);
        let run = both.start(on_gap);
        run.check_content(&content);
        assert_eq!(run.partitions()[&both.partition()]["lost"], 0);
    }
}

#[test]
fn an_object_that_cannot_be_read_is_told_and_makes_a_gap() {
    let both = Both::new(20, &[(0, 10), (15, 25)]);
    let damaged = archive::path(both.archive.path(), &both.partition(), 10);
    fs::write(damaged.with_extension("json.gz"), b"\x1f\x8b and no more").expect("write it");
    both.check_stops("10 to 14");
    let run = both.start("skip");
    both.check_without(&run, 10..15);
    let letters = wait_for("the letter", || {
        let letters = dead_letters(&run.data());
        if letters.is_empty() { Err("none".to_owned()) } else { Ok(letters) }
    });
    assert!(letters.len() == 1 && letters[0].contains("+0000000010.json.gz"), "{letters:?}");
}

/// The lines of all files of dead letters.
pub fn dead_letters(data: &Path) -> Vec<String> {
    let files = fs::read_dir(data.join("dead-letters")).expect("a folder");
    let files = files.map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    files
        .flat_map(|path| {
            let text = fs::read_to_string(path).expect("read letters");
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// Retention overtakes a run that is stopped for a while; the archive has what is lost, or gets it later.
#[test]
fn what_retention_takes_from_a_live_run_comes_from_the_archive() {
    for is_late in [false, true] {
        let both = Both::new(0, &[]);
        let run = both.start("fill-from-archive");
        run.check_content(&both.content);
        run.program.signal("STOP");
        // What it has asked for before is answered with the first message alone.
        both.cluster.send(&pins(&both.topics[0], 40..41));
        both.cluster.send(&pins(&both.topics[0], 41..700));
        let all = with_new(&both.content, &both.cluster, &both.topics);
        let ranges = Ranges::from([(both.partition(), 0..690)]);
        let mut random = crate::random::Random::new(7);
        if !is_late {
            archive::write(both.archive.path(), &all, &ranges, true, &mut random);
        }
        both.cluster.delete_records(&both.topics[0], 0, 650);
        run.program.signal("CONT");
        if is_late {
            run.wait_until_told("are not in the topic, and the archive does not have them yet");
            archive::write(both.archive.path(), &all, &ranges, true, &mut random);
        }
        run.check_content(&all);
        both.cluster.send(&pins(&both.topics[0], 700..720));
        run.check_content(&with_new(&all, &both.cluster, &both.topics));
        assert_eq!(run.partitions()[&both.partition()]["lost"], 0);
    }
}
