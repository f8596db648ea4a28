//! Numbers for topics that compare as their names do, also for topics that appear later.
//!
//! Of two records with one time the one in the greater partition is later, and the state remembers partitions by number.
//! The log's group commits have times of their own, and records of one `ind` lie in one partition of a topic, so only two
//! topics of one group can meet in this way: a topic needs a number, its partitions do not.

use pinflow_dataflows::row::Place;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Numbers are below this.
const END: u32 = Place::MAX_PARTITIONS as u32;
/// The part of what is left that a topic takes beside the one that came before it: names often come in their order.
const PART_IN_ORDER: u32 = 16;

/// The numbers of topics.
#[derive(Debug, Default)]
pub struct TopicRanks {
    ranks: BTreeMap<Arc<str>, u32>,
    last: Option<u32>,
}

impl TopicRanks {
    /// For topics that are there at the start, evenly spread.
    pub fn new(topics: impl Iterator<Item = Arc<str>>) -> TopicRanks {
        let mut ranks: BTreeMap<Arc<str>, u32> = topics.map(|topic| (topic, 0)).collect();
        let step = END / (ranks.len() as u32 + 1);
        (1..).zip(ranks.values_mut()).for_each(|(number, rank)| *rank = number * step);
        TopicRanks { ranks, last: None }
    }

    /// A topic's number. Nothing if it is a new one and there is no number left between its neighbours, as when many
    /// come, each between the two before it.
    pub fn of(&mut self, topic: &Arc<str>) -> Option<u32> {
        if let Some(rank) = self.ranks.get(topic) {
            return Some(*rank);
        }
        // 0 and END are nobody's.
        let before = self.ranks.range::<Arc<str>, _>(..topic).next_back().map_or(0, |(_, rank)| *rank);
        let after = self.ranks.range::<Arc<str>, _>(topic..).next().map_or(END, |(_, rank)| *rank);
        let free = after - before;
        let in_order = (free / PART_IN_ORDER).max(1);
        let rank = match self.last {
            Some(last) if last == before => before + in_order,
            Some(last) if last == after => after - in_order,
            _ => before + free / 2,
        };
        (before < rank && rank < after).then(|| {
            self.last = Some(rank);
            self.ranks.insert(topic.clone(), rank);
            rank
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at_start: &[&str], later: &[String]) {
        let mut ranks = TopicRanks::new(at_start.iter().map(|topic| (*topic).into()));
        for topic in later {
            assert!(ranks.of(&topic.as_str().into()).is_some(), "{topic}");
        }
        let numbers: Vec<u32> = ranks.ranks.values().copied().collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{:?}", ranks.ranks);
        assert_eq!(numbers.len(), at_start.len() + later.len());
    }

    #[test]
    fn numbers_compare_as_names_do() {
        let names = |numbers: &[u32]| numbers.iter().map(|n| format!("t{n:03}.pin")).collect::<Vec<_>>();
        let (rising, falling): (Vec<u32>, Vec<u32>) = ((0..100).collect(), (0..100).rev().collect());
        let scattered: Vec<u32> = (0..100).map(|n| n * 37 % 100).collect();
        for at_start in [&[][..], &["a.geo", "z.user"], &["t050.geo"]] {
            check(at_start, &names(&rising));
            check(at_start, &names(&falling));
            check(at_start, &names(&scattered));
        }
    }

    #[test]
    fn where_no_number_is_left_there_is_none() {
        let mut ranks = TopicRanks::new(["a".into(), "c".into()].into_iter());
        // Now before, now behind the one before it.
        let name = |n: usize| (0..n).map(|at| if at % 3 == 0 { 'a' } else { 'z' }).collect::<String>();
        let given = (1..200).map(|n| ranks.of(&format!("b{}m", name(n)).into()));
        let given = given.take_while(Option::is_some).count();
        assert!((5..199).contains(&given), "{given}");
        assert_eq!(ranks.of(&"a".into()), Some(END / 3));
    }
}
