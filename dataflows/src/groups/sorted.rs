//! Searches lists that are sorted, and mostly short.

/// A list of so many is looked through from its beginning: all its loads overlap, while each step of a binary search waits
/// for the one before, and what groups hold is seldom in the cache.
const SHORT: usize = 64;

/// How many of a sorted list are less than `item`: the place where it is, or would be.
pub(super) fn place_of<T: Ord + Copy>(sorted: &[T], item: T) -> usize {
    let (mut before, mut rest) = (0, sorted);
    while rest.len() > SHORT {
        let half = rest.len() / 2;
        if rest[half] < item {
            before += half + 1;
            rest = &rest[half + 1..];
        } else {
            rest = &rest[..half];
        }
    }
    before + rest.iter().filter(|other| **other < item).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_has_its_place() {
        for length in [0, 1, 2, SHORT, SHORT + 1, 2 * SHORT + 1, 1000] {
            let sorted: Vec<usize> = (0..length).map(|n| 2 * n + 1).collect();
            for item in 0..2 * length + 3 {
                assert_eq!(place_of(&sorted, item), sorted.partition_point(|other| *other < item), "{item}");
            }
        }
    }
}
