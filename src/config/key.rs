//! The dotted name of a value, and which key was meant by one that nobody knows.

use std::collections::BTreeSet;
use std::fmt;

/// A value's name: those of the tables that it lies in, then its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub Vec<String>);

impl Key {
    /// The key that the program writes as `views.k`.
    pub fn of(dotted: &str) -> Key {
        Key(dotted.split('.').map(str::to_string).collect())
    }

    /// The last part.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The names of the tables that it lies in.
    pub fn table(&self) -> &[String] {
        &self.0[..self.0.len().saturating_sub(1)]
    }

    /// Whether this is a key in the table of that name, or in a table of that table.
    pub fn is_within(&self, table: &Key) -> bool {
        self.0.len() > table.0.len() && self.0.starts_with(&table.0)
    }
}

/// As TOML writes it: parts that are no bare keys are quoted.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            let dot = if i == 0 { "" } else { "." };
            let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !part.is_empty() && part.chars().all(bare) {
                write!(f, "{dot}{part}")?;
            } else {
                write!(f, "{dot}{part:?}")?;
            }
        }
        Ok(())
    }
}

/// What to say of an unknown key: the known one that was probably meant, or all that its table has.
pub(super) fn hint(unknown: &Key, known: &[&Key]) -> String {
    if let Some(meant) = nearest(unknown, known) {
        return format!("did you mean {meant}?");
    }
    let is_known_table = known.iter().any(|key| key.table() == unknown.table());
    let table = if is_known_table { unknown.table() } else { &[] };
    let within = known.iter().filter(|key| key.0.starts_with(table));
    let names: BTreeSet<&str> = within.map(|key| key.0[table.len()].as_str()).collect();
    let names = Vec::from_iter(names).join(", ");
    match table {
        [] => format!("known at the top are {names}"),
        _ => format!("known in [{}] are {names}", Key(table.to_vec())),
    }
}

/// The known key of the same name in another table, else the one that the fewest changes of letters lead to, unless
/// a third of the letters would have to change.
fn nearest<'a>(unknown: &Key, known: &[&'a Key]) -> Option<&'a Key> {
    if let Some(moved) = known.iter().find(|key| key.name() == unknown.name()) {
        return Some(moved);
    }
    let written = unknown.to_string();
    let distance = |key: &Key| strsim::osa_distance(&written, &key.to_string());
    let nearest = known.iter().min_by_key(|key| distance(key))?;
    (distance(nearest) <= written.chars().count() / 3).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shown_as_toml_writes_them() {
        for (parts, shown) in [
            (vec!["views", "k"], "views.k"),
            (vec!["kinds", "a-1_b"], "kinds.a-1_b"),
            (vec!["kinds", "a.pin"], r#"kinds."a.pin""#),
            (vec!["kinds", ""], r#"kinds."""#),
            (vec!["kinds", "a\"b"], r#"kinds."a\"b""#),
        ] {
            assert_eq!(Key(parts.into_iter().map(str::to_string).collect()).to_string(), shown);
        }
    }

    #[test]
    fn the_hint_is_the_key_that_was_meant() {
        let known: Vec<Key> =
            ["workers", "kinds", "views.age_groups", "views.k", "replay.readers"].map(Key::of).to_vec();
        let known: Vec<&Key> = known.iter().collect();
        let hint = |unknown| hint(&Key::of(unknown), &known);
        assert_eq!(hint("wokrers"), "did you mean workers?");
        assert_eq!(hint("view.k"), "did you mean views.k?");
        assert_eq!(hint("k"), "did you mean views.k?");
        assert_eq!(hint("views.readers"), "did you mean replay.readers?");
        assert_eq!(hint("views.age_group"), "did you mean views.age_groups?");
        assert_eq!(hint("views.colour"), "known in [views] are age_groups, k");
        assert_eq!(hint("sinks.s3"), "known at the top are kinds, replay, views, workers");
        assert_eq!(hint("z"), "known at the top are kinds, replay, views, workers");
    }
}
