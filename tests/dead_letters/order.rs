//! Letters come from many threads, in any order.

use crate::letters::{TIME, fault, positions, rejected, stored};
use pinflow::archive::{PartitionName, TooLarge};
use pinflow::dead_letters::live::Limits;
use pinflow::dead_letters::{Content, Letter, LiveLetters};
use pinflow::decode::Reason;
use std::fs;
use std::sync::Arc;
use std::thread;
use tempfile::tempdir;

#[test]
fn letters_of_a_partition_stand_in_its_order() {
    const THREADS: u64 = 4;
    const PARTITIONS: u32 = 3;
    const BLOCKS: u64 = 100;
    let folder = tempdir().expect("make a folder");
    let live = LiveLetters::open(folder.path(), Limits::default()).expect("open it");
    // Each thread has every fourth block of every partition and goes through them backwards; most have no letters.
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let live = &live;
            scope.spawn(move || {
                for sequence in (0..BLOCKS).filter(|sequence| sequence % THREADS == thread).rev() {
                    for partition in 0..PARTITIONS {
                        let two = [2 * sequence, 2 * sequence + 1].map(|at| rejected(partition, at, "x"));
                        let letters = if sequence % 3 == 0 { &two[..] } else { &[] };
                        live.finish_block(partition, sequence, letters);
                    }
                }
            });
        }
    });
    live.flush();
    let expected: Vec<u64> =
        (0..BLOCKS).step_by(3).flat_map(|sequence| [2 * sequence, 2 * sequence + 1]).collect();
    for partition in 0..PARTITIONS {
        assert_eq!(positions(folder.path(), partition), expected);
    }
    assert_eq!((live.counts().written, live.counts().lost), (3 * expected.len() as u64, 0));
}

#[test]
fn a_line_says_all_that_is_known() {
    let folder = tempdir().expect("make a folder");
    let live = LiveLetters::open(folder.path(), Limits::default()).expect("open it");
    let mut large = rejected(0, 9, "");
    if let Letter::Message { reason, content, time, .. } = &mut large {
        (*reason, *time) = (Reason::TooLarge, 0);
        *content = Content::TooLarge(TooLarge { head: b"{\"a".to_vec(), bytes: 2_000_000, sha256: [7; 32] });
    }
    live.finish_block(
        0,
        0,
        &[rejected(0, 7, "no\tJSON\u{1F600}"), rejected(0, 8, b"\"\xff\"".to_vec()), large],
    );
    let name = Arc::new(PartitionName { topic: "old.geo".to_owned(), number: Some(2) });
    live.fault(1, 0, fault(6), name);
    live.unread(vec![fault(0)]);
    assert_eq!(live.counts().faults, 2);
    drop(live);

    let path = folder.path().join("dead-letters-0000000001.ndjson");
    let text = fs::read_to_string(path).expect("read the file");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..2],
        [
            concat!(
                r#"{"reason":"not JSON","kind":"pin","time":"2022-01-01T00:00:00.007Z","source":"log","#,
                r#""topic":"ingest.pin","partition":0,"position":7,"record":"no\tJSON😀"}"#
            ),
            concat!(
                r#"{"reason":"not JSON","kind":"pin","time":"2022-01-01T00:00:00.008Z","source":"log","#,
                r#""topic":"ingest.pin","partition":0,"position":8,"record_base64":"Iv8i"}"#
            ),
        ]
    );
    assert!(lines[2].contains(r#""bytes":2000000,"sha256":"0707"#), "{}", lines[2]);

    let stored = stored(folder.path());
    assert_eq!(stored[1].whole_record(), Some(b"\"\xff\"".to_vec()));
    assert_eq!((stored[2].time.as_deref(), stored[2].whole_record()), (None, None), "no time is known");
    assert_eq!((stored[3].reason.as_str(), stored[3].byte), ("object fault: it is cut off", Some(6)));
    assert_eq!((stored[3].partition, stored[4].partition), (Some(2), None));
    assert!(stored[3].time > stored[0].time, "it was found after {TIME}");
}
