//! The dead letters of a run, whose partitions become known while it goes on.

use super::{Letter, Letters, LiveLetters};
use crate::archive::Fault;
use crate::partitions::Partitions;
use std::sync::Arc;

/// Live letters that know the names of partitions.
pub struct LettersOfRun {
    /// Where they are kept.
    pub live: LiveLetters,
    /// What the numbers of partitions stand for.
    pub partitions: Arc<Partitions>,
}

impl Letters for LettersOfRun {
    fn finish_block(&self, partition: u32, sequence: u64, letters: &[Letter]) {
        self.live.finish_block(partition, sequence, letters);
    }

    fn fault(&self, partition: u32, sequence: u64, fault: Fault) {
        let name =
            self.partitions.get(partition).expect("a partition is known before anything of it is read").name;
        self.live.fault(partition, sequence, fault, name);
    }

    fn unread(&self, faults: Vec<Fault>) {
        self.live.unread(faults);
    }
}
