//! BBS signatures on BLS12-381 with SHA-256 (draft-irtf-cfrg-bbs-signatures-13): one signature over many messages, from which
//! its holder proves that some of them were signed without showing the others, and never twice the same.
//!
//! The only user of `zkryptium`. What the draft asks of bytes from outside and the library leaves out is checked here: points
//! that are the identity (with which anybody forges a proof), zero as a scalar, lengths, and indexes.

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;
use zkryptium::{
    bbsplus::keys::{BBSplusPublicKey, BBSplusSecretKey},
    keys::pair::KeyPair,
    schemes::{
        algorithms::BbsBls12381Sha256,
        generics::{PoKSignature, Signature},
    },
};

use super::{
    KeyError, PublicKey,
    multikey::{MAX_CHARACTERS, decode, encode},
};
use crate::entropy::Entropy;

/// The most messages of a signature: each costs whoever checks a proof up to a millisecond, shown or not.
pub const MAX_MESSAGES: usize = 256;

/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 80;

/// Bytes of a point in G1, compressed.
const POINT: usize = 48;
/// Bytes of a scalar.
const SCALAR: usize = 32;
/// A proof is three points and four scalars, and a scalar for each message that is not shown.
const PROOF_POINTS: usize = 3;
const PROOF_BYTES: usize = PROOF_POINTS * POINT + 4 * SCALAR;

/// Bytes of a public key: a point in G2, compressed.
pub const PUBLIC_BYTES: usize = 96;
/// Multicodec of public keys in G2 (0xeb) and of their private keys (0x130a), as varints.
const PUBLIC_PREFIX: [u8; 2] = [0xeb, 0x01];
const SECRET_PREFIX: [u8; 2] = [0x8a, 0x26];

/// A private key that signs lists of messages, erased when dropped.
pub struct BbsSecretKey {
    bytes: Zeroizing<[u8; SCALAR]>,
    public: BbsPublicKey,
}

impl BbsSecretKey {
    /// A fresh key (draft §3.4.1).
    ///
    /// # Panics
    /// Never: what is drawn is long enough.
    #[expect(clippy::expect_used, reason = "32 bytes of material are enough for a key")]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut material = Zeroizing::new([0; 48]);
        entropy.fill(&mut material[..]);
        let pair = KeyPair::<BbsBls12381Sha256>::generate(&material[..], None, None).expect("enough material");
        let bytes = Zeroizing::new(pair.private_key().to_bytes());
        Self::from_bytes(&bytes[..]).expect("a fresh key")
    }

    /// From a scalar, big-endian, which is not zero.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: Zeroizing<[u8; SCALAR]> = Zeroizing::new(bytes.try_into().map_err(|_| KeyError::MalformedPrivate)?);
        let key = BBSplusSecretKey::from_bytes(&bytes[..]).map_err(|_| KeyError::MalformedPrivate)?;
        if is_zero(&bytes[..]) {
            return Err(KeyError::MalformedPrivate);
        }
        let public = BbsPublicKey::from_bytes(&key.public_key().to_bytes())?;
        Ok(Self { bytes, public })
    }

    /// From `secretKeyMultibase`.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(decode(text).ok_or(KeyError::MalformedPrivate)?);
        Self::from_bytes(bytes.strip_prefix(&SECRET_PREFIX).ok_or(KeyError::Unsupported)?)
    }

    /// The scalar, to be sealed at rest.
    pub fn to_bytes(&self) -> Zeroizing<[u8; SCALAR]> {
        self.bytes.clone()
    }

    /// The public half.
    pub fn public(&self) -> &BbsPublicKey {
        &self.public
    }

    /// Signs messages in their order, with a header that every proof shows (draft §3.5.1). It is deterministic. More than
    /// [`MAX_MESSAGES`] are [`KeyError::Unsupported`].
    pub fn sign(&self, header: &[u8], messages: &[impl AsRef<[u8]>]) -> Result<[u8; SIGNATURE_BYTES], KeyError> {
        let messages = owned(messages)?;
        let key = BBSplusSecretKey::from_bytes(&self.bytes[..]).map_err(|_| KeyError::MalformedPrivate)?;
        let signature = Signature::<BbsBls12381Sha256>::sign(Some(&messages), &key, &self.public.key, Some(header));
        Ok(signature.map_err(|_| KeyError::MalformedPrivate)?.to_bytes())
    }
}

impl fmt::Debug for BbsSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BbsSecretKey({})", self.public.to_multikey())
    }
}

/// A public key, ready to verify. Clones share the parsed key.
#[derive(Clone, PartialEq, Eq)]
pub struct BbsPublicKey {
    key: Arc<BBSplusPublicKey>,
}

