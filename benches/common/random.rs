//! Random choices that are the same in every run.

/// splitmix64 (<https://prng.di.unimi.it>).
pub struct Random(u64);

impl Random {
    /// The generator that belongs to a key.
    pub fn keyed(key: u64) -> Random {
        Random(mix(key))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `n` - 1.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// An index, each as often as its weight says; given are the sums of the weights.
    pub fn weighted(&mut self, sums: &[u64]) -> usize {
        let drawn = self.below(*sums.last().expect("there is a choice"));
        sums.partition_point(|sum| *sum <= drawn)
    }
}

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
