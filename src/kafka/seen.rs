//! What is remembered of the last message of a partition, to know it again.

/// A message's offset, and a checksum of all that a producer chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its offset.
    pub offset: u64,
    checksum: u32,
}

impl Seen {
    /// Of a message. A missing value is not an empty one.
    pub fn of(offset: u64, time: Option<i64>, key: Option<&[u8]>, value: Option<&[u8]>) -> Seen {
        let mut checksum = crc32c::crc32c(&time.unwrap_or(-1).to_le_bytes());
        for part in [key, value] {
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            checksum = crc32c::crc32c_append(checksum, &length.to_le_bytes());
            checksum = crc32c::crc32c_append(checksum, part.unwrap_or_default());
        }
        Seen { offset, checksum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_message_at_the_offset_is_known() {
        let seen = |time, key: Option<&str>, value: Option<&str>| {
            Seen::of(7, time, key.map(str::as_bytes), value.map(str::as_bytes))
        };
        let all = [
            seen(Some(1), Some("a"), Some("b")),
            seen(Some(2), Some("a"), Some("b")),
            seen(None, Some("a"), Some("b")),
            seen(Some(1), Some("ab"), Some("")),
            seen(Some(1), Some("ab"), None),
            seen(Some(1), None, Some("ab")),
        ];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(index));
        }
    }
}
