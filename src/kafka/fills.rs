//! Positions that neither a topic nor its archive has: when the archive is asked for them again.
//!
//! Whoever writes the archive may be a little behind, or for hours. So it is asked soon at first, then ever less often, for
//! every question lists a part of it.

use super::made_again::Key;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long it is waited after the first question.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait: who mends an archive by hand looks whether it helped.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What the archive was asked for, by partition.
#[derive(Default)]
pub struct Fills(BTreeMap<Key, Fill>);

struct Fill {
    /// The first position that is missing.
    position: u64,
    asked: Instant,
    /// How long it is waited before the next question.
    wait: Duration,
}

/// Whether the archive is to be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// For the first time.
    First,
    /// Once more.
    Again,
    /// Later.
    Later,
}

impl Fills {
    /// A position of a partition is missing. What is answered is taken as done.
    pub fn turn(&mut self, key: &Key, position: u64, now: Instant) -> Turn {
        match self.0.get_mut(key).filter(|fill| fill.position == position) {
            Some(fill) if now.saturating_duration_since(fill.asked) < fill.wait => Turn::Later,
            Some(fill) => {
                (fill.asked, fill.wait) = (now, (2 * fill.wait).min(LONGEST_WAIT));
                Turn::Again
            }
            None => {
                self.0.insert(key.clone(), Fill { position, asked: now, wait: FIRST_WAIT });
                Turn::First
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_ever_less_often_until_it_has_the_position() {
        let (mut fills, key, begin) = (Fills::default(), ("a.pin".to_owned(), 3), Instant::now());
        let mut turns = Vec::new();
        for second in 0..=100 {
            match fills.turn(&key, 7, begin + Duration::from_secs(second)) {
                Turn::Later => {}
                turn => turns.push((second, turn)),
            }
        }
        let again = [2, 6, 14, 30, 60, 90].map(|second| (second, Turn::Again));
        assert_eq!(turns, [(0, Turn::First)].into_iter().chain(again).collect::<Vec<_>>());
        assert_eq!(fills.turn(&key, 9, begin), Turn::First);
        assert_eq!(fills.turn(&("a.pin".to_owned(), 4), 9, begin), Turn::First);
    }
}
