//! Tags: a text split at commas, or an array of texts.

use super::Malformed;
use crate::value::Value;

/// The tags, each trimmed, without blank ones.
pub(super) fn tag_list<'a>(value: &'a Value<'_>) -> Result<Vec<&'a str>, Malformed> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if text.trim() == "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e" => Ok(Vec::new()),
        Value::Text(text) => Ok(not_blank(text.split(','))),
        Value::Texts(texts) => Ok(not_blank(texts.iter().map(AsRef::as_ref))),
        _ => Err(Malformed),
    }
}

fn not_blank<'a>(tags: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    tags.map(str::trim).filter(|tag| !tag.is_empty()).collect()
}
