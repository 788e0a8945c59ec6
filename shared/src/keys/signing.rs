//! ES256 (ECDSA on P-256 with SHA-256, RFC 7518 §3.4).

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    encoding::AsBigEndian,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{Jwk, seal::digest};

/// Length of an uncompressed point: `04 ‖ x ‖ y`.
const POINT_BYTES: usize = 65;

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
pub struct SigningKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// A fresh key, from the operating system's randomness.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    #[expect(
        clippy::expect_used,
        reason = "AWS-LC fails to make a P-256 key only when memory or randomness are out"
    )]
    pub fn generate() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a P-256 key can be made");
        Self::from_pair(pair).expect("a fresh key is on its curve")
    }

    /// From PKCS#8 DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map_err(|_| KeyError::MalformedPrivate)?;
        Self::from_pair(pair)
    }

    /// To PKCS#8 DER, erased when dropped.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    #[expect(clippy::expect_used, reason = "a parsed P-256 key has an encoding")]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(
            self.pair
                .to_pkcs8v1()
                .expect("a P-256 key has a PKCS#8 form")
                .as_ref()
                .to_vec(),
        )
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// 64 bytes, r ‖ s.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    #[expect(
        clippy::expect_used,
        reason = "AWS-LC fails to sign only when memory or randomness are out"
    )]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .expect("a P-256 key signs");
        signature
            .as_ref()
            .try_into()
            .expect("a P1363 signature on P-256 is 64 bytes long")
    }

    fn from_pair(pair: EcdsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::from_point(pair.public_key().as_ref())?;
        Ok(Self { pair, public })
    }

    /// The private scalar, for a JWK that is sealed at rest.
    #[expect(clippy::expect_used, reason = "a parsed P-256 key has a private scalar")]
    pub(super) fn scalar(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(
            self.pair
                .private_key()
                .as_be_bytes()
                .expect("a P-256 key has a scalar")
                .as_ref()
                .to_vec(),
        )
    }

    /// From a private scalar and its point; both must belong together.
    pub(super) fn from_scalar(scalar: &[u8], public: &PublicKey) -> Result<Self, KeyError> {
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, scalar, &public.0.point)
                .map_err(|_| KeyError::MalformedPrivate)?;
        Ok(Self {
            pair,
            public: public.clone(),
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.thumbprint())
    }
}

/// A public ES256 key, ready to verify. Clones share the parsed key.
#[derive(Clone)]
pub struct PublicKey(Arc<Parsed>);

struct Parsed {
    key: ParsedPublicKey,
    point: [u8; POINT_BYTES],
    x: String,
    y: String,
    thumbprint: String,
}

impl PublicKey {
    /// From a JWK. Cheap: the JWK was parsed when it was read. A key that says it is for something else (`alg`, `use`,
    /// `key_ops`; RFC 7517 §4) is unsupported.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        if jwk.is_for("ES256", "sig", "verify") {
            Ok(jwk.key().clone())
        } else {
            Err(KeyError::Unsupported)
        }
    }

    /// To a JWK without `kid`, `alg`, `use`.
    pub fn to_jwk(&self) -> Jwk {
        Jwk::from_key(self)
    }

    /// RFC 7638 thumbprint of the JWK: the `kid` we give our keys.
    pub fn thumbprint(&self) -> String {
        self.0.thumbprint.clone()
    }

    /// Checks `signature` (64 bytes, r ‖ s) over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        self.0
            .key
            .verify_sig(message, signature)
            .map_err(|_| KeyError::BadSignature)
    }

    /// From coordinates in base64url, as a JWK holds them. Both are exactly 32 bytes in canonical base64url, and the
    /// point is on the curve.
    pub(super) fn from_coordinates(x: &str, y: &str) -> Result<Self, KeyError> {
        let mut point = [4; POINT_BYTES];
        for (text, place) in [(x, 1..33), (y, 33..POINT_BYTES)] {
            let coordinate = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::NotOnCurve)?;
            if coordinate.len() != 32 {
                return Err(KeyError::NotOnCurve);
            }
            point[place].copy_from_slice(&coordinate);
        }
        Self::from_point(&point)
    }

    pub(super) fn required_members(&self) -> String {
        required_members(&self.0.x, &self.0.y)
    }

    pub(super) fn coordinates(&self) -> (&str, &str) {
        (&self.0.x, &self.0.y)
    }

    fn from_point(point: &[u8]) -> Result<Self, KeyError> {
        let point: [u8; POINT_BYTES] = point.try_into().map_err(|_| KeyError::NotOnCurve)?;
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| KeyError::NotOnCurve)?;
        let (x, y) = (
            URL_SAFE_NO_PAD.encode(&point[1..33]),
            URL_SAFE_NO_PAD.encode(&point[33..]),
        );
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(required_members(&x, &y).as_bytes()));
        Ok(Self(Arc::new(Parsed {
            key,
            point,
            x,
            y,
            thumbprint,
        })))
    }
}

/// RFC 7638 §3.2: lexicographic order, no whitespace.
fn required_members(x: &str, y: &str) -> String {
    format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.0.thumbprint)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.point == other.0.point
    }
}

impl Eq for PublicKey {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stored_key_signs_as_before() {
        let key = SigningKey::generate();
        let restored = SigningKey::from_pkcs8(&key.to_pkcs8()).unwrap();
        assert_eq!(restored.public(), key.public());
        assert_eq!(key.public().verify(b"message", &restored.sign(b"message")), Ok(()));
        assert_eq!(
            SigningKey::from_pkcs8(b"nonsense").unwrap_err(),
            KeyError::MalformedPrivate
        );
    }

    #[test]
    fn a_scalar_of_another_key_is_refused() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        assert!(SigningKey::from_scalar(&key.scalar(), key.public()).is_ok());
        assert_eq!(
            SigningKey::from_scalar(&key.scalar(), other.public()).unwrap_err(),
            KeyError::MalformedPrivate
        );
    }

    #[test]
    fn neg_29_signatures_of_another_length_are_refused() {
        let key = SigningKey::generate();
        let signature = key.sign(b"message");
        for wrong in [&signature[..63], &[&signature[..], &[0]].concat()[..], &[]] {
            assert_eq!(key.public().verify(b"message", wrong), Err(KeyError::BadSignature));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn one_changed_bit_never_verifies(message in prop::collection::vec(any::<u8>(), 1..64), bit in 0usize..512) {
            let key = SigningKey::generate();
            let mut signature = key.sign(&message);
            prop_assert_eq!(key.public().verify(&message, &signature), Ok(()));
            signature[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(key.public().verify(&message, &signature), Err(KeyError::BadSignature));
        }
    }
}
