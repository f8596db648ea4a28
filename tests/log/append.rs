//! What is appended can be read back, in order, across restarts.

use crate::reader::{assert_is_there, open, read, record};
use pinflow::log::{AppendError, Log, LogError, NewRecord, Settings, WaitError};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

fn settings() -> Settings {
    Settings { partitions: 3, ..Settings::default() }
}

#[test]
fn what_is_appended_can_be_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let log = open(path, settings()).log;
    let records =
        vec![record(0, "{\"index\": 1}"), record(4, "{\"index\": 2}"), record(3, ""), record(4, "ü\r")];
    let appended = log.append_blocking("a.pin", records).expect("it is appended");
    let places: Vec<(u32, u64)> =
        appended.iter().map(|appended| (appended.partition, appended.offset)).collect();
    assert_eq!(places, [(0, 0), (1, 0), (0, 1), (1, 1)]);
    assert!(appended.iter().all(|record| record.time == appended[0].time));
    log.append_blocking("a.pin", vec![record(1, "third")]).expect("it is appended");
    log.close();

    let partition = path.join("topics/a.pin/partition=1");
    let lines = fs::read(partition.join("a.pin+1+0000000000.json")).expect("it is there");
    assert_eq!(lines, "{\"index\": 2}\nü\r\nthird\n".as_bytes());
    assert_eq!(
        fs::metadata(partition.join("_a.pin+1+0000000000.json.meta")).expect("it is there").len(),
        8 + 2 * 48
    );
    assert_eq!(fs::read(path.join("log.json")).expect("it is there"), b"{\"format\":1,\"partitions\":3}\n");
    assert!(!path.join("topics/a.pin/partition=2").exists(), "nothing was appended there");

    let committed = log.committed();
    assert_is_there(&read(path, &committed, "a.pin", 0), appended[2], "");
    assert_eq!(committed.end("a.pin", 1).expect("it is there").end_offset, 3);
    let stats = log.stats();
    assert_eq!((stats.groups, stats.requests, stats.records, stats.bytes, stats.objects), (2, 2, 5, 37, 2));
    assert_eq!(stats.log_bytes, committed.bytes);
}

#[test]
fn times_increase_over_topics_and_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut last = 0;
    let mut offsets = HashMap::new();
    for restart in 0..5 {
        let opened = open(folder.path(), settings());
        assert_eq!(opened.repairs, []);
        assert_eq!(opened.log.committed().time, last);
        for number in 0..20 {
            let topic = ["a", "b", "c"][number % 3];
            let line = format!("{restart} {number}");
            let appended =
                opened.log.append_blocking(topic, vec![record(number as u64, line)]).expect("appended")[0];
            assert!(appended.time > last);
            last = appended.time;
            let offset = offsets.entry((topic, appended.partition)).or_insert(0);
            assert_eq!(appended.offset, *offset, "offsets go on");
            *offset += 1;
        }
    }
    let committed = open(folder.path(), settings()).log.committed();
    for ((topic, partition), offset) in offsets {
        assert_eq!(read(folder.path(), &committed, topic, partition).len() as u64, offset);
    }
}

#[test]
fn concurrent_appenders_share_group_commits_and_get_offsets_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = open(folder.path(), settings()).log;
    let all = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for appender in 0..32 {
            let (log, all) = (&log, &all);
            scope.spawn(move || {
                for request in 0..25 {
                    let lines: Vec<String> =
                        (0..3).map(|line| format!("{appender} {request} {line}")).collect();
                    let records = lines.iter().map(|line| record(appender, line.clone())).collect();
                    let appended = log.append_blocking("pin", records).expect("appended");
                    assert!(appended.windows(2).all(|pair| pair[0].offset + 1 == pair[1].offset));
                    all.lock().expect("no panic").extend(appended.into_iter().zip(lines));
                }
            });
        }
    });
    let all = all.into_inner().expect("no panic");
    assert_eq!(all.len(), 32 * 25 * 3);
    let places: HashSet<(u32, u64)> =
        all.iter().map(|(appended, _)| (appended.partition, appended.offset)).collect();
    assert_eq!(places.len(), all.len());
    let committed = log.committed();
    let read: Vec<_> = (0..3).map(|partition| read(folder.path(), &committed, "pin", partition)).collect();
    assert_eq!(read.iter().map(Vec::len).sum::<usize>(), all.len(), "offsets have no gaps");
    for (appended, line) in &all {
        assert_is_there(&read[appended.partition as usize], *appended, line);
    }
    let stats = log.stats();
    assert_eq!(stats.requests, 32 * 25);
    assert!(stats.groups < 32 * 25 / 4, "{} groups", stats.groups);
}

#[tokio::test]
async fn tasks_append_and_follow() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = open(folder.path(), settings()).log;
    let seen = log.committed().change;
    let (appended, change) = tokio::join!(log.append("pin", vec![record(0, "{}")]), log.changed(seen));
    assert_eq!(appended.expect("appended")[0].offset, 0);
    let change = change.expect("it is not closed");
    assert_eq!(read(folder.path(), &change, "pin", 0).len(), 1);
    assert_eq!(log.append("pin", Vec::new()).await, Ok(Vec::new()));
    let seen = log.committed().change;
    assert_eq!(log.wait_for_change(seen, Duration::from_millis(1)).err(), Some(WaitError::TimedOut));
    log.close();
    assert_eq!(log.changed(seen).await.err(), Some(WaitError::Closed));
    assert_eq!(log.append("pin", vec![record(0, "{}")]).await, Err(AppendError::Closed));
}

