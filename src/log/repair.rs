//! What opening a log changes in its files, and tells.

use super::error::LogError;
use super::frame::HEADER;
use super::sync;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What was found in a file when the log was opened, and cut off where it was the end that a crash left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The object or the companion.
    pub file: PathBuf,
    /// Where the fault begins.
    pub byte: u64,
    /// How many bytes were cut off there; 0 if the file is damaged in a way that no crash explains, and left as it is.
    pub bytes_cut: u64,
    /// What is wrong.
    pub why: &'static str,
}

impl Repair {
    /// Says what is wrong with a file that is left as it is.
    pub(super) fn none(file: &Path, byte: u64, why: &'static str) -> Repair {
        Repair { file: file.to_path_buf(), byte, bytes_cut: 0, why }
    }

    /// Cuts a file off at a byte, durably, if it is longer.
    pub(super) fn cut(file: &Path, byte: u64, why: &'static str) -> Result<Option<Repair>, LogError> {
        let open = OpenOptions::new().write(true).open(file).map_err(LogError::io("open", file))?;
        let length = open.metadata().map_err(LogError::io("look at", file))?.len();
        if length <= byte {
            return Ok(None);
        }
        open.set_len(byte).and_then(|()| open.sync_all()).map_err(LogError::io("cut off", file))?;
        Ok(Some(Repair { file: file.to_path_buf(), byte, bytes_cut: length - byte, why }))
    }

    /// Gives a companion its header, durably, where it is cut off within it or is missing. This takes no record away.
    pub(super) fn header(companion: &Path, folder: &Path) -> Result<(), LogError> {
        let write = || {
            let mut file = fs::File::create(companion)?;
            file.write_all(&HEADER)?;
            file.sync_all()?;
            sync::folder(folder)?.sync_all()
        };
        write().map_err(LogError::io("write", companion))
    }

    /// Removes a file.
    pub(super) fn remove(file: &Path, why: &'static str) -> Result<Repair, LogError> {
        let bytes_cut = fs::metadata(file).map_err(LogError::io("look at", file))?.len();
        fs::remove_file(file).map_err(LogError::io("remove", file))?;
        Ok(Repair { file: file.to_path_buf(), byte: 0, bytes_cut, why })
    }
}
