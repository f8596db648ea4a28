//! The texts that names stand for, as rows of views show them.
//!
//! They live as long as the process. So a row is copied without counting who refers to its texts, which thousands are with
//! every tick, while other threads drop rows of the same countries and categories. It takes no more memory: names are
//! kept as long, shown or not, and a text is kept once whoever shows it.

use pinflow_dataflows::hash::Map;
use pinflow_dataflows::names::{NameId, NameTables, Names};
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// All texts that were ever shown.
static KEPT: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// Texts by name, as far as they were asked for.
pub struct Texts {
    names: NameTables,
    posters: Map<NameId, &'static str>,
    categories: Map<NameId, &'static str>,
    countries: Map<NameId, &'static str>,
}

fn look_up(known: &mut Map<NameId, &'static str>, names: &Names, id: NameId) -> &'static str {
    known.entry(id).or_insert_with(|| kept(names.text(id)))
}

fn kept(text: String) -> &'static str {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    match kept.get(text.as_str()) {
        Some(text) => text,
        None => {
            let text = &*String::leak(text);
            kept.insert(text);
            text
        }
    }
}

impl Texts {
    /// Texts of these names.
    pub fn new(names: &NameTables) -> Texts {
        let names = names.clone();
        Texts { names, posters: Map::default(), categories: Map::default(), countries: Map::default() }
    }

    /// A poster's name.
    pub fn poster(&mut self, id: NameId) -> &'static str {
        look_up(&mut self.posters, &self.names.posters, id)
    }

    /// A category's name.
    pub fn category(&mut self, id: NameId) -> &'static str {
        look_up(&mut self.categories, &self.names.categories, id)
    }

    /// A country's name.
    pub fn country(&mut self, id: NameId) -> &'static str {
        look_up(&mut self.countries, &self.names.countries, id)
    }
}
