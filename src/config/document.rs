//! A TOML document as a flat list: each value with its dotted key and the line it stands in.

use super::error::{ConfigError, Place};
use super::expand::{Surroundings, expand};
use super::key::Key;
use super::text_file;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// One value of a document.
pub(super) struct Entry {
    pub key: Key,
    pub value: Value,
    pub place: Place,
}

/// A value as written. Shown as an error message does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Integer(i64),
    Boolean(bool),
    /// A text before and after `${...}` was expanded.
    Text {
        written: String,
        expanded: String,
    },
    List(Vec<Value>),
    /// A table in which nothing stands, or one in a list.
    Table,
    /// No key takes any other type, so it is kept only to be shown.
    Other(String),
}

impl Value {
    /// The text, expanded.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text { expanded, .. } => Some(expanded),
            _ => None,
        }
    }

    /// What it is, or what its text says.
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Value::Boolean(flag) => Some(*flag),
            Value::Text { expanded, .. } => expanded.parse().ok(),
            _ => None,
        }
    }

    /// The values of a list.
    pub fn list(&self) -> Option<&[Value]> {
        match self {
            Value::List(values) => Some(values),
            _ => None,
        }
    }

    /// The whole number that it is, or that its text says.
    pub fn whole_number(&self) -> Option<usize> {
        match self {
            Value::Integer(number) => usize::try_from(*number).ok(),
            Value::Text { expanded, .. } => expanded.parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Integer(number) => write!(f, "{number}"),
            Value::Boolean(flag) => write!(f, "{flag}"),
            Value::Text { written, expanded } if written == expanded => write!(f, "{written:?}"),
            // What it expands to may be a secret in the wrong place.
            Value::Text { written, .. } => write!(f, "the expansion of {written:?}"),
            Value::List(values) => {
                let values: Vec<String> = values.iter().map(Value::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
            Value::Table => write!(f, "a table"),
            Value::Other(shown) => write!(f, "{shown}"),
        }
    }
}

/// The values of the file at `path`, in the order of their lines.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, ConfigError> {
    let file = path.display().to_string();
    let text = match text_file::read(path) {
        Ok(text) => text,
        Err(error) => return Err(ConfigError::Unreadable { file, error }),
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&text, &file, &Surroundings { folder, variable: &|name| std::env::var_os(name) })
}

/// The values of a text, in the order of their lines.
pub(super) fn parse(
    text: &str,
    file: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Vec<Entry>, ConfigError> {
    let document = DeTable::parse(text).map_err(|error| syntax_error(text, file, &error))?;
    let mut flattening = Flattening { text, file, surroundings, entries: Vec::new() };
    flattening.table(&Key(Vec::new()), document.get_ref())?;
    let mut entries = flattening.entries;
    entries.sort_by_key(|entry| entry.place.line);
    Ok(entries)
}

/// What the walk through a document needs and gathers.
struct Flattening<'a> {
    text: &'a str,
    file: &'a str,
    surroundings: &'a Surroundings<'a>,
    entries: Vec<Entry>,
}

impl Flattening<'_> {
    fn table(&mut self, table: &Key, values: &DeTable<'_>) -> Result<(), ConfigError> {
        for (name, value) in values {
            let mut key = table.clone();
            key.0.push(name.get_ref().to_string());
            match only_table(value.get_ref()) {
                DeValue::Table(values) if !values.is_empty() => self.table(&key, values)?,
                leaf => {
                    let place = place(self.text, self.file, name.span());
                    let value = self.value(leaf).map_err(|problem| ConfigError::Expansion {
                        place: place.clone(),
                        key: key.to_string(),
                        problem,
                    })?;
                    self.entries.push(Entry { key, value, place });
                }
            }
        }
        Ok(())
    }

    fn value(&self, value: &DeValue<'_>) -> Result<Value, String> {
        Ok(match value {
            DeValue::String(written) => {
                Value::Text { expanded: expand(written, self.surroundings)?, written: written.to_string() }
            }
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::Other(digits.to_string()),
            },
            DeValue::Array(values) => {
                Value::List(values.iter().map(|value| self.value(value.get_ref())).collect::<Result<_, _>>()?)
            }
            DeValue::Table(_) => Value::Table,
            DeValue::Float(digits) => Value::Other(digits.to_string()),
            DeValue::Boolean(flag) => Value::Boolean(*flag),
            DeValue::Datetime(time) => Value::Other(time.to_string()),
        })
    }
}

/// A list of one table is read as that table: `[[source]]` is a list because there will be several, and of one the keys are
/// what matters.
fn only_table<'a, 'i>(value: &'a DeValue<'i>) -> &'a DeValue<'i> {
    match value {
        DeValue::Array(values) if values.len() == 1 && values[0].get_ref().is_table() => values[0].get_ref(),
        value => value,
    }
}

fn place(text: &str, file: &str, span: Range<usize>) -> Place {
    Place { file: file.to_string(), line: 1 + text[..span.start].matches('\n').count() }
}

fn syntax_error(text: &str, file: &str, error: &toml::de::Error) -> ConfigError {
    let span = error.span().unwrap_or(text.len()..text.len());
    let line_start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    ConfigError::Syntax {
        column: 1 + text[line_start..span.start].chars().count(),
        place: place(text, file, span),
        message: error.message().replace('\n', ", "),
    }
}
