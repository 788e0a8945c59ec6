//! Sealing: authenticated encryption (AES-256-GCM) and keyed digests (HMAC-SHA-256) of what rests in a database.

use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// Sealed bytes do not open: another key, another place, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open with this key in this place")]
pub struct Unopenable;

/// A 256-bit key for data at rest, erased when dropped. Subkeys by purpose are derived from it (HKDF-SHA-256).
pub struct SealingKey { _todo: () }

impl SealingKey {
    /// A fresh key.
    pub fn random(entropy: &dyn Entropy) -> Self { todo!() }
    /// From 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self { todo!() }
    /// From 43 characters of base64url, as configuration holds it.
    pub fn from_base64url(text: &str) -> Option<Self> { todo!() }
    /// The bytes, to wrap the key under another.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> { todo!() }
    /// A key of its own for `purpose`, from secret material of at least 128 bits.
    pub fn derived(secret: &[u8], purpose: &str) -> Self { todo!() }
    /// Encrypts. `place` (table, column, row id) is authenticated: sealed bytes moved elsewhere do not open.
    pub fn seal(&self, plaintext: &[u8], place: &str, entropy: &dyn Entropy) -> Vec<u8> { todo!() }
    /// Decrypts what [`Self::seal`] made for the same `place`.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Zeroizing<Vec<u8>>, Unopenable> { todo!() }
    /// HMAC-SHA-256 of `parts` (each length-prefixed) for `purpose`, with a subkey of this key.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] { todo!() }
}

/// SHA-256, for looking up a random token of 128 bits or more without storing it.
pub fn digest(bytes: &[u8]) -> [u8; 32] { todo!() }

/// Equality in constant time.
pub fn equal(a: &[u8], b: &[u8]) -> bool { todo!() }
