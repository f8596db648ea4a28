//! From a message's bytes to a raw record, at the speed of a SIMD parser.
//!
//! The whole message is checked, also what nothing reads: every value goes through the parser's checked functions, down
//! to the last level (its way of skipping values takes any four bytes behind `\u`, and knows no limit of depth, so
//! nothing is skipped). What the parser refuses is not rejected yet: a lone surrogate, a number out of range and
//! nesting that it does not follow are refused, too. `exact` decides.

use super::exact;
use pinflow_dataflows::clean::{Field, Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::value::Value;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Levels of arrays and objects in a message.
pub(super) const MAX_DEPTH: u8 = 128;

/// Why a message is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoRecord {
    /// It is not one JSON value by RFC 8259, in UTF-8, nested at most 128 deep.
    NotJson,
    /// It is a JSON value, but no object.
    NotAnObject,
}

/// Reads a message of a kind into `record`, whatever that held before. Fields that are not `wanted` are checked and
/// passed over. A record is large, so one is filled again and again rather than handed around.
pub fn read_record<'a>(
    kind: Kind,
    message: &'a str,
    wanted: Fields,
    record: &mut RawRecord<'a>,
) -> Result<(), NoRecord> {
    record.clear();
    let mut parser = sonic_rs::Deserializer::from_str(message);
    let fast = RecordSeed { kind, wanted, record: &mut *record }.deserialize(&mut parser);
    if fast.is_ok() && parser.end().is_ok() {
        return Ok(());
    }
    record.clear();
    exact::read_record(kind, message, wanted, record)
}

struct RecordSeed<'r, 'a> {
    kind: Kind,
    wanted: Fields,
    record: &'r mut RawRecord<'a>,
}

impl<'a> DeserializeSeed<'a> for RecordSeed<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for RecordSeed<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        // Of equal names the last counts.
        while let Some(name) = map.next_key_seed(NameSeed { kind: self.kind, wanted: self.wanted })? {
            match name.place(self.record) {
                Some(place) => *place = map.next_value_seed(ValueSeed { depth: 1 })?,
                None => map.next_value_seed(Checked { depth: 1 })?,
            }
        }
        Ok(())
    }
}

/// What a name in a record stands for.
pub(super) enum Name {
    Ind,
    Index,
    Deleted,
    Field(Field),
    Unread,
}

impl Name {
    /// Where its value goes, if something reads it.
    pub fn place<'r, 'a>(self, record: &'r mut RawRecord<'a>) -> Option<&'r mut Value<'a>> {
        match self {
            Name::Ind => Some(&mut record.ind),
            Name::Index => Some(&mut record.index),
            Name::Deleted => Some(&mut record.deleted),
            Name::Field(field) => Some(record.value_mut(field)),
            Name::Unread => None,
        }
    }

    pub fn of(kind: Kind, wanted: Fields, name: &str) -> Name {
        match name {
            "ind" => Name::Ind,
            "index" => Name::Index,
            "_deleted" => Name::Deleted,
            name => match Field::of(kind, name) {
                Some(field) if wanted.contains(field) => Name::Field(field),
                _ => Name::Unread,
            },
        }
    }
}

struct NameSeed {
    kind: Kind,
    wanted: Fields,
}

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(Name::of(self.kind, self.wanted, name))
    }
}

/// A value that cleaning will look at, inside so many arrays and objects.
struct ValueSeed {
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or(Value::Other, Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::double(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value<'de>, A::Error> {
        let depth = deeper(self.depth)?;
        let (mut texts, mut only_texts) = (Vec::new(), true);
        while let Some(element) = elements.next_element_seed(ValueSeed { depth })? {
            match element {
                Value::Text(text) => texts.push(text),
                _ => only_texts = false,
            }
        }
        Ok(if only_texts { Value::Texts(texts.into()) } else { Value::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value<'de>, A::Error> {
        Checked { depth: self.depth }.visit_map(map).map(|()| Value::Other)
    }
}

/// A value that nothing reads, inside so many arrays and objects.
#[derive(Clone, Copy)]
struct Checked {
    depth: u8,
}

fn deeper<E: Error>(depth: u8) -> Result<u8, E> {
    if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(E::custom("nested too deep")) }
}

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let inner = Checked { depth: deeper(self.depth)? };
        while elements.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = Checked { depth: deeper(self.depth)? };
        while map.next_key_seed(inner)?.is_some() {
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The lines of the cleaning cases: every sort of value that rules know.
    fn lines() -> Vec<(Kind, String)> {
        let cases = include_str!("../../tests/data/cleaning-cases.jsonl").lines();
        let case = |line: &str| {
            let case: serde_json::Value = serde_json::from_str(line).expect("cases are JSON");
            let kind = Kind::from_name(case["kind"].as_str()?)?;
            Some((kind, case["raw"].as_str()?.to_owned()))
        };
        cases.filter_map(case).collect()
    }

    /// What the fast parser takes must be what the exact one makes of it.
    fn check(kind: Kind, message: &str) {
        for wanted in [Fields::ALL, Fields::OF_VIEWS] {
            let (mut fast, mut exact) = (RawRecord::default(), RawRecord::default());
            let fast_result = read_record(kind, message, wanted, &mut fast);
            assert_eq!(fast_result, exact::read_record(kind, message, wanted, &mut exact), "{message}");
            assert!(fast_result.is_err() || fast == exact, "{message}: {fast:?}, {exact:?}");
        }
    }

    #[test]
    fn the_fast_parser_agrees_with_the_exact_one() {
        for (kind, line) in lines() {
            check(kind, &line);
        }
        for value in [
            r#""\u12g4""#,
            r#""\u"}"#,
            r#""\ud800""#,
            r#""a\tb""#,
            "-",
            "-0",
            "1.e5",
            "1E400",
            "tru",
            "[1,]",
            "{\"a\"}",
        ] {
            check(
                Kind::Pin,
                &format!(r#"{{"index": 1, "description": {value}, "x": {value}, "category": {value}}}"#),
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn also_on_damaged_lines(
            line in proptest::sample::select(lines()),
            damages in prop::collection::vec(
                (any::<prop::sample::Index>(), prop::sample::select(&[
                    "", "\"", "\\", "\\u", "\\u00e9", "\\ud83c\\udf84", "\\udc00", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e",
                    "9999999999", "\u{1}", "\u{e9}", " ", "null", "true", "[[", "\"\":", "\u{feff}",
                ][..]), 0usize..3),
                1..4,
            ),
        ) {
            let (kind, mut line) = line;
            for (at, insert, remove) in damages {
                let chars: Vec<char> = line.chars().collect();
                let at = at.index(chars.len() + 1);
                let after = (at + remove).min(chars.len());
                line = chars[..at].iter().collect::<String>() + insert + &chars[after..].iter().collect::<String>();
            }
            check(kind, &line);
        }
    }
}
