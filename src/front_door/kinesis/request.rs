//! From a request's body to records.

use super::data;
use super::error::KinesisError;
use crate::front_door::record::{ArrayError, Incoming, elements, text_of};
use crate::front_door::refusal::Refusal;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// Kinesis' limit, in Unicode characters.
const MAX_KEY_CHARACTERS: usize = 256;

/// The body of PutRecords, in Kinesis' spelling or in that of the tutorial's mapping template.
#[derive(Deserialize)]
struct Many<'a> {
    #[serde(borrow, rename = "Records", alias = "records")]
    records: Option<&'a RawValue>,
}

/// The body of PutRecord, and an element of PutRecords.
#[derive(Deserialize)]
struct One<'a> {
    #[serde(borrow, rename = "Data", alias = "data")]
    data: Option<&'a RawValue>,
    #[serde(borrow, rename = "PartitionKey", alias = "partition-key")]
    partition_key: Option<&'a RawValue>,
}

/// The record of PutRecord.
pub fn record(body: &Bytes) -> Result<Incoming, KinesisError> {
    one(body, object::<One<'_>>(text(body)?, "the body")?, "")
}

/// The records of PutRecords.
pub fn records(body: &Bytes, max_records: usize) -> Result<Vec<Incoming>, KinesisError> {
    let Many { records } = object(text(body)?, "the body")?;
    let records = elements(records.ok_or_else(|| null("records"))?, max_records).map_err(array_error)?;
    if records.is_empty() {
        let message = "Value '[]' at 'records' failed to satisfy constraint: \
                       Member must have length greater than or equal to 1";
        return Err(KinesisError::invalid(message));
    }
    let element = |(index, json): (usize, &RawValue)| {
        let member = format!("records.{}.member", index + 1);
        one(body, object(json.get(), &member)?, &format!("{member}."))
    };
    records.into_iter().enumerate().map(element).collect()
}

/// Whether a body is an object or nothing; what it says does not matter.
pub fn check_object(body: &Bytes) -> Result<(), KinesisError> {
    let text = text(body)?;
    if text.trim_ascii().is_empty() {
        return Ok(());
    }
    object::<IgnoredAny>(text, "the body").map(|_| ())
}

fn text(body: &Bytes) -> Result<&str, KinesisError> {
    text_of(body).map_err(|error| KinesisError::NoJson(error.to_string()))
}

/// Reads an object; `serde` alone would take an array for its members in their order.
fn object<'a, T: Deserialize<'a>>(json: &'a str, member: &str) -> Result<T, KinesisError> {
    let read = if json.trim_ascii_start().starts_with('{') {
        serde_json::from_str(json)
    } else {
        let no_object = || serde::de::Error::custom("not an object");
        serde_json::from_str(json).and_then(|IgnoredAny| Err(no_object()))
    };
    read.map_err(|error: serde_json::Error| match error.classify() {
        Category::Data => KinesisError::invalid(&format!("{member}: {error}")),
        _ => KinesisError::NoJson(error.to_string()),
    })
}

fn one(body: &Bytes, one: One<'_>, prefix: &str) -> Result<Incoming, KinesisError> {
    let data = one.data.ok_or_else(|| null(&format!("{prefix}data")))?;
    let key = one.partition_key.ok_or_else(|| null(&format!("{prefix}partitionKey")))?;
    check_key(key, prefix)?;
    Ok(data::record(body, data))
}

/// A mapping template makes a text of numbers, too.
fn check_key(key: &RawValue, prefix: &str) -> Result<(), KinesisError> {
    let constraint = match key.get().as_bytes() {
        [b'{' | b'[', ..] => "Member must be a text",
        // The JSON spelling is at most longer, which matters for keys of nearly 256 characters with escapes only.
        b"\"\"" => "Member must have length greater than or equal to 1",
        _ if key.get().chars().count() > MAX_KEY_CHARACTERS + 2 => {
            "Member must have length less than or equal to 256"
        }
        _ => return Ok(()),
    };
    Err(KinesisError::invalid(&format!(
        "Value at '{prefix}partitionKey' failed to satisfy constraint: {constraint}"
    )))
}

fn null(member: &str) -> KinesisError {
    KinesisError::invalid(&format!(
        "Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

fn array_error(error: ArrayError) -> KinesisError {
    match error {
        ArrayError::NoArray => KinesisError::invalid("records is not an array"),
        ArrayError::TooMany { max } => Refusal::TooManyRecords { max }.into(),
    }
}
