//! A file that grows: read up to where it is committed, and no further.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The committed part of a file; at its end there is nothing for now.
pub struct TailFile {
    file: File,
    at: u64,
    end: Arc<AtomicU64>,
}

impl TailFile {
    /// A file from its beginning up to `end`, which moves.
    pub fn new(file: File, end: Arc<AtomicU64>) -> TailFile {
        TailFile { file, at: 0, end }
    }
}

impl Read for TailFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.load(Ordering::Relaxed).saturating_sub(self.at);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read(&mut buffer[..wanted])?;
        self.at += read as u64;
        Ok(read)
    }
}
