//! What `Data` stands for.
//!
//! Behind API Gateway it is the record: the mapping template encodes it, so producers do not. Kinesis itself takes
//! base64, and some producers were written for that. So a text that is base64 of something that begins with `{` is
//! taken as what it encodes, even if that is no JSON: Kinesis takes any bytes, and a reject shows later what came. Any
//! other text is the record itself and will be rejected, for it is no object.

use crate::front_door::record::{Incoming, record_of};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::borrow::Cow;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The record of a `Data` that lies in `body`.
pub fn record(body: &Bytes, data: &RawValue) -> Incoming {
    match encoded_object(data.get()) {
        Some(decoded) => decoded_record(&decoded),
        None => record_of(body, data.get()).expect("a raw value is JSON"),
    }
}

fn encoded_object(json: &str) -> Option<Bytes> {
    if !json.starts_with('"') {
        return None;
    }
    // Some encoders write `/` as `\/`.
    let text: Cow<'_, str> = match serde_json::from_str::<&str>(json) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(serde_json::from_str(json).ok()?),
    };
    let decoded = BASE64.decode(text.trim_ascii()).ok()?;
    decoded.trim_ascii_start().starts_with(b"{").then(|| decoded.into())
}

fn decoded_record(decoded: &Bytes) -> Incoming {
    let json = std::str::from_utf8(decoded).ok().and_then(|text| record_of(decoded, text).ok());
    json.unwrap_or_else(|| {
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let line = decoded.iter().map(|byte| if is_break(byte) { b' ' } else { *byte }).collect();
        Incoming { line, ind: None, given: None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data: &str, line: &[u8]) -> Incoming {
        let body = Bytes::from(data.to_owned());
        let raw: &RawValue = serde_json::from_slice(&body).unwrap();
        let record = record(&body, raw);
        assert_eq!(record.line, line, "{data}");
        record
    }

    fn encoded(bytes: &[u8]) -> String {
        format!("\"{}\"", base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    #[test]
    fn data_is_the_record_or_encodes_it() {
        for data in ["{\"ind\": 7}", &encoded(b"{\"ind\": 7}"), &encoded(b"{\"ind\":\n7}\n")] {
            assert_eq!(check(data, b"{\"ind\": 7}").ind, Some(7));
        }
        check(&encoded(b"{\"ind\": 7}").replace('=', ""), b"{\"ind\": 7}");
        check(&encoded(b"{\"a\":\"???>\"}").replace('/', "\\/"), b"{\"a\":\"???>\"}");
    }

    #[test]
    fn other_texts_are_records() {
        for data in ["\"abcd\"", "\"no base64 {\"", "\"\"", &encoded(b"[1]"), "7", "[{}]", "\"\\ud800\""] {
            check(data, data.as_bytes());
        }
    }

    #[test]
    fn what_is_encoded_need_not_be_json() {
        check(&encoded(b"{\r\n\xff"), b"{  \xff");
    }
}
