//! A partition as the writer has it: its objects, and the lines of the group that is being made.

use super::committed::{End, Object};
use super::frame::{FRAME_BYTES, Frame, checksum};
use super::journal_entry::Write;
use super::object::OpenObject;
use super::recovery::Restored;
use super::write_out::Grown;
use super::{names, sync};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The lines of a group keep their memory for the next one, but not more than that.
const LINES_KEPT_BYTES: usize = 1 << 20;

/// A partition of a topic.
pub(super) struct Partition {
    topic: Arc<str>,
    number: u32,
    folder: PathBuf,
    closed: Arc<Vec<Object>>,
    open: Option<OpenObject>,
    end_offset: u64,
    /// What the objects and their companions have together.
    bytes: u64,
    /// The group's lines, each with its end.
    lines: Vec<u8>,
    records: u32,
    /// Their frame, once they are written.
    frame: Vec<u8>,
}

impl Partition {
    /// A partition that has no objects yet.
    pub fn new(log: &Path, topic: Arc<str>, number: u32) -> Partition {
        let folder = names::partition(log, &topic, number);
        Partition {
            topic,
            number,
            folder,
            closed: Arc::default(),
            open: None,
            end_offset: 0,
            bytes: 0,
            lines: Vec::new(),
            records: 0,
            frame: Vec::with_capacity(FRAME_BYTES),
        }
    }

    /// Takes the objects that were found.
    pub fn restore(&mut self, restored: Restored) -> io::Result<()> {
        let open = |state| OpenObject::open(&self.folder, &self.topic, self.number, state);
        self.open = restored.open.map(open).transpose()?;
        self.bytes = restored.closed.iter().chain(&restored.open).map(Object::total_bytes).sum();
        self.closed = Arc::new(restored.closed);
        self.end_offset = restored.end_offset;
        Ok(())
    }

    /// What readers are told.
    pub fn end(&self) -> End {
        End {
            topic: self.topic.clone(),
            partition: self.number,
            end_offset: self.end_offset,
            bytes: self.bytes,
            closed: self.closed.clone(),
            open: self.open.as_ref().map(|open| open.state),
        }
    }

    /// Adds a record to the group; says which offset it will have.
    pub fn add(&mut self, line: &[u8]) -> u64 {
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
        self.records += 1;
        self.end_offset + u64::from(self.records) - 1
    }

    /// Whether the group has records here.
    pub fn has_records(&self) -> bool {
        self.records > 0
    }

    /// Whether the group's lines have to go to a new object.
    pub fn wants_object(&self, segment_bytes: u64) -> bool {
        let full = |open: &OpenObject| open.state.bytes > 0 && open.state.total_bytes() >= segment_bytes;
        self.open.as_ref().is_none_or(full)
    }

    /// Makes the next object. It is used from [`Partition::roll`] on; these files have to be durable before.
    pub fn create_object(&self) -> io::Result<(OpenObject, Vec<Arc<File>>)> {
        fs::create_dir_all(&self.folder)?;
        let object =
            OpenObject::create(&self.folder, &self.topic, self.number, self.end_offset, self.time())?;
        let mut files = object.files().to_vec();
        // With the first object of a partition its folder is new, and its topic's folder and that one's may be.
        let is_first = self.closed.is_empty() && self.open.is_none();
        for folder in self.folder.ancestors().take(if is_first { 4 } else { 1 }) {
            files.push(Arc::new(sync::folder(folder)?));
        }
        Ok((object, files))
    }

    /// Closes the open object and goes on with another.
    pub fn roll(&mut self, object: OpenObject) {
        self.end_object();
        self.bytes += object.state.total_bytes();
        self.open = Some(object);
    }

    /// Closes the open object, although it may not be full.
    pub fn end_object(&mut self) {
        match self.open.take() {
            Some(ended) if ended.state.bytes > 0 => Arc::make_mut(&mut self.closed).push(ended.state),
            // The next object has the same name and replaces it.
            Some(empty) => self.bytes -= empty.state.total_bytes(),
            None => {}
        }
    }

    /// Writes the group's lines and their frame.
    pub fn write(&mut self, time: u64, group_frames: u32) -> io::Result<()> {
        let frame = Frame {
            first_offset: self.end_offset,
            records: self.records,
            gaps: Vec::new(),
            first_byte: self.open_object().state.bytes,
            bytes: u32::try_from(self.lines.len()).expect("the queue holds no more"),
            bytes_crc: checksum(&self.lines),
            time,
            group_frames,
            ..Frame::default()
        };
        self.frame.clear();
        frame.encode(&mut self.frame);
        self.open_object().write(&self.lines, &self.frame)
    }

