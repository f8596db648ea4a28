//! The cleaning rules of the fields that the views need. What does not fit its rule is nothing.

use crate::json::Value;
use chrono::{Datelike, NaiveDate, TimeDelta};
use std::borrow::Cow;
use std::num::NonZeroU16;

/// A year, from 1 to 9999.
pub type Year = NonZeroU16;

/// A trimmed text; a blank one is nothing.
pub fn text(value: Value<'_>) -> Option<Cow<'_, str>> {
    let Value::Text(text) = value else { return None };
    let trimmed = match text.unescaped()? {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!trimmed.is_empty()).then_some(trimmed)
}

pub fn poster_name(value: Value<'_>) -> Option<Cow<'_, str>> {
    text(value).filter(|name| name != "User Info Error")
}

/// First and last name, or the one that there is.
pub fn user_name<'a>(first: Value<'a>, last: Value<'a>) -> Option<Cow<'a, str>> {
    match (text(first), text(last)) {
        (Some(first), Some(last)) => Some(Cow::Owned([first.as_ref(), last.as_ref()].join(" "))),
        (first, last) => first.or(last),
    }
}

/// 7, 7.0, 7e0 or "7".
pub fn whole(value: Value<'_>) -> Option<u64> {
    const MAX_EXACT_DOUBLE: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match Number::of(number)? {
            Number::Integer(number) => Some(number),
            Number::Double(number) => {
                (number.fract() == 0.0 && number <= MAX_EXACT_DOUBLE).then_some(number as u64)
            }
        },
        Value::Text(_) => digits(text(value)?.as_bytes()),
        _ => None,
    }
}

pub fn age(value: Value<'_>) -> Option<u8> {
    whole(value).filter(|age| *age <= 150).map(|age| age as u8)
}

/// A number, or a text as "437", "1,234" or "1.2M".
pub fn follower_count(value: Value<'_>) -> Option<u64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match value {
        Value::Number(number) => match Number::of(number)? {
            Number::Integer(number) => Some(number),
            Number::Double(number) => (number < LIMIT).then(|| number.round() as u64),
        },
        Value::Text(_) => shown_count(text(value)?.as_bytes()),
        _ => None,
    }
}

/// A JSON number that is not below zero.
enum Number {
    /// Written without `.` and exponent, at most 2^63-1.
    Integer(u64),
    Double(f64),
}

impl Number {
    fn of(number: &str) -> Option<Number> {
        if number.contains(['.', 'e', 'E']) {
            number.parse().ok().filter(|number| *number >= 0.0).map(Number::Double)
        } else {
            number.parse::<i64>().ok()?.try_into().ok().map(Number::Integer)
        }
    }
}

fn digits(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, append).filter(|_| !digits.is_empty())
}

/// A number with one more digit, at most 2^63-1.
fn append(number: u64, digit: &u8) -> Option<u64> {
    let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
    number.checked_mul(10)?.checked_add(digit).filter(|number| *number <= i64::MAX as u64)
}

/// Digits with single commas between them, an optional fraction, an optional power of a thousand; rounded half up.
fn shown_count(text: &[u8]) -> Option<u64> {
    let (number, zeros) = match text {
        [number @ .., b'k' | b'K'] => (number, 3),
        [number @ .., b'm' | b'M'] => (number, 6),
        [number @ .., b'b' | b'B'] => (number, 9),
        number => (number, 0),
    };
    let (whole, fraction) = match number.iter().position(|byte| *byte == b'.') {
        Some(point) => (&number[..point], &number[point + 1..]),
        None => (number, b"0".as_slice()),
    };
    let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if !whole.split(|byte| *byte == b',').all(is_number) || !is_number(fraction) {
        return None;
    }
    let moved = fraction.iter().chain(std::iter::repeat(&b'0')).take(zeros);
    let count = whole.iter().filter(|byte| **byte != b',').chain(moved).try_fold(0, append)?;
    let rounds_up = fraction.get(zeros).is_some_and(|digit| *digit >= b'5');
    Some(count + u64::from(rounds_up)).filter(|count| *count <= i64::MAX as u64)
}

/// The year, in UTC, of `YYYY-MM-DD`, optionally with time, fraction and offset.
pub fn year(value: Value<'_>) -> Option<Year> {
    let text = text(value)?;
    let (date, time) = text.as_bytes().split_at_checked(10)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let year = 100 * two(y1, y2)? + two(y3, y4)?;
    let date = NaiveDate::from_ymd_opt(year as i32, two(m1, m2)?, two(d1, d2)?)?;
    let written = year_of(date)?;
    match time {
        [] => Some(written),
        [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2, zone @ ..] => {
            let time = date.and_hms_opt(two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?)?;
            match without_fraction(zone)? {
                [] | [b'Z'] => Some(written),
                offset => year_of(time.checked_sub_signed(offset_of(offset)?)?.date()),
            }
        }
        _ => None,
    }
}

fn year_of(date: NaiveDate) -> Option<Year> {
    let year = u16::try_from(date.year()).ok().and_then(Year::new)?;
    (year.get() <= 9999).then_some(year)
}

fn without_fraction(zone: &[u8]) -> Option<&[u8]> {
    let [b'.', fraction @ ..] = zone else { return Some(zone) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then_some(&fraction[digits..])
}

/// `±HH`, `±HHMM` or `±HH:MM`.
fn offset_of(offset: &[u8]) -> Option<TimeDelta> {
    let (sign, hours, minutes) = match *offset {
        [sign, h1, h2] => (sign, two(h1, h2)?, 0),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => (sign, two(h1, h2)?, two(m1, m2)?),
        _ => return None,
    };
    let ahead = TimeDelta::minutes(i64::from(60 * hours + minutes));
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some(ahead),
        b'-' => Some(-ahead),
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<u32> {
    let are_digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    are_digits.then(|| 10 * u32::from(tens - b'0') + u32::from(ones - b'0'))
}
