//! Searches lists that are sorted, and mostly short.

/// A list of so many is looked through from its beginning: all its loads overlap, while each step of a binary search waits
/// for the one before, and what groups and countries hold is seldom in the cache.
const SHORT: usize = 64;

/// How many of a list `is_first` holds for, where those come first.
pub(crate) fn partition_point<T>(sorted: &[T], is_first: impl Fn(&T) -> bool) -> usize {
    let (mut before, mut rest) = (0, sorted);
    while rest.len() > SHORT {
        let half = rest.len() / 2;
        if is_first(&rest[half]) {
            before += half + 1;
            rest = &rest[half + 1..];
        } else {
            rest = &rest[..half];
        }
    }
    before + rest.iter().filter(|item| is_first(item)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_counted() {
        for length in [0, 1, 2, SHORT, SHORT + 1, 2 * SHORT + 1, 1000] {
            let sorted: Vec<usize> = (0..length).map(|n| 2 * n + 1).collect();
            for item in 0..2 * length + 3 {
                let is_first = |other: &usize| *other < item;
                assert_eq!(partition_point(&sorted, is_first), sorted.partition_point(is_first), "{item}");
            }
        }
    }
}
