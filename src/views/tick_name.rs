//! The name of a tick, which no other tick of any run has.

use pinflow_dataflows::row::Tick;
use std::fmt;
use std::str::FromStr;

/// A tick of an epoch, written `3-1042`. Ticks are counted from 1 in every run, and every run has an epoch of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TickName {
    /// The run.
    pub epoch: u64,
    /// The tick; 0 before the first.
    pub n: Tick,
}

impl fmt::Display for TickName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.n)
    }
}

/// What was given is no tick's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tick's name is two whole numbers joined by -, as 3-1042")]
pub struct NoTickName;

impl FromStr for TickName {
    type Err = NoTickName;

    fn from_str(text: &str) -> Result<TickName, NoTickName> {
        let (epoch, n) = text.split_once('-').ok_or(NoTickName)?;
        Ok(TickName { epoch: number(epoch)?, n: number(n)? })
    }
}

/// One number has one spelling, so one tick has one name.
fn number(digits: &str) -> Result<u64, NoTickName> {
    let number = digits.parse().map_err(|_| NoTickName)?;
    let is_spelled_so = digits == "0" || digits.starts_with(|first: char| matches!(first, '1'..='9'));
    is_spelled_so.then_some(number).ok_or(NoTickName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back() {
        for (epoch, n) in [(0, 0), (3, 1042), (u64::MAX, u64::MAX)] {
            let name = TickName { epoch, n };
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        assert_eq!(TickName { epoch: 3, n: 1042 }.to_string(), "3-1042");
    }

    #[test]
    fn nothing_else_is_a_name() {
        for text in [
            "",
            "-",
            "3",
            "3-",
            "-3",
            "3-4-5",
            "a-b",
            "+3-4",
            "3-+4",
            "03-4",
            "3 - 4",
            "3-18446744073709551616",
        ] {
            assert_eq!(text.parse::<TickName>(), Err(NoTickName), "{text}");
        }
    }
}
