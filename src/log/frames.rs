//! Reads a companion frame by frame, in bounded memory.

use super::frame::{DamagedFrame, Frame, HEADER};
use super::message_frame;
use std::io::{self, ErrorKind, Read};

/// The frames of a companion, from its first byte on. The reader should be a buffered one.
pub struct Frames<R> {
    reader: R,
    /// Where the next frame begins; 0 before the header was read.
    byte: u64,
    frame: Vec<u8>,
    version: Version,
    end: Option<End>,
}

/// The version of a companion's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// That of the embedded log: it grows frame by frame.
    One,
    /// That of archived topics: it is whole, with its end.
    Two,
}

/// Where an object of an archived topic ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The position behind it.
    pub position: u64,
    /// The greatest time in the partition up to there.
    pub time: u64,
    /// How many bytes it has, unpacked.
    pub bytes: u64,
}

/// Why there are no more frames, and where that is.
#[derive(Debug, thiserror::Error)]
#[error("byte {byte}: {problem}")]
pub struct FramesError {
    /// Where the frame begins that cannot be had: all before it are good.
    pub byte: u64,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a companion.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It begins with something else.
    #[error("it is no companion of version 1 or 2")]
    Header,
    /// It ends within a frame or within its header.
    #[error("it is cut off")]
    Cut,
    /// The checksum is wrong, or what the frame says cannot be.
    #[error("the frame is damaged")]
    Damaged,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(io::Error),
}

impl<R: Read> Frames<R> {
    /// Frames from a reader that stands at the companion's first byte.
    pub fn new(reader: R) -> Frames<R> {
        Frames { reader, byte: 0, frame: Vec::new(), version: Version::One, end: None }
    }

    /// Where the next frame begins in the companion.
    pub fn byte(&self) -> u64 {
        self.byte
    }

    /// The companion's version, once a frame was asked for.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Where the object ends, of a companion of version 2 that was read to its end.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// What is read, behind the last frame that was asked for.
    pub fn into_reader(self) -> R {
        self.reader
    }

    /// The next frame; nothing at the companion's end. After an error there are no more frames.
    // As an iterator it would have to yield results without an end, or remember that it has failed.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Frame>, FramesError> {
        self.read_next().map_err(|problem| FramesError { byte: self.byte, problem })
    }

    fn read_next(&mut self) -> Result<Option<Frame>, Problem> {
        if self.byte == 0 {
            let mut header = HEADER;
            if self.fill(&mut header)? < header.len() {
                return Err(Problem::Cut);
            }
            self.version = match header {
                HEADER => Version::One,
                message_frame::HEADER => Version::Two,
                _ => return Err(Problem::Header),
            };
            self.byte = HEADER.len() as u64;
        }
        if self.end.is_some() {
            return Ok(None);
        }
        let mut beginning = [0; 8];
        match self.fill(&mut beginning)? {
            0 if self.version == Version::One => return Ok(None),
            8 => {}
            _ => return Err(Problem::Cut),
        }
        let length = match self.version {
            Version::One => Frame::length(&beginning).map_err(damaged)?,
            Version::Two => message_frame::length(&beginning),
        };
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        frame.extend(beginning);
        // A length that is damaged takes no more memory than there are bytes.
        let rest = (length - beginning.len()) as u64;
        let read = self.reader.by_ref().take(rest).read_to_end(&mut frame).map_err(Problem::Unreadable)?;
        if (read as u64) < rest {
            return Err(Problem::Cut);
        }
        let decoded = match self.version {
            Version::One => Frame::decode(&frame).map_err(damaged)?,
            Version::Two => message_frame::decode(&frame).map_err(damaged)?,
        };
        self.frame = frame;
        self.byte += length as u64;
        if decoded.records > 0 {
            return Ok(Some(decoded));
        }
        let Frame { first_offset: position, time, first_byte: bytes, .. } = decoded;
        self.end = Some(End { position, time, bytes });
        Ok(None)
    }

    /// Reads until the bytes are full or the companion ends; says how many it read.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<usize, Problem> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Problem::Unreadable(error)),
            }
        }
        Ok(filled)
    }
}

fn damaged(_: DamagedFrame) -> Problem {
    Problem::Damaged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn companion(frames: u64) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        for offset in 0..frames {
            Frame { first_offset: offset, records: 1, time: offset, ..Frame::default() }.encode(&mut bytes);
        }
        bytes
    }

    fn check(bytes: &[u8], frames: u64, problem: Option<&str>) {
        let mut read = Frames::new(bytes);
        for offset in 0..frames {
            let frame = read.next().expect("it is good").expect("it is there");
            assert_eq!(frame.first_offset, offset);
        }
        match problem {
            None => assert!(read.next().expect("it ends well").is_none()),
            Some(problem) => assert_eq!(read.next().expect_err("it ends badly").to_string(), problem),
        }
    }

    #[test]
    fn frames_until_the_end_or_the_first_fault() {
        check(&companion(0), 0, None);
        check(&companion(3), 3, None);
        check(b"", 0, Some("byte 0: it is cut off"));
        check(&HEADER[..5], 0, Some("byte 0: it is cut off"));
        check(b"pfmeta\x03\x00", 0, Some("byte 0: it is no companion of version 1 or 2"));
        check(&message_frame::HEADER, 0, Some("byte 8: it is cut off"));
        for cut in 1..48 {
            check(&companion(3)[..8 + 2 * 48 + cut], 2, Some("byte 104: it is cut off"));
        }
        for flipped in 56..104 {
            let mut bytes = companion(3);
            bytes[flipped] ^= 0x40;
            let mut read = Frames::new(bytes.as_slice());
            assert!(read.next().expect("it is good").is_some());
            assert_eq!(read.next().expect_err("it is not").byte, 56);
        }
    }
}
