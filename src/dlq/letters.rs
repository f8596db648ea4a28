//! Reads the dead letters of a data folder.

use super::error::DlqError;
use crate::dead_letters::StoredLetter;
use crate::dead_letters::live::{FOLDER_NAME, letter_files, whole_lines};
use std::path::Path;

/// Gives every letter and its line to `each`, the oldest first, until that says that it has seen enough. Gives how many
/// lines were no letters.
pub fn read(
    data: &Path,
    mut each: impl FnMut(StoredLetter, &[u8]) -> Result<Wanted, DlqError>,
) -> Result<u64, DlqError> {
    if !data.is_dir() {
        return Err(DlqError::NoFolder { folder: data.to_owned() });
    }
    let folder = data.join(FOLDER_NAME);
    let mut unreadable = 0;
    for file in letter_files(&folder).map_err(|error| DlqError::Read { path: folder.clone(), error })? {
        let cannot_read = |error| DlqError::Read { path: file.path.clone(), error };
        for line in whole_lines(&file.path, 0).map_err(cannot_read)? {
            let line = line.map_err(cannot_read)?;
            match StoredLetter::from_line(&line) {
                Some(letter) => {
                    if each(letter, &line)? == Wanted::NoMore {
                        return Ok(unreadable);
                    }
                }
                None => unreadable += 1,
            }
        }
    }
    Ok(unreadable)
}

/// Whether more letters are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    More,
    NoMore,
}

/// Says on standard error that lines were passed over.
pub fn warn_unreadable(lines: u64) {
    if lines > 0 {
        eprintln!("pinflow: {lines} lines are no dead letters and were passed over");
    }
}
