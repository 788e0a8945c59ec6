//! Randomness as a parameter: nothing in Musette throws dice but through [`Entropy`].

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A secret of 256 bits, base64url without padding (43 characters).
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A number below `bound`, without bias.
    ///
    /// # Panics
    /// When `bound` is 0.
    pub fn below(&self, bound: u32) -> u32 {
        assert!(bound > 0, "a number below zero was asked for");
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let number = u32::from_be_bytes(self.bytes());
            if number < limit {
                return number % bound;
            }
        }
    }

    /// `count` decimal digits, for a code that a person types.
    pub fn digits(&self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0)))
            .collect()
    }
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "without randomness no secret may be made: stopping is the only safe answer"
        )]
        SystemRandom::new()
            .fill(bytes)
            .expect("the operating system gives random bytes");
    }
}
