//! The key-encryption key: from a file, made on first start.
use std::path::Path;
use crate::{entropy::Entropy, keys::seal::SealingKey};
/// Reads the key, or makes the file (mode 600) when there is none. Refuses a file others may read.
pub fn open(path: &Path, entropy: &dyn Entropy) -> std::io::Result<SealingKey> { todo!() }
