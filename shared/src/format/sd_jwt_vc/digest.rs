//! `_sd_alg` (RFC 9901 §4.1.1) and the digests it names.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::SdJwtError;

/// Where the hash is named; only at the top of the payload.
pub(super) const ALGORITHM: &str = "_sd_alg";
/// Where an object lists the digests of its hidden members.
pub(super) const DIGESTS: &str = "_sd";
/// The one key of the object that stands for a hidden element of an array.
pub(super) const PLACEHOLDER: &str = "...";

/// A hash of the IANA registry, untruncated (NEG-15). We issue with SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DigestAlgorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl DigestAlgorithm {
    /// The one `claims` name; SHA-256 when they name none.
    pub(super) fn of_claims(claims: &Map<String, Value>) -> Result<Self, SdJwtError> {
        match claims.get(ALGORITHM) {
            None => Ok(Self::Sha256),
            Some(Value::String(name)) => match name.as_str() {
                "sha-256" => Ok(Self::Sha256),
                "sha-384" => Ok(Self::Sha384),
                "sha-512" => Ok(Self::Sha512),
                _ => Err(SdJwtError::DigestAlgorithm),
            },
            Some(_) => Err(SdJwtError::DigestAlgorithm),
        }
    }

    /// The digest of `text` as it travels, base64url.
    pub(super) fn digest(self, text: &str) -> String {
        let algorithm = match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        };
        URL_SAFE_NO_PAD.encode(digest::digest(algorithm, text.as_bytes()))
    }
}
