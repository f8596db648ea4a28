//! The two views of the posters with most followers.

use crate::groups::{K, Map, Set, ranked};
use crate::names::{NameId, Names};
use crate::posts::Post;
use crate::table::{Cell, Table};
use std::cmp::Reverse;

/// The best of each country, which no country is, too.
#[derive(Default)]
pub struct Best(Map<Option<NameId>, Country>);

/// The best of a country, and some that are no longer among them.
#[derive(Default)]
struct Country {
    posters: Vec<Poster>,
    /// No count below it is shown.
    floor: u64,
    /// How many posters are too many to be kept.
    too_many: usize,
}

/// The best sort first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Poster {
    follower_count: Reverse<u64>,
    name: NameId,
}

/// Fewer posters are kept as they come.
const MIN_KEPT: usize = 256;

impl Country {
    fn add(&mut self, poster: Poster) {
        if poster.follower_count.0 < self.floor {
            return;
        }
        self.posters.push(poster);
        if self.posters.len() > self.too_many {
            self.keep_best();
            self.too_many = MIN_KEPT.max(2 * self.posters.len());
        }
    }

    /// Leaves each poster once, and those alone whose rank is shown.
    fn keep_best(&mut self) {
        self.posters.sort_unstable();
        let mut seen = Set::default();
        self.posters.retain(|poster| seen.insert(poster.name));
        self.floor = self.posters.get(K as usize - 1).map_or(0, |last| last.follower_count.0);
        self.posters.retain(|poster| poster.follower_count.0 >= self.floor);
    }
}

impl Best {
    /// Takes a post.
    pub fn add(&mut self, post: &Post) {
        let (Some(pin), Some(geo)) = (post.pin, post.geo) else { return };
        if let (Some(name), Some(count)) = (pin.poster, pin.follower_count) {
            let country = self.0.entry(geo.country).or_default();
            country.add(Poster { follower_count: Reverse(count), name });
        }
    }

    /// The views.
    pub fn tables<'a>(&mut self, names: &'a Names) -> [Table<'a>; 2] {
        let (mut of_countries, mut of_all) = (Vec::new(), Vec::new());
        for (country, best) in &mut self.0 {
            best.keep_best();
            of_all.extend(best.posters.iter().map(|poster| (*poster, *country)));
            let Some(country) = country else { continue };
            for (rank, poster) in ranked(&best.posters, |poster| poster.follower_count.0) {
                of_countries.push(vec![
                    Cell::Text(names.text(*country)),
                    Cell::Number(rank),
                    Cell::Text(names.text(poster.name)),
                    Cell::Number(poster.follower_count.0),
                ]);
            }
        }
        of_all.sort_unstable();
        let of_all =
            ranked(&of_all, |(poster, _)| poster.follower_count.0).map(|(rank, (poster, country))| {
                vec![
                    Cell::Number(rank),
                    Cell::Text(names.text(poster.name)),
                    country.map_or(Cell::Null, |country| Cell::Text(names.text(country))),
                    Cell::Number(poster.follower_count.0),
                ]
            });
        [
            Table::new(
                "top_posters_by_country",
                &["country", "rank", "poster_name", "follower_count"],
                of_countries,
            ),
            Table::new(
                "top_posters",
                &["rank", "poster_name", "country", "follower_count"],
                of_all.collect(),
            ),
        ]
    }
}
