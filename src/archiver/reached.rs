//! How far an archive is: where the last object of each partition ends.

use super::commit::read_end;
use crate::archive::{Place, place};
use crate::kafka::{Reached, ReachedPartitions};
use crate::log::frames::{Frames, Version};
use crate::log::{companion_key, object_key};
use crate::store::{Found, Store, StoreError, Target};
use flate2::read::MultiGzDecoder;
use std::collections::{BTreeMap, HashSet};
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
    /// Another sink writes there, too.
    #[error(
        "{key}: {problem}: something else writes to this archive, too, perhaps Kafka Connect's S3 sink. Its objects and pinflow's \
         hold the same positions, and replace each other. Let one of them write to another place (archive.to, or --to), and \
         remove what the other has put here"
    )]
    Foreign {
        /// The object.
        key: String,
        /// What shows it.
        problem: String,
    },
}

/// An object of a partition.
struct Numbered {
    start: u64,
    found: Found,
}

/// Looks at the last object of each partition. Other archivers may write meanwhile: what they have put is found out later.
/// Companions are asked for by name, for one that was put before its object may still stand in a part of the list that was
/// read before that.
pub fn reached(store: &dyn Store, target: &dyn Target) -> Result<ReachedPartitions, ReachedError> {
    let (mut partitions, mut companions) = (BTreeMap::<_, Vec<Numbered>>::new(), HashSet::new());
    store.list(&mut |found| {
        if let Some(object) = object_key(&found.key) {
            companions.insert(object);
        } else if let Some((name, start)) = place_of(&found.key) {
            partitions.entry(name).or_default().push(Numbered { start, found });
        }
    })?;
    let reached = |(name, objects): ((String, i32), Vec<Numbered>)| {
        check_all_are_own(&objects, &companions, target)?;
        let last = objects.iter().max_by_key(|object| object.start).expect("there is one");
        Ok((name, end(store, target, last)?))
    };
    partitions.into_iter().map(reached).collect()
}

/// An archive that another sink has begun is gone on with. Behind the first object with a companion all have one.
fn check_all_are_own(
    objects: &[Numbered],
    companions: &HashSet<String>,
    target: &dyn Target,
) -> Result<(), ReachedError> {
    let has_companion = |object: &&Numbered| companions.contains(&object.found.key);
    let Some(first) = objects.iter().filter(has_companion).map(|object| object.start).min() else {
        return Ok(());
    };
    for object in objects.iter().filter(|object| object.start >= first && !has_companion(object)) {
        let key = &object.found.key;
        if !target.has(&companion_key(key))? {
            let problem = "it lies behind objects of pinflow's, and has no companion".to_owned();
            return Err(ReachedError::Foreign { key: target.place(key), problem });
        }
    }
    Ok(())
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

fn end(store: &dyn Store, target: &dyn Target, last: &Numbered) -> Result<Reached, ReachedError> {
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
            let (key, is_packed) = (&last.found.key, last.found.key.ends_with(".gz"));
            if !is_packed && last.found.bytes != end.bytes {
                let problem =
                    format!("it has {} bytes, and {} by its companion", last.found.bytes, end.bytes);
                return Err(ReachedError::Foreign { key: target.place(key), problem });
            }
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
