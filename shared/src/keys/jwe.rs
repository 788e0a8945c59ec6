//! JWE (RFC 7516) as OpenID4VP 1.0 §8.3 uses it: ECDH-ES on P-256, A128GCM or A256GCM, compact.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Jwk, KeyError};

/// The largest JWE that is decrypted, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Content encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// AES-128-GCM.
    A128GCM,
    /// AES-256-GCM.
    A256GCM,
}

/// Why a JWE was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    /// Larger than [`MAX_BYTES`].
    #[error("the encrypted message is too large")]
    TooLarge,
    /// Not a compact JWE with `alg` ECDH-ES and an `enc` of ours; compression is refused.
    #[error("the encrypted message is malformed or uses what we do not accept")]
    Malformed,
    /// For another key, or altered.
    #[error("the message does not decrypt with this key")]
    Undecryptable,
    /// The recipient's key is unusable.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A private P-256 key to receive messages: one a request (HAIP 1.0 §5).
pub struct DecryptionKey { _todo: () }

impl DecryptionKey {
    /// A fresh key.
    pub fn generate() -> Self { todo!() }
    /// From its private JWK in JSON bytes, as [`Self::to_bytes`] gives it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> { todo!() }
    /// To bytes, to be sealed at rest.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> { todo!() }
    /// The public key with its thumbprint as `kid`, `alg: ECDH-ES`, `use: enc`.
    pub fn public(&self) -> Jwk { todo!() }
    /// Decrypts.
    pub fn decrypt(&self, compact: &str) -> Result<Zeroizing<Vec<u8>>, JweError> { todo!() }
}

/// Encrypts `plaintext` to `recipient`; its `kid` is echoed.
pub fn encrypt(plaintext: &[u8], recipient: &Jwk, encryption: ContentEncryption) -> Result<String, JweError> { todo!() }
