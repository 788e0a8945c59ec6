//! Compact JWS (RFC 7515), ES256 only.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Jwk, PublicKey, SigningKey};

/// The largest JWS that is parsed, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// Why a JWS was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Larger than [`MAX_BYTES`].
    #[error("the token is too large")]
    TooLarge,
    /// RFC 7515 §7.1: three base64url parts, a JSON object without duplicate names as header.
    #[error("the token is malformed")]
    Malformed,
    /// RFC 8725 §3.1: `alg` is `none`, symmetric or not ES256.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// RFC 7515 §4.1.11: an extension we do not know is critical.
    #[error("the token has a critical extension we do not know")]
    Critical,
    /// RFC 8725 §3.11: `typ` is not the one expected.
    #[error("the token has the wrong type")]
    WrongType,
    /// RFC 7515 §5.2.
    #[error("the signature does not fit the key")]
    BadSignature,
    /// The payload is not the JSON expected (duplicate names included).
    #[error("the claims are malformed")]
    Claims,
}

/// Signs `claims` (a JSON object) under a header `{alg: ES256, typ, …header}`.
///
/// # Panics
/// Never on JSON values.
pub fn sign(typ: &str, header: Map<String, Value>, claims: &Value, key: &SigningKey) -> String { todo!() }

/// A parsed, **unverified** JWS.
#[derive(Debug, Clone)]
pub struct Jws { _todo: () }

impl Jws {
    /// Parses structure and header. Refuses `alg` other than ES256 and any `crit`. Checks no signature.
    pub fn parse(compact: &str) -> Result<Self, JwsError> { todo!() }
    /// The header.
    pub fn header(&self) -> &Map<String, Value> { todo!() }
    /// `kid`.
    pub fn kid(&self) -> Option<&str> { todo!() }
    /// `jwk` of the header.
    pub fn jwk(&self) -> Option<Result<Jwk, super::KeyError>> { todo!() }
    /// Refuses another `typ` (compared without case and without `application/`).
    pub fn expect_type(&self, typ: &str) -> Result<(), JwsError> { todo!() }
    /// Checks the signature.
    pub fn verify(&self, key: &PublicKey) -> Result<(), JwsError> { todo!() }
    /// The claims, as signed bytes say, **whether or not** the signature was checked.
    pub fn unverified_claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> { todo!() }
    /// The claims once the signature is checked.
    pub fn claims<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T, JwsError> { todo!() }
}
