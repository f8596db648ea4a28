//! Which records the front door's bulk route can take, and as which line.

use crate::dead_letters::StoredLetter;
use crate::decode::{NoRecord, read_record};
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;

/// Why a record cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotSendable {
    /// There is no record.
    Fault,
    /// There is only its beginning.
    Cut,
    /// The route takes JSON alone.
    NotJson,
}

impl NotSendable {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            NotSendable::Fault => "object faults: replay the archive once the object is whole",
            NotSendable::Cut => "too large: only the beginning was kept",
            NotSendable::NotJson => "not JSON: the bulk route takes JSON alone",
        }
    }
}

/// The kind and the line of a letter's record. What pinflow reads as JSON now counts, not what it was rejected for.
pub fn line(letter: &StoredLetter) -> Result<(Kind, Vec<u8>), NotSendable> {
    if letter.is_fault() {
        return Err(NotSendable::Fault);
    }
    let record = letter.whole_record().ok_or(NotSendable::Cut)?;
    let kind = letter.kind.as_deref().and_then(Kind::from_name).ok_or(NotSendable::NotJson)?;
    let text = std::str::from_utf8(&record).map_err(|_| NotSendable::NotJson)?;
    match read_record(kind, text, Fields::none(), &mut RawRecord::default()) {
        Err(NoRecord::NotJson) => Err(NotSendable::NotJson),
        Ok(()) | Err(NoRecord::NotAnObject) => Ok((kind, one_line(&record))),
    }
}

/// Line breaks can only stand between the tokens of JSON, where a space says the same.
fn one_line(json: &[u8]) -> Vec<u8> {
    json.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_json_can_be_sent() {
        fn check(fields: &str, expected: Result<&str, NotSendable>) {
            let text =
                format!(r#"{{"reason":"r","kind":"pin","source":"s","topic":"t","partition":0,{fields}}}"#);
            let letter = StoredLetter::from_line(text.as_bytes()).expect("it is a letter");
            let expected = expected.map(|line| (Kind::Pin, line.as_bytes().to_vec()));
            assert_eq!(line(&letter), expected, "{fields}");
        }
        check(r#""position":1,"record":"{\"ind\":-1}""#, Ok(r#"{"ind":-1}"#));
        check(r#""position":1,"record":"{\n \"a\": \"\\n\"\r\n}""#, Ok(r#"{  "a": "\n"  }"#));
        check(r#""position":1,"record":"[7]""#, Ok("[7]"));
        check(r#""position":1,"record":"{\"ind\":""#, Err(NotSendable::NotJson));
        check(r#""position":1,"record":"{} {}""#, Err(NotSendable::NotJson));
        check(r#""position":1,"record":"""#, Err(NotSendable::NotJson));
        check(r#""position":1,"record_base64":"eyJhIjoi/yJ9""#, Err(NotSendable::NotJson));
        check(r#""position":1,"bytes":9,"sha256":"00","record":"{}""#, Err(NotSendable::Cut));
        check(r#""byte":7,"object":"o""#, Err(NotSendable::Fault));
    }
}
