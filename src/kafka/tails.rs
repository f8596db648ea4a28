//! The partitions that are read.

use super::tail::Tail;

/// Partitions, by topic and Kafka's number.
#[derive(Default)]
pub struct Tails {
    sorted: Vec<Named>,
    /// The one that was asked for last: many messages of a partition come one after the other.
    latest: usize,
}

struct Named {
    topic: String,
    number: i32,
    tail: Tail,
}

impl Tails {
    /// Adds one.
    pub fn add(&mut self, topic: &str, number: i32, tail: Tail) {
        let named = Named { topic: topic.to_owned(), number, tail };
        match self.place(topic, number) {
            Ok(at) => self.sorted[at] = named,
            Err(at) => self.sorted.insert(at, named),
        }
    }

    /// The one of that name; nothing of one that is not read any more, of which messages may still be on their way.
    pub fn get(&mut self, topic: &str, number: i32) -> Option<&mut Tail> {
        let is_it = |named: &Named| named.number == number && named.topic == topic;
        if !self.sorted.get(self.latest).is_some_and(is_it) {
            self.latest = self.place(topic, number).ok()?;
        }
        Some(&mut self.sorted[self.latest].tail)
    }

    /// All of them, with their names.
    pub fn named(&mut self) -> impl Iterator<Item = (&str, i32, &mut Tail)> {
        self.sorted.iter_mut().map(|named| (named.topic.as_str(), named.number, &mut named.tail))
    }

    /// All of them.
    pub fn all(&mut self) -> impl Iterator<Item = &mut Tail> {
        self.sorted.iter_mut().map(|named| &mut named.tail)
    }

    /// Takes the one of that number among those that are read, with its name.
    pub fn remove(&mut self, number: u32) -> Option<(String, i32, Tail)> {
        let at = self.sorted.iter().position(|named| named.tail.number() == number)?;
        let Named { topic, number, tail } = self.sorted.remove(at);
        Some((topic, number, tail))
    }

    /// None is read any more; says whether any was.
    pub fn clear(&mut self) -> bool {
        let any = !self.sorted.is_empty();
        self.sorted.clear();
        any
    }

    fn place(&self, topic: &str, number: i32) -> Result<usize, usize> {
        self.sorted.binary_search_by(|named| (named.topic.as_str(), named.number).cmp(&(topic, number)))
    }
}
