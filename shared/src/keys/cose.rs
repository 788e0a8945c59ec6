//! COSE_Sign1 (RFC 9052 §4.2): what [`jws`](super::jws) is to JSON, for CBOR.
//!
//! Whatever decides anything must be signed: an unprotected header that says something is refused, and so is every
//! encoding but the shortest (RFC 8949 §4.2.1) around the signed bytes. The same message has one form, tagged or not.

use coset::{
    CborSerializable, ContentType, CoseSign1, CoseSign1Builder, HeaderBuilder, Label, RegisteredLabelWithPrivate,
    TaggedCborSerializable, cbor::Value, iana,
};

use super::{KeyKind, PublicKey, SigningKey};

/// The largest message that is parsed, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// `typ` (RFC 9596).
const TYPE: i64 = 16;

/// Why a COSE_Sign1 was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoseError {
    /// Larger than [`MAX_BYTES`].
    #[error("the message is too large")]
    TooLarge,
    /// RFC 9052 §4.2: four elements, a payload within, nothing after; or not in its one form.
    #[error("the message is malformed")]
    Malformed,
    /// RFC 8725 §3.1: `alg` is missing or not one of those expected.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// RFC 9052 §3.1: an extension we do not know is critical.
    #[error("the message has a critical extension we do not know")]
    Critical,
    /// Something is said outside what is signed.
    #[error("the message has unprotected headers")]
    Unprotected,
    /// RFC 9052 §4.4.
    #[error("the signature does not fit the key")]
    BadSignature,
}

/// What the protected header says beside the algorithm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Header<'a> {
    /// Content type (3), as a media type.
    pub content_type: Option<&'a str>,
    /// `kid` (4).
    pub kid: &'a [u8],
    /// `typ` (16), as a media type.
    pub typ: Option<&'a str>,
}

/// Signs `payload` into a tagged COSE_Sign1; `alg` is what the key does.
///
/// # Panics
/// When `kid` is empty, or memory or randomness are out.
#[expect(clippy::expect_used, reason = "a header of distinct labels has an encoding")]
pub fn sign(header: &Header<'_>, payload: Vec<u8>, key: &SigningKey) -> Vec<u8> {
    assert!(!header.kid.is_empty(), "a key has a name");
    let mut protected = HeaderBuilder::new()
        .algorithm(algorithm(key.public().kind()))
        .key_id(header.kid.to_vec());
    if let Some(content_type) = header.content_type {
        protected = protected.content_type(content_type.to_owned());
    }
    if let Some(typ) = header.typ {
        protected = protected.value(TYPE, typ.into());
    }
    CoseSign1Builder::new()
        .protected(protected.build())
        .payload(payload)
        .create_signature(&[], |message| key.sign(message))
        .build()
        .to_tagged_vec()
        .expect("a message has an encoding")
}

/// A parsed, **unverified** COSE_Sign1.
#[derive(Debug, Clone)]
pub struct Sign1 {
    tagged: bool,
    /// The kind of key that `alg` means.
    kind: KeyKind,
    kid: Vec<u8>,
    content_type: Option<ContentType>,
    typ: Option<Value>,
    /// `Sig_structure`: what is signed.
    signed: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl Sign1 {
    /// Parses structure and header, with or without the tag 18. Takes the algorithms of these kinds of keys; refuses any
    /// `crit` and any unprotected header. Checks no signature.
    pub fn parse(bytes: &[u8], kinds: &[KeyKind]) -> Result<Self, CoseError> {
        if bytes.len() > MAX_BYTES {
            return Err(CoseError::TooLarge);
        }
        let (tagged, message) = match CoseSign1::from_tagged_slice(bytes) {
            Ok(message) => (true, message),
            Err(_) => (false, CoseSign1::from_slice(bytes).map_err(|_| CoseError::Malformed)?),
        };
        let again = if tagged {
            message.clone().to_tagged_vec()
        } else {
            message.clone().to_vec()
        };
        if !again.is_ok_and(|again| again == bytes) {
            return Err(CoseError::Malformed);
        }
        if !message.unprotected.is_empty() {
            return Err(CoseError::Unprotected);
        }
        let signed = message.tbs_data(&[]);
        let header = message.protected.header;
        if !header.crit.is_empty() {
            return Err(CoseError::Critical);
        }
        let kind = *kinds
            .iter()
            .find(|kind| header.alg == Some(RegisteredLabelWithPrivate::Assigned(algorithm(**kind))))
            .ok_or(CoseError::Algorithm)?;
        Ok(Self {
            tagged,
            kind,
            kid: header.key_id,
            content_type: header.content_type,
            typ: header
                .rest
                .into_iter()
                .find(|(label, _)| *label == Label::Int(TYPE))
                .map(|(_, value)| value),
            signed,
            payload: message.payload.ok_or(CoseError::Malformed)?,
            signature: message.signature,
        })
    }

    /// Whether it has the tag 18.
    pub fn is_tagged(&self) -> bool {
        self.tagged
    }

    /// `kid`; empty when there is none.
    pub fn kid(&self) -> &[u8] {
        &self.kid
    }

    /// Whether it has a content type, and the media type when it is one.
    pub fn content_type(&self) -> Option<Option<&str>> {
        self.content_type.as_ref().map(|content_type| match content_type {
            ContentType::Text(text) => Some(text.as_str()),
            ContentType::Assigned(_) => None,
        })
    }

    /// `typ`, when it is a media type.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_ref().and_then(Value::as_text)
    }

