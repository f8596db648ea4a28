//! What topics, folders and files are called.

use std::path::{Path, PathBuf};

/// The longest name a topic can have. Kafka allows 249; here the topic is part of the companion's name, which has up to
/// 37 bytes more (`_<topic>+1023+18446744073709551615.json.meta`), and file systems allow 255.
pub const TOPIC_MAX_BYTES: usize = 218;

/// Whether a topic can be called so: Kafka's characters, and no `.` or `_` in front, which would make it no object.
pub fn is_topic(name: &str) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=TOPIC_MAX_BYTES).contains(&name.len())
        && !name.starts_with(['.', '_'])
        && name.as_bytes().iter().all(allowed)
}

/// The folder of all topics.
pub(super) fn topics(folder: &Path) -> PathBuf {
    folder.join("topics")
}

/// The folder of a partition.
pub(super) fn partition(folder: &Path, topic: &str, partition: u32) -> PathBuf {
    topics(folder).join(topic).join(format!("partition={partition}"))
}

/// The number in the name of a partition's folder.
pub(super) fn partition_number(name: &str) -> Option<u32> {
    let number = name.strip_prefix("partition=")?.parse().ok()?;
    (name == format!("partition={number}")).then_some(number)
}

/// The object that begins with an offset.
pub(super) fn object(topic: &str, partition: u32, start_offset: u64) -> String {
    format!("{topic}+{partition}+{start_offset:010}.json")
}

/// The companion of an object.
pub(super) fn companion(object: &str) -> String {
    format!("_{object}.meta")
}

/// The offset in an object's name.
pub(super) fn start_offset(topic: &str, partition: u32, name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json")?.rsplit('+').next()?;
    let start_offset = digits.parse().ok()?;
    (name == object(topic, partition, start_offset)).then_some(start_offset)
}

/// The key of the object of a partition that begins with an offset.
pub fn partition_key(topic: &str, partition: u32, start_offset: u64) -> String {
    format!("topics/{topic}/partition={partition}/{}", object(topic, partition, start_offset))
}

/// The key of an object's companion, below whatever root both lie.
pub fn companion_key(object: &str) -> String {
    let (folder, name) = object.rsplit_once('/').unwrap_or(("", object));
    format!("{folder}/{}", companion(name))
}

/// The key of the object that a companion belongs to; nothing if it is none.
pub fn object_key(key: &str) -> Option<String> {
    let (folder, name) = key.rsplit_once('/')?;
    Some(format!("{folder}/{}", object_of_companion(name)?))
}

/// The object whose companion is called so.
pub(super) fn object_of_companion(name: &str) -> Option<&str> {
    name.strip_prefix('_')?.strip_suffix(".meta")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_called_as_in_kafka() {
        for name in ["a", "129a67850695.pin", "A-b_c.9", &"x".repeat(TOPIC_MAX_BYTES)] {
            assert!(is_topic(name), "{name}");
        }
        for name in
            ["", ".", "..", ".a", "_a", "a/b", "a b", "a+b", "ä", "a\0", &"x".repeat(TOPIC_MAX_BYTES + 1)]
        {
            assert!(!is_topic(name), "{name}");
        }
    }

    #[test]
    fn names_come_back() {
        let longest = "x".repeat(TOPIC_MAX_BYTES);
        for (topic, partition, start) in
            [("a.pin", 3, 0), ("a", 0, 10_000_000_000), (&longest, 1023, u64::MAX)]
        {
            let name = object(topic, partition, start);
            let companion = companion(&name);
            assert!(companion.len() <= 255);
            assert_eq!(start_offset(topic, partition, &name), Some(start));
            assert_eq!(object_of_companion(&companion), Some(name.as_str()));
        }
        assert_eq!(object("a", 3, 7), "a+3+0000000007.json");
        for other in
            ["a+3+7.json", "a+4+0000000007.json", "a+3+000000000x.json", "b+3+0000000007.json", "a.json"]
        {
            assert_eq!(start_offset("a", 3, other), None, "{other}");
        }
        assert_eq!(partition_number("partition=17"), Some(17));
        assert_eq!((partition_number("partition=07"), partition_number("partition=+7")), (None, None));
    }
}
