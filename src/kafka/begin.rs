//! Where a partition is begun.

use super::assignment::add;
use super::client::Consumer;
use crate::config::{OnGap, Start};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError as Refusal;
use rdkafka::{Offset, TopicPartitionList};
use std::time::Duration;

/// Positions of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Those before this one are not asked for.
    pub first: u64,
    /// The first one that is there.
    pub position: u64,
    /// Where it ends, as far as it is committed.
    pub end: u64,
}

/// The first position that a partition still has, and the one behind its last message that is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The first.
    pub low: u64,
    /// Behind the last.
    pub high: u64,
}

/// Asks for them.
pub fn bounds(consumer: &Consumer, topic: &str, number: i32, timeout: Duration) -> Result<Bounds, Refusal> {
    let (low, high) = consumer.fetch_watermarks(topic, number, timeout)?;
    Ok(Bounds { low: low.try_into().unwrap_or(0), high: high.try_into().unwrap_or(0) })
}

/// What says where a partition is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The configuration.
    Start(Start),
    /// What was read before: it is the first position that was not.
    Reached(u64),
}

/// Asks where a partition is begun. One that ends before what was read of it ends before where it is begun.
pub fn begin(
    consumer: &Consumer,
    (topic, number): (&str, i32),
    from: From,
    timeout: Duration,
) -> Result<Begin, Refusal> {
    let Bounds { low, high } = bounds(consumer, topic, number, timeout)?;
    let position = match from {
        From::Reached(next) => return Ok(Begin { first: next, position: low.max(next), end: high }),
        From::Start(Start::Earliest) => return Ok(Begin { first: 0, position: low, end: high }),
        From::Start(Start::Latest) => high,
        From::Start(Start::Offset(offset)) => offset.min(high),
        From::Start(Start::Time(time)) => {
            let mut list = TopicPartitionList::new();
            add(&mut list, topic, number, time.try_into().unwrap_or(0));
            let found = consumer.offsets_for_times(list, timeout)?;
            match found.find_partition(topic, number).map(|element| element.offset()) {
                Some(Offset::Offset(position)) => position.try_into().unwrap_or(0),
                // No message is of that time or later.
                _ => high,
            }
        }
    };
    let position = position.max(low);
    Ok(Begin { first: position, position, end: high.max(position) })
}

/// Positions that are gone before they were read: what is done about them, or why nothing more is.
pub fn gap(on_gap: OnGap, partition: &str, from: u64, to: u64) -> Result<(), String> {
    match on_gap {
        _ if from >= to => Ok(()),
        OnGap::Skip => Ok(()),
        // Whoever has an archive has asked it before.
        OnGap::Fail | OnGap::FillFromArchive => Err(format!(
            "{partition}: the messages from offset {from} to {} are gone before they were read; set source.on_gap to \
             \"skip\" to go on without them",
            to - 1
        )),
    }
}
