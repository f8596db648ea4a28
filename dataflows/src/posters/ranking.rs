//! The best posters of all workers together: their ranks by country, and over everything.

use super::PosterChange;
use super::candidates::Candidate;
use crate::hash::Map;
use crate::names::NameId;
use crate::ranks::{differences, each_once, with_ranks};
use crate::row::{Count, Diff};
use crate::view::{Columns, Group, View, ViewRow};
use std::collections::{BTreeMap, BTreeSet};

/// A country's number, or that of the null country, which is one too in `top_posters`.
type Country = u32;

/// The null country's number.
pub(super) const NO_COUNTRY: Country = 0;

/// What the workers have sent, and what is shown of it.
pub(crate) struct Ranking {
    k: usize,
    countries: Map<Country, OfCountry>,
    touched: Vec<Country>,
    /// The best of every country.
    best: BTreeSet<(Count, NameId, Country)>,
    shown: Vec<(Count, NameId, Country, Rank)>,
}

type Rank = u32;

#[derive(Default)]
struct OfCountry {
    /// How many workers have sent it.
    candidates: BTreeMap<Candidate, Diff>,
    /// Each poster once, the best first.
    best: Vec<Candidate>,
    touched: bool,
}

impl Ranking {
    /// For views that show `k` ranks.
    pub fn new(k: usize) -> Ranking {
        Ranking {
            k,
            countries: Map::default(),
            touched: Vec::new(),
            best: BTreeSet::new(),
            shown: Vec::new(),
        }
    }

    /// A worker's best are not what they were.
    pub fn apply(&mut self, change: &PosterChange) {
        let country = self.countries.entry(change.country).or_default();
        let workers = country.candidates.entry(change.candidate).or_insert(0);
        *workers += change.diff;
        if *workers == 0 {
            country.candidates.remove(&change.candidate);
        }
        if !country.touched {
            country.touched = true;
            self.touched.push(change.country);
        }
    }

    /// Emits the changes of the rows of both views since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        for number in self.touched.drain(..) {
            let country = self.countries.get_mut(&number).expect("touched");
            country.touched = false;
            let best = each_once(country.candidates.keys().rev().copied(), self.k);
            differences(&country.best, &best, |(count, poster), diff| match diff {
                1.. => drop(self.best.insert((count, poster, number))),
                _ => drop(self.best.remove(&(count, poster, number))),
            });
            if let Some(name) = NameId::from_number(number) {
                let (before, after) = (ranked(&country.best, self.k), ranked(&best, self.k));
                differences(&before, &after, |poster, diff| emit(row_of_country(name, poster), diff));
            }
            country.best = best;
            if country.candidates.is_empty() {
                self.countries.remove(&number);
            }
        }
        let shown: Vec<_> = with_ranks(self.best.iter().rev(), self.k, |poster| poster.0)
            .map(|(rank, (count, poster, country))| (*count, *poster, *country, rank))
            .collect();
        differences(&self.shown, &shown, |poster, diff| emit(row_of_all(poster), diff));
        self.shown = shown;
    }

    /// Bytes that they take, about: a B-tree's nodes are two thirds full.
    pub fn bytes(&self) -> usize {
        let of_country = |country: &OfCountry| {
            country.candidates.len() * size_of::<(Candidate, Diff)>() * 3 / 2
                + country.best.capacity() * size_of::<Candidate>()
        };
        self.countries.values().map(of_country).sum::<usize>()
            + self.countries.allocation_size()
            + self.best.len() * size_of::<(Count, NameId, Country)>() * 3 / 2
    }
}

/// A country's best with their ranks, the best first.
fn ranked(best: &[Candidate], k: usize) -> Vec<(Count, NameId, Rank)> {
    let ranked = with_ranks(best.iter(), k, |candidate| candidate.0);
    ranked.map(|(rank, (count, poster))| (*count, *poster, rank)).collect()
}

fn row_of_country(country: NameId, (follower_count, poster, rank): (Count, NameId, Rank)) -> ViewRow {
    let group =
        Group { view: View::TopPostersByCountry, country: Some(country), year: None, age_group: None };
    ViewRow { group, columns: Columns::PosterOfCountry { rank, poster, follower_count } }
}

fn row_of_all((follower_count, poster, country, rank): (Count, NameId, Country, Rank)) -> ViewRow {
    let group = Group { view: View::TopPosters, country: None, year: None, age_group: None };
    let country = NameId::from_number(country);
    ViewRow { group, columns: Columns::Poster { rank, poster, country, follower_count } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The rows that both views show of what is held.
    fn expected(held: &BTreeMap<(Country, Candidate), Diff>, k: usize) -> BTreeSet<ViewRow> {
        let mut highest: BTreeMap<(Country, NameId), Count> = BTreeMap::new();
        for (country, (count, poster)) in held.keys() {
            let count_of = highest.entry((*country, *poster)).or_insert(*count);
            *count_of = (*count_of).max(*count);
        }
        let rank = |count: Count, is_with: &dyn Fn(Country) -> bool| {
            let better = highest.iter().filter(|((country, _), other)| is_with(*country) && **other > count);
            1 + better.count() as Rank
        };
        let mut rows = BTreeSet::new();
        for (&(number, poster), &follower_count) in &highest {
            let country = NameId::from_number(number);
            let (by_country, overall) =
                (rank(follower_count, &|other| other == number), rank(follower_count, &|_| true));
            if let Some(country) = country.filter(|_| by_country as usize <= k) {
                rows.insert(row_of_country(country, (follower_count, poster, by_country)));
            }
            if overall as usize <= k {
                rows.insert(row_of_all((follower_count, poster, number, overall)));
            }
        }
        rows
    }

    #[test]
    fn both_views_show_the_best_of_what_the_workers_have_sent() {
        let mut random = Random::new();
        let mut below = |n| random.below(n);
        for k in 1..=3 {
            let (mut ranking, mut shown) = (Ranking::new(k), BTreeSet::new());
            let mut held: BTreeMap<(Country, Candidate), Diff> = BTreeMap::new();
            for step in 0..3_000 {
                for _ in 0..below(5) {
                    let poster = NameId::from_number(1 + below(6) as u32).expect("not 0");
                    let candidate = (Count::new(below(5)).expect("small"), poster);
                    let key = (below(3) as Country, candidate);
                    // Two workers may have sent the same. It grows, shrinks, and so on.
                    let workers = held.get(&key).copied().unwrap_or(0);
                    let diff = if workers == 2 || workers == 1 && step / 100 % 2 == 1 { -1 } else { 1 };
                    *held.entry(key).or_insert(0) += diff;
                    ranking.apply(&PosterChange { country: key.0, candidate, diff });
                }
                held.retain(|_, workers| *workers > 0);
                let mut changes = Vec::new();
                ranking.changes(|row, diff| changes.push((diff, row)));
                changes.sort_unstable();
                for (diff, row) in changes {
                    assert!(
                        if diff > 0 { shown.insert(row) } else { shown.remove(&row) },
                        "{diff} of {row:?}"
                    );
                }
                assert_eq!(shown, expected(&held, k), "k = {k}");
            }
            assert!(ranking.countries.len() <= 3);
        }
    }
}
