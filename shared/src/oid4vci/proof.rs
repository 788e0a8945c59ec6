//! Key proofs of type `jwt` (App. F.1, F.4).

use chrono::{DateTime, Utc};

use super::ErrorCode;
use crate::keys::{Jwk, SigningKey};

/// `typ`.
pub const TYPE: &str = "openid4vci-proof+jwt";

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Structure, `typ`, `alg`, key in the header, signature (VCI-I-073, VCI-I-074).
    #[error("the key proof is malformed or not signed by its key")]
    Malformed,
    /// `aud` is not this issuer.
    #[error("the key proof was made for another issuer")]
    Audience,
    /// `iat` outside the window (300 s back, 60 s ahead).
    #[error("the key proof was not made just now")]
    Time,
    /// `nonce` is absent.
    #[error("the key proof has no nonce")]
    NonceMissing,
}
impl From<ProofError> for ErrorCode { fn from(_: ProofError) -> Self { Self::InvalidProof } }

/// A checked proof, but for its nonce: the store says whether it was ours and unused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The holder's key.
    pub key: Jwk,
    /// The nonce it carries.
    pub nonce: String,
}

/// Checks a proof: everything but whether the nonce is ours.
pub fn check(jwt: &str, issuer: &str, now: DateTime<Utc>) -> Result<Proof, ProofError> { todo!() }
/// Makes a proof (anonymous pre-authorized flow: no `iss`).
pub fn sign(key: &SigningKey, issuer: &str, nonce: Option<&str>, now: DateTime<Utc>) -> String { todo!() }
