//! From a message's text to a raw record.
//!
//! The whole message is checked, also what nothing reads, down to the last level. `fast` reads what is written as records
//! mostly are; what it is not sure of is not rejected yet: `exact` decides.

use super::shape::Shape;
use super::{exact, fast};
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use std::ops::Range;

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

/// Reads messages into records.
pub struct RecordReader {
    wanted: Fields,
    /// How records of each kind are written.
    shapes: [Shape; 3],
}

impl RecordReader {
    /// Fields that are not `wanted` are checked and passed over.
    pub fn new(wanted: Fields) -> RecordReader {
        RecordReader { wanted, shapes: Default::default() }
    }

    /// Reads a message of a kind, a part of `text`, into `record`, whatever that held before. A record is large, so one is
    /// filled again and again rather than handed around.
    pub fn read<'a>(
        &mut self,
        kind: Kind,
        text: &'a str,
        message: Range<usize>,
        record: &mut RawRecord<'a>,
    ) -> Result<(), NoRecord> {
        record.clear();
        let shape = &mut self.shapes[kind as usize];
        if fast::read_record((kind, self.wanted), text, message.clone(), shape, record).is_ok() {
            return Ok(());
        }
        record.clear();
        exact::read_record(kind, &text[message], self.wanted, record)
    }
}

/// Reads a single message.
pub fn read_record<'a>(
    kind: Kind,
    message: &'a str,
    wanted: Fields,
    record: &mut RawRecord<'a>,
) -> Result<(), NoRecord> {
    RecordReader::new(wanted).read(kind, message, 0..message.len(), record)
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

    /// What the fast reader makes of a message between two others must be what the exact one makes of it.
    fn check(kind: Kind, message: &str, other: &str) {
        let text = format!("{other}\n{message}\n{other}\n");
        let start = other.len() + 1;
        for wanted in [Fields::ALL, Fields::OF_VIEWS] {
            let mut reader = RecordReader::new(wanted);
            let (mut fast, mut exact) = (RawRecord::default(), RawRecord::default());
            for _ in 0..2 {
                // The other record is how records are mostly written, as far as the reader knows.
                reader.read(kind, &text, 0..other.len(), &mut fast).ok();
                let found = reader.read(kind, &text, start..start + message.len(), &mut fast);
                exact.clear();
                assert_eq!(found, exact::read_record(kind, message, wanted, &mut exact), "{message}");
                assert!(found.is_err() || fast == exact, "{message}: {fast:?}, {exact:?}");
            }
        }
    }

    #[test]
    fn the_fast_reader_agrees_with_the_exact_one() {
        for (kind, line) in lines() {
            check(kind, &line, &line);
            check(kind, &line, "");
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
            "00",
            "-01",
            "1e",
            "123456789012345678",
            "-1234567890123456789",
            "99999999999999999999",
            "tru",
            "nullx",
            "[1,]",
            "[\"a\" ,\n\"b\"]",
            "{\"a\"}",
            "{\"a\": 1,}",
            "{,}",
        ] {
            let record = |value| {
                format!(r#"{{"index": 1, "description": {value}, "x": {value}, "category": {value}}}"#)
            };
            check(Kind::Pin, &record(value), &record("null"));
        }
        for depth in [126, 127, 128] {
            let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            check(Kind::Pin, &format!(r#"{{"x": {value}, "tag_list": {value}}}"#), "");
            let value = format!("{}{}", r#"{"":"#.repeat(depth), "}".repeat(depth)).replace(":}", ":1}");
            check(Kind::Pin, &format!(r#"{{"x": {value}, "tag_list": {value}}}"#), "");
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
                    "9999999999", "\n", "\t", "\u{1}", "\u{e9}", " ", "null", "true", "[[", "\"\":", "\u{feff}",
                ][..]), 0usize..3),
                1..4,
            ),
        ) {
            let (kind, other) = line;
            let mut line = other.clone();
            for (at, insert, remove) in damages {
                let chars: Vec<char> = line.chars().collect();
                let at = at.index(chars.len() + 1);
                let after = (at + remove).min(chars.len());
                line = chars[..at].iter().collect::<String>() + insert + &chars[after..].iter().collect::<String>();
            }
            check(kind, &line, &other);
        }
    }
}
