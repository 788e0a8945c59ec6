//! Sealing: authenticated encryption (AES-256-GCM) and keyed digests (HMAC-SHA-256) of what rests in a database.
//!
//! Sealed bytes are `version ‖ nonce (12) ‖ ciphertext ‖ tag (16)`.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::{SHA256, digest as hash},
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// The first byte of everything sealed, so that another scheme can follow one day.
const VERSION: u8 = 1;

/// Sealed bytes do not open: another key, another place, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open with this key in this place")]
pub struct Unopenable;

/// A 256-bit key for data at rest, erased when dropped. Subkeys by purpose are derived from it (HKDF-SHA-256).
pub struct SealingKey {
    bytes: Zeroizing<[u8; 32]>,
    aead: LessSafeKey,
}

impl SealingKey {
    /// A fresh key.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut bytes[..]);
        Self::new(bytes)
    }

    /// From 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self::new(Zeroizing::new(bytes))
    }

    /// From 43 characters of base64url, as configuration holds it.
    pub fn from_base64url(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self::new(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The bytes, to wrap the key under another.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.bytes.clone()
    }

    /// A key of its own for `purpose`, from secret material of at least 128 bits.
    pub fn derived(secret: &[u8], purpose: &str) -> Self {
        Self::new(expand(
            &Salt::new(HKDF_SHA256, b"musette/derived/1").extract(secret),
            &[purpose.as_bytes()],
        ))
    }

    /// Encrypts. `place` (table, column, row id) is authenticated: sealed bytes moved elsewhere do not open.
    ///
    /// Nonces are random: one key seals 2³² times before a repeated nonce becomes likelier than one in 2³².
    ///
    /// # Panics
    /// On plaintexts beyond 64 GiB.
    #[expect(clippy::expect_used, reason = "AES-GCM refuses only plaintexts beyond 64 GiB")]
    pub fn seal(&self, plaintext: &[u8], place: &str, entropy: &dyn Entropy) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = entropy.bytes();
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let tag = self
            .aead
            .seal_in_place_separate_tag(Nonce::from(&nonce), aad(place), &mut sealed[1 + NONCE_LEN..])
            .expect("a plaintext below 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Decrypts what [`Self::seal`] made for the same `place`.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Zeroizing<Vec<u8>>, Unopenable> {
        let (&version, rest) = sealed.split_first().ok_or(Unopenable)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Unopenable)?;
        if version != VERSION {
            return Err(Unopenable);
        }
        let mut opened = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .aead
            .open_in_place(Nonce::from(nonce), aad(place), &mut opened)
            .map_err(|_| Unopenable)?
            .len();
        opened.truncate(length);
        Ok(opened)
    }

    /// HMAC-SHA-256 of `parts` (each length-prefixed) for `purpose`, with a subkey of this key.
    ///
    /// # Panics
    /// Never: HMAC-SHA-256 gives 32 bytes.
    #[expect(clippy::expect_used, reason = "HMAC-SHA-256 gives 32 bytes")]
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let subkey = self.subkey(&[b"mac/1/", purpose.as_bytes()]);
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &subkey[..]));
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().expect("32 bytes")
    }

    #[expect(clippy::expect_used, reason = "AES-256 takes 32 bytes")]
    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let subkey = expand(&Prk::new_less_safe(HKDF_SHA256, &bytes[..]), &[b"seal/1"]);
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &subkey[..]).expect("32 bytes"));
        Self { bytes, aead }
    }

    fn subkey(&self, purpose: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        expand(&Prk::new_less_safe(HKDF_SHA256, &self.bytes[..]), purpose)
    }
}

