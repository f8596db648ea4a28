//! Up to where each partition's letters were written.
//!
//! A topic that was deleted and made again, or a log that begins anew, has the old one's name and positions from the
//! beginning. Its letters are told from the old one's by their time: in one partition the time that is reached never falls
//! from a position to the next, so a letter at a position that was passed, with a later time than the last letter there,
//! is of another one. Where times are not known, as in archives that keep none, it is taken for the same.

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The object's key; empty in partitions with a number.
    pub object: String,
    /// The position.
    pub position: u64,
    /// The time that the partition had reached there, in milliseconds since 1970; 0 if none is known.
    pub time: u64,
}

impl Reached {
    /// Whether the letter was written.
    pub fn has(&self, mark: &Mark) -> bool {
        match mark {
            Mark::Message(origin, position, time) => {
                let partitions = self.sources.get(&origin.source);
                let reached = partitions.and_then(|partitions| partitions.get(&*origin.partition));
                reached.is_some_and(|reached| {
                    let is_passed =
                        (object(origin), *position) <= (reached.object.as_str(), reached.position);
                    let is_of_another = reached.time > 0 && *time > reached.time;
                    is_passed && !is_of_another
                })
            }
            Mark::Fault(fault) => self.faults.has(fault),
        }
    }

    /// The letter is written.
    pub fn advance(&mut self, mark: &Mark) {
        match mark {
            _ if self.has(mark) => {}
            Mark::Message(origin, position, time) => {
                let place = Place { object: object(origin).to_owned(), position: *position, time: *time };
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
        timed(source, number, object, position, 0)
    }

    fn timed(source: &str, number: Option<u64>, object: &str, position: u64, time: u64) -> Mark {
        let partition = Arc::new(PartitionName { topic: "a.pin".to_owned(), number });
        let origin = Origin { source: source.to_owned(), partition, object: object.to_owned() };
        Mark::Message(Arc::new(origin), position, time)
    }

    #[test]
    fn a_partition_that_was_made_again_is_told_by_its_times() {
        let at = |position, time| timed("log", Some(0), "", position, time);
        let mut reached = Reached::default();
        reached.advance(&at(7, 100));
        assert!(reached.has(&at(7, 100)) && reached.has(&at(3, 100)) && reached.has(&at(3, 90)));
        assert!(reached.has(&at(3, 0)), "of an archive that keeps no times");
        assert!(!reached.has(&at(3, 101)) && !reached.has(&at(8, 100)));
        reached.advance(&at(3, 101));
        assert!(reached.has(&at(3, 101)) && !reached.has(&at(4, 101)));
        let mut reached = Reached::default();
        reached.advance(&at(7, 0));
        assert!(reached.has(&at(3, 101)), "nothing is known of when it was");
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
