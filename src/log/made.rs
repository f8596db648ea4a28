//! What was settled when the log was made, and stays: `log.json`.

use super::error::LogError;
use super::settings::PARTITIONS_MAX;
use super::{names, sync};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The version of the layout that this code reads and writes.
const FORMAT: u32 = 1;
const FILE: &str = "log.json";
/// What the file is called until it is whole.
const UNFINISHED: &str = "log.json.new";

#[derive(Serialize, Deserialize)]
struct Made {
    format: u32,
    partitions: u32,
}

/// How many partitions a topic has: as the log says, or as wanted where there is no log yet.
pub(super) fn partitions(folder: &Path, wanted: u32) -> Result<u32, LogError> {
    let path = folder.join(FILE);
    let problem = |problem: String| LogError::Made { path: path.clone(), problem };
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && !names::topics(folder).exists() => {
            make(folder, &Made { format: FORMAT, partitions: wanted })?;
            return Ok(wanted);
        }
        // Another number of partitions than before would spread the records of a key over two of them.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(problem("is missing, although there are topics".to_string()));
        }
        Err(error) => return Err(LogError::io("read", &path)(error)),
    };
    let made: Made = serde_json::from_slice(&text).map_err(|error| problem(error.to_string()))?;
    if made.format != FORMAT {
        return Err(problem(format!("the log has format {}, not {FORMAT}", made.format)));
    }
    if !(1..=PARTITIONS_MAX).contains(&made.partitions) {
        return Err(problem(format!("{} partitions cannot be", made.partitions)));
    }
    Ok(made.partitions)
}

fn make(folder: &Path, made: &Made) -> Result<(), LogError> {
    let unfinished = folder.join(UNFINISHED);
    let text = serde_json::to_string(made).expect("two numbers can be written as JSON");
    File::create(&unfinished)
        .and_then(|mut file| {
            writeln!(file, "{text}")?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, folder.join(FILE)))
        .and_then(|()| sync::folder(folder)?.sync_all())
        .map_err(LogError::io("write", &unfinished))
}
