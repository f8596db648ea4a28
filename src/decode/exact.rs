//! What the fast reader is not sure of is looked at once more, value by value, and exactly.
//!
//! Grammar and UTF-8 are serde_json's judgement, which takes lone surrogates, numbers of any size and any depth as long
//! as values are kept raw; depth is counted here.

use super::json::{MAX_DEPTH, NoRecord};
use super::name::slot_of;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::value::Value;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Reads a message of a kind into an empty record, and decides whether it is one.
pub fn read_record<'a>(
    kind: Kind,
    message: &'a str,
    wanted: Fields,
    record: &mut RawRecord<'a>,
) -> Result<(), NoRecord> {
    let value: &RawValue = serde_json::from_str(message).map_err(|_| NoRecord::NotJson)?;
    if is_too_deep(value.get()) {
        return Err(NoRecord::NotJson);
    }
    if !value.get().starts_with('{') {
        return Err(NoRecord::NotAnObject);
    }
    let mut parser = serde_json::Deserializer::from_str(value.get());
    parser.deserialize_map(RawFields { kind, wanted, record }).map_err(|_| NoRecord::NotJson)
}

/// Whether a JSON text that is known to be right has too many levels. Most have not even so many brackets.
fn is_too_deep(json: &str) -> bool {
    let max = usize::from(MAX_DEPTH);
    json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > max && depth(json) > max
}

/// Levels of arrays and objects of a JSON text that is known to be right.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth -= 1,
            _ => {}
        }
    }
    deepest
}

struct RawFields<'r, 'a> {
    kind: Kind,
    wanted: Fields,
    record: &'r mut RawRecord<'a>,
}

impl<'a> Visitor<'a> for RawFields<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(NameBytes)? {
            let raw: &RawValue = map.next_value()?;
            let name = std::str::from_utf8(&name).ok();
            if let Some(slot) = name.and_then(|name| slot_of(self.kind, self.wanted, name)) {
                self.record.fill(slot, value(raw.get()));
            }
        }
        Ok(())
    }
}

/// A name as bytes: with a lone surrogate in it, it is no text, but it may stand there.
struct NameBytes;

impl<'de> DeserializeSeed<'de> for NameBytes {
    type Value = Cow<'de, [u8]>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for NameBytes {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_bytes<E>(self, name: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name.as_bytes()))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.as_bytes().to_owned()))
    }
}

/// A value by its JSON text.
fn value(json: &str) -> Value<'_> {
    match json.as_bytes() {
        b"null" => Value::Null,
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        [b'"', ..] => text(json).map_or(Value::Other, Value::Text),
        [b'[', ..] => texts(json).map_or(Value::Other, Value::Texts),
        [b'{', ..] => Value::Other,
        _ => number(json),
    }
}

/// A text, unless it has a lone surrogate.
fn text(json: &str) -> Option<Cow<'_, str>> {
    match serde_json::from_str(json) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => serde_json::from_str(json).ok().map(Cow::Owned),
    }
}

fn texts(json: &str) -> Option<Box<[Cow<'_, str>]>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    elements.into_iter().map(|element| element.get().starts_with('"').then(|| text(element.get()))?).collect()
}

/// A number by its JSON text.
pub(super) fn number(json: &str) -> Value<'_> {
    if json.contains(['.', 'e', 'E']) {
        json.parse().map_or(Value::Other, Value::double)
    } else {
        json.parse().map_or(Value::Other, Value::Integer)
    }
}
