//! From a request's body to records.

use super::error::KafkaError;
use super::format::Format;
use super::{key, tombstone, usual};
use crate::front_door::record::{ArrayError, Incoming, elements, record_of, text_of};
use crate::front_door::refusal::Refusal;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// The body. Unknown members are refused, as the original does: most are misspelled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    records: Option<&'a RawValue>,
    key_schema: Option<IgnoredAny>,
    key_schema_id: Option<IgnoredAny>,
    value_schema: Option<IgnoredAny>,
    value_schema_id: Option<IgnoredAny>,
}

/// An element of `records`. A null is as good as nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element<'a> {
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    partition: Option<u32>,
}

/// The records of a body; a null value is a delete.
pub fn records(body: &Bytes, format: Format, max_records: usize) -> Result<Vec<Incoming>, KafkaError> {
    let text = text_of(body).map_err(|error| KafkaError::NoJson(error.to_string()))?;
    let usual = if format == Format::WithSchema { None } else { usual::records(body, text, max_records) };
    match usual {
        Some(records) => Ok(records),
        None => records_of_any(body, text, format, max_records),
    }
}

/// The same of a body that may be written in any way, or wrong.
pub(super) fn records_of_any(
    body: &Bytes,
    text: &str,
    format: Format,
    max_records: usize,
) -> Result<Vec<Incoming>, KafkaError> {
    let envelope = envelope(text)?;
    let no_records = || KafkaError::Shape("records may not be empty".to_owned());
    let elements = elements(envelope.records.ok_or_else(no_records)?, max_records)?;
    if elements.is_empty() {
        return Err(no_records());
    }
    let elements = elements.into_iter().enumerate().map(|(index, json)| element(index, json));
    let elements = elements.collect::<Result<Vec<_>, _>>()?;
    if format == Format::WithSchema {
        return Err(schema_error(&envelope, &elements));
    }
    Ok(elements.iter().map(|element| record(body, element)).collect())
}

fn envelope(text: &str) -> Result<Envelope<'_>, KafkaError> {
    let text = text.trim_ascii_start();
    if text.is_empty() {
        return Err(KafkaError::Shape("the body may not be empty".to_owned()));
    }
    // An array would be read as the members in their order.
    if !text.starts_with('{') {
        let checked = serde_json::from_str::<IgnoredAny>(text);
        checked.map_err(|error| KafkaError::NoJson(error.to_string()))?;
        return Err(KafkaError::Shape("the body is not an object".to_owned()));
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => KafkaError::Shape(error.to_string()),
        _ => KafkaError::NoJson(error.to_string()),
    })
}

fn element(index: usize, json: &RawValue) -> Result<Element<'_>, KafkaError> {
    if !json.get().starts_with('{') {
        return Err(KafkaError::Shape(format!("records[{index}] is not an object")));
    }
    serde_json::from_str(json.get()).map_err(|error| KafkaError::Shape(format!("records[{index}]: {error}")))
}

fn record(body: &Bytes, element: &Element<'_>) -> Incoming {
    let mut record = match element.value {
        Some(value) => record_of(body, value.get()).expect("the body is JSON, so its parts are"),
        None => tombstone::record(element.key),
    };
    if element.key.is_some() || element.partition.is_some() {
        let given = record.given.get_or_insert_default();
        (given.key, given.partition) = (element.key.map(key::bytes), element.partition);
    }
    record
}

fn schema_error(envelope: &Envelope<'_>, elements: &[Element<'_>]) -> KafkaError {
    let has_key_schema = envelope.key_schema.or(envelope.key_schema_id).is_some();
    let has_value_schema = envelope.value_schema.or(envelope.value_schema_id).is_some();
    if !has_key_schema && elements.iter().any(|element| element.key.is_some()) {
        KafkaError::NoKeySchema
    } else if !has_value_schema && elements.iter().any(|element| element.value.is_some()) {
        KafkaError::NoValueSchema
    } else {
        KafkaError::Format
    }
}

impl From<ArrayError> for KafkaError {
    fn from(error: ArrayError) -> KafkaError {
        match error {
            ArrayError::NoArray => KafkaError::Shape("records is not an array".to_owned()),
            ArrayError::TooMany { max } => Refusal::TooManyRecords { max }.into(),
        }
    }
}
