//! The configuration as written: every key with the shipped value, or with the user's where there is one.

use super::document::{self, Entry, Value};
use super::error::ConfigError;
use super::expand::Surroundings;
use super::key::{self, Key};
use std::collections::BTreeMap;
use std::path::Path;

/// The values of all keys, before anybody looked at them.
pub(super) struct Written(BTreeMap<Key, Entry>);

impl Written {
    /// The tables whose keys are not pinflow's: names of topics, streams and folders, and librdkafka's settings.
    pub const KINDS: &str = "kinds";
    pub const STREAMS: &str = "front_door.streams";
    pub const LIBRDKAFKA: &str = "source.librdkafka";
    pub const PRODUCER: &str = "front_door.librdkafka";

    /// The shipped values. They say which keys there are.
    pub fn shipped() -> Written {
        let text = include_str!("../../config/default.toml");
        let surroundings = Surroundings { folder: Path::new(""), variable: &|_| None };
        let entries = document::parse(text, "config/default.toml", &surroundings)
            .expect("config/default.toml is valid");
        // A table without keys is there to be described.
        let values = entries.into_iter().filter(|entry| entry.value != Value::Table);
        Written(values.map(|entry| (entry.key.clone(), entry)).collect())
    }

    /// Puts a user's values in the place of the shipped ones.
    pub fn overlay(&mut self, entries: Vec<Entry>) -> Result<(), ConfigError> {
        for entry in entries {
            if self.is_value(&entry.key) {
                self.0.insert(entry.key.clone(), entry);
            } else if self.is_table(&entry.key) {
                self.check_table(entry)?;
            } else {
                return Err(self.unknown(entry));
            }
        }
        Ok(())
    }

    /// The value of a key that the shipped file has.
    pub fn get(&self, key: &str) -> &Entry {
        self.0.get(&Key::of(key)).unwrap_or_else(|| panic!("config/default.toml has no {key}"))
    }

    /// The values of a table.
    pub fn within(&self, table: &str) -> impl Iterator<Item = &Entry> {
        let table = Key::of(table);
        self.0.values().filter(move |entry| entry.key.is_within(&table))
    }

    /// The shipped keys that are not of those tables.
    pub fn fixed_keys(&self) -> impl Iterator<Item = &Key> {
        self.0.keys().filter(|key| !is_name(key) && !is_librdkafka(key))
    }

    fn is_value(&self, key: &Key) -> bool {
        self.0.contains_key(key) || is_librdkafka(key) || is_name(key) && fits(key)
    }

    fn is_table(&self, key: &Key) -> bool {
        self.0.keys().any(|known| known.is_within(key)) || open_tables().any(|table| *key == table)
    }

    fn check_table(&self, entry: Entry) -> Result<(), ConfigError> {
        match entry.value {
            Value::Table => Ok(()),
            value => Err(ConfigError::Value {
                place: entry.place,
                key: entry.key.to_string(),
                allowed: "a table".to_string(),
                found: value.to_string(),
            }),
        }
    }

    fn unknown(&self, entry: Entry) -> ConfigError {
        let hint = if !is_name(&entry.key) {
            let tables: Vec<Key> = open_tables().collect();
            let known: Vec<&Key> = self.fixed_keys().chain(&tables).collect();
            key::hint(&entry.key, &known)
        } else if !is_in_one_part(&entry.key) {
            "a name with a dot needs quotes".to_string()
        } else {
            "no topic, stream or folder has a / in its name".to_string()
        };
        ConfigError::UnknownKey { place: entry.place, key: entry.key.to_string(), hint }
    }
}

/// The tables that take keys which the shipped file does not have.
fn open_tables() -> impl Iterator<Item = Key> {
    [Written::KINDS, Written::STREAMS, Written::LIBRDKAFKA, Written::PRODUCER].into_iter().map(Key::of)
}

/// Whether a key is the name of a topic, a stream or a folder.
fn is_name(key: &Key) -> bool {
    is_in(key, [Written::KINDS, Written::STREAMS])
}

fn is_librdkafka(key: &Key) -> bool {
    is_in(key, [Written::LIBRDKAFKA, Written::PRODUCER])
}

fn is_in(key: &Key, tables: [&str; 2]) -> bool {
    tables.iter().any(|table| key.is_within(&Key::of(table)))
}

/// Whether a name can be one.
fn fits(name: &Key) -> bool {
    is_in_one_part(name) && !name.name().contains('/')
}

/// A name with dots would be several parts if it were not quoted.
fn is_in_one_part(name: &Key) -> bool {
    open_tables().any(|table| *name.table() == table.0)
}
