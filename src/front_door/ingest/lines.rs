//! Cuts a body into records, one a line.

use crate::block::is_blank;
use crate::front_door::record::{Incoming, ManyRecords, text_of};
use bytes::Bytes;
use simdutf8::compat::Utf8Error;

/// What a body held.
#[derive(Debug, PartialEq, Eq)]
pub struct Lines {
    /// A record for each line that is not blank.
    pub records: Vec<Incoming>,
    /// Lines of white space.
    pub blank: usize,
}

/// How much a body may hold.
#[derive(Clone, Copy, Debug)]
pub struct MaxLines {
    /// Records.
    pub records: usize,
    /// Bytes of each.
    pub record_bytes: usize,
}

/// Why a body was not cut; lines count from 1.
#[derive(Debug, PartialEq, Eq)]
pub enum LineError {
    NoJson { line: usize, reason: String },
    TooLarge { line: usize, max: usize },
    TooMany { max: usize },
}

/// Cuts it. Every line has to be JSON; whether it is a record is seen later.
pub fn cut(body: &Bytes, max: MaxLines) -> Result<Lines, LineError> {
    let text = text_of(body).map_err(|error| no_text(body, error))?;
    let (mut records, mut blank) = (Vec::new(), 0);
    let (mut many, mut start) = (ManyRecords::default(), 0);
    for line in 1.. {
        let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) else { break };
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let whole = start..start + end;
        let json = rest[..end].trim_matches([' ', '\t', '\r']);
        start += end + 1;
        if json.is_empty() {
            blank += 1;
            continue;
        }
        if json.len() > max.record_bytes {
            return Err(LineError::TooLarge { line, max: max.record_bytes });
        }
        if records.len() == max.records {
            return Err(LineError::TooMany { max: max.records });
        }
        let record = many.record_of(body, text, whole);
        records.push(record.map_err(|error| LineError::NoJson { line, reason: reason(&error) })?);
    }
    Ok(Lines { records, blank })
}

/// The numbers of the lines that are records, of a body that was cut.
pub fn numbers(body: &[u8]) -> impl Iterator<Item = usize> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let lines = body.split(|byte| *byte == b'\n').zip(1..);
    lines.filter(move |(line, _)| !is_blank(line)).map(|(_, number)| number)
}

fn no_text(body: &[u8], error: Utf8Error) -> LineError {
    let line = 1 + memchr::memchr_iter(b'\n', &body[..error.valid_up_to()]).count();
    LineError::NoJson { line, reason: "it is not UTF-8".to_owned() }
}

/// serde_json's sentence without its line, which is always the first.
fn reason(error: &serde_json::Error) -> String {
    let sentence = error.to_string();
    let end = sentence.rfind(" at line ").unwrap_or(sentence.len());
    format!("{} at column {}", &sentence[..end], error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: MaxLines = MaxLines { records: 3, record_bytes: 20 };

    fn texts(body: &'static str) -> Result<(Vec<String>, usize), LineError> {
        let lines = cut(&Bytes::from_static(body.as_bytes()), MAX)?;
        let text = |record: Incoming| String::from_utf8(record.line.to_vec()).unwrap();
        Ok((lines.records.into_iter().map(text).collect(), lines.blank))
    }

    #[test]
    fn a_record_a_line() {
        let (records, blank) = texts("\u{feff}{\"ind\": 1}\r\n\n \t\r\n[2]\n  3 ").unwrap();
        assert_eq!((records, blank), (vec!["{\"ind\": 1}".to_owned(), "[2]".to_owned(), "3".to_owned()], 2));
        assert_eq!(
            numbers("\u{feff}{\"ind\": 1}\r\n\n \t\r\n[2]\n  3 ".as_bytes()).collect::<Vec<_>>(),
            [1, 4, 5]
        );
        assert_eq!(texts("").unwrap(), (vec![], 0));
        assert_eq!(texts("{}\n").unwrap(), (vec!["{}".to_owned()], 0));
    }

    #[test]
    fn the_line_that_is_wrong() {
        assert!(matches!(texts("{}\n\n{}{}\n"), Err(LineError::NoJson { line: 3, .. })));
        assert_eq!(texts("{}\n\"34567890123456789012\"\n"), Err(LineError::TooLarge { line: 2, max: 20 }));
        assert_eq!(texts("1\n2\n3\n4\n"), Err(LineError::TooMany { max: 3 }));
        let no_text = cut(&Bytes::from_static(b"{}\n{\"a\":\"\xff\"}"), MAX);
        assert!(matches!(no_text, Err(LineError::NoJson { line: 2, .. })));
        assert_eq!(
            texts("{\"a\"}"),
            Err(LineError::NoJson { line: 1, reason: "expected `:` at column 5".to_owned() })
        );
    }
}
