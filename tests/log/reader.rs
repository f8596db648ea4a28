//! Reads a log's files as a follower would: up to what is committed.

use pinflow::log::frames::Frames;
use pinflow::log::{Appended, Committed, Log, NewRecord, Opened, Settings};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub offset: u64,
    pub time: u64,
    pub line: String,
}

pub fn open(folder: &Path, settings: Settings) -> Opened {
    Log::open(folder, settings).expect("the log opens")
}

pub fn record(hash: u64, line: impl Into<String>) -> NewRecord {
    NewRecord { partition_hash: hash, bytes: line.into().into_bytes().into() }
}

/// All committed records of a partition, each frame checked against its lines.
pub fn read(folder: &Path, committed: &Committed, topic: &str, partition: u32) -> Vec<Record> {
    let mut records = Vec::new();
    let Some(end) = committed.end(topic, partition) else { return records };
    let mut offset = end.objects().next().expect("a partition has objects").start_offset;
    let mut time = 0;
    for object in end.objects() {
        assert_eq!(object.start_offset, offset, "objects follow each other");
        let lines = prefix(&end.object_path(folder, object), object.bytes);
        let companion = prefix(&end.companion_path(folder, object), object.companion_bytes);
        let mut frames = Frames::new(companion.as_slice());
        let mut byte = 0;
        while let Some(frame) = frames.next().expect("the companion is good") {
            assert_eq!((frame.first_offset, frame.first_byte), (offset, byte));
            assert!(frame.time > time, "append times increase");
            let bytes = &lines[byte as usize..frame.end_byte() as usize];
            assert!(frame.fits(bytes), "the checksum fits");
            let text = std::str::from_utf8(bytes).expect("it is text");
            let read = text.lines().zip(frame.offsets());
            records.extend(read.map(|(line, offset)| Record {
                offset,
                time: frame.time,
                line: line.to_string(),
            }));
            (offset, byte, time) = (frame.end_offset(), frame.end_byte(), frame.time);
            assert_eq!(records.last().expect("a frame has records").offset + 1, offset);
        }
        assert_eq!(byte, object.bytes);
        assert!(time <= object.time);
    }
    assert_eq!(offset, end.end_offset);
    records
}

/// Whether a record is where it was said to be.
pub fn assert_is_there(records: &[Record], appended: Appended, line: &str) {
    let first = records.first().expect("something is there").offset;
    let expected = Record { offset: appended.offset, time: appended.time, line: line.to_string() };
    assert_eq!(records.get((appended.offset - first) as usize), Some(&expected));
}

fn prefix(path: &Path, bytes: u64) -> Vec<u8> {
    let mut read = Vec::new();
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.take(bytes).read_to_end(&mut read).expect("it can be read");
    assert_eq!(read.len() as u64, bytes, "{} is as long as it says", path.display());
    read
}
