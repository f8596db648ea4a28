//! Texts: trimmed, blank is null, and what a scraper wrote where it found nothing is null.

use super::Malformed;
use crate::value::Value;
use std::fmt;

/// A trimmed text.
pub(super) fn text<'a>(value: &'a Value<'_>) -> Result<Option<&'a str>, Malformed> {
    match value {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(trimmed(text)).filter(|text| !text.is_empty())),
        _ => Err(Malformed),
    }
}

/// `str::trim`, which need not decode a text that begins and ends with visible ASCII.
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// Whether a value is a text of white space alone, which reads as nothing whatever the rule.
pub(super) fn is_blank(value: &Value<'_>) -> bool {
    matches!(text(value), Ok(None))
}

pub(super) fn title(text: &str) -> Option<&str> {
    (text != "No Title Data Available").then_some(text)
}

pub(super) fn description(text: &str) -> Option<&str> {
    (!text.starts_with("No description available")).then_some(text)
}

/// What stands in place of a poster's name and follower count.
pub(super) const NO_USER_INFO: &str = "User Info Error";

pub(super) fn poster_name(text: &str) -> Option<&str> {
    (text != NO_USER_INFO).then_some(text)
}

pub(super) fn image_src(text: &str) -> Option<&str> {
    (text != "Image src error.").then_some(text)
}

/// Without the scraper's words before the path.
pub(super) fn save_location(text: &str) -> Option<&str> {
    Some(text.strip_prefix("Local save in ").map_or(text, str::trim))
}

/// First and last name joined by a space, or the one that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserName<'a> {
    first: &'a str,
    last: Option<&'a str>,
}

impl<'a> UserName<'a> {
    pub(super) fn new(first: Option<&'a str>, last: Option<&'a str>) -> Option<UserName<'a>> {
        match (first, last) {
            (Some(first), last) => Some(UserName { first, last }),
            (None, Some(last)) => Some(UserName { first: last, last: None }),
            (None, None) => None,
        }
    }

    /// The name as one text, written to `buffer` if it has to be put together.
    pub fn joined<'b>(&self, buffer: &'b mut String) -> &'b str
    where
        'a: 'b,
    {
        let Some(last) = self.last else { return self.first };
        buffer.clear();
        buffer.push_str(self.first);
        buffer.push(' ');
        buffer.push_str(last);
        buffer
    }
}

impl fmt::Display for UserName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.joined(&mut String::new()))
    }
}
