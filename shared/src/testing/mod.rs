//! What tests hold still, the time and the dice, and what they throw away.

#[cfg(feature = "service")]
mod database;
#[cfg(feature = "service")]
mod exchange;
#[cfg(feature = "service")]
mod messages;

pub mod linked_data;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest;
use chrono::{DateTime, Duration, Utc};

#[cfg(feature = "service")]
pub use database::{ThrowAwayDatabase, every_database, survive};
#[cfg(feature = "service")]
pub use exchange::{Answer, Exchange};
#[cfg(feature = "service")]
pub use messages::check_messages;

use crate::{clock::Clock, entropy::Entropy, entropy::SystemEntropy, id};

/// A clock that moves when told. Clones share one time.
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<Mutex<DateTime<Utc>>>);

impl FixedClock {
    /// A clock that stands at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// A clock that stands at an RFC 3339 instant.
    ///
    /// # Panics
    /// When `now` is not one.
    #[expect(clippy::expect_used, reason = "a wrong date in a test must stop it")]
    pub fn at_rfc3339(now: &str) -> Self {
        Self::at(now.parse().expect("an RFC 3339 instant"))
    }

    /// Moves the time.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Repeatable bytes from a seed (SHA-256 in counter mode). Clones share one stream.
#[derive(Debug, Clone)]
pub struct SeededEntropy(Arc<Mutex<(u64, u64)>>);

impl SeededEntropy {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new((seed, 0))))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            state.1 += 1;
            let block = digest::digest(
                &digest::SHA256,
                &[state.0.to_be_bytes(), state.1.to_be_bytes()].concat(),
            );
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

/// A directory of its own under the system's temporary one, removed when dropped.
#[derive(Debug)]
pub struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    /// Makes one.
    ///
    /// # Panics
    /// When the system has no room for it.
    #[expect(clippy::expect_used, reason = "a test without a place to write must stop")]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("musette-{}", id::random(&SystemEntropy)));
        std::fs::create_dir(&path).expect("a temporary directory");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for TemporaryDirectory {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // Left behind at worst: the system clears its temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
