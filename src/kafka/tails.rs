//! The partitions that are read.

use super::tail::Tail;
use std::collections::BTreeMap;

/// Partitions, by topic, then by Kafka's number.
#[derive(Default)]
pub struct Tails(BTreeMap<String, BTreeMap<i32, Tail>>);

impl Tails {
    /// Adds one.
    pub fn add(&mut self, topic: &str, number: i32, tail: Tail) {
        self.0.entry(topic.to_owned()).or_default().insert(number, tail);
    }

    /// The one of that name; nothing of one that is not read any more, of which messages may still be on their way.
    pub fn get(&mut self, topic: &str, number: i32) -> Option<&mut Tail> {
        self.0.get_mut(topic)?.get_mut(&number)
    }

    /// All of them, with their names.
    pub fn named(&mut self) -> impl Iterator<Item = (&str, i32, &mut Tail)> {
        self.0.iter_mut().flat_map(|(topic, tails)| {
            tails.iter_mut().map(move |(number, tail)| (topic.as_str(), *number, tail))
        })
    }

    /// All of them.
    pub fn all(&mut self) -> impl Iterator<Item = &mut Tail> {
        self.0.values_mut().flat_map(BTreeMap::values_mut)
    }

    /// Takes the one of that number among those that are read, with its name.
    pub fn remove(&mut self, number: u32) -> Option<(String, i32, Tail)> {
        let is_it = |tail: &Tail| tail.number() == number;
        let (topic, tails) = self.0.iter_mut().find(|(_, tails)| tails.values().any(is_it))?;
        let kafka_number = *tails.iter().find(|(_, tail)| is_it(tail))?.0;
        Some((topic.clone(), kafka_number, tails.remove(&kafka_number)?))
    }

    /// None is read any more; says whether any was.
    pub fn clear(&mut self) -> bool {
        let any = !self.0.is_empty();
        self.0.clear();
        any
    }
}
