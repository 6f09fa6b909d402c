//! Numbers that are random enough for jitter.

/// `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    /// Differs for each `value` and each call, so that many clients do not reconnect at the same instant. Without the
    /// feature `std` it depends only on the address of `value`.
    pub(crate) fn new<T>(value: &T) -> Self {
        let addr = core::ptr::from_ref(value).addr();
        #[cfg(feature = "std")]
        {
            use core::hash::BuildHasher as _;

            Self(std::hash::RandomState::new().hash_one(addr))
        }
        #[cfg(not(feature = "std"))]
        {
            Self(addr as u64)
        }
    }

    pub(crate) const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    /// The upper bits of the reference implementation's numbers, which its last step leaves as they are:
    /// <https://prng.di.unimi.it/splitmix64.c>.
    #[test]
    fn is_splitmix64() {
        let mut random = Random::from_seed(1_234_567);
        for number in [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423] {
            assert_eq!(u64::from(random.next() >> 1), number >> 33);
        }
    }
}
