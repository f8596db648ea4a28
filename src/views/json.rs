//! Views as JSON, written straight to bytes: a query's answer is mostly this.

use crate::views::column::{Column, Value};
use crate::views::query::FoundRow;
use pinflow_dataflows::row::AgeGroups;
use serde::Serialize;

/// Appends any value.
pub fn push(out: &mut Vec<u8>, value: impl Serialize) {
    serde_json::to_writer(out, &value).expect("memory takes all bytes, and texts and numbers are JSON");
}

/// Appends an array of texts.
pub fn push_names<'a>(out: &mut Vec<u8>, names: impl IntoIterator<Item = &'a str>) {
    push_list(out, names, push);
}

/// Appends an array of rows, each an object by columns.
pub fn push_rows(out: &mut Vec<u8>, rows: &[FoundRow<'_>], columns: &[Column], age_groups: &AgeGroups) {
    let labels = age_groups.labels();
    push_list(out, rows, |out, (key, numbers)| {
        out.push(b'{');
        for (n, column) in columns.iter().enumerate() {
            out.extend_from_slice(if n == 0 { b"\"" } else { b",\"" });
            // Columns' names have nothing to escape.
            out.extend_from_slice(column.name.as_bytes());
            out.extend_from_slice(b"\":");
            match column.value(key, numbers) {
                Value::Null => out.extend_from_slice(b"null"),
                Value::Number(number) => push(out, number),
                Value::AgeGroup(group) => push(out, &labels[usize::from(group)]),
                Value::Text(text) => push(out, text),
            }
        }
        out.push(b'}');
    });
}

/// Appends an array.
pub fn push_list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut push_item: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        push_item(out, item);
    }
    out.push(b']');
}
