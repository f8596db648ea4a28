//! How far an object is good, as its companion says.

use super::committed::Object;
use super::error::LogError;
use super::frame::{FRAME_BYTES, Frame, HEADER};
use super::frames::{Frames, Problem, Version};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What the frames of an object say. Everything behind `object`'s bytes is what a crash has left.
pub(super) struct Scan {
    /// The object up to its last good frame.
    pub object: Object,
    /// The offset behind it.
    pub end_offset: u64,
    /// The last good frame.
    pub last: Option<Frame>,
    /// What is wrong with the companion and where, if it is more than a crash can have done: then nothing may be
    /// appended, because a reader gets no farther than this.
    pub damage: Option<(u64, &'static str)>,
    /// Whether the last good frame is the last one at all. If not, the object's end is that of its files, and its end
    /// offset a guess from their lines.
    pub is_whole: bool,
    /// Whether the companion has no header, only part of it, or is not there.
    pub wants_header: bool,
}

const NOT_THE_LOGS: &str = "it is no companion of version 1";

/// Reads all frames that begin below an offset.
pub(super) fn scan(data: &Path, companion: &Path, start_offset: u64, below: u64) -> Result<Scan, LogError> {
    let object = Object { start_offset, bytes: 0, companion_bytes: 0, time: 0 };
    let end_offset = start_offset;
    let mut scan = Scan { object, end_offset, last: None, damage: None, is_whole: true, wants_header: false };
    match File::open(companion) {
        Ok(file) => scan.read(&file, below).map_err(LogError::io("read", companion))?,
        Err(error) if error.kind() == ErrorKind::NotFound => scan.miss_companion(data)?,
        Err(error) => return Err(LogError::io("open", companion)(error)),
    }
    if !scan.is_whole {
        scan.guess_end(data).map_err(LogError::io("read", data))?;
    }
    Ok(scan)
}

/// The last frame of a companion, if it can be read. The log's own frames all have the same length.
pub(super) fn last_frame(companion: &File) -> io::Result<Option<Frame>> {
    match companion.metadata()?.len().checked_sub(FRAME_BYTES as u64) {
        Some(byte) if byte >= HEADER.len() as u64 => frame_at(companion, byte),
        _ => Ok(None),
    }
}

impl Scan {
    /// Takes the last frame away if it has this append time. It is not looked for the one before it.
    pub fn drop_group(&mut self, time: u64) {
        if let Some(frame) = self.last.take_if(|frame| frame.time == time) {
            let mut encoded = Vec::new();
            frame.encode(&mut encoded);
            self.object.companion_bytes -= encoded.len() as u64;
            self.object.bytes = frame.first_byte;
            self.end_offset = frame.first_offset;
        }
    }

    fn read(&mut self, companion: &File, below: u64) -> io::Result<()> {
        let length = companion.metadata()?.len();
        if length < HEADER.len() as u64 {
            self.wants_header = true;
            return Ok(());
        }
        self.object.companion_bytes = HEADER.len() as u64;
        let mut frames = Frames::new(BufReader::new(companion));
        let problem = loop {
            let next = frames.next();
            if frames.version() != Version::One {
                break NOT_THE_LOGS;
            }
            match next {
                Ok(Some(frame)) if frame.first_offset >= below => return Ok(()),
                Ok(Some(frame)) if self.goes_on_with(&frame) => self.take(frame, frames.byte()),
                Ok(Some(_)) => break "the frame does not follow the one before it",
                Ok(None) => return Ok(()),
                Err(error) => match error.problem {
                    Problem::Unreadable(error) => return Err(error),
                    Problem::Header => break NOT_THE_LOGS,
                    Problem::Cut | Problem::Damaged => break "the frame is damaged",
                },
            }
        };
        // A group has one frame in an object, so a crash tears no more than that.
        let bad = self.object.companion_bytes;
        let is_torn = length - bad <= FRAME_BYTES as u64 && frames.byte() >= HEADER.len() as u64;
        if !is_torn || frames.version() != Version::One {
            self.damage = Some((bad.min(frames.byte()), problem));
            self.find_last(companion, length)?;
        }
        Ok(())
    }

    /// Finds the last frame behind a damage: all have the same length. The very last one may be torn as well.
    fn find_last(&mut self, companion: &File, length: u64) -> io::Result<()> {
        let frame_bytes = FRAME_BYTES as u64;
        let header_bytes = HEADER.len() as u64;
        let frames = (length - header_bytes) / frame_bytes;
        for number in (0..frames).rev().take(2) {
            let byte = header_bytes + number * frame_bytes;
            let frame = frame_at(companion, byte)?.filter(|frame| {
                frame.first_offset >= self.end_offset && frame.first_byte >= self.object.bytes
            });
            if let Some(frame) = frame {
                self.take(frame, byte + frame_bytes);
                return Ok(());
            }
        }
        self.is_whole = false;
        self.object.companion_bytes = length;
        Ok(())
    }

    fn miss_companion(&mut self, data: &Path) -> Result<(), LogError> {
        let bytes = data.metadata().map_err(LogError::io("look at", data))?.len();
        if bytes == 0 {
            self.wants_header = true;
        } else {
            self.damage = Some((0, "the companion is missing"));
            self.is_whole = false;
        }
        Ok(())
    }

    /// Counts the lines that no frame tells of.
    fn guess_end(&mut self, data: &Path) -> io::Result<()> {
        let mut file = File::open(data)?;
        let length = file.metadata()?.len();
        if length > self.object.bytes {
            file.seek(SeekFrom::Start(self.object.bytes))?;
            self.end_offset += lines(BufReader::with_capacity(1 << 16, file))?;
        }
        self.object.bytes = length;
        Ok(())
    }

    fn goes_on_with(&self, frame: &Frame) -> bool {
        frame.first_offset == self.end_offset && frame.first_byte == self.object.bytes
    }

    fn take(&mut self, frame: Frame, companion_bytes: u64) {
        self.object.bytes = frame.end_byte();
        self.object.companion_bytes = companion_bytes;
        self.object.time = frame.time;
        self.end_offset = frame.end_offset();
        self.last = Some(frame);
    }
}

fn frame_at(companion: &File, byte: u64) -> io::Result<Option<Frame>> {
    let mut bytes = [0; FRAME_BYTES];
    companion.read_exact_at(&mut bytes, byte)?;
    Ok(Frame::decode(&bytes).ok())
}

/// How many lines there are, one without an end included.
fn lines(mut reader: impl BufRead) -> io::Result<u64> {
    let mut lines = 0;
    let mut within = false;
    loop {
        let bytes = reader.fill_buf()?;
        let Some(last) = bytes.last() else { break };
        within = *last != b'\n';
        lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        let read = bytes.len();
        reader.consume(read);
    }
    Ok(lines + u64::from(within))
}
