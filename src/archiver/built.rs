//! An object and its companion, as they are put: both are a function of the records and of nothing else.

use super::gathered::{First, Record};
use crate::log::frame::{Apart, Frame, Gap, checksum};
use crate::log::message_frame;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// Bytes after which a frame is closed: about what is handed to a worker at once when it is replayed.
const FRAME_BYTES: usize = 256 << 10;
/// Records after which it is closed, if they have next to no bytes.
const FRAME_RECORDS: usize = 1 << 16;

/// An object that is not put yet.
pub struct Built {
    /// Where it begins.
    pub start: u64,
    /// The position behind its last record.
    pub end: u64,
    /// The greatest time in the partition up to there.
    pub time: u64,
    /// Its records.
    pub records: u64,
    /// How many of them are kept apart.
    pub apart: u64,
    /// Their lines.
    pub lines: Vec<u8>,
    /// What stands beside it.
    pub companion: Vec<u8>,
}

/// Builds the object of these records, of which there is at least one.
pub fn build(first: First<'_>) -> Built {
    let First { start, records, lines, end } = first;
    let mut frames =
        FrameWriter { lines, companion: message_frame::HEADER.to_vec(), ..FrameWriter::default() };
    let (mut time, mut count, mut apart) = (0, 0, 0);
    for record in records {
        frames.add(record);
        time = record.time;
        count += 1;
        apart += u64::from(record.apart.is_some());
    }
    let companion = frames.finish(end, time);
    Built { start, end, time, records: count, apart, lines: lines.to_vec(), companion }
}

/// Writes a companion.
#[derive(Default)]
struct FrameWriter<'a> {
    lines: &'a [u8],
    companion: Vec<u8>,
    /// The one that is open, if it has records.
    frame: Frame,
    /// Behind its last record.
    end_offset: u64,
    end_byte: u64,
    time: u64,
    apart_bytes: usize,
}

impl FrameWriter<'_> {
    fn add(&mut self, record: &Record) {
        let frame = &mut self.frame;
        if frame.records == 0 {
            let (first_offset, first_byte, time) = (record.offset, self.end_byte, record.time);
            *frame = Frame { first_offset, first_byte, time, ..Frame::default() };
        } else {
            let missing = record.offset - self.end_offset;
            if missing > 0 {
                frame.gaps.push(Gap { record: frame.records, missing });
            }
            if record.time > self.time {
                frame.later.push((frame.records, record.time));
            }
        }
        if let Some(apart) = &record.apart {
            let (reason, value) = (apart.0, apart.1.clone());
            self.apart_bytes += value.len();
            frame.apart.push(Apart { record: frame.records, reason, value });
        }
        frame.records += 1;
        frame.bytes += record.line_bytes as u32;
        self.end_byte += record.line_bytes as u64;
        (self.end_offset, self.time) = (record.offset + 1, record.time);
        if frame.bytes as usize + self.apart_bytes >= FRAME_BYTES || frame.records as usize >= FRAME_RECORDS {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut frame = std::mem::take(&mut self.frame);
        frame.bytes_crc = checksum(&self.lines[frame.first_byte as usize..self.end_byte as usize]);
        message_frame::encode(&frame, &mut self.companion);
        self.apart_bytes = 0;
    }

    fn finish(mut self, end: u64, time: u64) -> Vec<u8> {
        if self.frame.records > 0 {
            self.close();
        }
        let last = Frame { first_offset: end, first_byte: self.end_byte, time, ..Frame::default() };
        message_frame::encode(&last, &mut self.companion);
        self.companion
    }
}

/// The bytes of the object. Packing them again may give others; what they unpack to stays the same.
pub fn packed(lines: Vec<u8>, gzip: bool) -> io::Result<Vec<u8>> {
    if !gzip {
        return Ok(lines);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&lines)?;
    encoder.finish()
}
