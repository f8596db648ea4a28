//! The objects of all sources, by partition and in the order in which they are read.

use super::fault::{Fault, FaultReason};
use super::layout::{NameDisagrees, Place, place};
use super::sources::Source;
use crate::config::{Kinds, Mapping};
use crate::log::object_key;
use crate::store::{Found, StoreError};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::row;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A partition of an archive.
#[derive(Debug)]
pub struct Partition {
    /// What its messages are.
    pub kind: Kind,
    /// Which one it is.
    pub name: Arc<PartitionName>,
    /// Its objects, in the order of their positions.
    pub objects: Vec<Object>,
}

/// Partitions compare by topic, then number; the one of objects without an offset comes before the numbered ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionName {
    /// The topic, stream or prefix, behind the source's alias if it has one.
    pub topic: String,
    /// The partition's number; objects without an offset in their names form one partition without a number.
    pub number: Option<u64>,
}

/// An object of an archive.
#[derive(Clone, Debug)]
pub struct Object {
    /// The number of its source.
    pub source: usize,
    /// Where it is in the source, and what it is.
    pub found: Found,
    /// What it holds.
    pub place: Place,
    /// Its companion, which knows its records' times.
    pub companion: Option<Found>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order in which they compare.
    pub partitions: Vec<Partition>,
    /// Objects whose names disagree with their folders.
    pub faults: Vec<Fault>,
    /// Whether all topics lie below the folder `topics/`.
    pub is_below_topics: bool,
}

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A source cannot be read at all.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to read.
    #[error(
        "no objects in {sources}: looked for topics/<topic>/…, or folders named as topics, with objects in them"
    )]
    Empty {
        /// The sources.
        sources: String,
    },
    /// A name does not say of which kind the records are.
    #[error(
        "{name}: the name does not say of which kind its records are; set kinds.\"{name}\" in the configuration to \
         \"pin\", \"geo\", \"user\" or \"ignore\""
    )]
    UnknownKind {
        /// The topic, stream or prefix.
        name: String,
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

/// The folder that holds all topics.
const TOPICS: &str = "topics/";

/// Lists the objects of all sources. Topics of one name are one topic, unless an alias keeps them apart.
pub fn list(sources: &[Source], kinds: &Kinds) -> Result<Listing, ArchiveError> {
    list_of(sources, kinds, &mut |_| true)
}

/// The same of the topics that are wanted.
pub fn list_of(
    sources: &[Source],
    kinds: &Kinds,
    is_wanted: &mut dyn FnMut(&str) -> bool,
) -> Result<Listing, ArchiveError> {
    list_below("", sources, kinds, is_wanted)
}

/// The same of one topic, where all of them lie below the folder `topics/`.
pub fn list_topic(sources: &[Source], kinds: &Kinds, topic: &str) -> Result<Listing, ArchiveError> {
    list_below(&format!("{TOPICS}{topic}/"), sources, kinds, &mut |_| true)
}

fn list_below(
    folder: &str,
    sources: &[Source],
    kinds: &Kinds,
    is_wanted: &mut dyn FnMut(&str) -> bool,
) -> Result<Listing, ArchiveError> {
    let mut listing = Listing { is_below_topics: true, ..Listing::default() };
    let mut partitions: BTreeMap<PartitionName, (Kind, Vec<Object>)> = BTreeMap::new();
    for (number, source) in sources.iter().enumerate() {
        let mut objects = objects_of(source, folder)?;
        listing.is_below_topics &= objects.has_topics;
        if objects.may_lack_companions() {
            // The archive grows: what was put before an object may stand in a part of the list that was read before.
            objects.companions.extend(objects_of(source, folder)?.companions);
        }
        objects.topics.retain(|topic, _| is_wanted(topic));
        for (topic, found) in objects.topics {
            let Some(mapping) = kinds.of(&topic) else {
                return Err(ArchiveError::UnknownKind { name: topic });
            };
            let Mapping::Kind(kind) = mapping else { continue };
            for (found, below) in found {
                match place(&topic, &found.key[below..]) {
                    Ok(place) => {
                        let partition =
                            partitions.entry(source.partition(&topic, place)).or_insert((kind, Vec::new()));
                        let companion = match place {
                            Place::Lines { .. } => objects.companions.remove(&found.key),
                            Place::Values { .. } => None,
                        };
                        partition.1.push(Object { source: number, found, place, companion });
                    }
                    Err(NameDisagrees) => {
                        let topic = source.partition(&topic, Place::Values { time: 0 }).topic;
                        let reason = FaultReason::NameDisagrees;
                        listing.faults.push(Fault::of_object(source, topic, &found.key, reason));
                    }
                }
            }
        }
    }
    if partitions.is_empty() && listing.faults.is_empty() {
        let names: Vec<&str> = sources.iter().map(|source| source.store.name()).collect();
        return Err(ArchiveError::Empty { sources: names.join(", ") });
    }
    if partitions.len() > row::Place::MAX_PARTITIONS {
        let most = row::Place::MAX_PARTITIONS;
        return Err(ArchiveError::TooManyPartitions { found: partitions.len(), most });
    }
    for (name, (kind, mut objects)) in partitions {
        objects.sort_by(|a, b| a.order().cmp(&b.order()));
        listing.partitions.push(Partition { kind, name: Arc::new(name), objects });
    }
    Ok(listing)
}

impl Object {
    /// By start offset; those that start at one offset, and those without, by key in byte order.
    fn order(&self) -> (u64, &str, usize) {
        let start = match self.place {
            Place::Lines { start, .. } => start,
            Place::Values { .. } => 0,
        };
        (start, &self.found.key, self.source)
    }
}

/// Objects by topic, each with where its key below the topic begins.
type Topics = BTreeMap<String, Vec<(Found, usize)>>;

/// The objects of a source.
#[derive(Default)]
struct Objects {
    /// By topic: those of the folder `topics/` if there is one, else of all folders.
    topics: Topics,
    /// By the keys of the objects that they belong to.
    companions: HashMap<String, Found>,
    /// Whether there is a folder `topics/`.
    has_topics: bool,
}

impl Objects {
    /// Whether one without a companion comes after one that has one. Those of another sink, without any, come before.
    fn may_lack_companions(&self) -> bool {
        let mut last = BTreeMap::<(&str, u64), [Option<u64>; 2]>::new();
        for (topic, found) in &self.topics {
            for (found, below) in found {
                if let Ok(Place::Lines { partition, start }) = place(topic, &found.key[*below..]) {
                    let has_companion = self.companions.contains_key(&found.key);
                    let last = &mut last.entry((topic, partition)).or_default()[usize::from(has_companion)];
                    *last = (*last).max(Some(start));
                }
            }
        }
        last.values().any(|[without, with]| with.is_some() && without > with)
    }
}

fn objects_of(source: &Source, folder: &str) -> Result<Objects, ArchiveError> {
    let (mut below_topics, mut others, mut has_topics) = (Topics::new(), Topics::new(), false);
    let mut companions = HashMap::new();
    source.store.list_below(folder, &mut |found| {
        if let Some(object) = object_key(&found.key) {
            companions.insert(object, found);
            return;
        }
        let (topics, root) = match found.key.strip_prefix(TOPICS) {
            Some(_) => (&mut below_topics, TOPICS.len()),
            None => (&mut others, 0),
        };
        has_topics |= root > 0;
        let is_hidden = found.key.split('/').any(|part| part.starts_with(['_', '.']));
        // What lies at the root is no object, nor is what is hidden.
        if let Some((topic, _)) = found.key[root..].split_once('/').filter(|_| !is_hidden) {
            let below = root + topic.len() + 1;
            topics.entry(topic.to_owned()).or_default().push((found, below));
        }
    })?;
    Ok(Objects { topics: if has_topics { below_topics } else { others }, companions, has_topics })
}
