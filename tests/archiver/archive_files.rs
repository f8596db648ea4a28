//! What an archive holds, read from its files alone, as `src/log/message_frame.rs` describes them.

use crate::log_files::{Partition, companion};
use flate2::read::MultiGzDecoder;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A record of an archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    pub partition: Partition,
    pub offset: u64,
    pub time: u64,
    pub value: Vec<u8>,
    /// Why it is no line, if so.
    pub apart: Option<u8>,
}

/// An object of an archive.
#[derive(Debug)]
pub struct Object {
    pub partition: Partition,
    /// The offset in its name.
    pub start: u64,
    /// The position behind it, as its companion says.
    pub end: u64,
    pub path: PathBuf,
    pub records: Vec<Record>,
}

/// All objects, by partition and start.
pub fn objects(archive: &Path) -> Vec<Object> {
    let mut objects = Vec::new();
    for topic in entries(&archive.join("topics")) {
        for partition in entries(&topic) {
            let number = name(&partition).strip_prefix("partition=").expect("a partition");
            let number = number.parse().expect("a number");
            for path in entries(&partition) {
                if !name(&path).starts_with('_') {
                    objects.push(object((name(&topic).to_owned(), number), path));
                }
            }
        }
    }
    objects.sort_by(|a, b| (&a.partition, a.start).cmp(&(&b.partition, b.start)));
    objects
}

fn object(partition: Partition, path: PathBuf) -> Object {
    let (topic, number) = &partition;
    let name = name(&path).trim_end_matches(".gz").trim_end_matches(".json");
    let start = name.strip_prefix(&format!("{topic}+{number}+")).expect("the name of its partition");
    assert_eq!(start.len(), 10);
    let start = start.parse().expect("an offset");
    let mut lines = Vec::new();
    let file = File::open(&path).expect("open an object");
    let is_packed = path.extension().is_some_and(|ending| ending == "gz");
    let mut file: Box<dyn Read> =
        if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    file.read_to_end(&mut lines).expect("read an object");
    let companion = fs::read(companion(&path)).expect("an object has a companion");
    let (records, end) = records(&partition, &lines, &companion);
    Object { partition, start, end, path, records }
}

/// What is left of a companion.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn number(&mut self, bytes: usize) -> u64 {
        self.take(bytes).iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn varint(&mut self) -> u64 {
        let byte = self.number(1);
        if byte < 128 { byte } else { byte - 128 + 128 * self.varint() }
    }
}

fn records(partition: &Partition, lines: &[u8], companion: &[u8]) -> (Vec<Record>, u64) {
    let mut bytes = Bytes(companion);
    assert_eq!(bytes.take(8), b"pfmeta\x02\x00");
    let mut records = Vec::new();
    let mut behind = 0;
    loop {
        let (crc, _) = (bytes.number(4), bytes.number(4));
        let (first_offset, first_byte, first_time) = (bytes.number(8), bytes.number(8), bytes.number(8));
        let (count, length, lines_crc) = (bytes.number(4), bytes.number(4), bytes.number(4));
        assert_eq!((first_byte, crc > 0), (behind as u64, true));
        if count == 0 {
            assert_eq!((bytes.0.len(), behind), (0, lines.len()));
            return (records, first_offset);
        }
        let frame = &lines[behind..behind + length as usize];
        assert_eq!(u64::from(crc32c::crc32c(frame)), lines_crc);
        behind += length as usize;
        let pairs = |bytes: &mut Bytes<'_>| {
            let count = bytes.varint();
            (0..count).map(|_| (bytes.varint(), bytes.varint())).collect::<Vec<_>>()
        };
        let (gaps, later) = (pairs(&mut bytes), pairs(&mut bytes));
        let apart: Vec<(u64, u8, u64)> =
            (0..bytes.varint()).map(|_| (bytes.varint(), bytes.number(1) as u8, bytes.varint())).collect();
        let texts: Vec<&[u8]> =
            frame.strip_suffix(b"\n").expect("lines end").split(|byte| *byte == b'\n').collect();
        assert_eq!(texts.len() as u64, count);
        let at = |pairs: &[(u64, u64)], number: u64| {
            let mut record = 0;
            pairs
                .iter()
                .map(|(on, more)| {
                    record += on;
                    (record, *more)
                })
                .filter(|(record, _)| *record <= number)
                .map(|(_, more)| more)
                .sum::<u64>()
        };
        let begin = records.len();
        for (number, text) in (0..).zip(texts) {
            let offset = first_offset + number + at(&gaps, number);
            let time = first_time + at(&later, number);
            let (partition, value) = (partition.clone(), text.to_vec());
            records.push(Record { partition, offset, time, value, apart: None });
        }
        let mut number = begin;
        for (on, reason, length) in apart {
            number += on as usize;
            assert_eq!(records[number].value, b"", "a record that is kept apart is an empty line");
            records[number].value = bytes.take(length as usize).to_vec();
            records[number].apart = Some(reason);
            number += 1;
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("read a folder").path()).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("UTF-8")
}