impl BbsPublicKey {
    /// From a point in G2, compressed: of its group, and not the identity (draft §4.2.4).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() != PUBLIC_BYTES || !is_point(bytes) {
            return Err(KeyError::NotOnCurve);
        }
        let key = BBSplusPublicKey::from_bytes(bytes).map_err(|_| KeyError::NotOnCurve)?;
        Ok(Self { key: Arc::new(key) })
    }

    /// The point, compressed.
    pub fn to_bytes(&self) -> [u8; PUBLIC_BYTES] {
        self.key.to_bytes()
    }

    /// From a Multikey (CID 1.0 §2.2.2). Other kinds of keys are [`KeyError::Unsupported`].
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_CHARACTERS {
            return Err(KeyError::Unsupported);
        }
        let bytes = decode(text).ok_or(KeyError::NotOnCurve)?;
        Self::from_bytes(bytes.strip_prefix(&PUBLIC_PREFIX).ok_or(KeyError::Unsupported)?)
    }

    /// `z` and base 58.
    pub fn to_multikey(&self) -> String {
        encode(PUBLIC_PREFIX, &self.to_bytes())
    }

    /// Checks a signature over all its messages (draft §3.5.2).
    pub fn verify(
        &self,
        header: &[u8],
        messages: &[impl AsRef<[u8]>],
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<(), KeyError> {
        let messages = owned(messages)?;
        if !is_point(&signature[..POINT]) || is_zero(&signature[POINT..]) {
            return Err(KeyError::BadSignature);
        }
        Signature::<BbsBls12381Sha256>::from_bytes(signature)
            .and_then(|signature| signature.verify(&self.key, Some(&messages), Some(header)))
            .map_err(|_| KeyError::BadSignature)
    }

    /// Proves a signature, which is not checked, and shows the messages at rising `disclosed` positions (draft §3.5.3).
    /// `presentation` is what the proof is for. Fresh randomness each time, from the library.
    pub fn prove(
        &self,
        signature: &[u8; SIGNATURE_BYTES],
        header: &[u8],
        presentation: &[u8],
        messages: &[impl AsRef<[u8]>],
        disclosed: &[usize],
    ) -> Result<Vec<u8>, KeyError> {
        let messages = owned(messages)?;
        let in_range = disclosed.last().is_none_or(|last| *last < messages.len());
        if !in_range || !is_rising(disclosed) || !is_point(&signature[..POINT]) || is_zero(&signature[POINT..]) {
            return Err(KeyError::BadSignature);
        }
        PoKSignature::<BbsBls12381Sha256>::proof_gen(
            &self.key,
            signature,
            Some(header),
            Some(presentation),
            Some(&messages),
            Some(disclosed),
        )
        .map(|proof| proof.to_bytes())
        .map_err(|_| KeyError::BadSignature)
    }

    /// Checks a proof that shows `messages` at rising `disclosed` positions (draft §3.5.4).
    pub fn verify_proof(
        &self,
        proof: &[u8],
        header: &[u8],
        presentation: &[u8],
        messages: &[impl AsRef<[u8]>],
        disclosed: &[usize],
    ) -> Result<(), KeyError> {
        let hidden = proof.len().checked_sub(PROOF_BYTES).ok_or(KeyError::BadSignature)?;
        let count = hidden / SCALAR + messages.len();
        let in_range = disclosed.last().is_none_or(|last| *last < count);
        if hidden % SCALAR != 0
            || count > MAX_MESSAGES
            || messages.len() != disclosed.len()
            || !in_range
            || !is_rising(disclosed)
        {
            return Err(KeyError::BadSignature);
        }
        // Draft §4.2.4: no point is the identity, no scalar zero. A proof made of identities fits any document.
        let (points, scalars) = proof.split_at(PROOF_POINTS * POINT);
        if !points.chunks(POINT).all(is_point) || scalars.chunks(SCALAR).any(is_zero) {
            return Err(KeyError::BadSignature);
        }
        let messages = owned(messages)?;
        PoKSignature::<BbsBls12381Sha256>::from_bytes(proof)
            .and_then(|proof| {
                proof.proof_verify(
                    &self.key,
                    Some(&messages),
                    Some(disclosed),
                    Some(header),
                    Some(presentation),
                )
            })
            .map_err(|_| KeyError::BadSignature)
    }
}

impl fmt::Debug for BbsPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BbsPublicKey({})", self.to_multikey())
    }
}

/// A key that checks a Data Integrity proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofKey {
    /// It checks signatures.
    Signature(PublicKey),
    /// It checks proofs of BBS signatures.
    Bbs(BbsPublicKey),
}

impl ProofKey {
    /// From a Multikey of any kind we can use.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        match PublicKey::from_multikey(text) {
            Err(KeyError::Unsupported) => BbsPublicKey::from_multikey(text).map(Self::Bbs),
            key => key.map(Self::Signature),
        }
    }
}

impl From<&PublicKey> for ProofKey {
    fn from(key: &PublicKey) -> Self {
        Self::Signature(key.clone())
    }
}

impl From<&BbsPublicKey> for ProofKey {
    fn from(key: &BbsPublicKey) -> Self {
        Self::Bbs(key.clone())
    }
}

impl From<&ProofKey> for ProofKey {
    fn from(key: &ProofKey) -> Self {
        key.clone()
    }
}

fn owned(messages: &[impl AsRef<[u8]>]) -> Result<Vec<Vec<u8>>, KeyError> {
    if messages.len() > MAX_MESSAGES {
        return Err(KeyError::Unsupported);
    }
    Ok(messages.iter().map(|message| message.as_ref().to_vec()).collect())
}

/// Whether a point is compressed and not the identity, as its first bits say.
fn is_point(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0xc0 == 0x80)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn is_rising(indexes: &[usize]) -> bool {
    indexes.is_sorted_by(|a, b| a < b)
}

#[cfg(test)]
mod tests;
