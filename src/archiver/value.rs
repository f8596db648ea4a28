//! Whether a record is one JSON line.

use crate::decode::{NoRecord, RecordReader};
use crate::log::frame::Reason;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;

/// Looks at records.
pub struct Values(RecordReader);

impl Default for Values {
    fn default() -> Values {
        Values(RecordReader::new(Fields::none()))
    }
}

impl Values {
    /// Why a record cannot be a line, if it cannot. What is JSON is told by who will read the archive.
    pub fn no_line(&mut self, kind: Kind, value: &[u8]) -> Option<Reason> {
        let Ok(text) = std::str::from_utf8(value) else { return Some(Reason::NotJson) };
        match self.0.read(kind, text, 0..text.len(), &mut RawRecord::default()) {
            Err(NoRecord::NotJson) => Some(Reason::NotJson),
            // Some take a CR for the end of a line as well.
            _ if memchr::memchr2(b'\n', b'\r', value).is_some() => Some(Reason::SeveralLines),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_json_without_an_end_of_line() {
        let mut values = Values::default();
        let mut check =
            |value: &[u8], reason| assert_eq!(values.no_line(Kind::Pin, value), reason, "{value:?}");
        for line in [r#"{"index":1}"#, "{}", "7", " [1] ", "null", r#"{"a":"\n"}"#] {
            check(line.as_bytes(), None);
        }
        for several in ["{\n}", "7\n", "7\r", "{\r\"a\":1}"] {
            check(several.as_bytes(), Some(Reason::SeveralLines));
        }
        for value in ["", " ", "\n", "{", "{}{}", "{}\n{}"] {
            check(value.as_bytes(), Some(Reason::NotJson));
        }
        check(b"\"\xff\"", Some(Reason::NotJson));
        check("[".repeat(129).as_bytes(), Some(Reason::NotJson));
    }
}
