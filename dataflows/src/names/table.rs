//! The table that names are found in: open addressing, in parts.
//!
//! Each part grows by itself. A table that grew as a whole would keep its worker busy for a tenth of a second with some
//! millions of names, and all views would wait for that worker.

use super::{NameId, zeros};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Parts, by the upper bits of hashes.
pub(super) const PARTS: usize = 64;

/// A slot holds a name's hash and its id, or 0. The rest of the hash chooses the slot.
pub(super) type Part = Arc<[AtomicU64]>;

/// All parts, without names. They differ in length, so that they do not all grow at about the same time.
pub(super) fn new_parts() -> Box<[Part]> {
    (0..PARTS).map(|part| zeros(16 + part / 4)).collect()
}

/// The part that a hash belongs to.
pub(super) fn part_of(hash: u32) -> usize {
    (hash >> 26) as usize
}

/// The slot where the search for a hash begins.
pub(super) fn home(part: &[AtomicU64], hash: u32) -> usize {
    ((u64::from(hash << 6) * part.len() as u64) >> 32) as usize
}

/// The slot behind another one.
pub(super) fn after(part: &[AtomicU64], at: usize) -> usize {
    if at + 1 == part.len() { 0 } else { at + 1 }
}

/// Whether a part is as full as it may be.
pub(super) fn is_full(part: &[AtomicU64], names: usize) -> bool {
    (names + 1) * 4 > part.len() * 3
}

/// Puts a name into the first free slot.
pub(super) fn put(part: &[AtomicU64], hash: u32, id: NameId) {
    let mut at = home(part, hash);
    while part[at].load(Ordering::Relaxed) != 0 {
        at = after(part, at);
    }
    part[at].store(u64::from(hash) << 32 | u64::from(id.number()), Ordering::Release);
}

/// The same names with half as much room again.
pub(super) fn grown(part: &[AtomicU64]) -> Part {
    let larger: Part = zeros(part.len() + part.len() / 2);
    for slot in part {
        let slot = slot.load(Ordering::Relaxed);
        if let Some(id) = NameId::from_number(slot as u32) {
            put(&larger, (slot >> 32) as u32, id);
        }
    }
    larger
}
