//! What a letter is known by, so that it is written once.

use crate::archive::PartitionName;
use crate::block::Origin;
use crate::dead_letters::{Letter, StoredLetter};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a letter is known by.
#[derive(Clone, Debug)]
pub enum Mark {
    /// A message: where it comes from, its position there, and the time that its partition had reached, in milliseconds
    /// since 1970; 0 if none is known.
    Message(Arc<Origin>, u64, u64),
    /// An object that cannot be read.
    Fault(FaultKey),
}

/// What a fault is known by. The words of its reason may differ from one attempt to the next. An object that was replaced and
/// breaks at the same byte has one letter, which is still true: its rest cannot be read. No position is passed by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultKey {
    /// The source.
    pub source: String,
    /// The object's key in the source.
    pub object: String,
    /// Bytes read before.
    pub byte: u64,
}

impl Mark {
    /// Of a letter that is to be written.
    pub fn of(letter: &Letter) -> Mark {
        match letter {
            Letter::Message { origin, position, time, .. } => Mark::Message(origin.clone(), *position, *time),
            Letter::Fault(fault, _) => Mark::Fault(FaultKey {
                source: fault.source.clone(),
                object: fault.key.clone(),
                byte: fault.byte,
            }),
        }
    }

    /// Of a letter that was written.
    pub fn of_stored(letter: StoredLetter) -> Mark {
        let time = letter.time_ms();
        let StoredLetter { source, topic, partition, position, object, byte, .. } = letter;
        match position {
            Some(position) => {
                let partition = Arc::new(PartitionName { topic, number: partition });
                Mark::Message(Arc::new(Origin { source, partition, object }), position, time)
            }
            None => Mark::Fault(FaultKey { source, object, byte: byte.unwrap_or(0) }),
        }
    }
}
