//! One raw record: fields in an order, each a name and a value that is JSON already.

use super::json::write_number;
use pinflow_dataflows::kind::Kind;
use std::ops::Range;

/// A raw record; its buffers are meant to be used again for the next one.
#[derive(Clone, Debug)]
pub struct Record {
    kind: Kind,
    ind: u64,
    fields: Vec<Field>,
    values: Vec<u8>,
}

/// A field: its name as it stands between the quotes, and where its value lies in the record's buffer.
#[derive(Clone, Debug)]
struct Field {
    name: &'static str,
    value: Range<usize>,
}

/// What stands between names and values. All of it is white space around `{`, `:`, `,` and `}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// Before the first name.
    pub open: &'static str,
    /// Between a name and its value.
    pub colon: &'static str,
    /// Between two fields.
    pub comma: &'static str,
    /// After the last value.
    pub close: &'static str,
}

impl Spelling {
    /// As Python's `json.dumps` writes it.
    pub const PLAIN: Spelling = Spelling { open: "{", colon: ": ", comma: ", ", close: "}" };
}

impl Default for Record {
    fn default() -> Self {
        Record { kind: Kind::Pin, ind: 0, fields: Vec::new(), values: Vec::new() }
    }
}

impl Record {
    /// Empties the record and makes it one of that kind and `ind`, with the key field that producers of the kind write.
    pub fn start(&mut self, kind: Kind, ind: u64) {
        (self.kind, self.ind) = (kind, ind);
        self.fields.clear();
        self.values.clear();
        self.add(key_name(kind), |out| write_number(out, ind));
    }

    /// The record's kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The record's key.
    pub fn ind(&self) -> u64 {
        self.ind
    }

    /// Adds a last field, whose value `write` appends as JSON.
    pub fn add(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        self.insert(self.fields.len(), name, write);
    }

    /// Adds a field at an index among the fields there are.
    pub fn insert(&mut self, index: usize, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        let value = self.write_value(write);
        self.fields.insert(index, Field { name, value });
    }

    /// Gives the field of that name another value; adds it if it is not there.
    pub fn set(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        let value = self.write_value(write);
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.value = value,
            None => self.fields.push(Field { name, value }),
        }
    }

    /// The value of a field, as JSON.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|field| field.name == name).map(|field| &self.values[field.value.clone()])
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) {
        self.fields.retain(|field| field.name != name);
    }

    /// Writes another name over a field's.
    pub fn rename(&mut self, from: &str, to: &'static str) {
        for field in self.fields.iter_mut().filter(|field| field.name == from) {
            field.name = to;
        }
    }

    /// Exchanges the places of two fields, given by index.
    pub fn swap(&mut self, one: usize, other: usize) {
        self.fields.swap(one, other);
    }

    /// How many fields there are.
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// Appends the record's JSON, without a line's end.
    pub fn write_to(&self, out: &mut Vec<u8>, spelling: Spelling) {
        out.extend_from_slice(spelling.open.as_bytes());
        for (n, field) in self.fields.iter().enumerate() {
            if n > 0 {
                out.extend_from_slice(spelling.comma.as_bytes());
            }
            out.push(b'"');
            out.extend_from_slice(field.name.as_bytes());
            out.push(b'"');
            out.extend_from_slice(spelling.colon.as_bytes());
            out.extend_from_slice(&self.values[field.value.clone()]);
        }
        out.extend_from_slice(spelling.close.as_bytes());
    }

    fn write_value(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let start = self.values.len();
        write(&mut self.values);
        start..self.values.len()
    }
}

/// What producers call the key in records of that kind.
pub fn key_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Pin => "index",
        Kind::Geo | Kind::User => "ind",
    }
}

/// Appends the record that deletes another, whose key the field of that name holds.
pub fn write_delete(key: &str, ind: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\": ");
    write_number(out, ind);
    out.extend_from_slice(b", \"_deleted\": true}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::records::json::write_quoted;

    fn line(record: &Record) -> String {
        let mut out = Vec::new();
        record.write_to(&mut out, Spelling::PLAIN);
        String::from_utf8(out).expect("texts")
    }

    #[test]
    fn fields_are_added_replaced_renamed_and_taken_out() {
        let mut record = Record::default();
        record.start(Kind::Pin, 7528);
        record.add("title", |out| write_quoted(out, "Teapots"));
        record.add("downloaded", |out| write_number(out, 0));
        assert_eq!(line(&record), r#"{"index": 7528, "title": "Teapots", "downloaded": 0}"#);
        record.set("title", |out| write_quoted(out, "A much longer title"));
        record.remove("downloaded");
        record.rename("index", "ind");
        record.insert(0, "title", |out| out.extend_from_slice(b"null"));
        record.swap(1, 2);
        assert_eq!(line(&record), r#"{"title": null, "title": "A much longer title", "ind": 7528}"#);
        record.start(Kind::User, 18_446_744_073_709_551_615);
        assert_eq!(line(&record), r#"{"ind": 18446744073709551615}"#);
    }
}
