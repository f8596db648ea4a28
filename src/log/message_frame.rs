//! A frame of version 2: what JSON lines cannot say about messages of a topic that were archived.
//!
//! A companion of version 2 begins with the magic `pfmeta` and the version as two bytes, 2. Messages of a topic have times
//! and gaps of their own each, and some are no line at all, so that frames of version 1 ([`super::frame`]) would take more
//! room than the messages. All integers are little-endian; a varint has seven bits a byte, the low ones first, and the
//! high bit where more follow.
//!
//! | byte | bytes | what |
//! |---|---|---|
//! | 0 | 4 | CRC32C of the frame's bytes from 4 to its end |
//! | 4 | 4 | v, how many bytes follow the first 44 |
//! | 8 | 8 | offset of the first record |
//! | 16 | 8 | where the records begin in the object, in bytes, unpacked |
//! | 24 | 8 | time of the first record, milliseconds since 1970 |
//! | 32 | 4 | n, the number of records |
//! | 36 | 4 | how many bytes the records have in the object, with their line ends, unpacked |
//! | 40 | 4 | CRC32C of those bytes |
//! | 44 | v | varints: the number of gaps, and for each how many records it lies behind the gap before (the first: behind the frame's first record) and how many offsets are missing there; the number of later times, and for each how many records on it begins, and by how much it is greater; the number of records kept apart, and for each how many records lie between it and the one before, its reason, and how long it is; then the bytes of those |
//!
//! A record that is kept apart is an empty line in the object, for it is no one JSON line. Its reason is 1 if it is no JSON
//! and 2 if it is JSON over several lines: whether it is a record then, readers find out as they do with any other.
//!
//! The last frame has n = 0 and v = 0. Its offset is the one behind the object, offsets without a record included; its byte is
//! where the object ends, its time the greatest in the partition so far. Without it the companion is cut off.

use super::frame::{Apart, DamagedFrame, Frame, Gap, Reason, checksum};

/// What a companion begins with: magic and version.
pub const HEADER: [u8; 8] = *b"pfmeta\x02\x00";
/// Bytes of a frame without what may vary.
pub const FIXED_BYTES: usize = 44;

/// Appends the frame's bytes. One without records ends the companion.
pub fn encode(frame: &Frame, companion: &mut Vec<u8>) {
    let start = companion.len();
    companion.extend([0; 8]);
    companion.extend(frame.first_offset.to_le_bytes());
    companion.extend(frame.first_byte.to_le_bytes());
    companion.extend(frame.time.to_le_bytes());
    companion.extend(frame.records.to_le_bytes());
    companion.extend(frame.bytes.to_le_bytes());
    companion.extend(frame.bytes_crc.to_le_bytes());
    if frame.records > 0 {
        encode_varying(frame, companion);
    }
    let varying = companion.len() - start - FIXED_BYTES;
    let varying = u32::try_from(varying).expect("who makes frames keeps them small");
    companion[start + 4..start + 8].copy_from_slice(&varying.to_le_bytes());
    let crc = checksum(&companion[start + 4..]);
    companion[start..start + 4].copy_from_slice(&crc.to_le_bytes());
}

fn encode_varying(frame: &Frame, companion: &mut Vec<u8>) {
    put(companion, frame.gaps.len() as u64);
    let mut before = 0;
    for gap in &frame.gaps {
        put(companion, (gap.record - before).into());
        put(companion, gap.missing);
        before = gap.record;
    }
    put(companion, frame.later.len() as u64);
    let (mut before, mut time) = (0, frame.time);
    for (record, later) in &frame.later {
        put(companion, (record - before).into());
        put(companion, later - time);
        (before, time) = (*record, *later);
    }
    put(companion, frame.apart.len() as u64);
    let mut behind = 0;
    for apart in &frame.apart {
        put(companion, (apart.record - behind).into());
        companion.push(apart.reason as u8);
        put(companion, apart.value.len() as u64);
        behind = apart.record + 1;
    }
    frame.apart.iter().for_each(|apart| companion.extend_from_slice(&apart.value));
}

/// How many bytes the frame that begins with these has.
pub fn length(bytes: &[u8; 8]) -> usize {
    let varying: [u8; 4] = std::array::from_fn(|byte| bytes[4 + byte]);
    FIXED_BYTES + u32::from_le_bytes(varying) as usize
}

/// Reads a frame from all its bytes, as many as [`length`] says.
pub fn decode(bytes: &[u8]) -> Result<Frame, DamagedFrame> {
    let mut rest = bytes.get(4..).ok_or(DamagedFrame)?;
    let crc = u32::from_le_bytes(std::array::from_fn(|byte| bytes[byte]));
    if bytes.len() < FIXED_BYTES || crc != checksum(rest) {
        return Err(DamagedFrame);
    }
    rest = &rest[4..];
    let mut frame = Frame {
        first_offset: u64::from_le_bytes(take(&mut rest)?),
        first_byte: u64::from_le_bytes(take(&mut rest)?),
        time: u64::from_le_bytes(take(&mut rest)?),
        records: u32::from_le_bytes(take(&mut rest)?),
        bytes: u32::from_le_bytes(take(&mut rest)?),
        bytes_crc: u32::from_le_bytes(take(&mut rest)?),
        ..Frame::default()
    };
    if frame.records > 0 {
        decode_varying(&mut frame, &mut rest)?;
    }
    if rest.is_empty() && is_sound(&frame) { Ok(frame) } else { Err(DamagedFrame) }
}

