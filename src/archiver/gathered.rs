//! The records of a partition that are in no object yet, and where the next objects end.

use super::limits::ObjectLimits;
use crate::log::frame::Reason;
use std::collections::VecDeque;

/// Records that follow each other in a partition.
pub struct Gathered {
    limits: ObjectLimits,
    /// Where the next object begins; of an archive without one that is its first record's position.
    start: Option<u64>,
    /// The first position that has not come.
    next: u64,
    /// The greatest time so far.
    time: u64,
    records: VecDeque<Record>,
    /// The records as lines, one that is no line as an empty one.
    lines: Vec<u8>,
    /// Bytes of records kept apart.
    apart_bytes: usize,
    /// After how many of the records an object ends that is closed, and of how many bytes. All of them ascend.
    ends: VecDeque<usize>,
    /// What the object has that is not closed yet.
    open: Open,
}

/// A record.
#[derive(Debug)]
pub struct Record {
    /// Its position.
    pub offset: u64,
    /// The greatest time in the partition up to it.
    pub time: u64,
    /// How many bytes it has among the lines.
    pub line_bytes: usize,
    /// The record, if it is no line, and why.
    pub apart: Option<Box<(Reason, Vec<u8>)>>,
}

#[derive(Default)]
struct Open {
    records: usize,
    bytes: usize,
    first_time: u64,
}

/// The first records: those of the next object.
pub struct First<'a> {
    /// Where the object begins.
    pub start: u64,
    /// Its records.
    pub records: std::iter::Take<std::collections::vec_deque::Iter<'a, Record>>,
    /// Their lines.
    pub lines: &'a [u8],
    /// Behind the last one.
    pub end: u64,
}

/// What a record takes beside its bytes.
const RECORD_BYTES: usize = size_of::<Record>();

impl Gathered {
    /// From a position on, if the archive has reached one, and a time.
    pub fn from(start: Option<u64>, time: u64, limits: ObjectLimits) -> Gathered {
        Gathered {
            limits,
            start,
            next: start.unwrap_or(0),
            time,
            records: VecDeque::new(),
            lines: Vec::new(),
            apart_bytes: 0,
            ends: VecDeque::new(),
            open: Open::default(),
        }
    }

    /// The first position that has not come.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The first position that no object has. Where no record waits, those without one are as good as archived.
    pub fn archived(&self) -> u64 {
        self.start.filter(|_| !self.records.is_empty()).unwrap_or(self.next)
    }

    /// How many records wait.
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// The memory that they take.
    pub fn bytes(&self) -> usize {
        self.lines.len() + self.apart_bytes + self.records.len() * RECORD_BYTES
    }

    /// A record came, at a position that has not been reached, with a time of its own or that of its block.
    pub fn add(&mut self, offset: u64, time: u64, value: &[u8], apart: Option<Reason>) {
        self.time = self.time.max(time);
        self.start.get_or_insert(offset);
        let begin = self.lines.len();
        if apart.is_none() {
            self.lines.extend_from_slice(value);
        }
        self.lines.push(b'\n');
        let line_bytes = self.lines.len() - begin;
        let apart = apart.map(|reason| Box::new((reason, value.to_vec())));
        self.apart_bytes += apart.as_ref().map_or(0, |apart| apart.1.len());
        let bytes = line_bytes + apart.as_ref().map_or(0, |apart| apart.1.len());
        if self.is_closed_before(self.time) {
            self.close();
        }
        if self.open.records == 0 {
            self.open.first_time = self.time;
        }
        self.open.records += 1;
        self.open.bytes += bytes;
        self.records.push_back(Record { offset, time: self.time, line_bytes, apart });
        self.next = offset + 1;
    }

    /// Positions before this one hold nothing more.
    pub fn pass_over(&mut self, position: u64) {
        self.next = self.next.max(position);
    }

    /// Where an object ends depends on its own records alone and on the time of the next, so that it ends there again.
    fn is_closed_before(&self, time: u64) -> bool {
        let Open { records, bytes, first_time } = self.open;
        let ObjectLimits { records: most, bytes: most_bytes, milliseconds } = self.limits;
        records > 0 && (records >= most || bytes >= most_bytes || time - first_time >= milliseconds)
    }

    fn close(&mut self) {
        self.ends.push_back(self.records.len());
        self.open = Open::default();
    }

    /// Whether an object is closed. One that is full is, even if no record has come behind it.
    pub fn is_closed(&self) -> bool {
        !self.ends.is_empty() || self.open.records > 0 && self.is_closed_before(self.open.first_time)
    }

