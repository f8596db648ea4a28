//! Shard ids and sequence numbers.

use crate::log::Appended;

/// Kinesis' numbers have 56 digits and begin with 49.
const PREFIX: &str = "490000";

/// The id of a partition as a shard.
pub fn shard_id(partition: u32) -> String {
    format!("shardId-{partition:012}")
}

/// 56 decimal digits: a prefix, the append time (20), the partition (10) and the offset (20). In a shard times never fall
/// and offsets rise, so the numbers rise. Of a topic of Kafka the time is left out, because it may be the producer's own and fall.
pub fn sequence_number(appended: &Appended) -> String {
    format!("{PREFIX}{:020}{:010}{:020}", appended.time, appended.partition, appended.offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_in_a_shard() {
        let number = |time, offset| sequence_number(&Appended { partition: 3, offset, time });
        let numbers = [number(0, 0), number(0, 9), number(0, 10), number(99, 11), number(100, u64::MAX)];
        assert!(numbers.is_sorted_by(|one, next| one < next));
        assert!(numbers.iter().all(|number| number.len() == 56));
        assert_eq!(number(1_700_000_000_000, 5), "49000000000001700000000000000000000300000000000000000005");
        assert_eq!(shard_id(3), "shardId-000000000003");
    }
}
