//! A bound for what waits to be sent or answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many bytes, and who holds some of them.
pub struct Budget {
    max: usize,
    held: Arc<AtomicUsize>,
}

/// A part of it, given back when it is dropped.
pub struct Held {
    bytes: usize,
    held: Arc<AtomicUsize>,
}

impl Budget {
    /// All of it is free.
    pub fn new(max: usize) -> Budget {
        Budget { max, held: Arc::default() }
    }

    /// Takes so much, if it is there. What is larger than all of it has to be alone: else it would never be sent.
    pub fn take(&self, bytes: usize) -> Option<Held> {
        let grow = |held: usize| {
            let grown = held.saturating_add(bytes);
            (held == 0 || grown <= self.max).then_some(grown)
        };
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow).ok()?;
        Some(Held { bytes, held: Arc::clone(&self.held) })
    }

    /// How much is taken.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let budget = Budget::new(10);
        let first = budget.take(6).expect("it fits");
        assert!(budget.take(5).is_none());
        let second = budget.take(4).expect("it fits");
        drop(first);
        assert_eq!(budget.held(), 4);
        drop(second);
        let large = budget.take(11).expect("it is alone");
        assert!(budget.take(1).is_none());
        drop(large);
        assert_eq!(budget.held(), 0);
    }
}
