//! The files that dead letters lie in, and their lines.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What stands around the number in a file's name.
const PREFIX: &str = "dead-letters-";
const ENDING: &str = ".ndjson";
/// Digits of the number, so that names sort as numbers do.
const DIGITS: usize = 10;

/// A file of dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterFile {
    /// Its number; newer files have greater ones.
    pub number: u64,
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes when it was listed.
    pub bytes: u64,
}

/// Where the file of a number is.
pub(super) fn path_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{PREFIX}{number:0DIGITS$}{ENDING}"))
}

/// All files of dead letters in a folder, the oldest first; none if there is no folder.
pub fn letter_files(folder: &Path) -> io::Result<Vec<LetterFile>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(number) = entry.file_name().to_str().and_then(number_of) else { continue };
        match entry.metadata() {
            Ok(about) => files.push(LetterFile { number, path: entry.path(), bytes: about.len() }),
            // It was removed for newer ones.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    files.sort_by_key(|file| file.number);
    Ok(files)
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(ENDING)?;
    (digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

/// The lines of a file from a byte on, without their LF; none if it was removed. A last one without LF is left out: it is
/// still being written, or was torn by a crash.
pub fn whole_lines(path: &Path, from: u64) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>>> {
    let mut reader = match File::open(path) {
        Ok(file) => Some(BufReader::new(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(reader) = &mut reader {
        reader.seek(SeekFrom::Start(from))?;
    }
    Ok(std::iter::from_fn(move || next_line(reader.as_mut()?).transpose()))
}

fn next_line(reader: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    Ok(line.pop_if(|last| *last == b'\n').map(|_| line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names() {
        let folder = tempfile::tempdir().expect("make a folder");
        let path = |number| path_of(folder.path(), number);
        assert_eq!(path(7), folder.path().join("dead-letters-0000000007.ndjson"));
        for name in ["dead-letters-7.ndjson", "dead-letters-+000000007.ndjson", "reached.json", "x"] {
            fs::write(folder.path().join(name), "{}\n").expect("write a file");
        }
        assert_eq!(letter_files(folder.path()).expect("list the folder"), []);
        for number in [11, 2] {
            fs::write(path(number), "{}\n").expect("write a file");
        }
        let numbers = letter_files(folder.path()).expect("list the folder").into_iter();
        assert_eq!(numbers.map(|file| (file.number, file.bytes)).collect::<Vec<_>>(), [(2, 3), (11, 3)]);
        assert_eq!(letter_files(&folder.path().join("none")).expect("no folder is no error"), []);
    }

    #[test]
    fn only_whole_lines_are_read() {
        let folder = tempfile::tempdir().expect("make a folder");
        let path = folder.path().join("lines");
        fs::write(&path, "a\n\nbc\nd").expect("write a file");
        let lines = |from| {
            let lines = whole_lines(&path, from).expect("open it");
            lines.map(|line| String::from_utf8(line.expect("read it")).expect("a text")).collect::<Vec<_>>()
        };
        assert_eq!(lines(0), ["a", "", "bc"]);
        assert_eq!(lines(3), ["bc"]);
        assert_eq!(lines(6), [""; 0]);
        fs::remove_file(&path).expect("remove it");
        assert_eq!(lines(0), [""; 0]);
    }
}
