//! A budget for the bytes of all bodies that the process holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The budget; clones share it.
#[derive(Clone, Debug)]
pub struct InFlight {
    max: usize,
    held: Arc<AtomicUsize>,
}

impl InFlight {
    /// A budget of so many bytes.
    pub fn new(max: usize) -> InFlight {
        InFlight { max, held: Arc::default() }
    }

    /// Bytes held now.
    pub fn bytes(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether so many more would fit now.
    pub fn fits(&self, bytes: usize) -> bool {
        self.bytes().saturating_add(bytes) <= self.max
    }

    /// A part of the budget that holds nothing yet.
    pub fn hold(&self) -> Held {
        Held { budget: self.clone(), bytes: 0 }
    }
}

/// A part of the budget, given back when it is dropped.
#[derive(Debug)]
pub struct Held {
    budget: InFlight,
    bytes: usize,
}

impl Held {
    /// Takes so many more bytes, if there are.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        let max = self.budget.max;
        let grow = |held: usize| held.checked_add(bytes).filter(|held| *held <= max);
        let grown = self.budget.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow).is_ok();
        self.bytes += if grown { bytes } else { 0 };
        grown
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_comes_back() {
        let budget = InFlight::new(10);
        let (mut one, mut other) = (budget.hold(), budget.hold());
        assert!(one.grow(6) && !other.grow(5) && other.grow(4));
        assert!(!one.grow(usize::MAX) && !budget.fits(1));
        drop(one);
        assert_eq!(budget.bytes(), 4);
        assert!(budget.fits(6));
        drop(other);
        assert_eq!(budget.bytes(), 0);
    }
}
