//! The object of a partition that is written to, with its companion.

use super::committed::Object;
use super::frame::HEADER;
use super::names;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// An object and its companion, open. Nothing is read back: what is committed is known.
pub(super) struct OpenObject {
    data: Arc<File>,
    companion: Arc<File>,
    /// Where the two are, below the log's folder.
    pub key: String,
    pub companion_key: String,
    /// What is committed.
    pub state: Object,
}

impl OpenObject {
    /// Makes the two files, empty but for the companion's header. They and the folder are not durable yet.
    ///
    /// They become so before anything is written to them, so that no crash leaves lines without a companion: where that
    /// is found, somebody has removed it, and the lines are not to be cut off.
    pub fn create(
        folder: &Path,
        topic: &str,
        partition: u32,
        start_offset: u64,
        time: u64,
    ) -> io::Result<OpenObject> {
        let name = names::object(topic, partition, start_offset);
        let new = |path: &Path| {
            // Something may be left there of an attempt that failed. It holds no record: none has this offset yet.
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            OpenOptions::new().write(true).create_new(true).open(path).map(Arc::new)
        };
        let data = new(&folder.join(&name))?;
        let companion = new(&folder.join(names::companion(&name)))?;
        companion.write_all_at(&HEADER, 0)?;
        let state = Object { start_offset, bytes: 0, companion_bytes: HEADER.len() as u64, time };
        Ok(OpenObject::of(topic, partition, state, [data, companion]))
    }

    /// Opens the two files to go on where they end.
    pub fn open(folder: &Path, topic: &str, partition: u32, state: Object) -> io::Result<OpenObject> {
        let name = names::object(topic, partition, state.start_offset);
        let open = |name: &str| OpenOptions::new().write(true).open(folder.join(name)).map(Arc::new);
        let files = [open(&name)?, open(&names::companion(&name))?];
        Ok(OpenObject::of(topic, partition, state, files))
    }

    fn of(topic: &str, partition: u32, state: Object, [data, companion]: [Arc<File>; 2]) -> OpenObject {
        let key = names::partition_key(topic, partition, state.start_offset);
        OpenObject { data, companion, companion_key: names::companion_key(&key), key, state }
    }

    /// Writes lines and their frame behind what is committed.
    pub fn write(&self, lines: &[u8], frame: &[u8]) -> io::Result<()> {
        self.data.write_all_at(lines, self.state.bytes)?;
        self.companion.write_all_at(frame, self.state.companion_bytes)
    }

    /// Removes what was written and is not committed.
    pub fn cut_back(&self) -> io::Result<()> {
        self.data.set_len(self.state.bytes)?;
        self.companion.set_len(self.state.companion_bytes)
    }

    /// What has to be made durable.
    pub fn files(&self) -> [Arc<File>; 2] {
        [self.data.clone(), self.companion.clone()]
    }
}
