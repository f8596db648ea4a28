//! A frame: what JSON lines cannot say about the records of a group commit in one object.
//!
//! An object `<name>` has its frames in the companion `_<name>.meta` beside it. All integers are little-endian. A
//! companion begins with eight bytes, the magic `pfmeta` and the format's version as two bytes, 1. Frames follow each
//! other from there to the companion's end:
//!
//! | byte | bytes | what |
//! |---|---|---|
//! | 0 | 4 | CRC32C of the frame's bytes from 4 to its end |
//! | 4 | 4 | g, the number of gaps, at most 65,536 |
//! | 8 | 8 | offset of the first record |
//! | 16 | 8 | where the records begin in the object, in bytes, unpacked |
//! | 24 | 8 | append time, milliseconds since 1970 |
//! | 32 | 4 | n, the number of records, at least 1 |
//! | 36 | 4 | how many bytes the records have in the object, with their line ends, unpacked |
//! | 40 | 4 | CRC32C of those bytes |
//! | 44 | 4 | how many frames the group commit has, in all partitions together; 0 if that is not known |
//! | 48 | 12 g | gaps, each the number of a record of the frame (4 bytes, from 1 to n-1, ascending) and how many offsets are missing just before it (8 bytes, at least 1) |
//!
//! Record i of the frame has the first offset plus i plus all gaps up to i. The embedded log writes no gaps; an archive
//! of a Kafka topic needs them for offsets that the broker does not deliver. CRC32C is the one of iSCSI (RFC 3720):
//! polynomial 0x1EDC6F41, reflected, 0xE3069283 for the ASCII digits 1 to 9.
//!
//! A reader that meets a frame whose checksum is wrong cannot know where the next one begins.
//!
//! Companions of version 2 are those of archived topics: [`super::message_frame`].

/// What a companion begins with: magic and version.
pub const HEADER: [u8; 8] = *b"pfmeta\x01\x00";
/// Bytes of a frame without gaps.
pub const FRAME_BYTES: usize = 48;
/// A frame has no more gaps than that, so that one can be read in bounded memory (768 KiB).
pub const GAPS_MAX: usize = 65_536;
/// Bytes of a gap.
const GAP_BYTES: usize = 12;

/// The records of a group commit in one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The offset of the first record.
    pub first_offset: u64,
    /// How many records there are.
    pub records: u32,
    /// Where offsets are missing, in order.
    pub gaps: Vec<Gap>,
    /// Where the records begin in the object, in bytes.
    pub first_byte: u64,
    /// How many bytes they have, with their line ends.
    pub bytes: u32,
    /// The CRC32C of those bytes.
    pub bytes_crc: u32,
    /// The append time in milliseconds since 1970.
    pub time: u64,
    /// How many frames the group commit has, in all partitions together; 0 if that is not known.
    pub group_frames: u32,
    /// Records from which on the time is a greater one, in order. Frames of version 1 have none.
    pub later: Vec<(u32, u64)>,
    /// Records that are no line, in order. Frames of version 1 have none.
    pub apart: Vec<Apart>,
}

/// A record that is no one JSON line: in the object it is an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Which one, counted from the frame's first, which is 0.
    pub record: u32,
    /// Why it is no line.
    pub reason: Reason,
    /// The record.
    pub value: Vec<u8>,
}

/// Why a record is no one JSON line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is no JSON.
    NotJson = 1,
    /// It is JSON over several lines.
    SeveralLines = 2,
}

impl Reason {
    /// The reason of a number.
    pub fn from_number(number: u8) -> Option<Reason> {
        [Reason::NotJson, Reason::SeveralLines].into_iter().find(|reason| *reason as u8 == number)
    }
}

/// Offsets that no record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The record behind the gap, counted from the frame's first, which is 0.
    pub record: u32,
    /// How many offsets are missing.
    pub missing: u64,
}

/// The bytes are no frame: they are damaged, or something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is damaged")]
pub struct DamagedFrame;

