//! What the archive holds of the topics that are wanted.

use crate::archive::{
    self, ArchiveError, Fault, FaultReason, Listing, Object, Partition, PartitionName, Place, Source,
};
use crate::config::{Kinds, Mapping, Topics};
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;
use tracing::warn;

/// The objects of partitions that have a number, as they were listed.
#[derive(Debug, Default)]
pub struct Listed {
    partitions: BTreeMap<Arc<PartitionName>, (Kind, Vec<Object>)>,
    /// Objects that are not read.
    pub faults: Vec<Fault>,
    /// Whether all topics lie below the folder `topics/`, so that one of them can be listed alone.
    pub is_below_topics: bool,
}

/// Lists an archive. One that has nothing of the topics is no error: it may be about to be written.
pub fn list(sources: &[Source], topics: &Topics, kinds: &Kinds) -> Result<Listed, ArchiveError> {
    let mut others = Vec::new();
    let mut is_wanted = |topic: &str| {
        let is_wanted = topics.has(topic) && matches!(kinds.of(topic), Some(Mapping::Kind(_)));
        if !is_wanted {
            others.push(topic.to_owned());
        }
        is_wanted
    };
    let listing = match archive::list_of(sources, kinds, &mut is_wanted) {
        Ok(listing) => listing,
        Err(ArchiveError::Empty { .. }) => Listing::default(),
        Err(error) => return Err(error),
    };
    if !others.is_empty() {
        warn!(?others, "the archive holds more than the topics that are read: it is left out");
    }
    Ok(listed(listing, sources))
}

/// The same of one of the topics.
pub fn list_topic(sources: &[Source], kinds: &Kinds, topic: &str) -> Result<Listed, ArchiveError> {
    match archive::list_topic(sources, kinds, topic) {
        Ok(listing) => Ok(listed(listing, sources)),
        Err(ArchiveError::Empty { .. }) => Ok(Listed::default()),
        Err(error) => Err(error),
    }
}

fn listed(listing: Listing, sources: &[Source]) -> Listed {
    let Listing { partitions, faults, is_below_topics } = listing;
    let mut listed = Listed { faults, is_below_topics, ..Listed::default() };
    for Partition { kind, name, objects } in partitions {
        if name.number.is_some_and(|number| i32::try_from(number).is_ok()) {
            listed.partitions.insert(name, (kind, objects));
        } else {
            let fault = |object: &Object| {
                let source = &sources[object.source];
                Fault::of_object(source, name.topic.clone(), &object.found.key, FaultReason::NoOffset)
            };
            listed.faults.extend(objects.iter().map(fault));
        }
    }
    listed
}

impl Listed {
    /// A topic was listed again.
    pub fn replace(&mut self, topic: &str, new: Listed) {
        self.partitions.retain(|name, _| name.topic != topic);
        self.partitions.extend(new.partitions);
    }

    /// The partitions, with their kinds and the bytes and the number of their objects.
    pub fn partitions(&self) -> impl Iterator<Item = (Arc<PartitionName>, Kind, u64, usize)> {
        self.partitions.iter().map(|(name, (kind, objects))| {
            (name.clone(), *kind, objects.iter().map(|object| object.found.bytes).sum(), objects.len())
        })
    }

    /// A partition from the last object on that begins at a position or before it, or from its first.
    pub fn from(&self, name: &PartitionName, position: u64) -> Option<Partition> {
        self.of(name, |objects| {
            objects.partition_point(|object| start_of(object) <= position).saturating_sub(1)
        })
    }

    /// The same from its first object on: one that begins earlier may be longer.
    pub fn whole(&self, name: &PartitionName) -> Option<Partition> {
        self.of(name, |_| 0)
    }

    fn of(&self, name: &PartitionName, first: impl FnOnce(&[Object]) -> usize) -> Option<Partition> {
        let (name, (kind, objects)) = self.partitions.get_key_value(name)?;
        let objects = objects[first(objects)..].to_vec();
        Some(Partition { kind: *kind, name: name.clone(), objects })
    }
}

/// Where an object begins that has an offset.
fn start_of(object: &Object) -> u64 {
    match object.place {
        Place::Lines { start, .. } => start,
        Place::Values { .. } => 0,
    }
}
