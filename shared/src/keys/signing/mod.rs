//! Signatures: ES256, ES384 (ECDSA, RFC 7518 §3.4) and EdDSA on Ed25519 (RFC 8032, RFC 8037).

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{
    digest::Digest,
    encoding::{AsBigEndian, AsDer},
    rand::SystemRandom,
    signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, ParsedPublicKey},
};
use base64::Engine;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Jwk, KeyKind, jwk::KnownMembers, kind::MAX_COORDINATE_BYTES, seal::digest};
use crate::{base64url::BASE64URL, json::Node};

/// Why a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a kind of key we use, or not for this use.
    #[error("the key is not a public key of a kind we can use")]
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

/// A private key that signs.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// A fresh ES256 key, from the operating system's randomness.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    pub fn generate() -> Self {
        Self::generate_of(KeyKind::P256)
    }

    /// A fresh key of this kind, from the operating system's randomness.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    #[expect(
        clippy::expect_used,
        reason = "AWS-LC fails to make a key only when memory or randomness are out"
    )]
    pub fn generate_of(kind: KeyKind) -> Self {
        let pair = match kind.ecdsa() {
            Some(algorithm) => EcdsaKeyPair::generate(algorithm).map(Pair::Ecdsa),
            None => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        Self::from_pair(kind, pair.expect("a key can be made")).expect("a fresh key is on its curve")
    }

    /// From PKCS#8 DER, which says the kind of the key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        for kind in KeyKind::ALL {
            let pair = match kind.ecdsa() {
                Some(algorithm) => EcdsaKeyPair::from_pkcs8(algorithm, der).map(Pair::Ecdsa),
                None => Ed25519KeyPair::from_pkcs8(der).map(Pair::Ed25519),
            };
            if let Ok(pair) = pair {
                return Self::from_pair(kind, pair);
            }
        }
        Err(KeyError::MalformedPrivate)
    }

    /// To PKCS#8 DER, erased when dropped.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    #[expect(clippy::expect_used, reason = "a parsed key has an encoding")]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let document = match &self.pair {
            Pair::Ecdsa(pair) => pair.to_pkcs8v1(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1(),
        };
        Zeroizing::new(document.expect("a key has a PKCS#8 form").as_ref().to_vec())
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature, of 64 bytes (96 on P-384): r ‖ s, or R ‖ S.
    ///
    /// # Panics
    /// Only when AWS-LC has no memory or no randomness left.
    #[expect(
        clippy::expect_used,
        reason = "AWS-LC fails to sign only when memory or randomness are out"
    )]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ecdsa(pair) => pair.sign(&SystemRandom::new(), message).expect("a key signs"),
            Pair::Ed25519(pair) => pair.sign(message),
        }
        .as_ref()
        .to_vec()
    }

    fn from_pair(kind: KeyKind, pair: Pair) -> Result<Self, KeyError> {
        let public = match &pair {
            Pair::Ecdsa(pair) => PublicKey::from_bytes(kind, pair.public_key().as_ref())?,
            Pair::Ed25519(pair) => PublicKey::from_bytes(kind, pair.public_key().as_ref())?,
        };
        Ok(Self { pair, public })
    }

    /// The private scalar of an ECDSA key, for a JWK that is sealed at rest.
    #[expect(clippy::expect_used, reason = "a parsed ECDSA key has a private scalar")]
    pub(super) fn scalar(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let Pair::Ecdsa(pair) = &self.pair else {
            return Err(KeyError::Unsupported);
        };
        let scalar = pair.private_key().as_be_bytes().expect("a key has a scalar");
        Ok(Zeroizing::new(scalar.as_ref().to_vec()))
    }

    /// From a private scalar and its point; both must belong together.
    pub(super) fn from_scalar(scalar: &[u8], public: &PublicKey) -> Result<Self, KeyError> {
        let algorithm = public.kind().ecdsa().ok_or(KeyError::Unsupported)?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, &public.0.bytes)
            .map_err(|_| KeyError::MalformedPrivate)?;
        Ok(Self {
            pair: Pair::Ecdsa(pair),
            public: public.clone(),
        })
    }

    /// From what the kind's private keys are: a scalar, or the seed of Ed25519. The public half is computed.
    pub(super) fn from_secret(kind: KeyKind, secret: &[u8]) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::MalformedPrivate;
        let pair = match kind.ecdsa() {
            Some(algorithm) => {
                let der = kind.private_key_der(secret).ok_or(KeyError::MalformedPrivate)?;
                Pair::Ecdsa(EcdsaKeyPair::from_private_key_der(algorithm, &der).map_err(malformed)?)
            }
            None => Pair::Ed25519(Ed25519KeyPair::from_seed_unchecked(secret).map_err(malformed)?),
        };
        Self::from_pair(kind, pair)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.thumbprint())
    }
}

