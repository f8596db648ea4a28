//! What comes with the record of a topic or a stream, as a line tells of it.

use crate::block::Envelope;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

/// Keys and headers; what is not there is left out.
#[derive(Debug, Default, Serialize)]
pub struct Enclosed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_base64: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    headers: Vec<Header<'a>>,
    /// There was no value, and what is shown is the record that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    tombstone: Option<bool>,
    /// Those of streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explicit_hash_key: Option<&'a str>,
}

/// A value may be missing.
#[derive(Debug, Serialize)]
struct Header<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl<'a> Enclosed<'a> {
    /// Of an envelope.
    pub fn of(envelope: &'a Envelope) -> Enclosed<'a> {
        let (key, key_base64) = shown(envelope.key.as_deref());
        let header = |(name, value): &'a (String, Option<Vec<u8>>)| {
            let (value, value_base64) = shown(value.as_deref());
            Header { name, value, value_base64 }
        };
        let headers = envelope.headers.iter().map(header).collect();
        let tombstone = envelope.is_tombstone.then_some(true);
        Enclosed { key, key_base64, headers, tombstone, ..Enclosed::default() }
    }

    /// The keys of a stream's record.
    pub fn keys(partition_key: &'a str, explicit_hash_key: Option<&'a str>) -> Enclosed<'a> {
        Enclosed { partition_key: Some(partition_key), explicit_hash_key, ..Enclosed::default() }
    }
}

/// As text where it is one, else in base64.
fn shown(bytes: Option<&[u8]>) -> (Option<&str>, Option<String>) {
    match bytes.map(|bytes| str::from_utf8(bytes).map_err(|_| bytes)) {
        None => (None, None),
        Some(Ok(text)) => (Some(text), None),
        Some(Err(bytes)) => (None, Some(BASE64_STANDARD.encode(bytes))),
    }
}
