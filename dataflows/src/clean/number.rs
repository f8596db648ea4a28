//! Numbers: keys, ages and follower counts.

use super::Malformed;
use super::text::{NO_USER_INFO, is_blank, trimmed};
use crate::row::Count;
use crate::value::Value;

/// Up to here a double is a whole number's only neighbour.
const MAX_EXACT_DOUBLE: f64 = 9_007_199_254_740_992.0;
/// In years.
const MAX_AGE: u64 = 150;

/// A whole number: 7, 7.0, 7e0 or "7", at most 2^63-1.
pub(super) fn whole(value: &Value<'_>) -> Result<Option<u64>, Malformed> {
    let number = match value {
        _ if is_blank(value) => return Ok(None),
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::Double(number) => whole_double(*number),
        Value::Text(text) => digits(trimmed(text)),
        _ => None,
    };
    number.map(Some).ok_or(Malformed)
}

fn whole_double(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..=MAX_EXACT_DOUBLE).contains(&number)).then_some(number as u64)
}

/// ASCII digits and nothing else; `parse` alone would take a sign, too.
fn digits(text: &str) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= i64::MAX as u64)
}

/// An age in years, 0 to 150.
pub(super) fn age(value: &Value<'_>) -> Result<Option<u8>, Malformed> {
    match whole(value)? {
        Some(age) if age > MAX_AGE => Err(Malformed),
        age => Ok(age.map(|age| age as u8)),
    }
}

/// A follower count: a number, rounded half up, or a text as sites show it: "437", "1,234", "12k", "1.2M".
pub(super) fn follower_count(value: &Value<'_>) -> Result<Option<Count>, Malformed> {
    let number = match value {
        _ if is_blank(value) => return Ok(None),
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::Double(number) => (*number > 0.0).then(|| number.round() as u64),
        Value::Text(text) if trimmed(text) == NO_USER_INFO => return Ok(None),
        Value::Text(text) => shown_count(trimmed(text)),
        _ => None,
    };
    number.and_then(Count::new).map(Some).ok_or(Malformed)
}

/// Reads "1,234.5k" as exact decimals, rounded half up: digits with single commas between them, an optional fraction,
/// an optional power of a thousand.
fn shown_count(text: &str) -> Option<u64> {
    let (number, thousands) = match text.as_bytes() {
        [number @ .., b'k' | b'K'] => (number, 1),
        [number @ .., b'm' | b'M'] => (number, 2),
        [number @ .., b'b' | b'B'] => (number, 3),
        number => (number, 0),
    };
    let point = number.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(point) => (&number[..point], &number[point + 1..]),
        None => (number, &b"0"[..]),
    };
    let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if !whole.split(|byte| *byte == b',').all(is_number) || !is_number(fraction) {
        return None;
    }
    // The fraction's first digits move before the point, the one behind them rounds.
    let zeros = std::iter::repeat(&b'0');
    let moved = fraction.iter().chain(zeros).take(3 * thousands);
    let mut count = 0u64;
    for digit in whole.iter().filter(|byte| **byte != b',').chain(moved) {
        count = count.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    let rounds_up = fraction.get(3 * thousands).is_some_and(|digit| *digit >= b'5');
    count.checked_add(u64::from(rounds_up))
}
