//! Writes what topics hold as an archive, in the layout of the Kafka Connect S3 sink.

use crate::content::Content;
use crate::log_files::{LogRecord, Partition, companion};
use crate::random::Random;
use pinflow::log::frame::{Frame, HEADER, checksum};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Which positions of each partition an archive has.
pub type Ranges = BTreeMap<Partition, Range<u64>>;

/// Writes those of the content's records. With times each object has a companion, as pinflow's own archives do.
pub fn write(folder: &Path, content: &Content, ranges: &Ranges, with_times: bool, random: &mut Random) {
    for (partition, range) in ranges {
        let records: Vec<&LogRecord> = content
            .records
            .iter()
            .filter(|record| record.partition == *partition && range.contains(&record.offset))
            .collect();
        let mut rest = records.as_slice();
        while !rest.is_empty() {
            let count = (1 + random.below(60) as usize).min(rest.len());
            let (object, behind) = rest.split_at(count);
            write_object(folder, partition, object, with_times);
            rest = behind;
        }
    }
}

/// Where the object of a partition lies that begins at an offset.
pub fn path(folder: &Path, (topic, number): &Partition, start: u64) -> PathBuf {
    folder.join(format!("topics/{topic}/partition={number}/{topic}+{number}+{start:010}.json"))
}

/// Writes an object. A value over several lines is written on one, as that sink does.
pub fn write_object(folder: &Path, partition: &Partition, records: &[&LogRecord], with_times: bool) {
    let path = path(folder, partition, records[0].offset);
    fs::create_dir_all(path.parent().expect("a folder")).expect("make a folder");
    let (mut lines, mut frames, mut time) = (String::new(), HEADER.to_vec(), 0);
    for record in records {
        let line = format!("{}\n", record.text.replace('\n', " "));
        time = record.time.max(time);
        let frame = Frame {
            first_offset: record.offset,
            records: 1,
            first_byte: lines.len() as u64,
            bytes: line.len() as u32,
            bytes_crc: checksum(line.as_bytes()),
            time,
            ..Frame::default()
        };
        frame.encode(&mut frames);
        lines.push_str(&line);
    }
    if with_times {
        fs::write(companion(&path), frames).expect("write a companion");
    }
    fs::write(path, lines).expect("write an object");
}

/// The content as a run has it that has read those positions from an archive that keeps times or not.
pub fn as_archived(content: &Content, ranges: &Ranges, with_times: bool) -> Content {
    let mut content = content.clone();
    for record in &mut content.records {
        let is_archived = ranges.get(&record.partition).is_some_and(|range| range.contains(&record.offset));
        if is_archived && !with_times {
            record.time = 0;
        }
    }
    content
}
