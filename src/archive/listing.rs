//! The objects of a folder, by partition and in the order in which they are read.

use super::layout::{LayoutError, is_hidden, object_name};
use crate::config::{Kinds, Mapping};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::row::Place;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// A partition of an archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// What its messages are.
    pub kind: Kind,
    /// The topic.
    pub topic: String,
    /// Its number in the topic.
    pub number: u64,
    /// Its objects by start offset; of objects that start at the same offset the smaller name is first.
    pub objects: Vec<Object>,
}

/// An object of an archive.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// The offset of its first message.
    pub start: u64,
    /// Where it is.
    pub path: PathBuf,
    /// How long it is, as it lies there.
    pub bytes: u64,
}

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file or folder refused to be read.
    #[error("cannot read {path}: {error}; make it readable, or take it out of the archive")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There is nothing to read.
    #[error("no objects in {path}: looked for {looked_for}")]
    Empty {
        /// The folder.
        path: PathBuf,
        /// What was looked for.
        looked_for: String,
    },
    /// A topic's name does not say of which kind its records are.
    #[error(
        "{topic}: the name does not say of which kind its records are; set kinds.\"{topic}\" in the configuration to \
         \"pin\", \"geo\", \"user\" or \"ignore\""
    )]
    UnknownKind {
        /// The topic.
        topic: String,
    },
    /// A file does not belong into the layout.
    #[error("{path}: {error}; move it out of the archive, or put _ before its name")]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: LayoutError,
    },
    /// A file's name is not UTF-8.
    #[error("{path}: the name is not UTF-8; rename it")]
    NotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// More partitions than can be told apart.
    #[error("{found} partitions; at most {most} can be read at once")]
    TooManyPartitions {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
}

/// Lists the objects below `root`: of its folder `topics/` if it has one, else of its folders.
pub fn list(root: &Path, kinds: &Kinds) -> Result<Vec<Partition>, ArchiveError> {
    let below_topics = root.join("topics");
    let top = if below_topics.is_dir() { below_topics } else { root.to_owned() };
    let mut partitions = BTreeMap::new();
    for topic in folders(&top)? {
        match kinds.of(&topic) {
            None => return Err(ArchiveError::UnknownKind { topic }),
            Some(Mapping::Ignore) => {}
            Some(Mapping::Kind(kind)) => list_topic(&top, &topic, kind, &mut partitions)?,
        }
    }
    if partitions.is_empty() {
        let looked_for = "topics/<topic>/partition=<p>/<topic>+<p>+<offset>.json or .json.gz".to_owned();
        return Err(ArchiveError::Empty { path: root.to_owned(), looked_for });
    }
    if partitions.len() > Place::MAX_PARTITIONS {
        return Err(ArchiveError::TooManyPartitions { found: partitions.len(), most: Place::MAX_PARTITIONS });
    }
    let mut partitions: Vec<Partition> = partitions.into_values().collect();
    for partition in &mut partitions {
        partition.objects.sort();
    }
    Ok(partitions)
}

/// The names of a folder's folders, sorted, without hidden ones.
fn folders(top: &Path) -> Result<Vec<String>, ArchiveError> {
    let unreadable = |error| ArchiveError::Unreadable { path: top.to_owned(), error };
    let mut names = Vec::new();
    for entry in fs::read_dir(top).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| ArchiveError::NotUtf8 { path: path.clone() })?;
        if path.is_dir() && !is_hidden(name) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn list_topic(
    top: &Path,
    topic: &str,
    kind: Kind,
    partitions: &mut BTreeMap<(String, u64), Partition>,
) -> Result<(), ArchiveError> {
    let root = top.join(topic);
    let is_visible =
        |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_str().is_some_and(is_hidden);
    for entry in WalkDir::new(&root).follow_links(true).into_iter().filter_entry(is_visible) {
        let entry = entry.map_err(|error| ArchiveError::Unreadable {
            path: error.path().unwrap_or(&root).to_owned(),
            error: error.into(),
        })?;
        if entry.file_type().is_dir() {
            continue;
        }
        let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
        let path = entry.into_path();
        let below = path.strip_prefix(&root).unwrap_or(&path);
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        let parts = parts.ok_or_else(|| ArchiveError::NotUtf8 { path: path.clone() })?;
        let name =
            object_name(topic, &parts).map_err(|error| ArchiveError::Layout { path: path.clone(), error })?;
        let new = || Partition { kind, topic: topic.to_owned(), number: name.partition, objects: Vec::new() };
        let partition = partitions.entry((topic.to_owned(), name.partition)).or_insert_with(new);
        partition.objects.push(Object { start: name.start, path, bytes });
    }
    Ok(())
}
