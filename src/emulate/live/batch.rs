//! Messages of one kind, gathered until they fill a request.

use super::message::{Message, Sort};
use pinflow_dataflows::kind::Kind;
use std::time::Duration;

/// How long a message may wait for others. Less than people notice, and at 500 posts a second 100 of a kind.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// The messages of a request: at least one, all of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The connection that it goes over.
    pub lane: usize,
    /// The kind of all of them.
    pub kind: Kind,
    /// When the last of them was due, from the start: earlier the request cannot begin.
    pub due: Duration,
    /// They go in this order.
    pub messages: Vec<Message>,
}

/// Batches that are not full yet.
pub struct Batches {
    size: usize,
    lanes: usize,
    open: Vec<Open>,
}

/// A batch that is not full yet, perhaps empty.
struct Open {
    kind: Kind,
    messages: Vec<Message>,
    first_due: Duration,
    last_due: Duration,
}

impl Batches {
    /// Batches of up to `size` messages, for so many connections.
    pub fn new(size: usize, lanes: usize) -> Batches {
        let open =
            |kind| Open { kind, messages: Vec::new(), first_due: Duration::ZERO, last_due: Duration::ZERO };
        Batches { size, lanes, open: (0..lanes).flat_map(|_| Kind::ALL.map(open)).collect() }
    }

    /// Adds a message; gives back the batch that it fills. What must be rejected is a batch of its own: a server that takes
    /// all of a request or nothing would else refuse good ones with it.
    pub fn add(&mut self, message: Message, due: Duration) -> Option<Batch> {
        let (kind, lane) = (message.kind, (message.key % self.lanes as u64) as usize);
        if message.sort == Sort::Malformed {
            return Some(Batch { lane, kind, due, messages: vec![message] });
        }
        let index = lane * Kind::ALL.len() + kind as usize;
        let open = &mut self.open[index];
        if open.messages.is_empty() {
            open.first_due = due;
        }
        open.last_due = due;
        open.messages.push(message);
        if open.messages.len() == self.size { self.take(index) } else { None }
    }

    /// A batch that would wait too long for a message which is due then; without one, any batch.
    pub fn take_waiting(&mut self, next_due: Option<Duration>) -> Option<Batch> {
        let waits = |open: &Open| {
            let too_long = next_due.is_none_or(|next| next.saturating_sub(open.first_due) > LONGEST_WAIT);
            !open.messages.is_empty() && too_long
        };
        let index = self.open.iter().position(waits)?;
        self.take(index)
    }

    fn take(&mut self, index: usize) -> Option<Batch> {
        let open = &mut self.open[index];
        let messages = std::mem::take(&mut open.messages);
        Some(Batch { lane: index / Kind::ALL.len(), kind: open.kind, due: open.last_due, messages })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind, key: u64) -> Message {
        Message { kind, key, sort: Sort::Record, odd: false, text: b"{}".to_vec() }
    }

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_batch_is_of_one_kind_and_connection() {
        let mut batches = Batches::new(2, 2);
        for (kind, key) in [(Kind::Pin, 0), (Kind::Pin, 1), (Kind::Geo, 0), (Kind::Geo, 3)] {
            assert_eq!(batches.add(message(kind, key), at(1)), None);
        }
        let messages = vec![message(Kind::Pin, 1), message(Kind::Pin, 5)];
        let full = Batch { lane: 1, kind: Kind::Pin, due: at(2), messages };
        assert_eq!(batches.add(message(Kind::Pin, 5), at(2)), Some(full));
        let left: Vec<_> = std::iter::from_fn(|| batches.take_waiting(None)).collect();
        let left: Vec<_> = left.iter().map(|batch| (batch.lane, batch.kind, batch.messages.len())).collect();
        assert_eq!(left, [(0, Kind::Pin, 1), (0, Kind::Geo, 1), (1, Kind::Geo, 1)]);
    }

    #[test]
    fn nobody_waits_long_for_a_full_batch_and_malformed_texts_wait_for_nobody() {
        let mut batches = Batches::new(100, 1);
        batches.add(message(Kind::Pin, 0), at(100));
        batches.add(message(Kind::Pin, 0), at(250));
        assert_eq!(batches.take_waiting(Some(at(300))), None);
        let waiting = batches.take_waiting(Some(at(301))).expect("a batch");
        assert_eq!((waiting.messages.len(), waiting.due), (2, at(250)));
        let malformed = Message { sort: Sort::Malformed, ..message(Kind::Pin, 0) };
        assert_eq!(batches.add(malformed, at(1)).expect("a batch").messages.len(), 1);
    }
}
