//! Where partitions are begun, as users write it: `pinflow tap --from`, and `from` in requests for the log.

use crate::times::rfc_3339;
use chrono::DateTime;
use std::fmt;
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

impl fmt::Display for Begin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Begin::Earliest => f.write_str("earliest"),
            Begin::Latest => f.write_str("latest"),
            Begin::Offset(offset) => write!(f, "{offset}"),
            Begin::Time(ms) => f.write_str(&rfc_3339(*ms).unwrap_or_else(|| "earliest".to_owned())),
        }
    }
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
        let check = |text: &str, begin: Begin| {
            assert_eq!(text.parse(), Ok(begin), "{text}");
            assert!(begin == Begin::Time(0) || begin.to_string().parse() == Ok(begin), "{begin}");
        };
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
