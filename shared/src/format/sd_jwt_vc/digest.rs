//! `_sd_alg` (RFC 9901 §4.1.1) and the digests it names.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use base64::Engine;

use super::SdJwtError;
use crate::{base64url::BASE64URL, json::Node};

/// Where the hash is named; only at the top of the payload.
pub(super) const ALGORITHM: &str = "_sd_alg";
/// Where an object lists the digests of its hidden members.
pub(super) const DIGESTS: &str = "_sd";
/// The one key of the object that stands for a hidden element of an array.
pub(super) const PLACEHOLDER: &str = "...";

/// A hash of the IANA registry, untruncated (NEG-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DigestAlgorithm {
    /// What everybody reads (SDJ-003).
    #[default]
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl DigestAlgorithm {
    /// Every one we accept.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its name in `_sd_alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    /// The one `claims` name; SHA-256 when they name none.
    pub(super) fn of_claims(claims: &Node<'_>) -> Result<Self, SdJwtError> {
        let Some(named) = claims.member(ALGORITHM) else {
            return Ok(Self::default());
        };
        Self::ALL
            .into_iter()
            .find(|algorithm| named.text() == Some(algorithm.name()))
            .ok_or(SdJwtError::DigestAlgorithm)
    }

    /// The digest of `text` as it travels, base64url.
    pub(super) fn digest(self, text: &str) -> String {
        BASE64URL.encode(digest::digest(self.hash(), text.as_bytes()))
    }

    /// The digests of `texts`, as [`Self::digest`] gives each, one after the other: all are of one length.
    pub(super) fn digests<'a>(self, texts: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
        let length = self.encoded_length();
        let mut digests = vec![0; texts.len() * length];
        for (text, place) in texts.zip(digests.chunks_exact_mut(length)) {
            let encoded = BASE64URL.encode_slice(digest::digest(self.hash(), text.as_bytes()), place);
            debug_assert_eq!(encoded, Ok(length));
        }
        digests
    }

    /// Characters of a digest in base64url.
    pub(super) fn encoded_length(self) -> usize {
        (8 * self.hash().output_len()).div_ceil(6)
    }

    fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        }
    }
}
