//! Hashing that is the same in every run and every process.

use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hasher};

/// A hash map whose order depends on its content alone.
pub type Map<K, V> = hashbrown::HashMap<K, V, FixedState>;

/// Spreads a whole number over 64 bits: multiplies by an odd constant and folds the high half of the product down.
pub(crate) fn mix(n: u64) -> u64 {
    let product = u128::from(n ^ 0x9E37_79B9_7F4A_7C15) * 0xA076_1D64_78BD_642F_u128;
    (product as u64) ^ (product >> 64) as u64
}

/// The hash of a text.
pub(crate) fn text_hash(text: &str) -> u64 {
    let mut hasher = FixedState::with_seed(0).build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}