impl Frame {
    /// Appends the frame's bytes.
    ///
    /// Panics if it has no records, more than [`GAPS_MAX`] gaps, or gaps that are not as the format wants them.
    pub fn encode(&self, companion: &mut Vec<u8>) {
        assert!(self.is_sound(), "{self:?} cannot be read again");
        let start = companion.len();
        companion.extend([0; 4]);
        companion.extend((self.gaps.len() as u32).to_le_bytes());
        companion.extend(self.first_offset.to_le_bytes());
        companion.extend(self.first_byte.to_le_bytes());
        companion.extend(self.time.to_le_bytes());
        companion.extend(self.records.to_le_bytes());
        companion.extend(self.bytes.to_le_bytes());
        companion.extend(self.bytes_crc.to_le_bytes());
        companion.extend(self.group_frames.to_le_bytes());
        for gap in &self.gaps {
            companion.extend(gap.record.to_le_bytes());
            companion.extend(gap.missing.to_le_bytes());
        }
        let crc = checksum(&companion[start + 4..]);
        companion[start..start + 4].copy_from_slice(&crc.to_le_bytes());
    }

    /// How many bytes the frame that begins with these has. Needs eight of them.
    pub fn length(bytes: &[u8; 8]) -> Result<usize, DamagedFrame> {
        let gaps = u32_at(bytes, 4) as usize;
        if gaps > GAPS_MAX { Err(DamagedFrame) } else { Ok(FRAME_BYTES + gaps * GAP_BYTES) }
    }

    /// Reads a frame from all its bytes, as many as [`Frame::length`] says.
    pub fn decode(bytes: &[u8]) -> Result<Frame, DamagedFrame> {
        let beginning = bytes.first_chunk::<8>().ok_or(DamagedFrame)?;
        if bytes.len() != Frame::length(beginning)? || u32_at(bytes, 0) != checksum(&bytes[4..]) {
            return Err(DamagedFrame);
        }
        let gap = |gap: &[u8]| Gap { record: u32_at(gap, 0), missing: u64_at(gap, 4) };
        let frame = Frame {
            first_offset: u64_at(bytes, 8),
            first_byte: u64_at(bytes, 16),
            time: u64_at(bytes, 24),
            records: u32_at(bytes, 32),
            bytes: u32_at(bytes, 36),
            bytes_crc: u32_at(bytes, 40),
            group_frames: u32_at(bytes, 44),
            gaps: bytes[FRAME_BYTES..].chunks_exact(GAP_BYTES).map(gap).collect(),
            ..Frame::default()
        };
        if frame.is_sound() { Ok(frame) } else { Err(DamagedFrame) }
    }

    /// Whether these are the bytes that the frame was written for. It takes all of them, from `first_byte` on.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.bytes as usize && checksum(bytes) == self.bytes_crc
    }

    /// The offset behind the last record.
    pub fn end_offset(&self) -> u64 {
        self.first_offset + u64::from(self.records) + self.gaps.iter().map(|gap| gap.missing).sum::<u64>()
    }

    /// The byte behind the last record.
    pub fn end_byte(&self) -> u64 {
        self.first_byte + u64::from(self.bytes)
    }

    /// The offset of each record.
    pub fn offsets(&self) -> impl Iterator<Item = u64> + '_ {
        let mut gaps = self.gaps.iter().peekable();
        let mut missing = 0;
        (0..self.records).map(move |record| {
            if let Some(gap) = gaps.next_if(|gap| gap.record == record) {
                missing += gap.missing;
            }
            self.first_offset + u64::from(record) + missing
        })
    }

    /// Whether the numbers agree with each other and nothing overflows.
    fn is_sound(&self) -> bool {
        let is_of_version_1 = self.later.is_empty() && self.apart.is_empty();
        self.records > 0 && self.gaps.len() <= GAPS_MAX && is_of_version_1 && self.has_sound_places()
    }

    /// The same of gaps, offsets and bytes, which frames of all versions have.
    pub(super) fn has_sound_places(&self) -> bool {
        let ascend = self.gaps.windows(2).all(|pair| pair[0].record < pair[1].record);
        let within = self.gaps.iter().all(|gap| (1..self.records).contains(&gap.record) && gap.missing > 0);
        let offsets = self.gaps.iter().try_fold(self.first_offset, |sum, gap| sum.checked_add(gap.missing));
        let end_offset = offsets.and_then(|sum| sum.checked_add(u64::from(self.records)));
        let end_byte = self.first_byte.checked_add(u64::from(self.bytes));
        ascend && within && end_offset.is_some() && end_byte.is_some()
    }
}

