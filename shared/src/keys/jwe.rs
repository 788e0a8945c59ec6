//! JWE (RFC 7516) as OpenID4VP 1.0 §8.3 uses it: ECDH-ES on P-256, A128GCM or A256GCM, compact.
//!
//! `josekit` computes; what it would let through (compression, short tags, extra header parameters, lax base64) is
//! refused here first. Its ephemeral keys and nonces come from OpenSSL's generator: it takes no other.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    jwe::{ECDH_ES, JweHeader, alg::ecdh_es::EcdhEsJweDecrypter},
    jwk::Jwk as JosekitKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::{Jwk, KeyError, KeyKind, SigningKey};
use crate::json;

/// The largest JWE that is decrypted, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

const ALGORITHM: &str = "ECDH-ES";
/// Lengths AES-GCM has in JWE (RFC 7518 §5.3). OpenSSL would take a shorter tag, which is easier to forge.
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Content encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// AES-128-GCM.
    A128GCM,
    /// AES-256-GCM.
    A256GCM,
}

impl ContentEncryption {
    /// The value of `enc`.
    pub fn name(self) -> &'static str {
        match self {
            Self::A128GCM => "A128GCM",
            Self::A256GCM => "A256GCM",
        }
    }
}

/// Why a JWE was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    /// Larger than [`MAX_BYTES`].
    #[error("the encrypted message is too large")]
    TooLarge,
    /// Not a compact JWE with `alg` ECDH-ES and an `enc` of ours; compression is refused.
    #[error("the encrypted message is malformed or uses what we do not accept")]
    Malformed,
    /// For another key, or altered.
    #[error("the message does not decrypt with this key")]
    Undecryptable,
    /// The recipient's key is unusable.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A private P-256 key to receive messages: one a request (HAIP 1.0 §5).
pub struct DecryptionKey {
    scalar: Zeroizing<Vec<u8>>,
    decrypter: EcdhEsJweDecrypter,
    public: Jwk,
}

impl DecryptionKey {
    /// A fresh key.
    ///
    /// # Panics
    /// Only when the cryptographic libraries have no memory or no randomness left.
    #[expect(clippy::expect_used, reason = "a fresh P-256 key is one OpenSSL can read")]
    pub fn generate() -> Self {
        // The pair only has to be a point and its scalar: AWS-LC makes them, whatever they will be used for.
        Self::from_pair(&SigningKey::generate()).expect("a fresh key")
    }

    /// From its private JWK in JSON bytes, as [`Self::to_bytes`] gives it; a `kid` of its own is kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let mut members = json::parse_object(bytes).map_err(|_| KeyError::MalformedPrivate)?;
        let Some(Value::String(scalar)) = members.remove("d") else {
            return Err(KeyError::MalformedPrivate);
        };
        let scalar = Zeroizing::new(scalar);
        let scalar = Zeroizing::new(
            URL_SAFE_NO_PAD
                .decode(&*scalar)
                .map_err(|_| KeyError::MalformedPrivate)?,
        );
        let public = Jwk::from_value(Value::Object(members))?;
        let mut key = Self::from_pair(&SigningKey::from_scalar(&scalar, public.key())?)?;
        if let Some(kid) = public.kid() {
            key.public = key.public.named(kid, ALGORITHM, "enc");
        }
        Ok(key)
    }

    /// To bytes, to be sealed at rest.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut members = self.public.key().members();
        members.insert("d".to_owned(), URL_SAFE_NO_PAD.encode(&*self.scalar).into());
        let mut value = Value::Object(members);
        let bytes = Zeroizing::new(value.to_string().into_bytes());
        if let Some(Value::String(scalar)) = value.get_mut("d") {
            scalar.zeroize();
        }
        bytes
    }

    /// The public key with its thumbprint as `kid`, `alg: ECDH-ES`, `use: enc`.
    pub fn public(&self) -> Jwk {
        self.public.clone()
    }

    /// Decrypts.
    pub fn decrypt(&self, compact: &str) -> Result<Zeroizing<Vec<u8>>, JweError> {
        if compact.len() > MAX_BYTES {
            return Err(JweError::TooLarge);
        }
        let mut parts = compact.split('.');
        let (Some(header), Some(encrypted_key), Some(nonce), Some(ciphertext), Some(tag), None) = (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ) else {
            return Err(JweError::Malformed);
        };
        let header = json::parse_object(&decode(header)?).map_err(|_| JweError::Malformed)?;
        check_header(&header)?;
        if !encrypted_key.is_empty() || decode(nonce)?.len() != NONCE_BYTES || decode(tag)?.len() != TAG_BYTES {
            return Err(JweError::Malformed);
        }
        decode(ciphertext)?;
        match header.get("kid") {
            None => {}
            Some(Value::String(kid)) if Some(kid.as_str()) == self.public.kid() => {}
            Some(_) => return Err(JweError::Undecryptable),
        }
        let (plaintext, _) =
            josekit::jwe::deserialize_compact(compact, &self.decrypter).map_err(|_| JweError::Undecryptable)?;
        Ok(Zeroizing::new(plaintext))
    }

    fn from_pair(pair: &SigningKey) -> Result<Self, KeyError> {
        let scalar = pair.scalar()?;
        let thumbprint = pair.public().thumbprint();
        let public = pair.public().to_jwk().named(&thumbprint, ALGORITHM, "enc");
        let mut members = public.key().members();
        members.insert("d".to_owned(), URL_SAFE_NO_PAD.encode(&*scalar).into());
        let decrypter = JosekitKey::from_map(members)
            .and_then(|key| ECDH_ES.decrypter_from_jwk(&key))
            .map_err(|_| KeyError::MalformedPrivate)?;
        Ok(Self {
            scalar,
            decrypter,
            public,
        })
    }
}

