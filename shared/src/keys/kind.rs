//! The kinds of keys we sign and verify with.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ED25519, EcdsaSigningAlgorithm, VerificationAlgorithm,
};
use zeroize::Zeroizing;

/// Bytes of the longest coordinate.
pub(super) const MAX_COORDINATE_BYTES: usize = 48;

/// A kind of key, and with it a way to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA on P-256 with SHA-256.
    P256,
    /// ECDSA on P-384 with SHA-384.
    P384,
    /// EdDSA on Ed25519.
    Ed25519,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::Ed25519];

    /// The kind of a JWK with these members (RFC 7518 §6.2.1, RFC 8037 §2).
    pub(super) fn of(key_type: &str, curve: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.key_type() == key_type && kind.curve() == curve)
    }

    /// `kty`.
    pub(super) fn key_type(self) -> &'static str {
        match self {
            Self::P256 | Self::P384 => "EC",
            Self::Ed25519 => "OKP",
        }
    }

    /// `crv`: P-256, P-384, Ed25519.
    pub fn curve(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// The `alg` we write.
    pub fn algorithm(self) -> &'static str {
        self.algorithms()[0]
    }

    /// Every `alg` that means this: `Ed25519` is the name of RFC 9864 for what RFC 8037 calls `EdDSA`.
    pub(super) fn algorithms(self) -> &'static [&'static str] {
        match self {
            Self::P256 => &["ES256"],
            Self::P384 => &["ES384"],
            Self::Ed25519 => &["EdDSA", "Ed25519"],
        }
    }

    /// Bytes of a coordinate, or of the key itself on Ed25519.
    pub(super) fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 | Self::Ed25519 => 32,
            Self::P384 => MAX_COORDINATE_BYTES,
        }
    }

    /// How it signs; None on Ed25519.
    pub(super) fn ecdsa(self) -> Option<&'static EcdsaSigningAlgorithm> {
        match self {
            Self::P256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::P384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::Ed25519 => None,
        }
    }

    /// How it verifies.
    pub(super) fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::Ed25519 => &ED25519,
        }
    }

    /// A private scalar as an `ECPrivateKey` (RFC 5915 §3) that names its curve and leaves out its point.
    pub(super) fn private_key_der(self, scalar: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let curve: &[u8] = match self {
            Self::P256 => &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::Ed25519 => return None,
        };
        if scalar.len() != self.coordinate_bytes() {
            return None;
        }
        // Every length is below 128: one byte holds it.
        let length = |bytes: usize| u8::try_from(bytes).ok().filter(|length| *length < 128);
        let mut der = Zeroizing::new(vec![0x30, length(7 + scalar.len() + curve.len())?, 0x02, 0x01, 0x01]);
        der.extend([0x04, length(scalar.len())?]);
        der.extend(scalar);
        der.extend([0xa0, length(curve.len())?]);
        der.extend(curve);
        Some(der)
    }
}
