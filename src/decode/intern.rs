//! From cleaned records to rows: what views need, with numbers in place of names.

use pinflow_dataflows::clean;
use pinflow_dataflows::names::{NameFinder, NameTables};
use pinflow_dataflows::row;

pub(super) struct Interner {
    posters: NameFinder,
    categories: NameFinder,
    countries: NameFinder,
    people: NameFinder,
    user_name: String,
}

impl Interner {
    pub fn new(names: &NameTables) -> Interner {
        Interner {
            posters: NameFinder::new(&names.posters),
            categories: NameFinder::new(&names.categories),
            countries: NameFinder::new(&names.countries),
            people: NameFinder::new(&names.people),
            user_name: String::new(),
        }
    }

    pub fn pin(&mut self, pin: &clean::Pin<'_>) -> row::Pin {
        row::Pin {
            poster: pin.poster_name.map(|name| self.posters.id(name)),
            follower_count: pin.follower_count,
            category: pin.category.map(|name| self.categories.id(name)),
        }
    }

    pub fn geo(&mut self, geo: &clean::Geo<'_>) -> row::Geo {
        row::Geo {
            country: geo.country.map(|name| self.countries.id(name)),
            post_year: geo.timestamp.map(|stamp| stamp.year()),
        }
    }

    pub fn user(&mut self, user: &clean::User<'_>) -> row::User {
        row::User {
            name: user.user_name.map(|name| self.people.id(name.joined(&mut self.user_name))),
            age: user.age,
            join_year: user.date_joined.map(|stamp| stamp.year()),
        }
    }
}
