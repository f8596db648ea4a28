//! A key as the REST Proxy sends it: its JSON, without white space between the tokens.

use bytes::Bytes;
use serde_json::value::RawValue;

/// The bytes of a key. Keys that differ in white space alone are one key, as for the original, which writes them anew.
pub fn bytes(key: &RawValue) -> Bytes {
    let (mut is_text, mut is_escaped) = (false, false);
    let stays = |byte: &u8| {
        let is_quote = *byte == b'"' && !is_escaped;
        is_escaped = is_text && *byte == b'\\' && !is_escaped;
        is_text ^= is_quote;
        is_text || !byte.is_ascii_whitespace()
    };
    key.get().bytes().filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, sent: &str) {
        let key: Box<RawValue> = serde_json::from_str(key).expect("JSON");
        assert_eq!(bytes(&key), sent);
    }

    #[test]
    fn white_space_goes_between_tokens_and_stays_in_texts() {
        check("7", "7");
        check("\"7 \"", "\"7 \"");
        check("{ \"ind\" :\n[ 7 , null ] }", "{\"ind\":[7,null]}");
        check(r#"{"a \" b" : "\\" , "c":" "}"#, r#"{"a \" b":"\\","c":" "}"#);
    }
}
