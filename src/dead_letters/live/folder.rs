//! The folder of dead letters: files that are appended to, rotated and bounded, and what is known of them.
//!
//! One thread works with it, and nothing is behind it: what `append` has taken is with the operating system, what
//! `save` has taken is on the disk. Dropped without `save`, it is as after a crash of the process.

use super::batch::Batch;
use super::counts::Counts;
use super::current::Current;
use super::files::LetterFile;
use super::limits::Limits;
use super::reached::Reached;
use super::reached_file::{self, InFiles};
use super::resume::{Resumed, resume};
use std::collections::VecDeque;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The folder of dead letters.
pub struct Folder {
    path: PathBuf,
    limits: Limits,
    older: VecDeque<LetterFile>,
    /// Their bytes.
    older_bytes: u64,
    current: Current,
    reached: Reached,
    is_save_due: bool,
    has_changed: bool,
    /// After a failed sync nobody knows what is on the disk, and the next sync, which succeeds, does not tell. Then
    /// `reached.json` stays where it is until the next start, which reads the files themselves.
    is_sync_lost: bool,
    counts: Arc<Counts>,
}

impl Folder {
    /// Opens it, or creates it if need be.
    pub fn open(path: &Path, limits: Limits, counts: Arc<Counts>) -> io::Result<Folder> {
        fs::create_dir_all(path)?;
        let Resumed { older, current, reached } = resume(path)?;
        let older_bytes = older.iter().map(|file| file.bytes).sum();
        let mut folder = Folder {
            path: path.to_owned(),
            limits,
            older: older.into(),
            older_bytes,
            current,
            reached,
            is_save_due: false,
            has_changed: true,
            is_sync_lost: false,
            counts,
        };
        folder.make_room(0)?;
        folder.count_files();
        Ok(folder)
    }

    /// Up to where letters are written.
    pub fn reached(&self) -> &Reached {
        &self.reached
    }

    /// Writes letters. After an error the batch has those that are left; another attempt goes on with them.
    pub fn append(&mut self, batch: &mut Batch) -> io::Result<()> {
        while let Some(first) = batch.first_bytes() {
            self.make_room(first)?;
            let lines = batch.within(self.room().max(first));
            let bytes = lines.len();
            self.has_changed = true;
            self.current.append(lines)?;
            let letters = batch.take(bytes);
            letters.iter().for_each(|(_, mark)| self.reached.advance(mark));
            self.counts.written.fetch_add(letters.len() as u64, Ordering::Relaxed);
            self.counts.written_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            self.count_files();
        }
        Ok(())
    }

    /// Whether a file has been rotated since the last `save`.
    pub fn is_save_due(&self) -> bool {
        self.is_save_due
    }

    /// Brings all that is written to the disk, then remembers it.
    pub fn save(&mut self) -> io::Result<()> {
        if !self.has_changed {
            return Ok(());
        }
        self.sync()?;
        // Whoever has read the letters may have removed the file; what is appended to it nobody would see.
        if !self.current.listed(&self.path).path.exists() {
            self.current = Current::create(&self.path, self.current.number + 1)?;
            self.count_files();
        }
        if !self.is_sync_lost {
            let place = InFiles { file: self.current.number, bytes: self.current.bytes };
            reached_file::save(&self.path, place, &self.reached)?;
        }
        (self.has_changed, self.is_save_due) = (false, false);
        Ok(())
    }

    /// Bytes that the file and the folder still take.
    fn room(&self) -> u64 {
        let in_file = self.limits.file_max_bytes.saturating_sub(self.current.bytes);
        in_file.min(self.limits.max_bytes.saturating_sub(self.older_bytes + self.current.bytes))
    }

    /// Makes room for a line of so many bytes.
    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        if self.current.bytes > 0 && self.current.bytes + bytes > self.limits.file_max_bytes {
            self.rotate()?;
        }
        while self.older_bytes + self.current.bytes + bytes > self.limits.max_bytes {
            if self.older.is_empty() {
                if self.current.bytes == 0 {
                    break;
                }
                self.rotate()?;
            }
            self.remove_oldest()?;
        }
        Ok(())
    }

    /// Begins a new file. The one before is on the disk by then, so only the newest can be torn by a crash.
    fn rotate(&mut self) -> io::Result<()> {
        self.sync()?;
        let next = Current::create(&self.path, self.current.number + 1)?;
        let before = std::mem::replace(&mut self.current, next);
        self.older_bytes += before.bytes;
        self.older.push_back(before.listed(&self.path));
        (self.has_changed, self.is_save_due) = (true, true);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let synced = self.current.sync();
        self.is_sync_lost |= synced.is_err();
        synced
    }

    fn remove_oldest(&mut self) -> io::Result<()> {
        let Some(oldest) = self.older.front() else { return Ok(()) };
        match fs::remove_file(&oldest.path) {
            Ok(()) => {
                self.counts.removed_files.fetch_add(1, Ordering::Relaxed);
                self.counts.removed_bytes.fetch_add(oldest.bytes, Ordering::Relaxed);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.older_bytes -= oldest.bytes;
        self.older.pop_front();
        Ok(())
    }

    fn count_files(&self) {
        self.counts.files.store(self.older.len() as u64 + 1, Ordering::Relaxed);
        self.counts.files_bytes.store(self.older_bytes + self.current.bytes, Ordering::Relaxed);
    }
}
