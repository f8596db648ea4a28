//! Reads an object of lines together with its companion, which says when the lines were written, which offsets they
//! have, and whether they are still what was written.

use super::lines;
use super::piece::{Piece, Timed};
use crate::block::{Messages, Times, is_blank};
use crate::log::frame::Frame;
use crate::log::frames::{Frames, FramesError};
use crate::skips::Skips;
use std::fmt;
use std::io::{self, Read};

/// The lines of an object, frame by frame. Where there are no more frames for now, lines behind them are not read.
pub struct FramedPieces<R, C> {
    lines: R,
    /// Where `lines` stands.
    byte: u64,
    frames: Frames<C>,
    piece_bytes: usize,
    /// A frame that begins the next piece.
    next: Option<Frame>,
    /// The next pieces, the last one first: parts of a frame with gaps, or of a long one.
    apart: Vec<Piece>,
    /// What is told when the lines before it have been given.
    fault: Option<FrameFault>,
    /// Behind the last frame that was read.
    end_offset: u64,
}

/// What is wrong with an object or its companion.
#[derive(Debug)]
pub struct FrameFault {
    /// Where, in the companion or in the object.
    pub byte: u64,
    /// Whether it is the companion: no frame behind it can be found.
    pub is_of_companion: bool,
    /// The offset behind what is lost.
    pub end_offset: u64,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for FrameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for FrameFault {}

impl<R: Read, C: Read> FramedPieces<R, C> {
    /// Pieces of about `piece_bytes`, but not smaller than a frame.
    pub fn new(lines: R, companion: C, piece_bytes: usize) -> FramedPieces<R, C> {
        FramedPieces {
            lines,
            byte: 0,
            frames: Frames::new(companion),
            piece_bytes,
            next: None,
            apart: Vec::new(),
            fault: None,
            end_offset: 0,
        }
    }

    /// Bytes read of the lines.
    pub fn bytes(&self) -> u64 {
        self.byte
    }

    /// What is read.
    pub fn object(&self) -> &R {
        &self.lines
    }

    /// The offset behind the last frame that was read.
    pub fn end_offset(&self) -> u64 {
        self.end_offset
    }

    /// The object from behind the last frame that was read, and the offset there: what is left to be done where the
    /// companion is damaged.
    pub fn into_rest(self) -> (R, u64) {
        (self.lines, self.end_offset)
    }

    /// Passes over frames that end at an offset or before it: their lines are neither looked at nor told of. Before the first
    /// piece is asked for.
    pub fn pass_over(&mut self, offset: u64) {
        if offset == 0 {
            return;
        }
        let mut first_byte = self.byte;
        while let Some(frame) = self.next_frame() {
            if frame.end_offset() > offset {
                self.next = Some(frame);
                break;
            }
            first_byte = frame.end_byte();
            self.end_offset = frame.end_offset();
        }
        // What cannot be read is told of where lines are asked for.
        let passed = io::copy(&mut self.lines.by_ref().take(first_byte - self.byte), &mut io::sink());
        self.byte += passed.unwrap_or(0);
    }

    /// The next lines, in `piece`, which lends its room: what is in it does not matter, and what of it is filled already need
    /// not be cleared. Nothing if there are no more frames for now. An error is a [`FrameFault`]; if it is one of the object,
    /// the next frames follow.
    pub fn next(&mut self, mut piece: Vec<u8>) -> io::Result<Option<Piece>> {
        if let Some(piece) = self.apart.pop() {
            return Ok(Some(piece));
        }
        if let Some(fault) = self.fault.take() {
            return Err(io::Error::other(fault));
        }
        let (mut filled, mut first_offset, mut lines, mut times) = (0, 0, 0, Times::default());
        while let Some(frame) = self.next_frame() {
            let is_plain = frame.gaps.is_empty() && frame.apart.is_empty();
            let follows = frame.first_offset == first_offset + lines
                && is_plain
                && filled + frame.bytes as usize <= self.piece_bytes;
            if lines > 0 && !follows {
                self.next = Some(frame);
                break;
            }
            let Some(end) = self.read_lines(&frame, &mut piece, filled) else { break };
            filled = end;
            // A frame holds all that was committed at once, which may be far more than a piece.
            if !is_plain || filled >= 2 * self.piece_bytes {
                self.apart = cut(&frame, &piece[..filled], self.piece_bytes);
                return Ok(self.apart.pop());
            }
            if lines == 0 {
                first_offset = frame.first_offset;
            }
            times.go_on(lines, frame.time);
            frame.later.iter().for_each(|(record, time)| times.go_on(lines + u64::from(*record), *time));
            lines += u64::from(frame.records);
        }
        if lines > 0 {
            piece.truncate(filled);
            let (messages, skips) = (Messages::Lines(piece), Skips::default());
            return Ok(Some(Piece::Timed(Timed { messages, count: lines, first_offset, skips, times })));
        }
        self.fault.take().map_or(Ok(None), |fault| Err(io::Error::other(fault)))
    }