    /// The payload, **whether or not** the signature was checked.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// Checks the signature. A key of another kind than the algorithm's fits nothing (RFC 8725 §3.1).
    pub fn verify(&self, key: &PublicKey) -> Result<(), CoseError> {
        if key.kind() != self.kind {
            return Err(CoseError::BadSignature);
        }
        key.verify(&self.signed, &self.signature)
            .map_err(|_| CoseError::BadSignature)
    }
}

/// RFC 9053 §2.
fn algorithm(kind: KeyKind) -> iana::Algorithm {
    match kind {
        KeyKind::P256 => iana::Algorithm::ES256,
        KeyKind::P384 => iana::Algorithm::ES384,
        KeyKind::Ed25519 => iana::Algorithm::EdDSA,
    }
}

#[cfg(test)]
mod tests {
    use coset::HeaderBuilder;

    use super::*;

    const HEADER: Header<'_> = Header {
        content_type: Some("application/vc"),
        kid: b"k1",
        typ: Some("application/vc+cose"),
    };

    /// A message with these headers, rightly signed.
    fn crafted(protected: coset::Header, unprotected: coset::Header, key: &SigningKey) -> CoseSign1 {
        CoseSign1Builder::new()
            .protected(protected)
            .unprotected(unprotected)
            .payload(b"payload".to_vec())
            .create_signature(&[], |message| key.sign(message))
            .build()
    }

    #[test]
    fn a_message_is_read_back_with_every_kind_of_key() {
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            let bytes = sign(&HEADER, b"payload".to_vec(), &key);
            let message = Sign1::parse(&bytes, &KeyKind::ALL).unwrap();
            assert_eq!(message.kid(), b"k1");
            assert_eq!(message.content_type(), Some(Some("application/vc")));
            assert_eq!(message.typ(), Some("application/vc+cose"));
            assert_eq!(message.unverified_payload(), b"payload");
            assert_eq!(message.verify(key.public()), Ok(()));
            for other in KeyKind::ALL {
                let stranger = SigningKey::generate_of(other);
                assert_eq!(message.verify(stranger.public()), Err(CoseError::BadSignature));
                let expected = if other == kind {
                    None
                } else {
                    Some(CoseError::Algorithm)
                };
                assert_eq!(Sign1::parse(&bytes, &[other]).err(), expected);
            }
        }
    }

    #[test]
    fn the_tag_may_be_left_out() {
        let key = SigningKey::generate();
        let tagged = sign(&HEADER, b"payload".to_vec(), &key);
        let message = Sign1::parse(&tagged[1..], &KeyKind::ALL).unwrap();
        assert!(!message.is_tagged() && Sign1::parse(&tagged, &KeyKind::ALL).unwrap().is_tagged());
        assert_eq!(message.verify(key.public()), Ok(()));
    }

    #[test]
    fn what_is_not_signed_decides_nothing() {
        let key = SigningKey::generate();
        let algorithm = || HeaderBuilder::new().algorithm(iana::Algorithm::ES256);
        let cases = [
            (
                HeaderBuilder::new().build(),
                algorithm().build(),
                CoseError::Unprotected,
            ),
            (
                algorithm().build(),
                HeaderBuilder::new().key_id(vec![1]).build(),
                CoseError::Unprotected,
            ),
            (
                HeaderBuilder::new().key_id(vec![1]).build(),
                coset::Header::default(),
                CoseError::Algorithm,
            ),
            (
                HeaderBuilder::new().algorithm(iana::Algorithm::HMAC_256_256).build(),
                coset::Header::default(),
                CoseError::Algorithm,
            ),
            (
                algorithm().add_critical(iana::HeaderParameter::Kid).build(),
                coset::Header::default(),
                CoseError::Critical,
            ),
        ];
        for (protected, unprotected, expected) in cases {
            let bytes = crafted(protected, unprotected, &key).to_tagged_vec().unwrap();
            assert_eq!(Sign1::parse(&bytes, &KeyKind::ALL).unwrap_err(), expected);
        }
    }

    #[test]
    fn structure_is_checked() {
        let key = SigningKey::generate();
        let good = sign(&HEADER, b"payload".to_vec(), &key);
        let parse = |bytes: &[u8]| Sign1::parse(bytes, &KeyKind::ALL).map(|_| ());
        assert_eq!(parse(&[]), Err(CoseError::Malformed));
        assert_eq!(parse(&[&good[..], &[0]].concat()), Err(CoseError::Malformed));
        assert_eq!(parse(&good[..good.len() - 1]), Err(CoseError::Malformed));
        assert_eq!(parse(&vec![0; MAX_BYTES + 1]), Err(CoseError::TooLarge));
        // The tag 18 in two bytes, where one holds it.
        assert_eq!(parse(&[&[0xd8, 18], &good[1..]].concat()), Err(CoseError::Malformed));
        let mut detached = crafted(
            HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build(),
            coset::Header::default(),
            &key,
        );
        detached.payload = None;
        assert_eq!(parse(&detached.to_tagged_vec().unwrap()), Err(CoseError::Malformed));
        // An array in an array in an array…
        assert_eq!(parse(&[0x81; 10_000]), Err(CoseError::Malformed));
    }

    #[test]
    fn one_changed_bit_never_verifies() {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let good = sign(&HEADER, b"payload".to_vec(), &key);
        for place in 0..good.len() {
            for bit in 0..8 {
                let mut changed = good.clone();
                changed[place] ^= 1 << bit;
                let verified =
                    Sign1::parse(&changed, &KeyKind::ALL).is_ok_and(|message| message.verify(key.public()).is_ok());
                assert!(!verified, "bit {bit} of byte {place}");
            }
        }
    }
}
