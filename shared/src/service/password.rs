//! Passphrases: Argon2id (RFC 9106 second recommendation: 64 MiB, 3 passes, 4 lanes).
use zeroize::Zeroizing;
use crate::entropy::Entropy;
/// A passphrase is 12 to 256 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a passphrase has 12 to 256 characters")]
pub struct WeakPassphrase;
/// Refuses what is too short or too long.
pub fn check(passphrase: &str) -> Result<(), WeakPassphrase> { todo!() }
/// PHC string to store. Runs on a blocking thread.
pub async fn hash(passphrase: Zeroizing<String>, entropy: &dyn Entropy) -> String { todo!() }
/// Whether it fits. Runs on a blocking thread; takes as long when `phc` is malformed.
pub async fn verify(passphrase: Zeroizing<String>, phc: String) -> bool { todo!() }
/// 32 bytes from a passphrase and a 16-byte salt, to wrap a key. Runs on a blocking thread.
pub async fn stretch(passphrase: Zeroizing<String>, salt: [u8; 16]) -> Zeroizing<[u8; 32]> { todo!() }
