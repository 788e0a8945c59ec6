//! Checking a key binding (RFC 9901 §7.3 step 5).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{KEY_BINDING_TYPE, KeyBound, SdJwt, SdJwtError};
use crate::{
    json::{Node, whole_seconds},
    keys::PublicKey,
};

/// How old a key binding may be, in seconds (NEG-18).
pub const MAX_BINDING_AGE: i64 = 300;
/// How far ahead of ours the holder's clock may be, in seconds (NEG-18).
pub const MAX_CLOCK_SKEW: i64 = 60;

/// Why a key binding does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyBindingError {
    /// No usable `cnf.jwk`.
    #[error("the credential names no holder key")]
    NoHolderKey,
    /// Signature or `typ` (SDJ-010).
    #[error("the key binding is not signed by the holder's key")]
    BadSignature,
    /// Malformed claims.
    #[error("the key binding is malformed")]
    Malformed,
    /// `sd_hash` differs.
    #[error("the key binding was made for another set of disclosures")]
    HashMismatch,
    /// `nonce` differs.
    #[error("the key binding answers another request")]
    Nonce,
    /// `aud` differs.
    #[error("the key binding was made for another verifier")]
    Audience,
    /// `iat` outside the window.
    #[error("the key binding was not made just now")]
    Time,
}

/// What a key binding is expected to say.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedBinding<'a> {
    /// Our full `client_id`.
    pub audience: &'a str,
    /// The nonce we gave.
    pub nonce: &'a str,
}

/// The checks of a key binding, each on its own, so that a page can tell them apart. A claim that is absent or of the
/// wrong type is [`KeyBindingError::Malformed`].
#[derive(Debug, Clone)]
pub struct BindingChecks {
    /// Signature by `cnf.jwk`, `typ`, `sd_hash`.
    pub binding: Result<(), KeyBindingError>,
    /// `nonce`.
    pub nonce: Result<(), KeyBindingError>,
    /// `aud`, a single string.
    pub audience: Result<(), KeyBindingError>,
    /// `iat` within [`MAX_BINDING_AGE`] of `now`, [`MAX_CLOCK_SKEW`] ahead at most (NEG-18).
    pub time: Result<(), KeyBindingError>,
}

/// Checks the key binding of a presentation (RFC 9901 §7.3 step 5) against the holder key that the issuer's JWT names in the
/// open, where alone it may be (SDVC-003). The caller checks the issuer's signature.
pub fn check_binding(
    sd_jwt: &SdJwt,
    expected: ExpectedBinding<'_>,
    now: DateTime<Utc>,
) -> Result<BindingChecks, SdJwtError> {
    let binding = sd_jwt.key_binding.as_ref().ok_or(SdJwtError::KeyBindingMissing)?;
    let said = binding.jws.unverified_node().unwrap_or(&Node::Null);
    Ok(BindingChecks {
        binding: check_signature(sd_jwt, binding, said),
        nonce: check_text(said, "nonce", expected.nonce, KeyBindingError::Nonce),
        audience: check_text(said, "aud", expected.audience, KeyBindingError::Audience),
        time: check_time(said, now),
    })
}

/// The holder key in `cnf.jwk`.
pub fn holder_key(claims: &Value) -> Result<PublicKey, KeyBindingError> {
    let jwk = claims.get("cnf").and_then(|cnf| cnf.get("jwk"));
    let key = jwk.map(PublicKey::from_jwk_value);
    key.and_then(Result::ok).ok_or(KeyBindingError::NoHolderKey)
}

/// The same of claims where they were read.
pub(super) fn holder_key_of(claims: &Node<'_>) -> Result<PublicKey, KeyBindingError> {
    let jwk = claims.member("cnf").and_then(|cnf| cnf.member("jwk"));
    let key = jwk.map(PublicKey::from_jwk_node);
    key.and_then(Result::ok).ok_or(KeyBindingError::NoHolderKey)
}

fn check_signature(sd_jwt: &SdJwt, binding: &KeyBound, said: &Node<'_>) -> Result<(), KeyBindingError> {
    let holder = binding.holder.as_ref().map_err(|refused| *refused)?;
    binding
        .jws
        .expect_type(KEY_BINDING_TYPE)
        .map_err(|_| KeyBindingError::BadSignature)?;
    binding.jws.verify(holder).map_err(|_| KeyBindingError::BadSignature)?;
    check_text(said, "sd_hash", &sd_jwt.hash(), KeyBindingError::HashMismatch)
}

fn check_text(said: &Node<'_>, name: &str, expected: &str, otherwise: KeyBindingError) -> Result<(), KeyBindingError> {
    let text = said
        .member(name)
        .and_then(Node::text)
        .ok_or(KeyBindingError::Malformed)?;
    if text == expected { Ok(()) } else { Err(otherwise) }
}

fn check_time(said: &Node<'_>, now: DateTime<Utc>) -> Result<(), KeyBindingError> {
    let Some(Node::Number(written)) = said.member("iat") else {
        return Err(KeyBindingError::Malformed);
    };
    let made = whole_seconds(written).ok_or(KeyBindingError::Malformed)?;
    let age = now.timestamp().saturating_sub(made);
    if (-MAX_CLOCK_SKEW..=MAX_BINDING_AGE).contains(&age) {
        Ok(())
    } else {
        Err(KeyBindingError::Time)
    }
}
