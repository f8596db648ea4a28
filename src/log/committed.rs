//! What is committed: how far a reader may read.

use super::names;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The state of the log after a group commit: all of a group's records, or none, are in it.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    /// Counts the changes since the log was opened; 1 at first.
    pub change: u64,
    /// The last append time, in milliseconds since 1970; 0 if there was none. Every later record has a greater one.
    pub time: u64,
    /// How many bytes the objects and their companions have.
    pub bytes: u64,
    /// How many bytes of lines were committed since the log was opened.
    pub appended: u64,
    /// The partitions that have objects, by topic and number.
    pub ends: Vec<Arc<End>>,
}

/// The committed state of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition's number.
    pub partition: u32,
    /// The offset that the next record gets.
    pub end_offset: u64,
    /// How many bytes its objects and their companions have.
    pub bytes: u64,
    /// The objects that get no more records, the oldest first.
    pub closed: Arc<Vec<Object>>,
    /// The object that the next records go to, if it is there already. It may be empty.
    pub open: Option<Object>,
}

/// The committed state of an object. Its files may be longer: what follows is not committed, and must not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// The offset of the first record, which is in the object's name.
    pub start_offset: u64,
    /// How many bytes of lines are committed.
    pub bytes: u64,
    /// How many bytes of the companion are committed.
    pub companion_bytes: u64,
    /// The append time of the last record in the object or before it, in milliseconds since 1970.
    pub time: u64,
}

impl Committed {
    /// The state of a partition, if it has objects.
    pub fn end(&self, topic: &str, partition: u32) -> Option<&Arc<End>> {
        self.find(topic, partition).ok().map(|place| &self.ends[place])
    }

    /// Puts the new state of a partition in the place of its old one.
    pub(super) fn put(&mut self, end: End) {
        self.bytes += end.bytes;
        match self.find(&end.topic, end.partition) {
            Ok(place) => {
                self.bytes -= self.ends[place].bytes;
                self.ends[place] = Arc::new(end);
            }
            Err(place) => self.ends.insert(place, Arc::new(end)),
        }
    }

    fn find(&self, topic: &str, partition: u32) -> Result<usize, usize> {
        self.ends.binary_search_by(|end| (&*end.topic, end.partition).cmp(&(topic, partition)))
    }
}

impl End {
    /// All objects, the oldest first.
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = &Object> {
        self.closed.iter().chain(&self.open)
    }

    /// Where an object's lines are, given the log's folder.
    pub fn object_path(&self, folder: &Path, object: &Object) -> PathBuf {
        names::partition(folder, &self.topic, self.partition).join(self.object_name(object))
    }

    /// Where an object's frames are, given the log's folder.
    pub fn companion_path(&self, folder: &Path, object: &Object) -> PathBuf {
        let name = names::companion(&self.object_name(object));
        names::partition(folder, &self.topic, self.partition).join(name)
    }

    fn object_name(&self, object: &Object) -> String {
        names::object(&self.topic, self.partition, object.start_offset)
    }
}

impl Object {
    /// How many bytes the object has together with its companion.
    pub fn total_bytes(&self) -> u64 {
        self.bytes + self.companion_bytes
    }
}