    /// The next frame, unless there is a fault or none for now.
    fn next_frame(&mut self) -> Option<Frame> {
        if self.fault.is_some() {
            return None;
        }
        let frame = self.next.take().map_or_else(|| self.frames.next(), |frame| Ok(Some(frame)));
        frame.unwrap_or_else(|FramesError { byte, problem }| {
            let problem = format!("{problem}; the lines behind it are read without their times");
            let end_offset = self.end_offset;
            self.fault = Some(FrameFault { byte, is_of_companion: true, end_offset, problem });
            None
        })
    }

    /// Reads the frame's lines behind what is filled of `piece`. Tells up to where it is filled then; if they are not what was
    /// written, nothing, and there is a fault.
    fn read_lines(&mut self, frame: &Frame, piece: &mut Vec<u8>, filled: usize) -> Option<usize> {
        self.end_offset = frame.end_offset();
        let skipped = frame.first_byte.saturating_sub(self.byte);
        let read = io::copy(&mut self.lines.by_ref().take(skipped), &mut io::sink()).and_then(|skipped| {
            let end = fill(&mut self.lines, piece, filled, frame.bytes as usize)?;
            Ok((skipped, end))
        });
        let problem = match read {
            Ok((skipped, end)) => {
                let lines = &piece[filled..end];
                self.byte += skipped + lines.len() as u64;
                if lines.len() < frame.bytes as usize {
                    "it is cut off".to_owned()
                } else if !frame.fits(lines) {
                    "damaged".to_owned()
                } else {
                    return Some(end);
                }
            }
            Err(error) => error.to_string(),
        };
        let (first, last) = (frame.first_offset, frame.end_offset() - 1);
        let problem = format!("{problem}: the records from offset {first} to {last} are lost");
        let (byte, end_offset) = (frame.first_byte, frame.end_offset());
        self.fault = Some(FrameFault { byte, is_of_companion: false, end_offset, problem });
        None
    }
}

/// So many bytes are filled before there is room for more: a length that is wrong takes no more memory than there are bytes.
const FILLED_AT_ONCE: usize = 1 << 20;

/// Reads so many bytes behind what is filled of `piece`, or to the end. Tells up to where it is filled then.
fn fill(lines: &mut impl Read, piece: &mut Vec<u8>, filled: usize, bytes: usize) -> io::Result<usize> {
    let (mut at, end) = (filled, filled + bytes);
    while at < end {
        let room = end.min(at + FILLED_AT_ONCE);
        piece.resize(piece.len().max(room), 0);
        match lines.read(&mut piece[at..room]) {
            Ok(0) => break,
            Ok(read) => at += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

/// Cuts a frame into pieces of about `piece_bytes`; the last one comes first. Where records are kept apart all are values,
/// but for blank lines, which no value is.
fn cut(frame: &Frame, lines: &[u8], piece_bytes: usize) -> Vec<Piece> {
    if frame.gaps.is_empty() && frame.apart.is_empty() && frame.later.is_empty() {
        return cut_lines(frame, lines, piece_bytes);
    }
    let mut pieces: Vec<Timed> = Vec::new();
    let (mut apart, mut later) = (frame.apart.iter().peekable(), frame.later.iter().peekable());
    let mut time = frame.time;
    let records = (0..).zip(frame.offsets()).zip(lines.split_inclusive(|byte| *byte == b'\n'));
    for ((record, offset), line) in records {
        if let Some((_, greater)) = later.next_if(|(later, _)| *later == record) {
            time = *greater;
        }
        let value = match apart.next_if(|apart| apart.record == record) {
            Some(apart) => Some(apart.value.as_slice()),
            None if frame.apart.is_empty() => None,
            None => line.strip_suffix(b"\n").filter(|line| !is_blank(line)),
        };
        match pieces.last_mut().filter(|piece| piece.takes(value.is_some(), piece_bytes)) {
            Some(piece) => piece.add(offset, time, line, value),
            None => pieces.push(Timed::of(offset, time, line, value)),
        }
    }
    pieces.into_iter().rev().map(Piece::Timed).collect()
}

/// The same, of a frame whose records are all lines, without gaps, and of one time.
fn cut_lines(frame: &Frame, lines: &[u8], piece_bytes: usize) -> Vec<Piece> {
    let (mut pieces, mut rest, mut first_offset) = (Vec::new(), lines, frame.first_offset);
    while !rest.is_empty() {
        let long_enough = piece_bytes.clamp(1, rest.len()) - 1;
        let end = memchr::memchr(b'\n', &rest[long_enough..]).map_or(rest.len(), |end| long_enough + end + 1);
        let (piece, behind) = rest.split_at(end);
        let count = lines::count(piece);
        let (messages, skips, times) =
            (Messages::Lines(piece.to_vec()), Skips::default(), Times::one(frame.time));
        pieces.push(Piece::Timed(Timed { messages, count, first_offset, skips, times }));
        (rest, first_offset) = (behind, first_offset + count);
    }
    pieces.reverse();
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::frame::{Apart, Gap, HEADER, Reason, checksum};
    use crate::log::message_frame;

    /// An object and its companion: frames of one line each, but for one with a gap, at rising times.
    fn object(frames: u64) -> (Vec<u8>, Vec<u8>) {
        let (mut lines, mut companion) = (Vec::new(), HEADER.to_vec());
        for number in 0..frames {
            let text = format!("{{\"ind\":{number}}}\n");
            let frame = Frame {
                first_offset: number,
                records: 1,
                first_byte: lines.len() as u64,
                bytes: text.len() as u32,
                bytes_crc: checksum(text.as_bytes()),
                time: 1000 + number,
                ..Frame::default()
            };
            frame.encode(&mut companion);
            lines.extend_from_slice(text.as_bytes());
        }
        (lines, companion)
    }

    /// Offset, line and time of every record, and the faults between them.
    fn read(lines: &[u8], companion: &[u8], piece_bytes: usize) -> (Vec<(u64, String, u64)>, Vec<String>) {
        let mut pieces = FramedPieces::new(lines, companion, piece_bytes);
        let (mut records, mut faults) = (Vec::new(), Vec::new());
        loop {
            match pieces.next(b"old".to_vec()) {
                Ok(None) => return (records, faults),
                Ok(Some(Piece::Timed(Timed { messages, count, first_offset, skips, times }))) => {
                    let texts: Vec<String> = match messages {
                        Messages::Lines(bytes) => {
                            String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
                        }
                        Messages::Values(bytes, values) => {
                            let value = |value| String::from_utf8_lossy(&bytes[value]).into_owned();
                            values.into_iter().map(value).collect()
                        }
                        messages => panic!("{messages:?}"),
                    };
                    assert_eq!(texts.len() as u64, count);
                    let record = |(number, text)| {
                        (first_offset + number + skips.before(number), text, times.of(number))
                    };
                    records.extend((0..).zip(texts).map(record));
                }
                Ok(Some(piece)) => panic!("{piece:?}"),
                Err(fault) => {
                    let fault = fault.downcast::<FrameFault>().expect("a fault of a frame");
                    faults.push(format!("{}: {fault}", fault.byte));
                    if fault.is_of_companion {
                        return (records, faults);
                    }
                }
            }
        }
    }

    fn expected(numbers: impl IntoIterator<Item = u64>) -> Vec<(u64, String, u64)> {
        numbers.into_iter().map(|number| (number, format!("{{\"ind\":{number}}}"), 1000 + number)).collect()
    }

    #[test]
    fn lines_have_their_offsets_and_times() {
        let (lines, companion) = object(20);
        for piece_bytes in [1, 15, 40, 1000] {
            assert_eq!(read(&lines, &companion, piece_bytes), (expected(0..20), vec![]));
        }
        assert_eq!(read(&lines, &companion[..8 + 10 * 48], 1000), (expected(0..10), vec![]), "fewer frames");
    }

    #[test]
    fn a_flipped_bit_costs_its_frame_alone() {
        let (mut lines, companion) = object(20);
        let at = lines.iter().position(|byte| *byte == b'7').expect("it is there");
        lines[at] ^= 1;
        let fault = "70: damaged: the records from offset 7 to 7 are lost".to_owned();
        let rest = (0..20).filter(|number| *number != 7);
        for piece_bytes in [1, 15, 40, 1000] {
            assert_eq!(read(&lines, &companion, piece_bytes), (expected(rest.clone()), vec![fault.clone()]));
        }
    }

    #[test]
    fn what_is_cut_off_or_has_a_damaged_companion_is_said() {
        let (lines, mut companion) = object(5);
        let fault = "40: it is cut off: the records from offset 4 to 4 are lost".to_owned();
        assert_eq!(read(&lines[..45], &companion, 1000), (expected(0..4), vec![fault]));
        companion[8 + 2 * 48 + 20] ^= 1;
        let (records, faults) = read(&lines, &companion, 1000);
        assert_eq!((records, faults.len()), (expected(0..2), 1));
        assert!(faults[0].starts_with("104: the frame is damaged; the lines behind it"), "{faults:?}");
    }

    #[test]
    fn long_frames_are_cut_between_lines() {
        let text: String = (0..100).map(|number| format!("{{\"ind\":{number}}}\n")).collect();
        let mut companion = HEADER.to_vec();
        let (bytes, bytes_crc) = (text.len() as u32, checksum(text.as_bytes()));
        Frame { records: 100, bytes, bytes_crc, time: 8, ..Frame::default() }.encode(&mut companion);
        for piece_bytes in [1, 100, 500, 5000] {
            let (records, faults) = read(text.as_bytes(), &companion, piece_bytes);
            assert_eq!(
                records.iter().map(|record| record.0).collect::<Vec<_>>(),
                (0..100).collect::<Vec<_>>()
            );
            assert!(records.iter().all(|record| record.2 == 8) && faults.is_empty());
        }
    }

    #[test]
    fn what_is_no_line_comes_from_the_companion() {
        let text = b"{\"ind\":3}\n\n \n\n{\"ind\":4}\n";
        let apart = |record, value: &str| Apart { record, reason: Reason::NotJson, value: value.into() };
        let frame = Frame {
            first_offset: 3,
            records: 5,
            gaps: vec![Gap { record: 1, missing: 4 }],
            bytes: text.len() as u32,
            bytes_crc: checksum(text),
            time: 8,
            later: vec![(3, 9)],
            apart: vec![apart(1, "{\n"), apart(3, "")],
            ..Frame::default()
        };
        let mut companion = message_frame::HEADER.to_vec();
        message_frame::encode(&frame, &mut companion);
        let last = Frame { first_offset: 20, first_byte: text.len() as u64, time: 9, ..Frame::default() };
        message_frame::encode(&last, &mut companion);
        for piece_bytes in [1, 1000] {
            let (records, faults) = read(text, &companion, piece_bytes);
            let expected =
                [(3, "{\"ind\":3}", 8), (8, "{\n", 8), (9, " ", 8), (10, "", 9), (11, "{\"ind\":4}", 9)];
            let expected = expected.map(|(offset, text, time)| (offset, text.to_owned(), time));
            assert_eq!((records, faults), (expected.to_vec(), vec![]), "{piece_bytes}");
        }
        let (_, faults) = read(text, &companion[..companion.len() - message_frame::FIXED_BYTES], 1000);
        assert!(faults[0].contains("it is cut off; the lines behind it"), "{faults:?}");
    }

    #[test]
    fn gaps_are_known() {
        let text = b"{\"ind\":3}\n{\"ind\":4}\n{\"ind\":9}\n";
        let mut companion = HEADER.to_vec();
        let frame = Frame {
            first_offset: 3,
            records: 3,
            gaps: vec![Gap { record: 2, missing: 4 }],
            bytes: text.len() as u32,
            bytes_crc: checksum(text),
            time: 8,
            ..Frame::default()
        };
        frame.encode(&mut companion);
        let (records, faults) = read(text, &companion, 1000);
        assert_eq!(records.iter().map(|record| record.0).collect::<Vec<_>>(), [3, 4, 9]);
        assert!(records.iter().all(|record| record.2 == 8) && faults.is_empty());
    }
}
