//! Whether partitions are still the ones that were read: the message before the position is looked at again.
//!
//! A topic that was deleted and made again has the same name, and offsets that begin anew. What was read of the old one
//! must not be gone on with. librdkafka goes on with it if it is long enough, and has no word for it.

use super::assignment::add;
use super::client::Consumer;
use super::seen::Seen;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError as Refusal;
use rdkafka::message::Message;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A topic and the number of one of its partitions.
pub type Key = (String, i32);

/// Partitions whose last message, as it was seen, is another one now. Those that do not answer in time are passed over,
/// and so are messages that compaction has removed.
pub fn changed(
    consumer: &Consumer,
    mut seen: BTreeMap<Key, Seen>,
    timeout: Duration,
) -> Result<Vec<Key>, Refusal> {
    let mut changed = Vec::new();
    if seen.is_empty() {
        return Ok(changed);
    }
    let mut list = TopicPartitionList::new();
    for ((topic, number), seen) in &seen {
        add(&mut list, topic, *number, seen.offset);
    }
    consumer.assign(&list)?;
    let deadline = Instant::now() + timeout;
    while !seen.is_empty() && Instant::now() < deadline {
        let Some(Ok(message)) = consumer.poll(deadline.saturating_duration_since(Instant::now())) else {
            continue;
        };
        let key = (message.topic().to_owned(), message.partition());
        let Some(seen) = seen.remove(&key) else { continue };
        let offset = message.offset().try_into().unwrap_or(0);
        let now = Seen::of(offset, message.timestamp().to_millis(), message.key(), message.payload());
        if now.offset == seen.offset && now != seen {
            changed.push(key);
        }
    }
    consumer.unassign()?;
    Ok(changed)
}
