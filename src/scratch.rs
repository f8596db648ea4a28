//! Folders for what is not whole yet. They are gone when the program ends, also when it is interrupted.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// What an interrupted program ends with: 128 + the number of the signal, as shells count.
pub const INTERRUPTED: i32 = 130;

/// The folders that there are now.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A hidden folder inside another one, so that what is whole can be moved out of it at once.
pub struct Scratch(TempDir);

impl Scratch {
    /// Makes one in a folder, which is created if need be.
    pub fn in_folder(folder: &Path) -> io::Result<Scratch> {
        std::fs::create_dir_all(folder)?;
        let mut folders = folders();
        let scratch = tempfile::Builder::new().prefix(".pinflow-").tempdir_in(folder)?;
        folders.push(scratch.path().to_owned());
        Ok(Scratch(scratch))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        folders().retain(|folder| folder != self.0.path());
    }
}

/// From now on, an interrupt (Ctrl-C) or a request to terminate ends the process at once and leaves nothing by halves.
pub fn end_on_interrupt() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        // Nobody makes another one while the lock is held.
        let folders = folders();
        for folder in folders.iter() {
            let _ = std::fs::remove_dir_all(folder);
        }
        std::process::exit(INTERRUPTED);
    })
}

fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}
