//! Posters: few have many posts, each has a name and a number of followers of their own.

use super::json::{write_digits, write_number};
use super::texts::write_capitalised;
use super::words::{FIRST_NAMES, LAST_NAMES, UNUSUAL_WORDS};
use crate::emulate::random::Random;

/// The posters of a catalogue, known by numbers from 0; those of small numbers post most.
#[derive(Clone, Copy)]
pub struct Posters {
    seed: u64,
    count: u64,
}

/// Keeps posters' generators apart from all others of a seed.
const POSTER_KEY: u64 = 0x706f_7374;

impl Posters {
    /// A quarter as many posters as posts.
    pub fn new(seed: u64, posts: u64) -> Posters {
        Posters { seed, count: (posts / 4).max(1) }
    }

    /// Who made a post. The n-th poster's share falls off as n^(-2/3), Zipf's law with that exponent: the cube of a
    /// uniform number is distributed so, without a table of all posters.
    pub fn draw(&self, random: &mut Random) -> u64 {
        let uniform = u128::from(random.bits());
        let cube = (((uniform * uniform) >> 64) * uniform) >> 64;
        ((cube * u128::from(self.count)) >> 64) as u64
    }

    /// Appends a poster's name in quotes.
    pub fn write_name(&self, poster: u64, out: &mut Vec<u8>) {
        let random = &mut self.traits(poster);
        out.push(b'"');
        match random.below(10) {
            0..4 => {
                out.extend_from_slice(random.one_of(&FIRST_NAMES).as_bytes());
                out.push(b' ');
                out.extend_from_slice(random.one_of(&LAST_NAMES).as_bytes());
                out.push(b' ');
            }
            4..8 => {
                out.extend_from_slice(b"The ");
                write_capitalised(random, out);
                out.push(b' ');
                write_capitalised(random, out);
                out.push(b' ');
            }
            8 => {
                write_capitalised(random, out);
                out.extend_from_slice(random.one_of(&LAST_NAMES).as_bytes());
            }
            _ => {
                write_capitalised(random, out);
                out.push(b' ');
                out.extend_from_slice(random.one_of(&UNUSUAL_WORDS).as_bytes());
                out.push(b' ');
            }
        }
        write_number(out, poster);
        out.push(b'"');
    }

    /// Appends the count that a post of the poster shows, in quotes: mostly today's, else one from when it was smaller.
    pub fn write_follower_count(&self, poster: u64, random: &mut Random, out: &mut Vec<u8>) {
        let today = follower_count(&mut self.traits(poster));
        let shown = if random.percent(75) { today } else { today * random.within(50..=99) / 100 };
        let whole = random.percent(50);
        out.push(b'"');
        write_as_shown(shown, whole, out);
        out.push(b'"');
    }

    fn traits(&self, poster: u64) -> Random {
        Random::keyed(&[self.seed, POSTER_KEY, poster])
    }
}

/// A count whose logarithm is nearly normal (the sum of four uniform numbers): the median is about 1,800, one in six
/// has more than 24,000, the most is some 14 million.
fn follower_count(random: &mut Random) -> u64 {
    // The logarithm to base 2 in 2^-16ths: mean 10.8, standard deviation 6.5 / sqrt(3) = 3.75.
    let sum: u64 = (0..4).map(|_| random.below(1 << 16)).sum();
    let logarithm = (sum * 13 / 2).saturating_sub(144_179);
    let (whole, fraction) = (logarithm >> 16, logarithm & 0xffff);
    // Between powers of two a straight line is near enough.
    ((0x1_0000 + fraction) << whole) >> 16
}

/// Appends 437, 1.2k, 12k or 3M: cut off as sites show it. Below ten of a unit there is a tenth, unless `whole` asks for
/// none.
fn write_as_shown(count: u64, whole: bool, out: &mut Vec<u8>) {
    let (unit, suffix) = match count {
        0..1_000 => return write_number(out, count),
        1_000..1_000_000 => (1_000, b'k'),
        _ => (1_000_000, b'M'),
    };
    write_number(out, count / unit);
    let tenth = count / (unit / 10) % 10;
    if count < 10 * unit && tenth > 0 && !whole {
        out.push(b'.');
        write_digits::<1>(out, tenth);
    }
    out.push(suffix);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_shown_as_people_see_them() {
        let shown = |count, whole| {
            let mut out = Vec::new();
            write_as_shown(count, whole, &mut out);
            String::from_utf8(out).expect("digits")
        };
        assert_eq!([shown(0, false), shown(437, true), shown(999, false)], ["0", "437", "999"]);
        assert_eq!([shown(1_000, false), shown(1_290, false), shown(1_290, true)], ["1k", "1.2k", "1k"]);
        assert_eq!([shown(12_950, false), shown(999_999, false)], ["12k", "999k"]);
        assert_eq!(
            [shown(3_099_999, false), shown(3_100_000, false), shown(31_000_000, false)],
            ["3M", "3.1M", "31M"]
        );
    }

    #[test]
    fn counts_are_spread_over_many_magnitudes() {
        let mut random = Random::keyed(&[5]);
        let mut counts: Vec<u64> = (0..100_000).map(|_| follower_count(&mut random)).collect();
        counts.sort_unstable();
        assert!((1_600..2_000).contains(&counts[50_000]), "{}", counts[50_000]);
        assert!((20_000..28_000).contains(&counts[84_134]), "{}", counts[84_134]);
        assert!(counts[99_999] > 3_000_000 && counts[99_999] < 20_000_000);
        assert!(counts[1_000] < 20);
    }

    #[test]
    fn few_posters_have_many_posts_and_most_have_few() {
        let posters = Posters::new(1, 100_000);
        let mut posts = vec![0; 25_000];
        let mut random = Random::keyed(&[6]);
        for _ in 0..100_000 {
            posts[posters.draw(&mut random) as usize] += 1;
        }
        // The first of n has the share n^(-1/3), 3.4 % here.
        assert!((3_200..3_650).contains(&posts[0]), "{}", posts[0]);
        assert!(posts[0] > 3 * posts[1]);
        assert!(posts.iter().filter(|&&n| n > 0).count() > 15_000);
        assert_eq!(Posters::new(1, 0).draw(&mut random), 0);
    }

    #[test]
    fn a_poster_keeps_its_name() {
        let name = |seed, poster| {
            let mut out = Vec::new();
            Posters::new(seed, 1_000).write_name(poster, &mut out);
            out
        };
        assert_eq!(name(1, 7), name(1, 7));
        assert_ne!(name(1, 7), name(1, 8));
        assert_ne!(name(1, 7), name(2, 7));
    }
}
