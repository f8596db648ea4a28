//! From a message to the fields that the views need.

use crate::archive::Kind;
use crate::clean;
use crate::json::{NotJson, Reader, Value};

/// Of a record.
const MAX_BYTES: usize = 1 << 20;
/// A user's.
const MAX_FIELDS: usize = 4;

/// The fields of a record that the views need.
#[derive(Default)]
pub struct Fields<'a> {
    ind: Value<'a>,
    index: Value<'a>,
    deleted: Value<'a>,
    /// By kind, as `place` has them.
    pub values: [Value<'a>; MAX_FIELDS],
}

impl Fields<'_> {
    /// Whether the record deletes the one with its key.
    pub fn is_deletion(&self) -> bool {
        matches!(self.deleted, Value::Bool(true))
    }
}

/// Reads a message: its key and its fields. Nothing if it has to be rejected.
pub fn read(kind: Kind, message: &str) -> Option<(u64, Fields<'_>)> {
    if message.len() > MAX_BYTES {
        return None;
    }
    let fields = read_fields(kind, message).ok()?;
    let key = if matches!(fields.ind, Value::Null) { fields.index } else { fields.ind };
    Some((clean::whole(key)?, fields))
}

fn read_fields(kind: Kind, message: &str) -> Result<Fields<'_>, NotJson> {
    let (mut fields, mut reader) = (Fields::default(), Reader::new(message));
    reader.object(|reader, name| {
        let value = reader.value()?;
        if let Some(place) = name.unescaped().and_then(|name| place(&mut fields, kind, &name)) {
            *place = value;
        }
        Ok(())
    })?;
    reader.end()?;
    Ok(fields)
}

/// Where the value of that name belongs. Of equal names the last counts.
fn place<'f, 'a>(fields: &'f mut Fields<'a>, kind: Kind, name: &str) -> Option<&'f mut Value<'a>> {
    let index = match (kind, name) {
        (_, "ind") => return Some(&mut fields.ind),
        (_, "index") => return Some(&mut fields.index),
        (_, "_deleted") => return Some(&mut fields.deleted),
        (Kind::Pin, "poster_name") | (Kind::Geo, "timestamp") | (Kind::User, "first_name") => 0,
        (Kind::Pin, "follower_count") | (Kind::Geo, "country") | (Kind::User, "last_name") => 1,
        (Kind::Pin, "category") | (Kind::User, "age") => 2,
        (Kind::User, "date_joined") => 3,
        _ => return None,
    };
    Some(&mut fields.values[index])
}
