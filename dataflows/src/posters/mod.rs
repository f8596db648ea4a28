//! The most followed posters: each worker's best by country, then in differential collections the best of all workers,
//! their ranks by country, and their ranks over everything.

mod leaf;
mod rest;
mod candidates;

use crate::hash::Map;
use crate::latest::{CountCode, LargeCounts};
use crate::names::NameId;
use crate::ranks::{differences, each_once, with_ranks};
use crate::row::{Diff, Tick};
use crate::view::{Columns, Group, View, ViewRow};
use candidates::{Candidate, Candidates, Counted};
use differential_dataflow::VecCollection;

/// A country, or null, which is one too in `top_posters`.
type Country = Option<NameId>;

/// One worker's best posters of every country.
pub(crate) struct LocalPosters {
    k: usize,
    countries: Map<Country, LocalCountry>,
    touched: Vec<Country>,
}

struct LocalCountry {
    candidates: Candidates,
    sent: Vec<Candidate>,
    touched: bool,
}

impl LocalPosters {
    pub fn new(k: usize) -> LocalPosters {
        LocalPosters { k, countries: Map::default(), touched: Vec::new() }
    }

    /// A post is not what it was.
    pub fn change(
        &mut self,
        before: Option<(Country, NameId, CountCode)>,
        after: Option<(Country, NameId, CountCode)>,
        counts: &LargeCounts,
    ) {
        if before == after {
            return;
        }
        if let Some((country, poster, count)) = before {
            let post = Counted { count, poster };
            self.changing(country, post, counts).remove(post, counts);
        }
        if let Some((country, poster, count)) = after {
            let post = Counted { count, poster };
            self.changing(country, post, counts).add(post, counts);
        }
    }

    /// The candidates of a country, to which a post comes, or from which it goes.
    fn changing(&mut self, country: Country, post: Counted, counts: &LargeCounts) -> &mut Candidates {
        let k = self.k;
        let local = self.countries.entry(country).or_insert_with(|| LocalCountry {
            candidates: Candidates::new(k),
            sent: Vec::new(),
            touched: false,
        });
        // One behind all that were sent changes nothing of them.
        let is_behind = || {
            let last = local.sent.get(k - 1..).and_then(<[_]>::last);
            last.is_some_and(|last| counts.count(post.count) < last.0)
        };
        if !local.touched && !is_behind() {
            local.touched = true;
            self.touched.push(country);
        }
        &mut local.candidates
    }

    /// Emits what has changed among the best posters since the last call.
    pub fn changes(&mut self, counts: &LargeCounts, mut emit: impl FnMut(Country, Candidate, Diff)) {
        for country in self.touched.drain(..) {
            let local = self.countries.get_mut(&country).expect("touched");
            local.touched = false;
            let best = local.candidates.best(self.k, counts);
            differences(&local.sent, &best, |candidate, diff| emit(country, candidate, diff));
            local.sent = best;
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.countries.values().map(|local| local.candidates.bytes()).sum::<usize>()
            + self.countries.allocation_size()
    }
}

/// Ranks the workers' best posters: by country, and over everything.
pub(crate) fn ranked<'s>(
    local: VecCollection<'s, Tick, (u32, Candidate), Diff>,
    k: usize,
) -> VecCollection<'s, Tick, ViewRow, Diff> {
    let best = local.reduce_named("Best posters of a country", move |_, posters, best| {
        for candidate in each_once(posters.iter().rev().map(|(candidate, _)| **candidate), k) {
            best.push((candidate, 1));
        }
    });
    let overall = best
        .clone()
        .map(|(country, (count, poster))| ((), (count, poster, country)))
        .reduce_named("Ranks of posters over everything", move |_, posters, ranks| {
            let best_first = posters.iter().rev().map(|(poster, _)| **poster);
            ranks.extend(with_ranks(best_first, k, |poster| poster.0).map(|ranked| (ranked, 1)));
        })
        .map(|(_, (rank, (follower_count, poster, country)))| {
            let group = Group { view: View::TopPosters, country: None, year: None, age_group: None };
            let country = NameId::from_number(country);
            ViewRow { group, columns: Columns::Poster { rank, poster, country, follower_count } }
        });
    let by_country = best
        .filter(|(country, _)| *country != NO_COUNTRY)
        .reduce_named("Ranks of posters by country", move |_, posters, ranks| {
            let best_first = posters.iter().rev().map(|(poster, _)| **poster);
            ranks.extend(with_ranks(best_first, k, |poster| poster.0).map(|ranked| (ranked, 1)));
        })
        .map(|(country, (rank, (follower_count, poster)))| {
            let country = NameId::from_number(country);
            let group = Group { view: View::TopPostersByCountry, country, year: None, age_group: None };
            ViewRow { group, columns: Columns::PosterOfCountry { rank, poster, follower_count } }
        });
    overall.concat(by_country)
}

/// The null country's number among countries.
pub(crate) const NO_COUNTRY: u32 = 0;
