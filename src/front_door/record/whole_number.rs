//! Whole numbers, as the contract reads them for `ind`.

use std::borrow::Cow;

/// Up to here a double is a whole number's only neighbour.
const MAX_EXACT_DOUBLE: f64 = 9_007_199_254_740_992.0;

/// The whole number that a JSON value spells: 7, 7.0, 7e0 or "7", at most 2^63-1.
pub fn whole_number(json: &str) -> Option<u64> {
    match json.as_bytes().first()? {
        b'"' => digits(text(json)?.trim()),
        b'-' | b'0'..=b'9' if json.contains(['.', 'e', 'E']) => whole_double(json.parse().ok()?),
        b'-' => (json == "-0").then_some(0),
        b'0'..=b'9' => digits(json),
        _ => None,
    }
}

/// ASCII digits and nothing else; `parse` alone would take a sign, too.
fn digits(text: &str) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= i64::MAX as u64)
}

fn whole_double(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..=MAX_EXACT_DOUBLE).contains(&number)).then_some(number as u64)
}

/// A text, unless it has a lone surrogate.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    match serde_json::from_str(json) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => serde_json::from_str(json).ok().map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range() {
        for value in ["-0", "0", "-0.0", "0.0", "0e9"] {
            assert_eq!(whole_number(value), Some(0), "{value}");
        }
        assert_eq!(whole_number("9223372036854775807"), Some(i64::MAX as u64));
        assert_eq!(whole_number("9223372036854775808"), None);
        assert_eq!(whole_number("9007199254740992.0"), Some(1 << 53));
        assert_eq!(whole_number("9007199254740994.0"), None);
    }
}
