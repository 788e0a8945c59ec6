//! JSON Web Keys (RFC 7517): public EC keys on P-256 only, the one curve ES256 and ECDH-ES need.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::KeyError;

/// A public P-256 key as it travels. Parsing refuses private members (RFC 7517 §9.2), other curves, coordinates that
/// are not 32 bytes and points off the curve; unknown members are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    members: Map<String, Value>,
}

impl Jwk {
    /// RFC 7638 thumbprint (SHA-256, base64url).
    pub fn thumbprint(&self) -> String { todo!() }
    /// `kid`.
    pub fn kid(&self) -> Option<&str> { todo!() }
    /// `alg`.
    pub fn alg(&self) -> Option<&str> { todo!() }
    /// `use`.
    pub fn usage(&self) -> Option<&str> { todo!() }
    /// The same key with this `kid`, `alg` and `use`.
    #[must_use]
    pub fn named(self, kid: &str, alg: &str, usage: &str) -> Self { todo!() }
    /// Reads a key from JSON.
    pub fn from_value(value: Value) -> Result<Self, KeyError> { todo!() }
    /// Back to JSON.
    pub fn to_value(&self) -> Value { todo!() }
}

impl Serialize for Jwk {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { todo!() }
}
impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> { todo!() }
}

/// A JWK Set (RFC 7517 §5). Keys of kinds we do not use are dropped when reading, as §5 asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct JwkSet {
    /// The usable keys.
    pub keys: Vec<Jwk>,
}
impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> { todo!() }
}
impl JwkSet {
    /// The key with this `kid`; without `kid`, the only key there is.
    pub fn select(&self, kid: Option<&str>) -> Option<&Jwk> { todo!() }
}