/// A public key, ready to verify. Clones share the parsed key.
#[derive(Clone)]
pub struct PublicKey(Arc<Parsed>);

struct Parsed {
    kind: KeyKind,
    key: ParsedPublicKey,
    /// `04 ‖ x ‖ y`, or the 32 bytes of Ed25519.
    bytes: Vec<u8>,
    /// Most keys verify once and are never named.
    thumbprint: OnceLock<String>,
}

impl PublicKey {
    /// From a JWK. Cheap: the JWK was parsed when it was read. A key that says it is for something else (`alg`, `use`,
    /// `key_ops`; RFC 7517 §4) is unsupported.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let algorithms = jwk.key().kind().algorithms();
        if algorithms.iter().any(|name| jwk.is_for(name, "sig", "verify")) {
            Ok(jwk.key().clone())
        } else {
            Err(KeyError::Unsupported)
        }
    }

    /// From the JSON of a JWK, refused as [`Jwk::from_value`] and [`PublicKey::from_jwk`] refuse it; nothing of it is copied.
    pub(crate) fn from_jwk_value(jwk: &Value) -> Result<Self, KeyError> {
        Self::from_known(&KnownMembers::of(jwk.as_object().ok_or(KeyError::Unsupported)?))
    }

    /// The same, as it was read.
    pub(crate) fn from_jwk_node(jwk: &Node<'_>) -> Result<Self, KeyError> {
        let Node::Object(members) = jwk else {
            return Err(KeyError::Unsupported);
        };
        Self::from_known(&KnownMembers::of_nodes(members))
    }

    fn from_known(members: &KnownMembers<'_>) -> Result<Self, KeyError> {
        let key = members.key()?;
        if key
            .kind()
            .algorithms()
            .iter()
            .any(|name| members.is_for(name, "sig", "verify"))
        {
            Ok(key)
        } else {
            Err(KeyError::Unsupported)
        }
    }

    /// To a JWK without `kid`, `alg`, `use`.
    pub fn to_jwk(&self) -> Jwk {
        Jwk::from_key(self)
    }

    /// Its kind.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// RFC 7638 thumbprint of the JWK: the `kid` we give our keys.
    pub fn thumbprint(&self) -> String {
        let thumbprint = || BASE64URL.encode(digest(self.required_members().as_bytes()));
        self.0.thumbprint.get_or_init(thumbprint).clone()
    }

    /// Checks `signature` (64 bytes, 96 on P-384) over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        self.0
            .key
            .verify_sig(message, signature)
            .map_err(|_| KeyError::BadSignature)
    }

    /// The same over a message that is hashed already, by the hash of the key's kind; no kind but ECDSA hashes first.
    pub(super) fn verify_hashed(&self, digest: &Digest, signature: &[u8]) -> Result<(), KeyError> {
        self.0
            .key
            .verify_digest_sig(digest, signature)
            .map_err(|_| KeyError::BadSignature)
    }

    /// From coordinates in base64url, as a JWK holds them: of exact length, in canonical base64url, on the curve.
    pub(super) fn from_coordinates(kind: KeyKind, x: &str, y: Option<&str>) -> Result<Self, KeyError> {
        // Room for the longest point, and for what base64 thinks its last coordinate could need.
        let mut bytes = [4; 1 + 2 * MAX_COORDINATE_BYTES + 3];
        let (size, mut end) = (kind.coordinate_bytes(), usize::from(kind.ecdsa().is_some()));
        for text in [Some(x), y].into_iter().flatten() {
            if BASE64URL.decode_slice(text, &mut bytes[end..]) != Ok(size) {
                return Err(KeyError::NotOnCurve);
            }
            end += size;
        }
        Self::from_bytes(kind, &bytes[..end])
    }

    /// From a `SubjectPublicKeyInfo` in DER (RFC 5480 §2), of an uncompressed point of P-256.
    pub(super) fn from_p256_spki(der: &[u8]) -> Result<Self, KeyError> {
        let point = der.strip_prefix(P256_SPKI).ok_or(KeyError::Unsupported)?;
        if point.len() != 1 + 2 * KeyKind::P256.coordinate_bytes() {
            return Err(KeyError::Unsupported);
        }
        Self::from_bytes(KeyKind::P256, point)
    }

    /// From a point, compressed or not, or from the 32 bytes of Ed25519.
    pub(super) fn from_bytes(kind: KeyKind, bytes: &[u8]) -> Result<Self, KeyError> {
        let size = kind.coordinate_bytes();
        let lengths: &[usize] = if kind.ecdsa().is_some() {
            &[1 + size, 1 + 2 * size]
        } else {
            &[size]
        };
        if !lengths.contains(&bytes.len()) {
            return Err(KeyError::NotOnCurve);
        }
        let mut key = if kind == KeyKind::P256 && bytes.len() == 1 + 2 * size {
            // AWS-LC tries this form first, and is slower to see that it is another.
            ParsedPublicKey::new(kind.verification(), [P256_SPKI, bytes].concat())
        } else {
            ParsedPublicKey::new(kind.verification(), bytes)
        }
        .map_err(|_| KeyError::NotOnCurve)?;
        let mut bytes = bytes.to_vec();
        if kind.ecdsa().is_some() && bytes.len() == 1 + size {
            // The point is at the end of its SubjectPublicKeyInfo (RFC 5480 §2), uncompressed.
            let der = key.as_der().map_err(|_| KeyError::NotOnCurve)?;
            let der = der.as_ref();
            bytes = der[der.len().saturating_sub(1 + 2 * size)..].to_vec();
            key = ParsedPublicKey::new(kind.verification(), &bytes).map_err(|_| KeyError::NotOnCurve)?;
        }
        Ok(Self(Arc::new(Parsed {
            kind,
            key,
            bytes,
            thumbprint: OnceLock::new(),
        })))
    }

    /// The members RFC 7638 §3.2 requires, as JSON in its order (lexicographic) and without whitespace.
    pub(super) fn required_members(&self) -> String {
        let (curve, kty) = (self.kind().curve(), self.kind().key_type());
        match self.coordinates() {
            (x, Some(y)) => format!(r#"{{"crv":"{curve}","kty":"{kty}","x":"{x}","y":"{y}"}}"#),
            (x, None) => format!(r#"{{"crv":"{curve}","kty":"{kty}","x":"{x}"}}"#),
        }
    }

    /// The same members, as a JWK holds them.
    pub(super) fn members(&self) -> Map<String, Value> {
        let (x, y) = self.coordinates();
        let (kty, crv) = (self.kind().key_type().to_owned(), self.kind().curve().to_owned());
        [("kty", Some(kty)), ("crv", Some(crv)), ("x", Some(x)), ("y", y)]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
            .collect()
    }

    /// `x` and `y` in base64url; no `y` on Ed25519.
    fn coordinates(&self) -> (String, Option<String>) {
        let Parsed { kind, bytes, .. } = &*self.0;
        let (x, y) = bytes[usize::from(kind.ecdsa().is_some())..].split_at(kind.coordinate_bytes());
        let y = kind.ecdsa().map(|_| BASE64URL.encode(y));
        (BASE64URL.encode(x), y)
    }

    /// The point, compressed, or the 32 bytes of Ed25519.
    pub(super) fn compressed(&self) -> Vec<u8> {
        let Parsed { kind, bytes, .. } = &*self.0;
        if kind.ecdsa().is_none() {
            return bytes.clone();
        }
        let parity = 2 + (bytes[bytes.len() - 1] & 1);
        let mut compressed = vec![parity];
        compressed.extend(&bytes[1..=kind.coordinate_bytes()]);
        compressed
    }
}

/// What stands before an uncompressed point of P-256 in its `SubjectPublicKeyInfo`: `id-ecPublicKey`, `secp256r1`, and a bit
/// string of 65 bytes without unused bits.
const P256_SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.kind == other.0.kind && self.0.bytes == other.0.bytes
    }
}

impl Eq for PublicKey {}

#[cfg(test)]
mod tests;
