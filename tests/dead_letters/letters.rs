//! Letters to hand in, and those that a folder holds.

use pinflow::archive::{Fault, FaultReason, PartitionName};
use pinflow::block::Origin;
use pinflow::dead_letters::live::{letter_files, whole_lines};
use pinflow::dead_letters::{Content, Letter, StoredLetter};
use pinflow::decode::Reason;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// 2022-01-01 00:00:00 UTC in milliseconds.
pub const TIME: u64 = 1_640_995_200_000;

/// A rejected message of a partition of `ingest.pin`; a millisecond passes from position to position.
pub fn rejected(partition: u32, position: u64, record: impl Into<Vec<u8>>) -> Letter {
    let name = PartitionName { topic: "ingest.pin".to_owned(), number: Some(partition.into()) };
    let origin = Origin { source: "log".to_owned(), partition: Arc::new(name), object: String::new() };
    Letter::Message {
        origin: Arc::new(origin),
        kind: "pin",
        position,
        time: TIME + position,
        reason: Reason::NotJson,
        content: Content::Whole(record.into()),
    }
}

/// A fault of an object, by where it is cut off.
pub fn fault(byte: u64) -> Fault {
    Fault {
        source: "bucket".to_owned(),
        topic: "old.geo".to_owned(),
        key: "old.geo/1.json".to_owned(),
        byte,
        reason: FaultReason::Unreadable("it is cut off".to_owned()),
    }
}

/// All letters of a folder. Each line has to be one.
pub fn stored(folder: &Path) -> Vec<StoredLetter> {
    let mut letters = Vec::new();
    for file in letter_files(folder).expect("list the folder") {
        for line in whole_lines(&file.path, 0).expect("open a file") {
            let line = line.expect("read a line");
            let letter = StoredLetter::from_line(&line);
            letters.push(letter.unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(&line))));
        }
    }
    letters
}

/// The positions of a partition's letters in a folder, in the order in which they stand there.
pub fn positions(folder: &Path, partition: u32) -> Vec<u64> {
    let of_partition = |letter: &StoredLetter| letter.partition == Some(partition.into());
    stored(folder).iter().filter(|letter| of_partition(letter)).filter_map(|letter| letter.position).collect()
}

/// Waits for what another thread is about to do.
#[track_caller]
pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "still waiting until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
