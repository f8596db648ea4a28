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
    pub const LIBRDKAFKA: &str = "source.librdkafka";

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
        self.0.keys().filter(|key| !is_kind(key) && !is_librdkafka(key))
    }

    fn is_value(&self, key: &Key) -> bool {
        self.0.contains_key(key)
            || is_librdkafka(key)
            || is_kind(key) && key.0.len() == 2 && !key.name().contains('/')
    }

    fn is_table(&self, key: &Key) -> bool {
        self.0.keys().any(|known| known.is_within(key)) || *key == Key::of(Written::LIBRDKAFKA)
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
        let hint = if !is_kind(&entry.key) {
            let tables = [Key::of(Written::KINDS), Key::of(Written::LIBRDKAFKA)];
            let known: Vec<&Key> = self.fixed_keys().chain(&tables).collect();
            key::hint(&entry.key, &known)
        } else if entry.key.0.len() > 2 {
            "a name with a dot needs quotes".to_string()
        } else {
            "no topic, stream or folder has a / in its name".to_string()
        };
        ConfigError::UnknownKey { place: entry.place, key: entry.key.to_string(), hint }
    }
}

fn is_kind(key: &Key) -> bool {
    key.is_within(&Key::of(Written::KINDS))
}

fn is_librdkafka(key: &Key) -> bool {
    key.is_within(&Key::of(Written::LIBRDKAFKA))
}
