//! Times: `YYYY-MM-DD`, optionally with time, fraction and offset.

use super::Malformed;
use super::text::{is_blank, trimmed};
use crate::row::Year;
use crate::value::Value;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// A moment in UTC, to microseconds, in the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(NaiveDateTime);

impl Stamp {
    /// The year in UTC.
    pub fn year(self) -> Year {
        u16::try_from(self.0.year()).ok().and_then(Year::new).expect("years are 1 to 9999")
    }

    /// The moment.
    pub fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }
}

/// A time; without an offset it is UTC.
pub(super) fn stamp(value: &Value<'_>) -> Result<Option<Stamp>, Malformed> {
    match value {
        _ if is_blank(value) => Ok(None),
        Value::Text(text) => parse(trimmed(text).as_bytes()).map(Some).ok_or(Malformed),
        _ => Err(Malformed),
    }
}

fn parse(text: &[u8]) -> Option<Stamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let (century, year) = (two_digits(y1, y2)?, two_digits(y3, y4)?);
    let date =
        NaiveDate::from_ymd_opt((century * 100 + year) as i32, two_digits(m1, m2)?, two_digits(d1, d2)?)?;
    let (written, offset) = match rest {
        [] => (NaiveDateTime::from(date), None),
        [b' ' | b'T', time @ ..] => time_and_offset(date, time)?,
        _ => return None,
    };
    let utc = offset.map_or(Some(written), |offset| written.checked_sub_signed(offset))?;
    let is_in_range = |time: NaiveDateTime| (1..=9999).contains(&time.year());
    (is_in_range(written) && is_in_range(utc)).then_some(Stamp(utc))
}

/// The time on a date as written, and how far it is ahead of UTC if that is said.
fn time_and_offset(date: NaiveDate, text: &[u8]) -> Option<(NaiveDateTime, Option<TimeDelta>)> {
    let (time, rest) = text.split_at_checked(8)?;
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    let (micros, rest) = match rest {
        [b'.', rest @ ..] => fraction(rest)?,
        rest => (0, rest),
    };
    let written =
        date.and_hms_micro_opt(two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?, micros)?;
    let offset = if matches!(rest, [] | [b'Z']) { None } else { Some(offset(rest)?) };
    Some((written, offset))
}

/// Digits behind the point as microseconds, cut off, and what follows them.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    let six = digits.iter().chain(std::iter::repeat(&b'0')).take(6);
    (length > 0).then(|| (six.fold(0, |micros, digit| micros * 10 + u32::from(digit - b'0')), rest))
}

fn offset(text: &[u8]) -> Option<TimeDelta> {
    let (sign, hours, minutes) = match *text {
        [sign, h1, h2] => (sign, two_digits(h1, h2)?, 0),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => {
            (sign, two_digits(h1, h2)?, two_digits(m1, m2)?)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    match sign {
        b'+' => Some(ahead),
        b'-' => Some(-ahead),
        _ => None,
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}
