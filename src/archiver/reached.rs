//! How far an archive is: where the last object of each partition ends.

use super::commit::read_end;
use crate::archive::{Place, place};
use crate::kafka::{Reached, ReachedPartitions};
use crate::log::companion_key;
use crate::log::frames::{Frames, Version};
use crate::store::{Found, Store, StoreError, Target};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
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
/// Companions are asked for by name, for one that was put before its object may still stand in a part of the list that was
/// read before that.
pub fn reached(store: &dyn Store, target: &dyn Target) -> Result<ReachedPartitions, ReachedError> {
    let mut last = BTreeMap::<(String, i32), Last>::new();
    store.list(&mut |found| {
        if let Some((name, start)) = place_of(&found.key) {
            let last = last.entry(name).or_insert_with(|| Last { start, found: found.clone() });
            if start > last.start {
                *last = Last { start, found };
            }
        }
    })?;
    last.into_iter().map(|(name, last)| Ok((name, end(store, target, &last)?))).collect()
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

fn end(store: &dyn Store, target: &dyn Target, last: &Last) -> Result<Reached, ReachedError> {
    let wrong = |key: &str, problem| ReachedError::Object { key: target.place(key), problem };
    let companion = companion_key(&last.found.key);
    let Some(bytes) = target.read(&companion)? else {
        // A sink of another sort has put it: its lines are all that is known.
        let lines = lines(store.open(&last.found));
        let lines = lines.map_err(|error| wrong(&last.found.key, error.to_string()))?;
        return Ok(Reached { next: last.start + lines, time: 0, handed_out: None });
    };
    match of_version_1(&bytes, last.start) {
        Some(reached) => Ok(reached),
        None => {
            let end = read_end(&bytes).map_err(|problem| wrong(&companion, problem))?;
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
