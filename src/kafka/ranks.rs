//! Which of two partitions is greater, as numbers: by the topic's name in bytes, then by number.
//!
//! Partitions come later, in between, and the ranks of others must stay. So they are spread, with room between them.

use crate::archive::PartitionName;
use pinflow_dataflows::row::Place;
use std::collections::BTreeMap;

/// A rank is below this.
const END: u32 = Place::MAX_PARTITIONS as u32;

/// The ranks that were given, by name.
#[derive(Default)]
pub struct Ranks(BTreeMap<PartitionName, u32>);

/// There is no room left between two partitions.
#[derive(Debug, PartialEq, Eq)]
pub struct NoRoom;

impl Ranks {
    /// Gives partitions that have none their ranks. Those between the same two old ones share the room evenly.
    pub fn add(&mut self, mut names: Vec<PartitionName>) -> Result<(), NoRoom> {
        names.retain(|name| !self.0.contains_key(name));
        names.sort();
        names.dedup();
        let mut names = names.into_iter().peekable();
        while let Some(first) = names.next() {
            let before = self.0.range(..&first).next_back().map_or(0, |(_, rank)| rank + 1);
            let after = self.0.range(&first..).next().map(|(name, rank)| (name.clone(), *rank));
            let mut together = vec![first];
            while let Some(next) = names.next_if(|name| after.as_ref().is_none_or(|(after, _)| name < after))
            {
                together.push(next);
            }
            let end = after.map_or(END, |(_, rank)| rank);
            let count = together.len() as u64;
            let room = u64::from(end.saturating_sub(before));
            if room < count {
                return Err(NoRoom);
            }
            for (index, name) in (0..).zip(together) {
                // In the middle of its share.
                let rank = before + (room * (2 * index + 1) / (2 * count)) as u32;
                self.0.insert(name, rank);
            }
        }
        Ok(())
    }

    /// The rank of a partition that has one.
    pub fn of(&self, name: &PartitionName) -> u32 {
        self.0[name]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(topic: &str, number: u64) -> PartitionName {
        PartitionName { topic: topic.to_owned(), number: Some(number) }
    }

    fn check(ranks: &Ranks) {
        let ranks: Vec<u32> = ranks.0.values().copied().collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
        assert!(ranks.iter().all(|rank| *rank < END), "{ranks:?}");
    }

    #[test]
    fn ranks_follow_names_in_whatever_order_they_come() {
        let mut ranks = Ranks::default();
        ranks.add(vec![name("b", 10), name("b", 9), name("d", 0)]).expect("room");
        check(&ranks);
        let kept = ranks.of(&name("b", 9));
        ranks
            .add((0..500).flat_map(|number| [name("a", number), name("b", number)]).collect())
            .expect("room");
        ranks.add(vec![name("c", 0), name("e", 0)]).expect("room");
        check(&ranks);
        assert_eq!((ranks.0.len(), ranks.of(&name("b", 9))), (1003, kept));
    }

    #[test]
    fn room_is_shared_to_the_last_rank() {
        let mut ranks = Ranks::default();
        ranks
            .add((0..u64::from(END)).map(|number| name("a", number)).collect())
            .expect("as many as there are");
        check(&ranks);
        assert_eq!(ranks.add(vec![name("b", 0)]), Err(NoRoom));
    }
}