/// The CRC32C that frames use, for themselves and for records.
pub fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}

/// Callers hold at least a frame.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame() -> Frame {
        let gaps = vec![Gap { record: 1, missing: 2 }, Gap { record: 4, missing: 300 }];
        Frame {
            first_offset: 7,
            records: 5,
            gaps,
            first_byte: 90,
            bytes: 10,
            time: 1_700_000_000_000,
            ..Frame::default()
        }
    }

    fn encoded(frame: &Frame) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        bytes
    }

    #[test]
    fn the_format_does_not_change() {
        let lines = b"123456789";
        assert_eq!(checksum(lines), 0xE306_9283);
        let frame = Frame { bytes: 9, bytes_crc: checksum(lines), group_frames: 2, ..frame() };
        let hex: String = encoded(&frame).iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = "86d9290d020000000700000000000000\
            5a000000000000000068e5cf8b010000\
            0500000009000000839206e302000000\
            010000000200000000000000040000002c01000000000000";
        assert_eq!(hex[8..], expected[8..], "all but the checksum");
        assert_eq!(hex[..8], expected[..8], "the checksum");
        assert!(frame.fits(lines) && !frame.fits(b"123456780") && !frame.fits(b"12345678"));
    }

    #[test]
    fn offsets_leave_out_what_is_missing() {
        assert_eq!(frame().offsets().collect::<Vec<_>>(), [7, 10, 11, 12, 313]);
        assert_eq!((frame().end_offset(), frame().end_byte()), (314, 100));
    }

    #[test]
    fn nonsense_is_no_frame_even_with_a_right_checksum() {
        let check = |at: usize, value: &[u8]| {
            let mut bytes = encoded(&frame());
            bytes[at..at + value.len()].copy_from_slice(value);
            let crc = checksum(&bytes[4..]).to_le_bytes();
            bytes[..4].copy_from_slice(&crc);
            assert_eq!(Frame::decode(&bytes), Err(DamagedFrame), "{value:?} at {at}");
        };
        check(4, &[3]);
        check(4, &[0xff; 4]);
        check(8, &[0xff; 8]);
        check(16, &[0xff; 8]);
        check(32, &[0]);
        check(48, &[0]);
        check(48, &[4]);
        check(60, &[5]);
        check(52, &[0]);
        assert_eq!(Frame::decode(&[0; FRAME_BYTES]), Err(DamagedFrame), "a file system's zeros");
        assert_eq!(Frame::decode(b"seven.."), Err(DamagedFrame));
    }

    proptest! {
        #[test]
        fn frames_come_back_and_no_flipped_bit_passes(
            numbers in any::<(u32, u32, u32, u32, u32, u32)>(),
            missing in proptest::collection::vec(0u64..5, 0..20),
            flip in any::<usize>(),
        ) {
            let (first_offset, first_byte, time, bytes, bytes_crc, group_frames) = numbers;
            let gaps = missing.iter().zip(1..).filter(|(missing, _)| **missing > 0);
            let frame = Frame {
                first_offset: first_offset.into(),
                records: missing.len() as u32 + 1,
                gaps: gaps.map(|(missing, record)| Gap { record, missing: *missing }).collect(),
                first_byte: first_byte.into(),
                bytes,
                bytes_crc,
                time: time.into(),
                group_frames,
                ..Frame::default()
            };
            let mut bytes = encoded(&frame);
            let beginning = *bytes.first_chunk().expect("a frame has more");
            prop_assert_eq!(Frame::length(&beginning), Ok(bytes.len()));
            prop_assert_eq!(Frame::decode(&bytes), Ok(frame.clone()));
            prop_assert_eq!(frame.offsets().count(), missing.len() + 1);
            let bit = flip % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(Frame::decode(&bytes), Err(DamagedFrame));
            bytes.pop();
            prop_assert_eq!(Frame::decode(&bytes), Err(DamagedFrame));
        }
    }
}
