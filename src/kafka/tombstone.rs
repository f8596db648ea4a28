//! A null value is a delete of the `ind` that its key names: digits, or JSON: a number, a text, or an object.

use crate::front_door::tombstone_line;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use serde_json::value::RawValue;

/// The record that says the same. Of a key that names none it has the key, and is rejected for want of an `ind`.
pub fn record(key: Option<&[u8]>) -> String {
    let Some(key) = key else { return tombstone_line(None) };
    let Ok(text) = std::str::from_utf8(key) else {
        return json!({ "_deleted": true, "key_base64": BASE64_STANDARD.encode(key) }).to_string();
    };
    let digits = text.trim();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // As a text, because JSON has no numbers that begin with 0.
        let quoted = RawValue::from_string(format!("\"{digits}\"")).expect("digits need no escapes");
        return tombstone_line(Some(&quoted));
    }
    match serde_json::from_str::<&RawValue>(text) {
        Ok(json) => tombstone_line(Some(json)),
        Err(_) => json!({ "_deleted": true, "key": text }).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: Option<&[u8]>, line: &str) {
        assert_eq!(record(key), line, "{key:?}");
    }

    #[test]
    fn keys_that_name_an_ind() {
        for key in ["7", "007", "7.0", " 7 ", r#""7""#, r#"{"ind":7}"#, r#"{"index": "7", "x": 1}"#] {
            check(Some(key.as_bytes()), r#"{"ind":7,"_deleted":true}"#);
        }
    }

    #[test]
    fn keys_that_do_not() {
        check(None, r#"{"_deleted":true}"#);
        check(Some(b""), r#"{"_deleted":true,"key":""}"#);
        check(Some(b"post"), r#"{"_deleted":true,"key":"post"}"#);
        check(Some(b"-1"), r#"{"_deleted":true,"key":-1}"#);
        check(Some(b"99999999999999999999"), r#"{"_deleted":true,"key":"99999999999999999999"}"#);
        check(Some(b"\xff"), r#"{"_deleted":true,"key_base64":"/w=="}"#);
    }
}
