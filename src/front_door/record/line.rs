//! A record's text becomes a line of the log, spelled as it was.

use super::{Incoming, ind_of};
use crate::decode::{FoundKey, KeyReader};
use bytes::Bytes;
use pinflow_dataflows::clean::RawRecord;
use std::ops::Range;

/// The line of a JSON text that lies in `body`: a slice of it, unless there are line breaks. Those can only stand
/// between a JSON text's tokens, where a space says the same.
pub fn one_line(body: &Bytes, json: &str) -> Bytes {
    let json = json.trim_matches([' ', '\t', '\n', '\r']);
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return body.slice_ref(json.as_bytes());
    }
    json.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }).collect()
}

/// The record of a text that lies in `body`, if it is JSON.
pub fn record_of(body: &Bytes, json: &str) -> Result<Incoming, serde_json::Error> {
    Ok(record_with(body, json, ind_of(json)?))
}

/// Records that lie one after the other in a text, mostly written alike: they are read much faster so.
#[derive(Default)]
pub struct ManyRecords<'a> {
    keys: KeyReader,
    raw: RawRecord<'a>,
}

impl<'a> ManyRecords<'a> {
    /// The record of a part of `text`, which lies in `body`, if that part is JSON. White space around it does not count.
    pub fn record_of(
        &mut self,
        body: &Bytes,
        text: &'a str,
        json: Range<usize>,
    ) -> Result<Incoming, serde_json::Error> {
        match self.keys.read(text, json.clone(), &mut self.raw) {
            FoundKey::Object(ind) => Ok(record_with(body, &text[json], ind)),
            FoundKey::Unsure => record_of(body, &text[json]),
        }
    }

    /// The record that begins at `start` in `text`, which lies in `body`, and where it ends, if it is surely an object.
    pub fn record_at(&mut self, body: &Bytes, text: &'a str, start: usize) -> Option<(Incoming, usize)> {
        let (ind, end) = self.keys.read_at(text, start, &mut self.raw)?;
        Some((record_with(body, &text[start..end], ind), end))
    }
}

fn record_with(body: &Bytes, json: &str, ind: Option<u64>) -> Incoming {
    Incoming { line: one_line(body, json), ind, given: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_spelled_as_the_record() {
        let body = Bytes::from_static(b" {\"ind\": 7.00, \"a\":\"\\n\", \"a\": 1E2} ");
        let record = record_of(&body, std::str::from_utf8(&body).unwrap()).unwrap();
        assert_eq!(record.line, r#"{"ind": 7.00, "a":"\n", "a": 1E2}"#);
        assert_eq!(record.line.as_ptr(), body[1..].as_ptr());
        assert_eq!(record.ind, Some(7));
    }

    /// A body's records are the same whether they are read one by one or in a row.
    #[track_caller]
    fn check(lines: &[&str]) {
        let body = Bytes::from(lines.join("\n"));
        let text = std::str::from_utf8(&body).expect("text");
        let (mut many, mut start) = (ManyRecords::default(), 0);
        for line in lines {
            let found = many.record_of(&body, text, start..start + line.len());
            start += line.len() + 1;
            let expected = record_of(&body, &text[start - line.len() - 1..start - 1]);
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{line}"),
                (found, expected) => assert_eq!(found.is_err(), expected.is_err(), "{line}"),
            }
        }
    }

    #[test]
    fn records_in_a_row_are_those_read_alone() {
        let cases = include_str!("../../../tests/data/cleaning-cases.jsonl");
        let raw = |case: &str| {
            let case: serde_json::Value = serde_json::from_str(case).expect("cases are JSON");
            Some(case["raw"].as_str()?.replace('\n', " "))
        };
        let raw: Vec<String> = cases.lines().filter_map(raw).collect();
        let lines: Vec<&str> =
            raw.iter().map(String::as_str).filter(|line| !line.trim().is_empty()).collect();
        assert!(lines.len() > 200, "{} lines", lines.len());
        check(&lines);
        check(&[
            r#"{"ind": 7}"#,
            r#"{"ind": 7.0}"#,
            r#"{"ind": "7"}"#,
            r#"{"ind": 1"#,
            r#"{"ind": 8}"#,
            "[1]",
            "7",
            "7 8",
        ]);
        check(&[
            r#"{"index": 1}"#,
            r#"{"index": 2, "ind": null}"#,
            r#"{"index": 2, "ind": 3}"#,
            r#"{"\u0069nd": 1}"#,
        ]);
    }

    #[test]
    fn line_breaks_between_tokens_become_spaces() {
        let body = Bytes::from_static(b"{\r\n\t\"ind\":\n7\r}\n");
        let record = record_of(&body, std::str::from_utf8(&body).unwrap()).unwrap();
        assert_eq!(record.line, "{  \t\"ind\": 7 }");
    }
}