impl Clone for SealingKey {
    fn clone(&self) -> Self {
        Self::new(self.bytes.clone())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// SHA-256, for looking up a random token of 128 bits or more without storing it.
///
/// # Panics
/// Never: SHA-256 gives 32 bytes.
#[expect(clippy::expect_used, reason = "SHA-256 gives 32 bytes")]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    hash(&SHA256, bytes).as_ref().try_into().expect("32 bytes")
}

/// Equality in constant time.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

fn aad(place: &str) -> Aad<Vec<u8>> {
    Aad::from([&[VERSION], place.as_bytes()].concat())
}

#[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8160 bytes")]
fn expand(key: &Prk, purpose: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    key.expand(purpose, HKDF_SHA256)
        .and_then(|output| output.fill(&mut bytes[..]))
        .expect("32 bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn sealed_bytes_open_in_their_place_only() {
        let entropy = SeededEntropy::new(1);
        let key = SealingKey::random(&entropy);
        let sealed = key.seal(b"secret", "keys.private:1", &entropy);
        assert_eq!(key.open(&sealed, "keys.private:1").unwrap().as_slice(), b"secret");
        assert_eq!(key.open(&sealed, "keys.private:2"), Err(Unopenable));
        assert_eq!(
            SealingKey::random(&entropy).open(&sealed, "keys.private:1"),
            Err(Unopenable)
        );
        assert_ne!(sealed, key.seal(b"secret", "keys.private:1", &entropy));
    }

    #[test]
    fn a_stored_key_opens_what_it_sealed() {
        let entropy = SeededEntropy::new(2);
        let key = SealingKey::random(&entropy);
        let sealed = key.seal(b"secret", "here", &entropy);
        assert_eq!(sealed.len(), 1 + NONCE_LEN + 6 + 16);
        let restored = SealingKey::from_bytes(*key.to_bytes());
        assert!(restored.open(&sealed, "here").is_ok());
        let written = URL_SAFE_NO_PAD.encode(*key.to_bytes());
        assert!(
            SealingKey::from_base64url(&written)
                .unwrap()
                .open(&sealed, "here")
                .is_ok()
        );
        assert!(SealingKey::from_base64url(&written[1..]).is_none());
        assert!(SealingKey::from_base64url(&format!("{written}=")).is_none());
        assert!(key.clone().open(&sealed, "here").is_ok());
        assert_eq!(format!("{key:?}"), "SealingKey(…)");
    }

    #[test]
    fn macs_depend_on_purpose_and_on_where_parts_end() {
        let key = SealingKey::from_bytes([7; 32]);
        let mac = key.mac("offer", &[b"ab", b"c"]);
        assert_eq!(mac, key.mac("offer", &[b"ab", b"c"]));
        assert_ne!(mac, key.mac("offer", &[b"a", b"bc"]));
        assert_ne!(mac, key.mac("offer", &[b"abc"]));
        assert_ne!(mac, key.mac("session", &[b"ab", b"c"]));
        assert_ne!(mac, SealingKey::from_bytes([8; 32]).mac("offer", &[b"ab", b"c"]));
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_secret() {
        let entropy = SeededEntropy::new(3);
        let sealed = SealingKey::derived(b"0123456789abcdef", "a").seal(b"x", "p", &entropy);
        assert!(SealingKey::derived(b"0123456789abcdef", "a").open(&sealed, "p").is_ok());
        assert!(
            SealingKey::derived(b"0123456789abcdef", "b")
                .open(&sealed, "p")
                .is_err()
        );
        assert!(
            SealingKey::derived(b"0123456789abcdeg", "a")
                .open(&sealed, "p")
                .is_err()
        );
    }

    #[test]
    fn equality_compares_everything() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"ab"));
    }

    proptest! {
        #[test]
        fn one_changed_bit_never_opens(plaintext in prop::collection::vec(any::<u8>(), 0..64), place in any::<prop::sample::Index>(), bit in 0u8..8) {
            let entropy = SeededEntropy::new(4);
            let key = SealingKey::from_bytes([1; 32]);
            let mut sealed = key.seal(&plaintext, "here", &entropy);
            prop_assert_eq!(key.open(&sealed, "here"), Ok(Zeroizing::new(plaintext)));
            let place = place.index(sealed.len());
            sealed[place] ^= 1 << bit;
            prop_assert_eq!(key.open(&sealed, "here"), Err(Unopenable));
        }
    }
}
