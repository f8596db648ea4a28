//! The last faults that were told.

use super::mark::FaultKey;
use std::collections::VecDeque;

/// Faults that are remembered. A fault has no position that could be compared, so one that was told before more than
/// these is told again after a restart.
const REMEMBERED: usize = 1024;

/// Some faults, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(VecDeque<FaultKey>);

impl Faults {
    /// Whether it is one of them.
    pub fn has(&self, fault: &FaultKey) -> bool {
        self.0.contains(fault)
    }

    /// Adds one, unless it is there; says whether it was not.
    pub fn add(&mut self, fault: &FaultKey) -> bool {
        if self.has(fault) {
            return false;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(fault.clone());
        true
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FaultKey> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_fault_is_forgotten() {
        let fault = |byte| FaultKey { source: String::new(), object: "o".to_owned(), byte };
        let mut faults = Faults::default();
        for byte in 0..=REMEMBERED as u64 {
            assert!(faults.add(&fault(byte)));
            assert!(!faults.add(&fault(byte)));
        }
        assert_eq!(faults.iter().count(), REMEMBERED);
        assert!(!faults.has(&fault(0)) && faults.has(&fault(1)));
    }
}
