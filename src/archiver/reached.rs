//! How far an archive is: where the last object of each partition ends.

use super::commit::read_end;
use crate::archive::{Place, place};
use crate::kafka::{Reached, ReachedPartitions};
use crate::log::frames::{Frames, Version};
use crate::log::object_key;
use crate::store::{Found, Store, StoreError};
use flate2::read::MultiGzDecoder;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader, Read};

/// Why it cannot be found out.
#[derive(Debug, thiserror::Error)]
pub enum ReachedError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The last object of a partition does not tell.
    #[error(
        "{key}: {problem}; without it nobody knows where the archive of its partition ends: mend or remove it"
    )]
    Object {
        /// The object or its companion.
        key: String,
        /// What is wrong.
        problem: String,
    },
}

/// The last object of a partition.
struct Last {
    start: u64,
    found: Found,
}

/// Looks at the last object of each partition. Other archivers may write meanwhile: what they have put is found out later.
pub fn reached(store: &dyn Store) -> Result<ReachedPartitions, ReachedError> {
    let (mut last, mut companions) = (BTreeMap::<(String, i32), Last>::new(), HashMap::new());
    store.list(&mut |found| {
        if let Some(object) = object_key(&found.key) {
            companions.insert(object, found);
        } else if let Some((name, start)) = place_of(&found.key) {
            let last = last.entry(name).or_insert_with(|| Last { start, found: found.clone() });
            if start > last.start {
                *last = Last { start, found };
            }
        }
    })?;
    let end = |(name, last): ((String, i32), Last)| {
        let companion = companions.get(&last.found.key);
        Ok((name, end(store, &last, companion)?))
    };
    last.into_iter().map(end).collect()
}

/// Topic and partition's number of an object, and where it begins.
fn place_of(key: &str) -> Option<((String, i32), u64)> {
    let (topic, below) = key.strip_prefix("topics/")?.split_once('/')?;
    match place(topic, below) {
        Ok(Place::Lines { partition, start }) => {
            Some(((topic.to_owned(), i32::try_from(partition).ok()?), start))
        }
        _ => None,
    }
}

fn end(store: &dyn Store, last: &Last, companion: Option<&Found>) -> Result<Reached, ReachedError> {
    let read = |found: &Found| -> Result<Box<dyn Read + Send>, ReachedError> { Ok(store.open(found)) };
    let wrong = |key: &str| {
        let key = key.to_owned();
        move |problem: String| ReachedError::Object { key, problem }
    };
    let Some(companion) = companion else {
        // A sink of another sort has put it: its lines are all that is known.
        let lines = lines(read(&last.found)?).map_err(|error| wrong(&last.found.key)(error.to_string()))?;
        return Ok(Reached { next: last.start + lines, time: 0, handed_out: None });
    };
    let mut bytes = Vec::new();
    let unreadable = |error: io::Error| wrong(&companion.key)(error.to_string());
    read(companion)?.read_to_end(&mut bytes).map_err(unreadable)?;
    match of_version_1(&bytes, last.start) {
        Some(reached) => Ok(reached),
        None => {
            let end = read_end(&bytes).map_err(wrong(&companion.key))?;
            Ok(Reached { next: end.position, time: end.time, handed_out: None })
        }
    }
}

/// By the last good frame of a companion of version 1: a copy of the embedded log.
fn of_version_1(companion: &[u8], start: u64) -> Option<Reached> {
    let mut frames = Frames::new(companion);
    let mut reached = Reached { next: start, time: 0, handed_out: None };
    while let Ok(Some(frame)) = frames.next() {
        reached = Reached { next: frame.end_offset(), time: frame.time, handed_out: None };
    }
    (frames.version() == Version::One && frames.byte() > 0).then_some(reached)
}

/// How many lines an object has, packed or not.
fn lines(object: Box<dyn Read + Send>) -> io::Result<u64> {
    let mut object = BufReader::new(object);
    let is_packed = object.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let object: Box<dyn Read> =
        if is_packed { Box::new(MultiGzDecoder::new(object)) } else { Box::new(object) };
    let (mut object, mut lines, mut is_within) = (BufReader::with_capacity(1 << 16, object), 0, false);
    loop {
        let bytes = object.fill_buf()?;
        let Some(last) = bytes.last() else { return Ok(lines + u64::from(is_within)) };
        is_within = *last != b'\n';
        lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        let read = bytes.len();
        object.consume(read);
    }
}
