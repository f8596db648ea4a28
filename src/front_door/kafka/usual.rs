//! A body as nearly all are, `{"records":[{"value":{…}},…]}`, read once. What is written otherwise, or wrong, is left to
//! `request`.

use crate::front_door::record::{Incoming, ManyRecords};
use bytes::Bytes;

/// The records of a body, if it surely has nothing but values that are objects, one at least and so many at most.
pub fn records(body: &Bytes, text: &str, max_records: usize) -> Option<Vec<Incoming>> {
    let (mut rest, mut many, mut records) = (Rest { text, at: 0 }, ManyRecords::default(), Vec::new());
    for token in ["{", "\"records\"", ":", "["] {
        rest.take(token)?;
    }
    loop {
        for token in ["{", "\"value\"", ":"] {
            rest.take(token)?;
        }
        let (record, end) = many.record_at(body, text, rest.at)?;
        if records.len() == max_records {
            return None;
        }
        records.push(record);
        rest.at = end;
        rest.take("}")?;
        if rest.take("]").is_some() {
            break;
        }
        rest.take(",")?;
    }
    rest.take("}")?;
    rest.skip_white_space();
    (rest.at == text.len()).then_some(records)
}

/// What of a text is not read yet.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl Rest<'_> {
    /// Takes a token, and white space before it.
    fn take(&mut self, token: &str) -> Option<()> {
        self.skip_white_space();
        let is_there = self.text.as_bytes()[self.at..].starts_with(token.as_bytes());
        self.at += if is_there { token.len() } else { 0 };
        is_there.then_some(())
    }

    fn skip_white_space(&mut self) {
        let is_white_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.text.as_bytes()[self.at..].iter().take_while(is_white_space).count();
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::Format;
    use super::super::request::records_of_any;
    use super::*;
    use proptest::prelude::*;

    const USUAL: &str = r#"{"records":[{"value":{"index":7,"title":"a\u00e9\"}]","tags":["x",{"y":null}]}},{"value":{"ind": "8"}}]}"#;

    /// What is read of it here is what `request` reads of it; tells whether anything is.
    fn check(json: &str, max_records: usize) -> bool {
        let body = Bytes::copy_from_slice(json.as_bytes());
        let text = std::str::from_utf8(&body).expect("it was a text");
        let Some(records) = records(&body, text, max_records) else { return false };
        let expected = records_of_any(&body, text, Format::Json, max_records);
        assert_eq!(Ok(records), expected, "{json}");
        true
    }

    #[test]
    fn what_is_written_as_usual_is_read_once() {
        assert!(check(USUAL, 2));
        let wide =
            USUAL.replace(r#"\"}]"#, "").replace('{', " {\n ").replace(':', "\t: ").replace(']', " ] \r\n");
        assert!(check(&wide, 100));
        assert!(!check(USUAL, 1), "more than allowed");
        for other in [
            "",
            "{}",
            "[]",
            r#"{"records":[]}"#,
            r#"{"records":[{"value":7}]}"#,
            r#"{"records":[{"value":null}]}"#,
            r#"{"records":[{"value":{}},]}"#,
            r#"{"records":[{"value":{}}],"records":[]}"#,
            r#"{"records":[{"value":{},"value":7}]}"#,
            r#"{"records":[{"value":{},"key":"a"}]}"#,
            r#"{"records":[{"key":"a","value":{}}]}"#,
            r#"{"records":[{"value":{}}]} x"#,
            r#"{"records":[{"value":{"a":01}}]}"#,
        ] {
            assert!(!check(other, 100), "{other}");
        }
    }

    const PIECES: [&str; 20] = [
        "",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\t",
        "\n",
        "\0",
        " ",
        "7",
        "null",
        "\"value\":{}",
        "{\"value\":{}},",
        "\"key\":1,",
        "\u{feff}",
        "\\ud800",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn nothing_is_read_that_is_not_there(
            damages in prop::collection::vec(
                (any::<prop::sample::Index>(), prop::sample::select(&PIECES[..]), 0usize..3), 0..4,
            ),
        ) {
            let mut json = USUAL.to_owned();
            for (at, insert, remove) in damages {
                let chars: Vec<char> = json.chars().collect();
                let at = at.index(chars.len() + 1);
                let after = (at + remove).min(chars.len());
                json = chars[..at].iter().collect::<String>() + insert + &chars[after..].iter().collect::<String>();
            }
            check(&json, 100);
        }
    }
}
