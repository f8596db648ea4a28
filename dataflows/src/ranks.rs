//! Ranks with ties: 1 + the number of rows that are strictly better, so that after a tie the next rank is skipped.

use crate::hash::Map;
use crate::names::NameId;
use crate::row::Count;

/// Those of rank `k` and better with their ranks, all that tie included, of items given best first.
pub(crate) fn with_ranks<T, V: PartialEq + Copy>(
    best_first: impl Iterator<Item = T>,
    k: usize,
    value: impl Fn(&T) -> V,
) -> impl Iterator<Item = (u32, T)> {
    let mut last: Option<(u32, V)> = None;
    best_first
        .zip(1..)
        .map(move |(item, place)| {
            let rank = match last {
                Some((rank, tied)) if tied == value(&item) => rank,
                _ => place,
            };
            last = Some((rank, value(&item)));
            (rank, item)
        })
        .take_while(move |(rank, _)| *rank as usize <= k)
}

/// Each poster once, with its greatest count, as long as its rank is `k` or better, of counts given greatest first.
pub(crate) fn each_once(best_first: impl Iterator<Item = (Count, NameId)>, k: usize) -> Vec<(Count, NameId)> {
    let mut seen = Map::default();
    let mut kept: Vec<(Count, NameId)> = Vec::new();
    for (count, poster) in best_first {
        if kept.len() >= k && count < kept[k - 1].0 {
            break;
        }
        if seen.insert(poster, ()).is_none() {
            kept.push((count, poster));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[u64], k: usize, ranks: &[u32]) {
        let ranked: Vec<u32> = with_ranks(values.iter(), k, |value| **value).map(|(rank, _)| rank).collect();
        assert_eq!(ranked, ranks, "{values:?}, k = {k}");
    }

    #[test]
    fn ties_share_a_rank_and_the_next_is_skipped() {
        check(&[5, 5, 4, 4, 1], 3, &[1, 1, 3, 3]);
        check(&[5, 5, 4], 2, &[1, 1]);
        check(&[5, 4, 4, 4, 3], 4, &[1, 2, 2, 2]);
        check(&[], 3, &[]);
    }
}
