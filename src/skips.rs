//! Positions that no message has: where among a block's messages they lie.

/// Ascending: the number of a message, from 0, or of the end, and how many positions without one come before it in the
/// block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skips(Vec<(u64, u64)>);

impl Skips {
    /// So many positions come before the message of that number, which is the last so far or the one behind it.
    pub fn add(&mut self, message: u64, positions: u64) {
        match self.0.last_mut() {
            _ if positions == 0 => {}
            Some((last, all)) if *last == message => *all += positions,
            _ => self.0.push((message, self.all() + positions)),
        }
    }

    /// The same behind so many more positions without a message.
    pub fn behind(&self, positions: u64) -> Skips {
        let mut skips = Skips::default();
        skips.add(0, positions);
        let mut before = 0;
        for (message, all) in &self.0 {
            skips.add(*message, all - before);
            before = *all;
        }
        skips
    }

    /// How many come before a message.
    pub fn before(&self, message: u64) -> u64 {
        let up_to = self.0.partition_point(|(first, _)| *first <= message);
        up_to.checked_sub(1).map_or(0, |last| self.0[last].1)
    }

    /// Without the first messages, and without the positions before a later one: so many positions are left out in all.
    pub fn without_first(&self, messages: u64, positions: u64) -> Skips {
        let mut rest = Skips::default();
        let left = |message: u64| self.before(message) + messages - positions;
        rest.add(0, left(messages));
        for (message, _) in self.0.iter().filter(|(message, _)| *message > messages) {
            rest.add(message - messages, left(*message) - rest.all());
        }
        rest
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.0.last().map_or(0, |(_, all)| *all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_messages_and_of_what_lies_between() {
        let mut skips = Skips::default();
        assert_eq!((skips.before(0), skips.all()), (0, 0));
        for (message, positions) in [(0, 2), (1, 0), (3, 1), (3, 4), (5, 1)] {
            skips.add(message, positions);
        }
        let before = [0, 1, 2, 3, 4, 5, 6].map(|message| skips.before(message));
        assert_eq!(before, [2, 2, 2, 7, 7, 8, 8]);
        assert_eq!(skips.all(), 8);
        let position = |skips: &Skips, message| message + skips.before(message);
        for left_out in 0..=13 {
            let messages = (0..5).filter(|message| position(&skips, *message) < left_out).count() as u64;
            let rest = skips.without_first(messages, left_out);
            for message in messages..=5 {
                let expected = position(&skips, message) - left_out;
                assert_eq!(position(&rest, message - messages), expected, "{left_out} {message}");
            }
        }
        let behind = skips.behind(3);
        assert_eq!([0, 2, 3, 6].map(|message| behind.before(message)), [5, 5, 10, 11]);
        assert_eq!(skips.behind(0), skips);
    }
}
