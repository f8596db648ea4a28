//! Where records are written to: a file keeps what it holds until there is something to take its place.

use std::fs::{File, OpenOptions};
use std::io::{self, StdoutLock, Write};
use std::path::Path;

/// Standard output, or a file.
pub enum Out {
    Stdout(StdoutLock<'static>),
    File {
        file: File,
        /// Whether it still holds what was there before.
        is_old: bool,
    },
}

impl Out {
    /// Opens the file, and makes it where there is none; without one it is standard output.
    pub fn open(path: Option<&Path>) -> io::Result<Out> {
        let Some(path) = path else { return Ok(Out::Stdout(io::stdout().lock())) };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        // Pipes and terminals hold nothing.
        let is_old = file.metadata()?.is_file();
        Ok(Out::File { file, is_old })
    }

    /// Drops what a file held before.
    pub fn begin(&mut self) -> io::Result<()> {
        match self {
            Out::File { file, is_old: is_old @ true } => {
                file.set_len(0)?;
                *is_old = false;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begin()?;
        match self {
            Out::Stdout(stdout) => stdout.write(bytes),
            Out::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Stdout(stdout) => stdout.flush(),
            Out::File { file, .. } => file.flush(),
        }
    }
}
