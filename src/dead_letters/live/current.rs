//! The file that is appended to.

use super::files::{LetterFile, path_of};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The newest file. It has whole lines only, or is cut back to them before anything else is written.
pub struct Current {
    pub number: u64,
    /// Bytes of whole lines.
    pub bytes: u64,
    file: File,
    /// Whether there may be more in the file, as after a failed attempt.
    is_torn: bool,
}

impl Current {
    /// Makes the file of a number, which there must not be.
    pub fn create(folder: &Path, number: u64) -> io::Result<Current> {
        let file = OpenOptions::new().append(true).create_new(true).open(path_of(folder, number))?;
        // Else a crash could leave a file that `reached.json` names and nobody finds.
        File::open(folder)?.sync_all()?;
        Ok(Current { number, bytes: 0, file, is_torn: false })
    }

    /// Goes on with a file behind its first bytes; what follows them is cut off.
    pub fn resume(found: &LetterFile, bytes: u64) -> io::Result<Current> {
        let file = OpenOptions::new().append(true).open(&found.path)?;
        let mut current = Current { number: found.number, bytes, file, is_torn: bytes < found.bytes };
        current.settle()?;
        Ok(current)
    }

    /// Appends lines, all of them or none.
    pub fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.settle()?;
        self.is_torn = true;
        self.file.write_all(lines)?;
        self.is_torn = false;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Takes back what a failed attempt left.
    fn settle(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.file.set_len(self.bytes)?;
            self.is_torn = false;
        }
        Ok(())
    }

    /// Waits until all of it is on the disk.
    pub fn sync(&mut self) -> io::Result<()> {
        self.settle()?;
        self.file.sync_all()
    }

    /// As it is in the list of files.
    pub fn listed(&self, folder: &Path) -> LetterFile {
        LetterFile { number: self.number, path: path_of(folder, self.number), bytes: self.bytes }
    }
}
