//! `--from`: where partitions are begun.

use chrono::DateTime;
use std::str::FromStr;

/// Where partitions are begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At their first message.
    Earliest,
    /// At the next message that comes.
    Latest,
    /// At the message of that offset.
    Offset(u64),
    /// At the first message of that time or a later one, in milliseconds since 1970.
    Time(u64),
}

impl FromStr for Begin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Begin, &'static str> {
        match text {
            "earliest" => Ok(Begin::Earliest),
            "latest" => Ok(Begin::Latest),
            digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let offset = digits.parse().ok().filter(|offset| *offset <= i64::MAX as u64);
                offset.map(Begin::Offset).ok_or("no offset is so great")
            }
            time => match DateTime::parse_from_rfc3339(time) {
                Ok(time) => Ok(Begin::Time(time.timestamp_millis().try_into().unwrap_or(0))),
                Err(_) => Err("write earliest, latest, an offset, or a time such as 2024-05-01T12:00:00Z"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_to_begin() {
        let check = |text: &str, begin| assert_eq!(text.parse(), Ok(begin), "{text}");
        check("earliest", Begin::Earliest);
        check("latest", Begin::Latest);
        check("0", Begin::Offset(0));
        check("9223372036854775807", Begin::Offset(i64::MAX as u64));
        check("1970-01-01T00:00:01.5Z", Begin::Time(1500));
        check("1970-01-01T01:00:00+01:00", Begin::Time(0));
        for text in ["", "first", "-1", "9223372036854775808", "2024-05-01", "2024-05-01T12:00:00"] {
            assert!(text.parse::<Begin>().is_err(), "{text}");
        }
    }
}