impl std::fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecryptionKey({})", self.public.thumbprint())
    }
}

/// Encrypts `plaintext` to `recipient`; its `kid` is echoed.
pub fn encrypt(plaintext: &[u8], recipient: &Jwk, encryption: ContentEncryption) -> Result<String, JweError> {
    if recipient.key().kind() != KeyKind::P256 || !recipient.is_for(ALGORITHM, "enc", "deriveKey") {
        return Err(KeyError::Unsupported.into());
    }
    let encrypter = JosekitKey::from_map(recipient.key().members())
        .and_then(|key| ECDH_ES.encrypter_from_jwk(&key))
        .map_err(|_| KeyError::Unsupported)?;
    let mut header = JweHeader::new();
    header.set_content_encryption(encryption.name());
    if let Some(kid) = recipient.kid() {
        header.set_key_id(kid);
    }
    // A parsed point, a known algorithm and a short header: what is left to fail is OpenSSL itself.
    josekit::jwe::serialize_compact(plaintext, &header, &encrypter).map_err(|_| KeyError::Unsupported.into())
}

/// `alg` and `enc` are ours; `epk` is a public point of P-256; nothing else changes what the bytes mean.
fn check_header(header: &Map<String, Value>) -> Result<(), JweError> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let accepted = text("alg") == Some(ALGORITHM)
        && [ContentEncryption::A128GCM.name(), ContentEncryption::A256GCM.name()]
            .map(Some)
            .contains(&text("enc"))
        && !header.contains_key("zip")
        && !header.contains_key("crit");
    if !accepted {
        return Err(JweError::Malformed);
    }
    let epk = header.get("epk").ok_or(JweError::Malformed)?;
    match Jwk::from_value(epk.clone()) {
        Ok(key) if key.key().kind() == KeyKind::P256 => Ok(()),
        _ => Err(JweError::Malformed),
    }
}

