//! Sequence numbers: where a record stands in its shard.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Digits that an answer can have, as Kinesis' description of its interface has it. Real ones have 56, which no number of the
/// machine's has room for.
const MOST_DIGITS: usize = 129;

/// A whole number, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceNumber(Arc<str>);

impl SequenceNumber {
    /// As Kinesis writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for SequenceNumber {
    fn from(number: u64) -> SequenceNumber {
        SequenceNumber(number.to_string().into())
    }
}

impl FromStr for SequenceNumber {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<SequenceNumber, &'static str> {
        if text.is_empty() || text.len() > MOST_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("no sequence number");
        }
        let digits = text.trim_start_matches('0');
        Ok(SequenceNumber(if digits.is_empty() { "0".into() } else { digits.into() }))
    }
}

impl Ord for SequenceNumber {
    fn cmp(&self, other: &SequenceNumber) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &SequenceNumber) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_compare_as_numbers() {
        let number = |text: &str| text.parse::<SequenceNumber>().expect("a number");
        let ascending = [
            "0",
            "9",
            "10",
            "49590338271490256608559692538361571095921575989136588898",
            "49590338271490256608559692538361571095921575989136588899",
            "149590338271490256608559692538361571095921575989136588898",
        ];
        assert!(ascending.map(number).is_sorted_by(|a, b| a < b));
        assert_eq!(number("0007"), SequenceNumber::from(7));
        assert_eq!(number("000").as_str(), "0");
        for text in ["", "-1", "1.0", " 1", "x", &"1".repeat(130)] {
            assert!(text.parse::<SequenceNumber>().is_err(), "{text}");
        }
    }
}
