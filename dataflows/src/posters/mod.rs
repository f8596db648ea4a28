//! The most followed posters: each worker's best by country, and then, on one worker, the best of all.

mod leaf;
mod rest;
mod candidates;
mod ranking;

pub(crate) use ranking::Ranking;

use crate::hash::Map;
use crate::latest::{CountCode, LargeCounts};
use crate::names::NameId;
use crate::ranks::differences;
use crate::row::Diff;
use candidates::{Candidate, Candidates, Counted};
use ranking::NO_COUNTRY;
use serde::{Deserialize, Serialize};

/// A country, or null, which is one too in `top_posters`.
type Country = Option<NameId>;

/// One is among a worker's best posters of a country now (1), or no longer (-1).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct PosterChange {
    country: u32,
    candidate: Candidate,
    diff: Diff,
}

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
    pub fn changes(&mut self, counts: &LargeCounts, mut emit: impl FnMut(PosterChange)) {
        for country in self.touched.drain(..) {
            let local = self.countries.get_mut(&country).expect("touched");
            local.touched = false;
            let best = local.candidates.best(self.k, counts);
            let country = country.map_or(NO_COUNTRY, |id| id.number());
            differences(&local.sent, &best, |candidate, diff| {
                emit(PosterChange { country, candidate, diff })
            });
            local.sent = best;
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.countries.values().map(|local| local.candidates.bytes()).sum::<usize>()
            + self.countries.allocation_size()
    }
}