fn decode(part: &str) -> Result<Vec<u8>, JweError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JweError::Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// `compact` with its header changed. The header is authenticated: what is refused only for that reason says
    /// [`JweError::Undecryptable`], what is refused by rule says [`JweError::Malformed`].
    fn with_header(compact: &str, change: impl FnOnce(&mut Value)) -> String {
        let (header, rest) = compact.split_once('.').unwrap();
        let mut header = json::parse(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        change(&mut header);
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    #[test]
    fn both_content_encryptions_are_read_back() {
        let key = DecryptionKey::generate();
        for encryption in [ContentEncryption::A128GCM, ContentEncryption::A256GCM] {
            let compact = encrypt(b"answer", &key.public(), encryption).unwrap();
            assert_eq!(key.decrypt(&compact).unwrap().as_slice(), b"answer");
            let header = compact.split('.').next().unwrap();
            let header = json::parse(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
            assert_eq!(header["kid"], key.public().kid().unwrap());
            assert_eq!(header["enc"], encryption.name());
        }
    }

    #[test]
    fn a_stored_key_decrypts_as_before() {
        let key = DecryptionKey::generate();
        let restored = DecryptionKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(restored.public(), key.public());
        let compact = encrypt(b"answer", &key.public(), ContentEncryption::A256GCM).unwrap();
        assert_eq!(restored.decrypt(&compact).unwrap().as_slice(), b"answer");
        assert_eq!(
            DecryptionKey::from_bytes(b"{}").unwrap_err(),
            KeyError::MalformedPrivate
        );
    }

    #[test]
    fn another_key_does_not_decrypt() {
        let (key, other) = (DecryptionKey::generate(), DecryptionKey::generate());
        let compact = encrypt(b"answer", &key.public(), ContentEncryption::A128GCM).unwrap();
        assert_eq!(other.decrypt(&compact), Err(JweError::Undecryptable));
        let unnamed = Jwk::from_value(Value::Object(key.public().key().members())).unwrap();
        let compact = encrypt(b"answer", &unnamed, ContentEncryption::A128GCM).unwrap();
        assert!(key.decrypt(&compact).is_ok());
        assert_eq!(other.decrypt(&compact), Err(JweError::Undecryptable));
    }

    #[test]
    fn neg_21_compression_is_refused() {
        let key = DecryptionKey::generate();
        let compact = encrypt(b"answer", &key.public(), ContentEncryption::A128GCM).unwrap();
        let zipped = with_header(&compact, |header| header["zip"] = json!("DEF"));
        assert_eq!(key.decrypt(&zipped), Err(JweError::Malformed));
        assert_eq!(key.decrypt(&"a".repeat(MAX_BYTES + 1)), Err(JweError::TooLarge));
    }

    #[test]
    fn neg_06_an_ephemeral_key_off_the_curve_is_refused() {
        let key = DecryptionKey::generate();
        let compact = encrypt(b"answer", &key.public(), ContentEncryption::A128GCM).unwrap();
        let zero = URL_SAFE_NO_PAD.encode([0; 32]);
        for epk in [
            Value::Null,
            json!({}),
            json!({"kty": "EC", "crv": "P-256", "x": zero, "y": zero}),
            json!({"kty": "EC", "crv": "P-384", "x": zero, "y": zero}),
        ] {
            let wrong = with_header(&compact, |header| header["epk"] = epk);
            assert_eq!(key.decrypt(&wrong), Err(JweError::Malformed));
        }
        let private = with_header(&compact, |header| header["epk"]["d"] = json!("AA"));
        assert_eq!(key.decrypt(&private), Err(JweError::Malformed));
    }

    #[test]
    fn neg_02_other_algorithms_are_refused() {
        let key = DecryptionKey::generate();
        let compact = encrypt(b"answer", &key.public(), ContentEncryption::A128GCM).unwrap();
        for (name, value) in [
            ("alg", json!("ECDH-ES+A128KW")),
            ("alg", json!("dir")),
            ("alg", json!("none")),
            ("enc", json!("A128CBC-HS256")),
            ("enc", json!("A192GCM")),
            ("crit", json!(["exp"])),
        ] {
            let wrong = with_header(&compact, |header| header[name] = value);
            assert_eq!(key.decrypt(&wrong), Err(JweError::Malformed), "{name}");
        }
        let signing = SigningKey::generate().public().to_jwk().named("k", "ES256", "sig");
        let refused = encrypt(b"", &signing, ContentEncryption::A128GCM);
        assert_eq!(refused, Err(JweError::Key(KeyError::Unsupported)));
    }

    #[test]
    fn a_shortened_tag_is_refused() {
        let key = DecryptionKey::generate();
        let compact = encrypt(b"answer", &key.public(), ContentEncryption::A128GCM).unwrap();
        let (body, tag) = compact.rsplit_once('.').unwrap();
        let tag = URL_SAFE_NO_PAD.decode(tag).unwrap();
        for length in [0, 1, 4, 12, 15] {
            let short = format!("{body}.{}", URL_SAFE_NO_PAD.encode(&tag[..length]));
            assert_eq!(key.decrypt(&short), Err(JweError::Malformed), "{length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn one_changed_bit_never_decrypts(place in any::<prop::sample::Index>(), bit in 0u8..7) {
            let key = DecryptionKey::generate();
            let mut compact = encrypt(b"answer", &key.public(), ContentEncryption::A256GCM).unwrap().into_bytes();
            let place = place.index(compact.len());
            compact[place] ^= 1 << bit;
            prop_assert!(key.decrypt(&String::from_utf8(compact).unwrap()).is_err());
        }
    }
}
