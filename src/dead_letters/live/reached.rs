//! Up to where each partition's letters were written.

use super::faults::Faults;
use super::mark::Mark;
use crate::archive::PartitionName;
use crate::block::Origin;
use std::collections::BTreeMap;

/// The last written letter of each partition, and the last faults. Sources keep partitions of one name apart: each
/// delivers in an order of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    sources: BTreeMap<String, BTreeMap<PartitionName, Place>>,
    faults: Faults,
}

/// A place in a partition. Only where partitions have no number does the object come first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The object's key; empty in partitions with a number.
    pub object: String,
    /// The position.
    pub position: u64,
}

impl Reached {
    /// Whether the letter was written.
    pub fn has(&self, mark: &Mark) -> bool {
        match mark {
            Mark::Message(origin, position) => {
                let partitions = self.sources.get(&origin.source);
                let reached = partitions.and_then(|partitions| partitions.get(&*origin.partition));
                reached.is_some_and(|reached| {
                    (object(origin), *position) <= (reached.object.as_str(), reached.position)
                })
            }
            Mark::Fault(fault) => self.faults.has(fault),
        }
    }

    /// The letter is written.
    pub fn advance(&mut self, mark: &Mark) {
        match mark {
            _ if self.has(mark) => {}
            Mark::Message(origin, position) => {
                let place = Place { object: object(origin).to_owned(), position: *position };
                self.set(&origin.source, (*origin.partition).clone(), place);
            }
            Mark::Fault(fault) => {
                self.faults.add(fault);
            }
        }
    }

    /// Sets the place of a partition.
    pub fn set(&mut self, source: &str, partition: PartitionName, place: Place) {
        self.sources.entry(source.to_owned()).or_default().insert(partition, place);
    }

    /// All partitions of all sources.
    pub fn partitions(&self) -> impl Iterator<Item = (&str, &PartitionName, &Place)> {
        self.sources.iter().flat_map(|(source, partitions)| {
            partitions.iter().map(move |(partition, place)| (source.as_str(), partition, place))
        })
    }

    /// The last faults.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The same, to be added to.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }
}

/// The part of a message's place that its object is.
fn object(origin: &Origin) -> &str {
    if origin.partition.number.is_some() { "" } else { &origin.object }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn mark(source: &str, number: Option<u64>, object: &str, position: u64) -> Mark {
        let partition = Arc::new(PartitionName { topic: "a.pin".to_owned(), number });
        Mark::Message(
            Arc::new(Origin { source: source.to_owned(), partition, object: object.to_owned() }),
            position,
        )
    }

    #[test]
    fn a_partition_with_a_number_goes_by_position_whatever_the_object() {
        let mut reached = Reached::default();
        reached.advance(&mark("log", Some(0), "b", 7));
        assert!(reached.has(&mark("log", Some(0), "z", 7)) && reached.has(&mark("log", Some(0), "", 0)));
        assert!(!reached.has(&mark("log", Some(0), "a", 8)));
        assert!(!reached.has(&mark("log", Some(1), "b", 7)), "another partition");
        assert!(!reached.has(&mark("log", None, "", 0)), "one without a number");
        assert!(!reached.has(&mark("bucket", Some(0), "b", 7)), "another source");
        reached.advance(&mark("log", Some(0), "a", 3));
        assert!(reached.has(&mark("log", Some(0), "b", 7)), "it never goes back");
    }

    #[test]
    fn one_without_goes_by_object_first() {
        let mut reached = Reached::default();
        reached.advance(&mark("log", None, "b", 7));
        assert!(reached.has(&mark("log", None, "a", 9)) && reached.has(&mark("log", None, "b", 7)));
        assert!(!reached.has(&mark("log", None, "b", 8)) && !reached.has(&mark("log", None, "c", 0)));
    }
}
