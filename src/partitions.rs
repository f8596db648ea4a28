//! The partitions that are read, numbered as they are met.

use crate::archive::PartitionName;
use pinflow_dataflows::kind::Kind;
use std::sync::{Arc, PoisonError, RwLock};

/// All partitions; they only become more.
#[derive(Debug, Default)]
pub struct Partitions {
    all: RwLock<Vec<KnownPartition>>,
}

/// A partition that is read.
#[derive(Clone, Debug)]
pub struct KnownPartition {
    /// Which one it is.
    pub name: Arc<PartitionName>,
    /// What its messages are.
    pub kind: Kind,
}

impl Partitions {
    /// Gives a partition the next number.
    pub fn add(&self, partition: KnownPartition) -> u32 {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.push(partition);
        all.len() as u32 - 1
    }

    /// The partition of a number.
    pub fn get(&self, number: u32) -> Option<KnownPartition> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(number as usize).cloned()
    }

    /// All partitions, by number.
    pub fn all(&self) -> Vec<KnownPartition> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
