//! A record's text becomes a line of the log, spelled as it was.

use super::{hash_of_bytes, hash_of_ind, ind_of};
use crate::log::NewRecord;
use bytes::Bytes;

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
pub fn record_of(body: &Bytes, json: &str) -> Result<NewRecord, serde_json::Error> {
    let ind = ind_of(json)?;
    let bytes = one_line(body, json);
    let partition_hash = ind.map_or_else(|| hash_of_bytes(&bytes), hash_of_ind);
    Ok(NewRecord { partition_hash, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_spelled_as_the_record() {
        let body = Bytes::from_static(b" {\"ind\": 7.00, \"a\":\"\\n\", \"a\": 1E2} ");
        let record = record_of(&body, std::str::from_utf8(&body).unwrap()).unwrap();
        assert_eq!(record.bytes, r#"{"ind": 7.00, "a":"\n", "a": 1E2}"#);
        assert_eq!(record.bytes.as_ptr(), body[1..].as_ptr());
        assert_eq!(record.partition_hash, hash_of_ind(7));
    }

    #[test]
    fn line_breaks_between_tokens_become_spaces() {
        let body = Bytes::from_static(b"{\r\n\t\"ind\":\n7\r}\n");
        let record = record_of(&body, std::str::from_utf8(&body).unwrap()).unwrap();
        assert_eq!(record.bytes, "{  \t\"ind\": 7 }");
    }
}
