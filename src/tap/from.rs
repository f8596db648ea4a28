//! Where to begin, as the command line has it.

use super::error::TapError;
use crate::begin::Begin;
use crate::kinesis::SequenceNumber;
use std::str::FromStr;

/// Where a source is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// At a place that any source may have. An offset may also be a small sequence number.
    Begin(Begin),
    /// At a sequence number of Kinesis', which is greater than any offset.
    Sequence(SequenceNumber),
}

impl From {
    /// For sources whose positions are offsets.
    pub fn begin(&self) -> Result<Begin, TapError> {
        match self {
            From::Begin(begin) => Ok(*begin),
            From::Sequence(_) => {
                let problem = "no offset is so great: it is one of a stream of Kinesis".to_owned();
                Err(TapError::Begin { from: "a sequence number", problem })
            }
        }
    }
}

impl FromStr for From {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<From, &'static str> {
        text.parse().map(From::Begin).or_else(|problem| text.parse().map(From::Sequence).map_err(|_| problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_offsets_are_sequence_numbers() {
        let great = "49590338271490256608559692538361571095921575989136588898";
        assert_eq!(great.parse(), Ok(From::Sequence(great.parse().expect("a number"))));
        assert!(great.parse::<From>().expect("a place").begin().is_err_and(|error| error.is_usage()));
        assert_eq!("17".parse(), Ok(From::Begin(Begin::Offset(17))));
        assert_eq!("latest".parse(), Ok(From::Begin(Begin::Latest)));
        assert_eq!("yesterday".parse::<From>(), "yesterday".parse::<Begin>().map(From::Begin));
    }
}
