//! The hash by which records go to partitions.
//!
//! It is fixed: after a change, records of one `ind` would lie in two partitions.

/// The hash of an `ind`: SplitMix64's output function (Steele, Lea and Flood 2014) of the number.
pub fn hash_of_ind(ind: u64) -> u64 {
    let mut mixed = ind.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The hash of a record without a usable `ind`: FNV-1a of its line, 64 bits.
pub fn hash_of_bytes(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_never_change() {
        assert_eq!(hash_of_ind(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(hash_of_ind(7), 0x63cb_e1e4_5932_0dd7);
        assert_eq!(hash_of_bytes(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash_of_bytes(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
