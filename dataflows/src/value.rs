//! A JSON value as cleaning sees it.

use std::borrow::Cow;

/// A field's value; its type decides what a rule makes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value<'a> {
    /// Missing, or JSON null.
    #[default]
    Null,
    /// true or false.
    Bool(bool),
    /// A number without `.` or exponent, of 64 bits.
    Integer(i64),
    /// A number with `.` or exponent: the nearest double. See `Value::double`.
    Double(f64),
    /// A text, its escapes resolved.
    Text(Cow<'a, str>),
    /// An array of texts.
    Texts(Box<[Cow<'a, str>]>),
    /// What fits no rule: objects, other arrays, numbers out of range, texts with a lone surrogate.
    Other,
}

/// 2^63: neither a double nor an integer of this size fits any rule.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

impl Value<'_> {
    /// Whether it is missing or JSON null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// A number that was read as a double. Zero has no sign, and what is out of every rule's range is no number to
    /// cleaning; so it does not matter how a parser reads `-0`, or integers of more than 64 bits.
    pub fn double(number: f64) -> Self {
        if number == 0.0 {
            Value::Integer(0)
        } else if number.abs() < LIMIT {
            Value::Double(number)
        } else {
            Value::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_no_more_than_a_text() {
        assert_eq!(size_of::<Value<'_>>(), size_of::<Cow<'_, str>>());
    }
}
