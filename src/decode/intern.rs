//! From cleaned records to rows: what views need, with numbers in place of names.

use pinflow_dataflows::clean;
use pinflow_dataflows::names::{NameBatch, NameFinder, NameId, NameTables};
use pinflow_dataflows::row::{self, Record, Row};

/// Rows whose names are looked up together.
const BATCH_ROWS: usize = 128;

/// Gives names their numbers. Categories and countries are few and found at once; posters and people are many, so rows
/// wait until a batch of them can be looked up together.
pub(super) struct Interner {
    posters: NameFinder,
    categories: NameFinder,
    countries: NameFinder,
    people: NameFinder,
    waiting: Vec<Row>,
    /// The poster or the user of each waiting row.
    names: NameBatch,
    ids: Vec<Option<NameId>>,
    user_name: String,
}

impl Interner {
    pub fn new(names: &NameTables) -> Interner {
        Interner {
            posters: NameFinder::new(&names.posters),
            categories: NameFinder::new(&names.categories),
            countries: NameFinder::new(&names.countries),
            people: NameFinder::new(&names.people),
            waiting: Vec::with_capacity(BATCH_ROWS),
            names: NameBatch::default(),
            ids: Vec::with_capacity(BATCH_ROWS),
            user_name: String::new(),
        }
    }

    /// The row's part of a pin but for the poster, who is looked up with the batch.
    pub fn pin(&mut self, pin: &clean::Pin<'_>) -> row::Pin {
        self.names.push(pin.poster_name);
        let category = pin.category.map(|name| self.categories.id(name));
        row::Pin { poster: None, follower_count: pin.follower_count, category }
    }

    /// The row's part of a geo.
    pub fn geo(&mut self, geo: &clean::Geo<'_>) -> row::Geo {
        self.names.push(None);
        row::Geo {
            country: geo.country.map(|name| self.countries.id(name)),
            post_year: geo.timestamp.map(|stamp| stamp.year()),
        }
    }

    /// The row's part of a user but for the name, which is looked up with the batch.
    pub fn user(&mut self, user: &clean::User<'_>) -> row::User {
        self.names.push(user.user_name.as_ref().map(|name| name.joined(&mut self.user_name)));
        row::User { name: None, age: user.age, join_year: user.date_joined.map(|stamp| stamp.year()) }
    }

    /// A deletion names nobody.
    pub fn deleted(&mut self) {
        self.names.push(None);
    }

    /// Takes a row whose record was made last; a full batch of rows goes to `emit`. All rows are of one kind.
    pub fn take(&mut self, row: Row, emit: &mut impl FnMut(&Row)) {
        self.waiting.push(row);
        if self.waiting.len() == BATCH_ROWS {
            self.complete(emit);
        }
    }

    /// Looks up the names of the rows that wait, and emits them.
    pub fn complete(&mut self, emit: &mut impl FnMut(&Row)) {
        let many = match self.waiting.first().map(|row| row.record.kind()) {
            Some(pinflow_dataflows::kind::Kind::User) => &mut self.people,
            _ => &mut self.posters,
        };
        many.ids(&self.names, &mut self.ids);
        for (row, id) in self.waiting.iter_mut().zip(self.ids.drain(..)) {
            match &mut row.record {
                Record::Pin(pin) => pin.poster = id,
                Record::User(user) => user.name = id,
                Record::Geo(_) | Record::Deleted(_) => {}
            }
        }
        // Not together with the loop before: `Chunks::push` says why.
        self.waiting.iter().for_each(emit);
        self.waiting.clear();
        self.names.clear();
    }
}
