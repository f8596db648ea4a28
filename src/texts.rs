//! The texts that names stand for, each looked up once and shared from then on.

use pinflow_dataflows::hash::Map;
use pinflow_dataflows::names::{NameId, NameTables, Names};
use std::sync::Arc;

/// Texts by name, as far as they were asked for. There are never more of them than names.
pub struct Texts {
    names: NameTables,
    posters: Map<NameId, Arc<str>>,
    categories: Map<NameId, Arc<str>>,
    countries: Map<NameId, Arc<str>>,
}

fn look_up(known: &mut Map<NameId, Arc<str>>, names: &Names, id: NameId) -> Arc<str> {
    known.entry(id).or_insert_with(|| names.text(id).into()).clone()
}

impl Texts {
    /// Texts of these names.
    pub fn new(names: &NameTables) -> Texts {
        let names = names.clone();
        Texts { names, posters: Map::default(), categories: Map::default(), countries: Map::default() }
    }

    /// A poster's name.
    pub fn poster(&mut self, id: NameId) -> Arc<str> {
        look_up(&mut self.posters, &self.names.posters, id)
    }

    /// A category's name.
    pub fn category(&mut self, id: NameId) -> Arc<str> {
        look_up(&mut self.categories, &self.names.categories, id)
    }

    /// A country's name.
    pub fn country(&mut self, id: NameId) -> Arc<str> {
        look_up(&mut self.countries, &self.names.countries, id)
    }
}