    /// What it has written, and where.
    pub fn writes(&self) -> [Write<'_>; 2] {
        let OpenObject { key, companion_key, state, .. } = self.open_object();
        [
            Write { path: key, at: state.bytes, bytes: &self.lines },
            Write { path: companion_key, at: state.companion_bytes, bytes: &self.frame },
        ]
    }

    /// The files of the open object, as long as the group has made them.
    pub fn files(&self) -> [Grown; 2] {
        let OpenObject { state, .. } = self.open_object();
        let [data, companion] = self.open_object().files();
        [
            Grown { file: data, length: state.bytes + self.lines.len() as u64 },
            Grown { file: companion, length: state.companion_bytes + FRAME_BYTES as u64 },
        ]
    }

    /// Whether there is an open object.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The group is durable.
    pub fn commit(&mut self, time: u64) {
        let state = &mut self.open.as_mut().expect("a group is written to an open object").state;
        state.bytes += self.lines.len() as u64;
        state.companion_bytes += FRAME_BYTES as u64;
        state.time = time;
        self.bytes += (self.lines.len() + FRAME_BYTES) as u64;
        self.end_offset += u64::from(self.records);
        self.forget_lines();
    }

    /// The group is committed, or it is refused.
    pub fn forget_lines(&mut self) {
        self.lines.clear();
        self.lines.shrink_to(LINES_KEPT_BYTES);
        self.records = 0;
    }

    /// Removes what a refused group has written.
    pub fn cut_back(&self) -> io::Result<()> {
        self.open_object().cut_back()
    }

    /// The oldest object, if it may be deleted: behind it there must be records, which tell the partition's end and its
    /// last append time when the log is opened again.
    pub fn oldest(&self) -> Option<Object> {
        let open_has_records = self.open.as_ref().is_some_and(|open| open.state.bytes > 0);
        if self.closed.len() > 1 || open_has_records { self.closed.first().copied() } else { None }
    }

    /// Deletes the oldest object; says how many bytes that were. The companion goes last: alone it is recognised as a remnant, an object alone is not.
    pub fn delete_oldest(&mut self) -> io::Result<u64> {
        let oldest = *self.closed.first().expect("the caller has seen it");
        let name = names::object(&self.topic, self.number, oldest.start_offset);
        for name in [&name, &names::companion(&name)] {
            match fs::remove_file(self.folder.join(name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Arc::make_mut(&mut self.closed).remove(0);
        self.bytes -= oldest.total_bytes();
        Ok(oldest.total_bytes())
    }

    /// The last append time, 0 if there is none.
    pub fn time(&self) -> u64 {
        let open = self.open.as_ref().map(|open| open.state);
        open.or(self.closed.last().copied()).map_or(0, |object| object.time)
    }

    fn open_object(&self) -> &OpenObject {
        self.open.as_ref().expect("the caller has seen to it that there is one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit_line(partition: &mut Partition, time: u64) {
        partition.add(b"{}");
        partition.write(time, 1).expect("it can be written");
        partition.commit(time);
    }

    #[test]
    fn the_last_records_may_not_be_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut partition = Partition::new(folder.path(), "pin".into(), 0);
        let roll = |partition: &mut Partition| {
            let (object, _) = partition.create_object().expect("it can be made");
            partition.roll(object);
        };
        assert!(partition.wants_object(1000) && partition.oldest().is_none());
        roll(&mut partition);
        commit_line(&mut partition, 7);
        assert!(partition.oldest().is_none() && partition.wants_object(1) && !partition.wants_object(1000));
        partition.end_object();
        assert!(partition.oldest().is_none(), "its end would be forgotten");
        roll(&mut partition);
        assert!(partition.oldest().is_none(), "its last append time would be forgotten");
        commit_line(&mut partition, 8);
        assert_eq!(partition.oldest().map(|object| object.time), Some(7));
        let bytes = partition.end().bytes;
        assert_eq!(partition.delete_oldest().expect("it is there"), 3 + 8 + 48);
        assert_eq!(partition.end().bytes, bytes - 59);
        assert!(partition.oldest().is_none());
    }
}