#[test]
fn a_follower_reads_what_is_committed_while_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let log =
        open(folder.path(), Settings { partitions: 1, segment_bytes: 2_000, ..Settings::default() }).log;
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..200 {
                let records = (0..5).map(|line| record(0, format!("{}", number * 5 + line))).collect();
                log.append_blocking("pin", records).expect("appended");
            }
        });
        let mut seen = 0;
        let mut records = Vec::new();
        while records.len() < 1000 {
            let committed = log.wait_for_change(seen, Duration::from_secs(60)).expect("it goes on");
            seen = committed.change;
            records = read(folder.path(), &committed, "pin", 0);
            assert_eq!(records.len() % 5, 0, "requests are there as a whole");
        }
        assert!(records.iter().zip(0..).all(|(record, number)| record.line == number.to_string()));
    });
    assert!(log.stats().objects > 5);
}

#[test]
fn closing_answers_all_that_waits() {
    for drops in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let log = open(folder.path(), settings()).log;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
        let log = std::sync::Arc::new(log);
        let tasks: Vec<_> = (0..100)
            .map(|number| {
                let log = log.clone();
                runtime.spawn(async move { log.append("pin", vec![record(number, "{}")]).await })
            })
            .collect();
        log.wait_for_change(1, Duration::from_secs(60)).expect("something is committed");
        if !drops {
            log.close();
            log.close();
            open(folder.path(), settings());
        }
        drop(log);
        let answers: Vec<_> = runtime.block_on(async {
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await.expect("no panic"));
            }
            answers
        });
        let appended = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!(answers.iter().all(|answer| answer.is_ok() || *answer == Err(AppendError::Closed)));
        let committed = open(folder.path(), settings()).log.committed();
        let end: u64 = committed.ends.iter().map(|end| end.end_offset).sum();
        assert_eq!(end, appended as u64);
    }
}

#[test]
fn a_second_open_is_refused_until_the_first_is_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path(), settings()).log;
    let refused = Log::open(folder.path(), settings()).err().expect("it is refused");
    assert!(matches!(refused, LogError::InUse(_)), "{refused}");
    assert!(refused.to_string().ends_with("is in use by another process"));
    drop(first);
    open(folder.path(), settings());
}

#[test]
fn what_was_settled_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.json");
    let log = open(folder.path(), settings()).log;
    log.append_blocking("pin", vec![record(7, "{}")]).expect("appended");
    drop(log);
    let opened = open(folder.path(), Settings { partitions: 5, ..settings() });
    assert_eq!((opened.partitions, opened.log.partitions()), (3, 3));
    let log = opened.log;
    assert_eq!(log.append_blocking("pin", vec![record(7, "{}")]).expect("appended")[0].offset, 1);
    drop(log);
    let check = |text: Option<&str>, expected: &str| {
        match text {
            Some(text) => fs::write(&path, text).expect("it can be written"),
            None => fs::remove_file(&path).expect("it can be removed"),
        }
        let error = Log::open(folder.path(), settings()).err().expect("it is refused").to_string();
        assert!(error.contains("log.json: ") && error.contains(expected), "{error}");
    };
    check(Some("{\"format\":2,\"partitions\":3}"), "the log has format 2, not 1");
    check(Some("{\"format\":1,\"partitions\":0}"), "0 partitions cannot be");
    check(Some("{\"format\":1,"), "EOF while parsing");
    check(None, "is missing, although there are topics");
}

#[test]
fn requests_that_cannot_be_are_refused_and_others_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = open(folder.path(), Settings { topics_max: 2, queue_bytes: 10_000, ..settings() }).log;
    let check = |topic: &str, record: NewRecord, is_good: bool| {
        let answer = log.append_blocking(topic, vec![record]);
        assert_eq!(answer.is_ok(), is_good, "{answer:?}");
        assert!(is_good || matches!(answer, Err(AppendError::Invalid(_))));
    };
    check("a", record(0, "{}"), true);
    check("b", record(0, "{}"), true);
    check("c", record(0, "{}"), false);
    check("../a", record(0, "{}"), false);
    check("a", record(0, "two\nlines"), false);
    check("a", record(0, "x".repeat(10_000)), false);
    check("a", record(0, "x".repeat(9_000)), true);
    assert!(Log::open(folder.path().join("other"), Settings { partitions: 0, ..settings() }).is_err());
}

#[test]
fn fsyncs_are_observed() {
    let folder = tempfile::tempdir().expect("a folder");
    let fsyncs = std::sync::Arc::new(AtomicU64::new(0));
    let counter = fsyncs.clone();
    let observer = move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    };
    let log =
        open(folder.path(), Settings { fsync_observer: Some(std::sync::Arc::new(observer)), ..settings() })
            .log;
    log.append_blocking("pin", vec![record(0, "{}")]).expect("appended");
    let first = fsyncs.load(Ordering::Relaxed);
    assert_eq!(first, 2 + 4 + 1, "a new object, its folders, and the journal");
    log.append_blocking("pin", vec![record(0, "{}"), record(1, "{}")]).expect("appended");
    assert_eq!(fsyncs.load(Ordering::Relaxed) - first, 2 + 4 + 1);
}
