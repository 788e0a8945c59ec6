//! Proof values of `ecdsa-sd-2023` (ECDSA cryptosuites 1.0 §3.5): one signature by the issuer over what is mandatory, and one
//! over each other statement by a key made for this proof, which the issuer's signature covers.

use coset::cbor::Value;
use zeroize::Zeroizing;

use super::{
    MAX_POINTERS, MAX_STATEMENTS, Secrets,
    cbor::{self, Parts, malformed},
    statements::{digest_labels, hmac_digests},
};
use crate::{
    format::data_integrity::DataIntegrityError,
    keys::{KeyKind, PublicKey, SigningKey},
};

const BASE: u8 = 0x00;
const DERIVED: u8 = 0x01;
/// What each begins with is followed by this many parts.
const PARTS: usize = 5;

const SIGNATURE_BYTES: usize = 64;
/// The Multikey of P-256: two bytes say so, then the point, compressed.
const KEY_BYTES: usize = 35;

type Signature = [u8; SIGNATURE_BYTES];

/// A base proof (§3.5.2).
pub(super) struct Base {
    signature: Signature,
    public: [u8; KEY_BYTES],
    hmac: Zeroizing<[u8; 32]>,
    signatures: Vec<Signature>,
    pub(super) mandatory: Vec<String>,
}

impl Base {
    /// §3.6.5.
    pub(super) fn sign(
        proof_hash: &[u8; 32],
        mandatory_hash: &[u8; 32],
        others: &[&str],
        key: &SigningKey,
        secrets: &Secrets,
        mandatory: Vec<String>,
    ) -> Self {
        let mut public = [0; KEY_BYTES];
        public.copy_from_slice(&secrets.proof_key.public().to_multikey_bytes());
        let sign = |key: &SigningKey, message: &[u8]| {
            let mut signature = [0; SIGNATURE_BYTES];
            signature.copy_from_slice(&key.sign(message));
            signature
        };
        Self {
            signature: sign(key, &to_sign(proof_hash, &public, mandatory_hash)),
            public,
            hmac: secrets.hmac.clone(),
            signatures: others
                .iter()
                .map(|line| sign(&secrets.proof_key, line.as_bytes()))
                .collect(),
            mandatory,
        }
    }

    /// §3.5.3.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DataIntegrityError> {
        let (kind, rest) = cbor::header(bytes)?;
        match kind {
            BASE => {}
            DERIVED => return Err(DataIntegrityError::NoBaseProof),
            _ => return Err(malformed()),
        }
        let mut parts = Parts::read(rest, PARTS)?;
        Ok(Self {
            signature: parts.exactly()?,
            public: parts.exactly()?,
            hmac: Zeroizing::new(parts.exactly()?),
            signatures: parts.list(MAX_STATEMENTS, signature)?,
            mandatory: parts.list(MAX_POINTERS, |value| value.into_text().ok())?,
        })
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let pointers = self.mandatory.iter().map(|pointer| pointer.as_str().into());
        let parts = vec![
            self.signature[..].into(),
            self.public[..].into(),
            self.hmac[..].into(),
            signatures(&self.signatures),
            Value::Array(pointers.collect()),
        ];
        cbor::write(BASE, parts)
    }

    /// How blank nodes are called, by canonical number.
    pub(super) fn labels(&self, count: usize) -> Vec<String> {
        digest_labels(&hmac_digests(&self.hmac, count))
    }

    /// §3.5.4: `nodes` are the canonical numbers, in the whole document, of what the verifier will number 0, 1, 2…;
    /// `disclosed` are positions among the `others`, the statements that are not mandatory.
    pub(super) fn derive(
        &self,
        nodes: &[u32],
        mandatory: Vec<usize>,
        others: usize,
        disclosed: &[usize],
    ) -> Result<Derived, DataIntegrityError> {
        // A base proof of another document.
        if self.signatures.len() != others {
            return Err(DataIntegrityError::BadSignature);
        }
        let count = nodes.iter().max().map_or(0, |most| *most as usize + 1);
        let digests = hmac_digests(&self.hmac, count);
        Ok(Derived {
            signature: self.signature,
            public: self.public,
            signatures: disclosed.iter().map(|index| self.signatures[*index]).collect(),
            labels: nodes.iter().map(|number| digests[*number as usize]).collect(),
            mandatory,
        })
    }
}

/// A derived proof (§3.5.7).
pub(super) struct Derived {
    signature: Signature,
    public: [u8; KEY_BYTES],
    signatures: Vec<Signature>,
    /// The names of the nodes that are canonically numbered 0, 1, 2…
    labels: Vec<[u8; 32]>,
    /// Positions of mandatory statements, rising.
    mandatory: Vec<usize>,
}

impl Derived {
    /// §3.5.8.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DataIntegrityError> {
        let (kind, rest) = cbor::header(bytes)?;
        match kind {
            DERIVED => {}
            BASE => return Err(DataIntegrityError::BaseProof),
            _ => return Err(malformed()),
        }
        let mut parts = Parts::read(rest, PARTS)?;
        Ok(Self {
            signature: parts.exactly()?,
            public: parts.exactly()?,
            signatures: parts.list(MAX_STATEMENTS, signature)?,
            labels: parts.labels(MAX_STATEMENTS, |value| value.into_bytes().ok()?.try_into().ok())?,
            mandatory: parts.rising(MAX_STATEMENTS)?,
        })
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let labels = (0u64..).zip(&self.labels);
        let parts = vec![
            self.signature[..].into(),
            self.public[..].into(),
            signatures(&self.signatures),
            Value::Map(
                labels
                    .map(|(number, label)| (number.into(), label[..].into()))
                    .collect(),
            ),
            cbor::numbers(&self.mandatory),
        ];
        cbor::write(DERIVED, parts)
    }

    /// How blank nodes are called, by canonical number.
    pub(super) fn labels(&self) -> Vec<String> {
        digest_labels(&self.labels)
    }

    pub(super) fn mandatory(&self) -> &[usize] {
        &self.mandatory
    }

    /// §3.6.7: the issuer's signature first, so that nobody else makes us check a thousand.
    pub(super) fn verify(
        &self,
        proof_hash: &[u8; 32],
        mandatory_hash: &[u8; 32],
        others: &[&str],
        key: &PublicKey,
    ) -> Result<(), DataIntegrityError> {
        let wrong = |_| DataIntegrityError::BadSignature;
        if self.signatures.len() != others.len() {
            return Err(DataIntegrityError::BadSignature);
        }
        key.verify(&to_sign(proof_hash, &self.public, mandatory_hash), &self.signature)
            .map_err(wrong)?;
        let public = PublicKey::from_multikey_bytes(&self.public)
            .ok()
            .filter(|public| public.kind() == KeyKind::P256)
            .ok_or_else(malformed)?;
        for (line, signature) in others.iter().zip(&self.signatures) {
            public.verify(line.as_bytes(), signature).map_err(wrong)?;
        }
        Ok(())
    }
}

/// What the issuer signs (§3.5.1).
fn to_sign(proof_hash: &[u8; 32], public: &[u8; KEY_BYTES], mandatory_hash: &[u8; 32]) -> Vec<u8> {
    [&proof_hash[..], public, mandatory_hash].concat()
}

fn signature(value: Value) -> Option<Signature> {
    value.into_bytes().ok()?.try_into().ok()
}

fn signatures(signatures: &[Signature]) -> Value {
    Value::Array(signatures.iter().map(|signature| signature[..].into()).collect())
}
