//! Which objects a log's folders hold.

use super::error::LogError;
use super::names;
use super::repair::Repair;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A partition that has objects.
pub(super) struct Listed {
    pub topic: String,
    pub number: u32,
    pub folder: PathBuf,
    /// Where the objects start, in order. There is at least one.
    pub start_offsets: Vec<u64>,
}

impl Listed {
    /// Where an object is, and its companion.
    pub fn paths(&self, start_offset: u64) -> (PathBuf, PathBuf) {
        let name = names::object(&self.topic, self.number, start_offset);
        (self.folder.join(&name), self.folder.join(names::companion(&name)))
    }
}

/// Finds the objects of all partitions below the number that there are. Other files and folders are not the log's and are
/// left alone; companions without objects are removed.
pub(super) fn partitions(
    log: &Path,
    partitions: u32,
    repairs: &mut Vec<Repair>,
) -> Result<Vec<Listed>, LogError> {
    let mut listed = Vec::new();
    let topics = names::topics(log);
    fs::create_dir_all(&topics).map_err(LogError::io("create", &topics))?;
    for topic in entries(&topics)?.into_iter().filter(|name| names::is_topic(name)) {
        for name in entries(&topics.join(&topic))? {
            let Some(number) = names::partition_number(&name).filter(|number| *number < partitions) else {
                continue;
            };
            let folder = names::partition(log, &topic, number);
            let start_offsets = objects(&topic, number, &folder, repairs)?;
            if !start_offsets.is_empty() {
                listed.push(Listed { topic: topic.clone(), number, folder, start_offsets });
            }
        }
    }
    Ok(listed)
}

fn objects(topic: &str, number: u32, folder: &Path, repairs: &mut Vec<Repair>) -> Result<Vec<u64>, LogError> {
    let names = entries(folder)?;
    let start_offset = |name: &str| names::start_offset(topic, number, name);
    let mut start_offsets: Vec<u64> = names.iter().filter_map(|name| start_offset(name)).collect();
    start_offsets.sort_unstable();
    let objects: HashSet<&u64> = start_offsets.iter().collect();
    for name in &names {
        let object = names::object_of_companion(name).and_then(start_offset);
        if object.is_some_and(|object| !objects.contains(&object)) {
            // It is left of an object that was being made, or being deleted, when the machine stopped.
            repairs.push(Repair::remove(&folder.join(name), "the companion has no object")?);
        }
    }
    Ok(start_offsets)
}

/// The names in a folder, in order. A name that is no Unicode is not one of the log's; nor has a file names in it.
fn entries(folder: &Path) -> Result<Vec<String>, LogError> {
    let mut names = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder).map_err(LogError::io("list", folder))? {
            let entry = entry.map_err(LogError::io("list", folder))?;
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort_unstable();
    Ok(names)
}