    /// The records of the next object: the one that is closed, else all there are.
    pub fn first(&self) -> First<'_> {
        self.up_to(self.ends.front().copied().unwrap_or(self.records.len()))
    }

    /// The records before a position. They follow those of the object before it.
    pub fn before(&self, position: u64) -> First<'_> {
        self.up_to(self.records.partition_point(|record| record.offset < position))
    }

    fn up_to(&self, count: usize) -> First<'_> {
        let records = self.records.iter().take(count);
        let bytes = records.clone().map(|record| record.line_bytes).sum();
        let start = self.start.unwrap_or(self.next);
        let end = count.checked_sub(1).map_or(start, |last| self.records[last].offset + 1);
        First { start, records, lines: &self.lines[..bytes], end }
    }

    /// All before a position is in objects, where the partition has reached this time.
    pub fn archived_up_to(&mut self, position: u64, time: u64) {
        let count = self.records.partition_point(|record| record.offset < position);
        let mut bytes = 0;
        for record in self.records.drain(..count) {
            bytes += record.line_bytes;
            self.apart_bytes -= record.apart.map_or(0, |apart| apart.1.len());
        }
        // A partition that was busy once keeps no room, for there may be many.
        self.lines = self.lines.split_off(bytes);
        self.records.shrink_to(2 * self.records.len());
        self.start = Some(position);
        self.next = self.next.max(position);
        self.time = self.time.max(time);
        match self.ends.front() {
            Some(end) if *end == count => {
                self.ends.pop_front();
                self.ends.iter_mut().for_each(|end| *end -= count);
            }
            _ => self.find_ends(),
        }
    }

    /// An object began elsewhere than it was thought.
    fn find_ends(&mut self) {
        self.ends.clear();
        self.open = Open::default();
        for index in 0..self.records.len() {
            let Record { time, line_bytes, ref apart, .. } = self.records[index];
            if self.is_closed_before(time) {
                self.ends.push_back(index);
                self.open = Open::default();
            }
            if self.open.records == 0 {
                self.open.first_time = time;
            }
            self.open.records += 1;
            self.open.bytes += line_bytes + apart.as_ref().map_or(0, |apart| apart.1.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ObjectLimits = ObjectLimits { records: 4, bytes: 30, milliseconds: 1000 };

    /// Where all closed objects end that begin there, of records with these times and bytes at every second position.
    fn ends(from: u64, records: &[(u64, usize)]) -> Vec<u64> {
        let mut gathered = Gathered::from(Some(from), 0, LIMITS);
        for (number, (time, bytes)) in (0..).zip(records) {
            if 2 * number >= from {
                gathered.add(2 * number, *time, &b"x".repeat(*bytes), None);
            }
        }
        let mut ends = Vec::new();
        while gathered.is_closed() {
            let First { end, .. } = gathered.first();
            gathered.archived_up_to(end, 0);
            ends.push(end);
        }
        ends
    }

    #[test]
    fn objects_end_where_they_end_again() {
        let mut records = vec![(10, 1); 9];
        records.extend([(10, 40), (10, 1), (900, 1), (1010, 1), (1011, 1)]);
        assert_eq!(ends(0, &records), [7, 15, 19, 23]);
        for from in [0, 7, 15, 19, 23] {
            let expected: Vec<u64> = [7, 15, 19, 23].into_iter().filter(|end| *end > from).collect();
            assert_eq!(ends(from, &records), expected, "{from}");
        }
        assert_eq!(ends(0, &records[..4]), [7], "one that is full needs no record behind it");
    }

    #[test]
    fn what_is_archived_takes_no_memory_any_more() {
        let mut gathered = Gathered::from(None, 0, LIMITS);
        (0..10_000).for_each(|offset| gathered.add(offset, 0, b"{}", None));
        gathered.archived_up_to(9_990, 0);
        assert_eq!(gathered.records(), 10);
        assert!(gathered.lines.capacity() <= 100 && gathered.records.capacity() <= 40);
    }

    #[test]
    fn what_others_have_archived_is_left_out() {
        let mut gathered = Gathered::from(None, 0, LIMITS);
        gathered.pass_over(5);
        assert_eq!((gathered.archived(), gathered.next()), (5, 5));
        for offset in [6, 7, 9, 10, 11] {
            gathered.add(offset, offset, b"{}", (offset == 9).then_some(Reason::NotJson));
        }
        assert_eq!(gathered.archived(), 6);
        let First { start, records, lines, end } = gathered.before(10);
        let offsets: Vec<u64> = records.map(|record| record.offset).collect();
        assert_eq!((start, offsets, lines, end), (6, vec![6, 7, 9], b"{}\n{}\n\n".as_slice(), 10));
        gathered.archived_up_to(10, 20);
        assert_eq!((gathered.archived(), gathered.records(), gathered.is_closed()), (10, 2, false));
        gathered.archived_up_to(15, 30);
        assert_eq!((gathered.archived(), gathered.records(), gathered.bytes()), (15, 0, 0));
        gathered.add(15, 3, b"{}", None);
        assert_eq!(gathered.first().records.next().expect("it came").time, 30);
    }
}
