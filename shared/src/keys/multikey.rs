//! Multikey (CID 1.0 §2.2.2): a key as bytes that say their kind, in base 58. What did:key and `publicKeyMultibase` hold.

use zeroize::Zeroizing;

use super::{KeyError, KeyKind, PublicKey, SigningKey};
use crate::base58;

/// The longest text decoded: a key of BLS12-381 takes 135 characters, and decoding base 58 is quadratic.
pub(super) const MAX_CHARACTERS: usize = 160;

/// Multicodec of the public keys, as the varint of their code (0xed, 0x1200, 0x1201).
fn public_prefix(kind: KeyKind) -> [u8; 2] {
    match kind {
        KeyKind::Ed25519 => [0xed, 0x01],
        KeyKind::P256 => [0x80, 0x24],
        KeyKind::P384 => [0x81, 0x24],
    }
}

/// Multicodec of the private keys (0x1300, 0x1306, 0x1307).
fn secret_prefix(kind: KeyKind) -> [u8; 2] {
    match kind {
        KeyKind::Ed25519 => [0x80, 0x26],
        KeyKind::P256 => [0x86, 0x26],
        KeyKind::P384 => [0x87, 0x26],
    }
}

impl PublicKey {
    /// `z` and base 58.
    pub fn to_multikey(&self) -> String {
        encode(public_prefix(self.kind()), &self.compressed())
    }

    /// The bytes of a Multikey: what says its kind, then the key.
    pub fn to_multikey_bytes(&self) -> Vec<u8> {
        [&public_prefix(self.kind())[..], &self.compressed()].concat()
    }

    /// From `z` and base 58. Kinds we have no use for are [`KeyError::Unsupported`].
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_CHARACTERS {
            return Err(KeyError::Unsupported);
        }
        Self::from_multikey_bytes(&decode(text).ok_or(KeyError::NotOnCurve)?)
    }

    /// From the bytes of a Multikey.
    pub fn from_multikey_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let kind = kind_of(bytes, public_prefix).ok_or(KeyError::Unsupported)?;
        let bytes = &bytes[2..];
        // One key has one text: the point is compressed.
        if kind.ecdsa().is_some() && bytes.len() != 1 + kind.coordinate_bytes() {
            return Err(KeyError::NotOnCurve);
        }
        Self::from_bytes(kind, bytes)
    }
}

impl SigningKey {
    /// From `secretKeyMultibase`: a scalar, or the seed of Ed25519.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(decode(text).ok_or(KeyError::MalformedPrivate)?);
        let kind = kind_of(&bytes, secret_prefix).ok_or(KeyError::Unsupported)?;
        Self::from_secret(kind, &bytes[2..])
    }
}

fn kind_of(bytes: &[u8], prefix: fn(KeyKind) -> [u8; 2]) -> Option<KeyKind> {
    KeyKind::ALL.into_iter().find(|kind| bytes.starts_with(&prefix(*kind)))
}

pub(super) fn encode(prefix: [u8; 2], bytes: &[u8]) -> String {
    let mut text = String::from("z");
    text.push_str(&base58::encode(&[&prefix, bytes].concat()));
    text
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix('z').filter(|digits| digits.len() <= MAX_CHARACTERS)?;
    base58::decode(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_multikey() {
        for (kind, start) in [
            (KeyKind::P256, "zDn"),
            (KeyKind::P384, "z82L"),
            (KeyKind::Ed25519, "z6Mk"),
        ] {
            let key = SigningKey::generate_of(kind);
            let text = key.public().to_multikey();
            assert!(text.starts_with(start), "{text}");
            assert_eq!(&PublicKey::from_multikey(&text).unwrap(), key.public());
        }
    }

    #[test]
    fn cid_1_0_what_is_no_multikey_is_refused() {
        let text = SigningKey::generate().public().to_multikey();
        for wrong in [
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}1"),
            "z",
            "",
            "u",
            "z0OIl",
        ] {
            assert!(PublicKey::from_multikey(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            PublicKey::from_multikey(&format!("z{}", "1".repeat(1000))),
            Err(KeyError::Unsupported)
        );
        // secp256k1, from did-key's own vectors.
        assert_eq!(
            PublicKey::from_multikey("zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"),
            Err(KeyError::Unsupported)
        );
    }

    #[test]
    fn a_secret_key_gives_its_public_half() {
        for kind in [KeyKind::P256, KeyKind::P384] {
            let key = SigningKey::generate_of(kind);
            let text = encode(secret_prefix(kind), &key.scalar().unwrap());
            assert_eq!(SigningKey::from_multikey(&text).unwrap().public(), key.public());
            let short = encode(secret_prefix(kind), &key.scalar().unwrap()[1..]);
            assert_eq!(
                SigningKey::from_multikey(&short).unwrap_err(),
                KeyError::MalformedPrivate
            );
        }
        let seed = encode(secret_prefix(KeyKind::Ed25519), &[7; 32]);
        assert_eq!(
            SigningKey::from_multikey(&seed).unwrap().public().kind(),
            KeyKind::Ed25519
        );
        let public = SigningKey::generate().public().to_multikey();
        assert_eq!(SigningKey::from_multikey(&public).unwrap_err(), KeyError::Unsupported);
    }
}