fn decode_varying(frame: &mut Frame, rest: &mut &[u8]) -> Result<(), DamagedFrame> {
    let mut record = 0;
    for _ in 0..get(rest)? {
        record = add(record, get(rest)?)?;
        frame.gaps.push(Gap { record, missing: get(rest)? });
    }
    let (mut record, mut time) = (0, frame.time);
    for _ in 0..get(rest)? {
        record = add(record, get(rest)?)?;
        time = time.checked_add(get(rest)?).ok_or(DamagedFrame)?;
        frame.later.push((record, time));
    }
    let (mut behind, mut lengths) = (0, Vec::new());
    for _ in 0..get(rest)? {
        let record = add(behind, get(rest)?)?;
        let [reason] = take(rest)?;
        let reason = Reason::from_number(reason).ok_or(DamagedFrame)?;
        frame.apart.push(Apart { record, reason, value: Vec::new() });
        lengths.push(usize::try_from(get(rest)?).map_err(|_| DamagedFrame)?);
        behind = add(record, 1)?;
    }
    for (apart, length) in frame.apart.iter_mut().zip(lengths) {
        let (value, behind) = rest.split_at_checked(length).ok_or(DamagedFrame)?;
        apart.value = value.to_vec();
        *rest = behind;
    }
    Ok(())
}

/// Whether the numbers agree with each other and nothing overflows.
fn is_sound(frame: &Frame) -> bool {
    let later = frame.later.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1)
        && frame.later.iter().all(|(record, time)| (1..frame.records).contains(record) && *time > frame.time);
    let apart = frame.apart.last().is_none_or(|apart| apart.record < frame.records);
    frame.has_sound_places() && later && apart && frame.bytes >= frame.records
}

fn put(companion: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        companion.push(number as u8 | 0x80);
        number >>= 7;
    }
    companion.push(number as u8);
}

fn get(rest: &mut &[u8]) -> Result<u64, DamagedFrame> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take(rest)?;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return Err(DamagedFrame);
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(DamagedFrame)
}

fn add(record: u32, more: u64) -> Result<u32, DamagedFrame> {
    u32::try_from(more).ok().and_then(|more| record.checked_add(more)).ok_or(DamagedFrame)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], DamagedFrame> {
    let (first, behind) = rest.split_first_chunk::<N>().ok_or(DamagedFrame)?;
    *rest = behind;
    Ok(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame() -> Frame {
        let apart = |record, reason, value: &str| Apart { record, reason, value: value.into() };
        Frame {
            first_offset: 7,
            records: 5,
            gaps: vec![Gap { record: 1, missing: 2 }, Gap { record: 4, missing: 300 }],
            first_byte: 90,
            bytes: 10,
            bytes_crc: 0xE306_9283,
            time: 1_700_000_000_000,
            later: vec![(2, 1_700_000_000_001), (4, 1_700_000_001_000)],
            apart: vec![apart(0, Reason::NotJson, "{"), apart(2, Reason::SeveralLines, "{\n}")],
            ..Frame::default()
        }
    }

    fn encoded(frame: &Frame) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes);
        bytes
    }

    #[test]
    fn the_format_does_not_change() {
        let hex: String = encoded(&frame()).iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = "1700000007000000000000005a000000000000000068e5cf8b010000\
            050000000a000000839206e3\
            02010203ac02\
            02020102e707\
            020001010102037b7b0a7d";
        assert_eq!(&hex[8..], expected, "all but the checksum");
        let last = Frame { first_offset: 400, first_byte: 100, time: 9, ..Frame::default() };
        assert_eq!((encoded(&last).len(), decode(&encoded(&last))), (FIXED_BYTES, Ok(last)));
    }

    #[test]
    fn nonsense_is_no_frame_even_with_a_right_checksum() {
        let check = |at: usize, value: &[u8]| {
            let mut bytes = encoded(&frame());
            bytes[at..at + value.len()].copy_from_slice(value);
            let crc = checksum(&bytes[4..]).to_le_bytes();
            bytes[..4].copy_from_slice(&crc);
            assert_eq!(decode(&bytes), Err(DamagedFrame), "{value:?} at {at}");
        };
        check(8, &[0xff; 8]);
        check(16, &[0xff; 8]);
        check(32, &[0]);
        check(32, &[4]);
        check(44, &[3]);
        check(45, &[0]);
        check(46, &[0]);
        check(51, &[0]);
        check(58, &[3]);
        check(59, &[2]);
        assert_eq!(decode(&[0; FIXED_BYTES]), Err(DamagedFrame), "a file system's zeros");
        assert_eq!(decode(b"sev"), Err(DamagedFrame));
    }

    proptest! {
        #[test]
        fn frames_come_back_and_no_flipped_bit_passes(
            records in proptest::collection::vec((0u64..3, 0u64..200, proptest::option::of(".{0,9}")), 1..40),
            first in any::<(u32, u32, u32)>(),
            flip in any::<usize>(),
        ) {
            let mut frame = Frame {
                first_offset: first.0.into(),
                first_byte: first.1.into(),
                time: first.2.into(),
                records: records.len() as u32,
                bytes: records.len() as u32 + 7,
                ..Frame::default()
            };
            let mut time = frame.time;
            for (record, (missing, more, apart)) in (0..).zip(records) {
                if record > 0 && missing > 0 {
                    frame.gaps.push(Gap { record, missing });
                }
                if record > 0 && more > 0 {
                    time += more;
                    frame.later.push((record, time));
                }
                if let Some(value) = apart {
                    frame.apart.push(Apart { record, reason: Reason::NotJson, value: value.into() });
                }
            }
            let mut bytes = encoded(&frame);
            prop_assert_eq!(length(bytes.first_chunk().expect("a frame has more")), bytes.len());
            prop_assert_eq!(decode(&bytes), Ok(frame));
            let bit = flip % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(decode(&bytes), Err(DamagedFrame));
            bytes.pop();
            prop_assert_eq!(decode(&bytes), Err(DamagedFrame));
        }
    }
}
