//! Folders for what is not whole yet. They are gone when the program ends, also when it is interrupted.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
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

/// Whether somebody ends by himself when interrupted.
static ENDS_BY_ITSELF: AtomicBool = AtomicBool::new(false);
/// Whether there was an interrupt for him.
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// From now on the first interrupt only makes this true, so that a command can come to an end of its own. The second ends
/// the process at once.
pub fn wait_for_interrupt() -> &'static AtomicBool {
    ENDS_BY_ITSELF.store(true, Ordering::Relaxed);
    &INTERRUPT
}

/// From now on, an interrupt (Ctrl-C) or a request to terminate ends the process at once and leaves nothing by halves,
/// unless [`wait_for_interrupt`] was called.
pub fn end_on_interrupt() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if ENDS_BY_ITSELF.load(Ordering::Relaxed) && !INTERRUPT.swap(true, Ordering::Relaxed) {
            return;
        }
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
