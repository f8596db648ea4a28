//! Options are checked one by one; an error names the flag.

use super::error::EmulateError;
use super::layout::Layout;
use super::random::Chance;
use std::fmt::Display;

/// Kafka's bound for a topic's name is 249 characters, of which `.user` takes five.
const LONGEST_PREFIX: usize = 244;

/// A share of something.
pub fn chance(flag: &'static str, rate: f64) -> Result<Chance, EmulateError> {
    Chance::from_rate(rate).ok_or(EmulateError::Rate { flag, value: rate })
}

/// A number from 1 to `most`.
pub fn bounded(flag: &'static str, value: u64, most: u64) -> Result<u64, EmulateError> {
    match value {
        value if (1..=most).contains(&value) => Ok(value),
        value => Err(EmulateError::OutOfBounds { flag, value, least: 1, most }),
    }
}

/// What a layout leaves no choice about.
#[derive(Clone, Copy, Debug)]
pub struct OnlyChoice {
    /// The layout.
    pub layout: Layout,
    /// What may be given.
    pub only: u32,
    /// Why.
    pub reason: &'static str,
}

/// Refuses everything but the only choice, if there is one.
pub fn fits<T: Display + PartialEq + From<u32>>(
    flag: &'static str,
    value: T,
    choice: Option<OnlyChoice>,
) -> Result<T, EmulateError> {
    match choice {
        Some(OnlyChoice { layout, only, reason }) if value != T::from(only) => {
            Err(EmulateError::NotInLayout { flag, value: value.to_string(), only, layout, reason })
        }
        _ => Ok(value),
    }
}

/// What topics are called before the kind.
pub fn prefix(prefix: &str) -> Result<String, EmulateError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    // What begins with a dot or an underscore is no topic in an archive; what begins with a dash reads as a flag.
    let fits = (1..=LONGEST_PREFIX).contains(&prefix.len())
        && prefix.chars().all(allowed)
        && prefix.starts_with(|c: char| c.is_ascii_alphanumeric());
    fits.then(|| prefix.to_owned())
        .ok_or_else(|| EmulateError::Prefix { prefix: prefix.into(), most: LONGEST_PREFIX })
}
