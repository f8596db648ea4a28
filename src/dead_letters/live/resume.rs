//! What a start finds: up to where letters were written, and the file to go on with.

use super::current::Current;
use super::files::{LetterFile, letter_files, whole_lines};
use super::mark::Mark;
use super::reached::Reached;
use super::reached_file::{self, InFiles};
use crate::dead_letters::StoredLetter;
use std::io;
use std::path::Path;

/// What a start finds.
pub struct Resumed {
    /// Files before the one that is appended to, the oldest first.
    pub older: Vec<LetterFile>,
    pub current: Current,
    pub reached: Reached,
}

/// Reads what was reached, and the letters that were written since that was saved.
pub fn resume(folder: &Path) -> io::Result<Resumed> {
    let (saved, mut reached) = reached_file::load(folder)?;
    let mut files = letter_files(folder)?;
    let Some(newest) = files.pop().filter(|newest| is_whole(newest, saved)) else {
        // Somebody has taken the newest files away. Their numbers are not used again, so that a place has one meaning.
        return afresh(folder, saved, reached);
    };
    for file in files.iter().filter(|file| file.number >= saved.file) {
        for line in whole_lines(&file.path, place_in(file, saved))? {
            take(&line?, &mut reached);
        }
    }
    let end = read_newest(&newest, place_in(&newest, saved), &mut reached)?;
    if end < newest.bytes {
        let (file, bytes) = (newest.path.display(), newest.bytes - end);
        tracing::warn!(%file, bytes, "cut off the end of a file of dead letters that a crash has torn");
    }
    Ok(Resumed { older: files, current: Current::resume(&newest, end)?, reached })
}

/// Whether the place lies before the file's end, as it does unless files were taken away or cut.
fn is_whole(newest: &LetterFile, saved: InFiles) -> bool {
    newest.number > saved.file || newest.number == saved.file && newest.bytes >= saved.bytes
}

fn afresh(folder: &Path, saved: InFiles, reached: Reached) -> io::Result<Resumed> {
    let older = letter_files(folder)?;
    let last = older.last().map_or(0, |file| file.number).max(saved.file);
    Ok(Resumed { older, current: Current::create(folder, last + 1)?, reached })
}

/// Where in a file that is not older than the saved place the unknown begins.
fn place_in(file: &LetterFile, saved: InFiles) -> u64 {
    if file.number == saved.file { saved.bytes } else { 0 }
}

/// Reads letters up to the first line that is none, and gives where that begins. What was written since the last save
/// may have come to the disk in parts and in any order: letters behind a damaged line must not count as reached, or
/// those of the line would never come again.
fn read_newest(newest: &LetterFile, mut end: u64, reached: &mut Reached) -> io::Result<u64> {
    for line in whole_lines(&newest.path, end)? {
        let line = line?;
        if !take(&line, reached) {
            break;
        }
        end += line.len() as u64 + 1;
    }
    Ok(end)
}

/// Says whether the line is a letter.
fn take(line: &[u8], reached: &mut Reached) -> bool {
    let letter = StoredLetter::from_line(line);
    letter.map(|letter| reached.advance(&Mark::of_stored(letter))).is_some()
}
