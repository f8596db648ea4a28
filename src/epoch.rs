//! Numbers the runs on a data folder, so that no two runs have a tick of one name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The file that holds the number of the last run.
const FILE_NAME: &str = "epoch";

/// Begins the next run, and gives its number, from 1. It is durable before it is used. Only one process may hold the folder.
pub fn next(data: &Path) -> io::Result<u64> {
    let path = data.join(FILE_NAME);
    let last = match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().map_err(|_| {
            let problem =
                format!("{} holds no number; put a higher one than any run has had", path.display());
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    let epoch: u64 = last + 1;
    let unfinished = data.join(format!(".{FILE_NAME}"));
    let mut file = File::create(&unfinished)?;
    writeln!(file, "{epoch}")?;
    file.sync_all()?;
    fs::rename(&unfinished, &path)?;
    File::open(data)?.sync_all()?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_the_next_number() {
        let data = tempfile::tempdir().expect("make a folder");
        assert_eq!([next(data.path()).ok(), next(data.path()).ok()], [Some(1), Some(2)]);
        fs::write(data.path().join(FILE_NAME), "x").expect("write a file");
        assert!(next(data.path()).is_err_and(|error| error.to_string().contains("holds no number")));
    }
}
