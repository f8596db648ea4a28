//! Ranks with ties: 1 + the number of rows that are strictly better, so that after a tie the next rank is skipped.

use crate::hash::Map;
use crate::names::NameId;
use crate::row::{Count, Diff};
use std::cmp::Ordering;

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

/// Emits what one of two lists has and the other has not, lost (-1) or new (1). Both have the greatest first.
pub(crate) fn differences<T: Ord + Copy>(before: &[T], after: &[T], mut emit: impl FnMut(T, Diff)) {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some(old), Some(new)) => new.cmp(old),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return,
        };
        let old = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        match (old, new) {
            (Some(old), None) => emit(*old, -1),
            (None, Some(new)) => emit(*new, 1),
            _ => {}
        }
    }
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

    fn check_differences(before: &[u8], after: &[u8], expected: &[(u8, Diff)]) {
        let mut found = Vec::new();
        differences(before, after, |item, diff| found.push((item, diff)));
        assert_eq!(found, expected, "{before:?}, {after:?}");
    }

    #[test]
    fn differences_are_what_only_one_list_has() {
        check_differences(&[], &[], &[]);
        check_differences(&[5, 3], &[5, 3], &[]);
        check_differences(&[5, 3], &[], &[(5, -1), (3, -1)]);
        check_differences(&[], &[5, 3], &[(5, 1), (3, 1)]);
        check_differences(&[9, 5, 3, 1], &[8, 5, 2, 1], &[(9, -1), (8, 1), (3, -1), (2, 1)]);
    }
}
