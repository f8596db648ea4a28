//! The objects of an archive, in the order in which their records count.

use flate2::bufread::MultiGzDecoder;
use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// What the records of a topic are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pin,
    Geo,
    User,
}

/// An object: lines of a partition.
#[derive(Debug)]
pub struct Object {
    pub kind: Kind,
    topic: String,
    partition: u64,
    /// The first line's position.
    pub start: u64,
    path: PathBuf,
}

impl Object {
    /// Whether it is in the same partition as the other.
    pub fn is_in_partition_of(&self, other: &Object) -> bool {
        (&self.topic, self.partition) == (&other.topic, other.partition)
    }

    /// As their records count: across partitions the partition decides, which compare by topic, then number.
    fn compare(&self, other: &Object) -> Ordering {
        let key = |object: &Object| (object.partition, object.start);
        self.topic.cmp(&other.topic).then(key(self).cmp(&key(other))).then(self.path.cmp(&other.path))
    }

    /// Its bytes, unpacked. gzip is known by its content.
    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        let mut file = BufReader::new(File::open(&self.path)?);
        let is_packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        Ok(if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
    }
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Listing {
    pub objects: Vec<Object>,
    /// Objects whose names disagree with their folders.
    pub faults: u64,
}

/// Lists the objects of an archive: `topics/<topic>/[…/]partition=<p>/[…/]<topic>+<p>+<offset>.json`, packed or not.
pub fn list(folder: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for (topic, path) in shown(&folder.join("topics"))? {
        if path.is_dir() {
            let kind = kind_of(&topic).ok_or_else(|| invalid(&path, "is of no known kind"))?;
            list_topic(kind, &topic, &path, &mut Vec::new(), &mut listing)?;
        }
    }
    listing.objects.sort_by(Object::compare);
    Ok(listing)
}

/// Lists a folder of a topic; `partitions` are those that the folders around it name.
fn list_topic(
    kind: Kind,
    topic: &str,
    folder: &Path,
    partitions: &mut Vec<u64>,
    listing: &mut Listing,
) -> io::Result<()> {
    for (name, path) in shown(folder)? {
        if path.is_dir() {
            let named = name.strip_prefix("partition=").and_then(number);
            partitions.extend(named);
            list_topic(kind, topic, &path, partitions, listing)?;
            partitions.truncate(partitions.len() - usize::from(named.is_some()));
            continue;
        }
        let (named_topic, partition, start) =
            offset_name(&name).ok_or_else(|| invalid(&path, "has no offset in its name"))?;
        if named_topic == topic && partitions.contains(&partition) {
            listing.objects.push(Object { kind, topic: topic.to_owned(), partition, start, path });
        } else {
            listing.faults += 1;
        }
    }
    Ok(())
}

/// What lies in a folder, without what is hidden. Times of records, which a log keeps in hidden files, would decide
/// between partitions; they are not read, so there must be none.
fn shown(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut shown = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('_') && name.ends_with(".meta") {
            return Err(invalid(&path, "keeps times of records, which only pinflow reads"));
        }
        if !name.starts_with(['_', '.']) {
            shown.push((name, path));
        }
    }
    Ok(shown)
}

fn kind_of(topic: &str) -> Option<Kind> {
    match topic.rsplit(['.', '-']).next()? {
        "pin" => Some(Kind::Pin),
        "geo" => Some(Kind::Geo),
        "user" => Some(Kind::User),
        _ => None,
    }
}

/// Topic, partition and offset of an object's name.
fn offset_name(name: &str) -> Option<(&str, u64, u64)> {
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = [".json", ".jsonl", ".ndjson"].iter().find_map(|ending| stem.strip_suffix(ending))?;
    let (rest, start) = stem.rsplit_once('+')?;
    let (topic, partition) = rest.rsplit_once('+')?;
    Some((topic, number(partition)?, number(start)?))
}

/// A number of digits alone, below 2^63.
fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_number && *number <= i64::MAX as u64)
}

fn invalid(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} {what}", path.display()))
}
