//! What a log holds, read from its files alone: every record with its place and its append time.

use std::fs;
use std::path::{Path, PathBuf};

/// A topic and the number of one of its partitions. They compare as the contract has it: by name, then by number.
pub type Partition = (String, u32);

/// A record of a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogRecord {
    pub partition: Partition,
    pub offset: u64,
    pub time: u64,
    pub text: String,
}

/// An object of a log.
pub struct Object {
    pub partition: Partition,
    pub path: PathBuf,
    pub frames: Vec<Frame>,
}

/// The records of a group commit in an object, as `src/log/frame.rs` describes it.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Gaps between offsets: the embedded log writes none.
    pub gaps: u32,
    pub first_offset: u64,
    pub first_byte: u64,
    pub time: u64,
    pub records: u32,
    pub bytes: u32,
}

/// Bytes of a companion before its frames, and of a frame, which has no gaps in the embedded log.
pub const HEADER_BYTES: usize = 8;
pub const FRAME_BYTES: usize = 48;

/// All records of a data folder's log, by partition and offset.
pub fn records(data: &Path) -> Vec<LogRecord> {
    records_but(data, &|_, _| false)
}

/// The same without what lies in some frames of some objects, which are not looked at.
pub fn records_but(data: &Path, is_left_out: &dyn Fn(&Path, &Frame) -> bool) -> Vec<LogRecord> {
    let mut objects = objects(data);
    for object in &mut objects {
        object.frames.retain(|frame| !is_left_out(&object.path, frame));
    }
    let mut records: Vec<LogRecord> = objects.iter().flat_map(Object::records).collect();
    records.sort();
    let twice = records
        .windows(2)
        .find(|pair| (&pair[0].partition, pair[0].offset) == (&pair[1].partition, pair[1].offset));
    assert!(twice.is_none(), "two records at one place: {twice:?}");
    records
}

/// All objects of a data folder's log, in no order.
pub fn objects(data: &Path) -> Vec<Object> {
    let mut objects = Vec::new();
    for topic in entries(&data.join("log/topics")) {
        for partition in entries(&topic) {
            let number = name(&partition).strip_prefix("partition=").expect("a partition").to_owned();
            let number = number.parse().expect("a number");
            for path in entries(&partition) {
                if !name(&path).starts_with('_') {
                    let frames = frames(&companion(&path));
                    objects.push(Object { partition: (name(&topic).to_owned(), number), path, frames });
                }
            }
        }
    }
    objects
}

/// The file beside an object.
pub fn companion(object: &Path) -> PathBuf {
    object.with_file_name(format!("_{}.meta", name(object)))
}

impl Object {
    /// The records of all frames.
    pub fn records(&self) -> Vec<LogRecord> {
        let lines = fs::read(&self.path).expect("read an object");
        let mut records = Vec::new();
        for frame in &self.frames {
            assert_eq!(frame.gaps, 0, "{}", self.path.display());
            let begin = frame.first_byte as usize;
            let text = str::from_utf8(&lines[begin..begin + frame.bytes as usize]).expect("lines are text");
            assert_eq!((text.lines().count(), text.ends_with('\n')), (frame.records as usize, true));
            for (offset, line) in (frame.first_offset..).zip(text.lines()) {
                let (partition, text) = (self.partition.clone(), line.to_owned());
                records.push(LogRecord { partition, offset, time: frame.time, text });
            }
        }
        records
    }
}

fn frames(companion: &Path) -> Vec<Frame> {
    let bytes = fs::read(companion).expect("an object has a companion");
    let (_, frames) = bytes.split_at(HEADER_BYTES);
    frames.chunks_exact(FRAME_BYTES).map(frame).collect()
}

fn frame(bytes: &[u8]) -> Frame {
    let number_4 = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
    let number_8 = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
    Frame {
        gaps: number_4(4),
        first_offset: number_8(8),
        first_byte: number_8(16),
        time: number_8(24),
        records: number_4(32),
        bytes: number_4(36),
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("read a folder").path()).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("UTF-8")
}
