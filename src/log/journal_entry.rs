//! An entry of the journal: all that a group commit writes, and where.
//!
//! All integers are little-endian.
//!
//! | byte | bytes | what |
//! |---|---|---|
//! | 0 | 4 | CRC32C of the entry's bytes from 4 to its end |
//! | 4 | 8 | the entry's number: one more than that of the entry before it |
//! | 12 | 4 | how many bytes the entry has, these 16 among them |
//! | 16 | | what is written, one after the other |
//!
//! Of what is written:
//!
//! | byte | bytes | what |
//! |---|---|---|
//! | 0 | 2 | p, how many bytes the file's path has |
//! | 2 | 8 | where it is written in the file |
//! | 10 | 4 | n, how many bytes are written |
//! | 14 | p | the path below the log's folder, in UTF-8 |
//! | 14 + p | n | the bytes |

use std::io::IoSlice;

const HEAD_BYTES: usize = 16;
const WRITE_HEAD_BYTES: usize = 14;

/// An entry that is being made. What is written stays where it is, and is not copied.
#[derive(Debug)]
pub(super) struct NewEntry<'a> {
    /// All that stands before what is written: the entry's head and the heads of writes, one after the other.
    heads: Vec<u8>,
    /// Up to where in `heads` each write's goes, and the bytes behind it.
    writes: Vec<(usize, &'a [u8])>,
}

impl<'a> NewEntry<'a> {
    /// The entry of that number, of at least one write; nothing if it would be too long for one.
    pub fn new(number: u64, writes: &[Write<'a>]) -> Option<NewEntry<'a>> {
        let mut entry = NewEntry { heads: vec![0; HEAD_BYTES], writes: Vec::with_capacity(writes.len()) };
        writes.iter().for_each(|write| entry.add(write));
        let length = u32::try_from(entry.len()).ok()?;
        entry.heads[4..12].copy_from_slice(&number.to_le_bytes());
        entry.heads[12..16].copy_from_slice(&length.to_le_bytes());
        let checksum = entry.checksum();
        entry.heads[..4].copy_from_slice(&checksum.to_le_bytes());
        Some(entry)
    }

    fn add(&mut self, Write { path, at, bytes }: &Write<'a>) {
        let path_bytes = u16::try_from(path.len()).expect("names of topics are short");
        let length = u32::try_from(bytes.len()).expect("the queue holds no more");
        self.heads.extend_from_slice(&path_bytes.to_le_bytes());
        self.heads.extend_from_slice(&at.to_le_bytes());
        self.heads.extend_from_slice(&length.to_le_bytes());
        self.heads.extend_from_slice(path.as_bytes());
        self.writes.push((self.heads.len(), bytes));
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.heads.len() + self.writes.iter().map(|(_, bytes)| bytes.len()).sum::<usize>()
    }

    /// Its bytes, in order.
    pub fn slices(&self) -> Vec<IoSlice<'_>> {
        let mut start = 0;
        let slices = self.writes.iter().flat_map(|(end, bytes)| {
            let head = &self.heads[std::mem::replace(&mut start, *end)..*end];
            [IoSlice::new(head), IoSlice::new(bytes)]
        });
        slices.collect()
    }

    /// That of the bytes from 4 on.
    fn checksum(&self) -> u32 {
        let (mut checksum, mut start) = (0, 4);
        for (end, bytes) in &self.writes {
            checksum = crc32c::crc32c_append(checksum, &self.heads[start..*end]);
            checksum = crc32c::crc32c_append(checksum, bytes);
            start = *end;
        }
        checksum
    }
}

/// An entry as it was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub number: u64,
    pub writes: Vec<Write<'a>>,
}

/// Bytes that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Write<'a> {
    /// Below the log's folder.
    pub path: &'a str,
    pub at: u64,
    pub bytes: &'a [u8],
}

/// The entries that a file begins with, as long as each is whole and follows the one before it.
pub(super) fn entries(file: &[u8]) -> Vec<Entry<'_>> {
    let (mut entries, mut rest): (Vec<Entry<'_>>, _) = (Vec::new(), file);
    while let Some((entry, behind)) = first(rest) {
        if entries.last().is_some_and(|last| entry.number != last.number + 1) {
            break;
        }
        entries.push(entry);
        rest = behind;
    }
    entries
}

fn first(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let checksum = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
    let number = u64::from_le_bytes(bytes.get(4..12)?.try_into().ok()?);
    let length = u32::from_le_bytes(bytes.get(12..HEAD_BYTES)?.try_into().ok()?) as usize;
    let (entry, behind) = bytes.split_at_checked(length).filter(|_| length >= HEAD_BYTES)?;
    if crc32c::crc32c(&entry[4..]) != checksum {
        return None;
    }
    let (mut writes, mut rest) = (Vec::new(), &entry[HEAD_BYTES..]);
    while !rest.is_empty() {
        let path_bytes = u16::from_le_bytes(rest.get(..2)?.try_into().ok()?) as usize;
        let at = u64::from_le_bytes(rest.get(2..10)?.try_into().ok()?);
        let length = u32::from_le_bytes(rest.get(10..WRITE_HEAD_BYTES)?.try_into().ok()?) as usize;
        let (path, behind) = rest[WRITE_HEAD_BYTES..].split_at_checked(path_bytes)?;
        let (bytes, behind) = behind.split_at_checked(length)?;
        writes.push(Write { path: str::from_utf8(path).ok()?, at, bytes });
        rest = behind;
    }
    Some((Entry { number, writes }, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, writes: &[(&str, u64, &[u8])]) -> Vec<u8> {
        let write = |&(path, at, bytes)| Write { path, at, bytes };
        let writes: Vec<_> = writes.iter().map(write).collect();
        let entry = NewEntry::new(number, &writes).expect("it is short");
        let bytes: Vec<u8> = entry.slices().iter().flat_map(|slice| slice.to_vec()).collect();
        assert_eq!(bytes.len(), entry.len());
        bytes
    }

    fn numbers(file: &[u8]) -> Vec<u64> {
        entries(file).iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn what_was_added_is_found() {
        let mut file = entry(7, &[("topics/a", 0, b"x\n"), ("topics/b", 1 << 40, b"")]);
        file.extend(entry(8, &[("topics/c", 3, b"yz\n")]));
        file.extend([0; 50]);
        let writes = vec![
            Write { path: "topics/a", at: 0, bytes: b"x\n" },
            Write { path: "topics/b", at: 1 << 40, bytes: b"" },
        ];
        let next = vec![Write { path: "topics/c", at: 3, bytes: b"yz\n" }];
        assert_eq!(entries(&file), [Entry { number: 7, writes }, Entry { number: 8, writes: next }]);
    }

    #[test]
    fn entries_end_with_the_first_that_is_torn_or_older() {
        let (first, second) = (entry(7, &[("a", 0, b"x")]), entry(8, &[("b", 0, b"y")]));
        let both = [first.clone(), second.clone()].concat();
        for cut in 0..both.len() {
            let whole = usize::from(cut >= first.len());
            assert_eq!(numbers(&both[..cut]).len(), whole, "{cut}");
            let mut flipped = both.clone();
            flipped[cut] ^= 0x40;
            assert_eq!(numbers(&flipped).len(), whole, "{cut}");
        }
        assert_eq!(numbers(&both), [7, 8]);
        assert_eq!(numbers(&[second, first.clone()].concat()), [8]);
        assert_eq!(numbers(&[first.clone(), first].concat()), [7]);
    }
}
