//! ES256 (ECDSA on P-256 with SHA-256, RFC 7518 §3.4).

use zeroize::Zeroizing;

use super::Jwk;

/// Why a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a P-256 key we can use.
    #[error("the key is not a public P-256 key")]
    Unsupported,
    /// A private member travels in the open (RFC 7517 §9.2).
    #[error("the key carries its private part")]
    Private,
    /// Coordinates are malformed or off the curve.
    #[error("the key is not a point of its curve")]
    NotOnCurve,
    /// The private key does not parse.
    #[error("the private key is malformed")]
    MalformedPrivate,
    /// RFC 7515 §5.2: the signature does not fit.
    #[error("the signature does not fit the key")]
    BadSignature,
}

/// A private ES256 key.
pub struct SigningKey { _todo: () }

impl SigningKey {
    /// A fresh key, from the operating system's randomness.
    pub fn generate() -> Self { todo!() }
    /// From PKCS#8 DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> { todo!() }
    /// To PKCS#8 DER, erased when dropped.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> { todo!() }
    /// The public half.
    pub fn public(&self) -> &PublicKey { todo!() }
    /// 64 bytes, r ‖ s.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] { todo!() }
}

/// A public ES256 key, ready to verify.
#[derive(Clone)]
pub struct PublicKey { _todo: () }

impl PublicKey {
    /// From a JWK.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> { todo!() }
    /// To a JWK without `kid`, `alg`, `use`.
    pub fn to_jwk(&self) -> Jwk { todo!() }
    /// RFC 7638 thumbprint of the JWK: the `kid` we give our keys.
    pub fn thumbprint(&self) -> String { todo!() }
    /// Checks `signature` (64 bytes, r ‖ s) over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> { todo!() }
}
