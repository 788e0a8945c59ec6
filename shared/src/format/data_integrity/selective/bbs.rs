//! Proof values of `bbs-2023` (BBS cryptosuites §3.3): one BBS signature over every statement that is not mandatory. What is
//! derived from it cannot be linked to it, nor to another derivation.
//!
//! Only the baseline. Anonymous holder binding and pseudonyms rest on drafts that still change: refused by name.

use coset::cbor::Value;
use zeroize::Zeroizing;

use super::{
    MAX_POINTERS, MAX_STATEMENTS,
    cbor::{self, Parts, malformed},
    statements::{digest_labels, hmac_digests},
};
use crate::{
    format::data_integrity::DataIntegrityError,
    keys::{
        BbsPublicKey, BbsSecretKey, KeyError,
        bbs::{PUBLIC_BYTES, SIGNATURE_BYTES},
    },
};

const BASE: u8 = 0x02;
const DERIVED: u8 = 0x03;
/// What each begins with is followed by this many parts.
const PARTS: usize = 5;

/// The hash of the options, then of what is mandatory.
const HEADER_BYTES: usize = 64;

/// The longest presentation header.
const MAX_PRESENTATION_BYTES: usize = 1024;

/// A base proof (§3.3.1).
pub(super) struct Base {
    signature: [u8; SIGNATURE_BYTES],
    header: [u8; HEADER_BYTES],
    public: [u8; PUBLIC_BYTES],
    hmac: Zeroizing<[u8; 32]>,
    pub(super) mandatory: Vec<String>,
}

impl Base {
    /// §3.4.5.
    pub(super) fn sign(
        proof_hash: &[u8; 32],
        mandatory_hash: &[u8; 32],
        others: &[&str],
        key: &BbsSecretKey,
        hmac: &Zeroizing<[u8; 32]>,
        mandatory: Vec<String>,
    ) -> Result<Self, DataIntegrityError> {
        let header = header(proof_hash, mandatory_hash);
        let signature = key.sign(&header, others).map_err(|error| match error {
            KeyError::Unsupported => DataIntegrityError::TooManyStatements,
            _ => DataIntegrityError::WrongKey,
        })?;
        Ok(Self {
            signature,
            header,
            public: key.public().to_bytes(),
            hmac: hmac.clone(),
            mandatory,
        })
    }

    /// §3.3.2.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DataIntegrityError> {
        let (kind, rest) = cbor::header(bytes)?;
        match kind {
            BASE => {}
            DERIVED => return Err(DataIntegrityError::NoBaseProof),
            kind => return Err(other_kind(kind)),
        }
        let mut parts = Parts::read(rest, PARTS)?;
        Ok(Self {
            signature: parts.exactly()?,
            header: parts.exactly()?,
            public: parts.exactly()?,
            hmac: Zeroizing::new(parts.exactly()?),
            mandatory: parts.list(MAX_POINTERS, |value| value.into_text().ok())?,
        })
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let pointers = self.mandatory.iter().map(|pointer| pointer.as_str().into());
        let parts = vec![
            self.signature[..].into(),
            self.header[..].into(),
            self.public[..].into(),
            self.hmac[..].into(),
            Value::Array(pointers.collect()),
        ];
        cbor::write(BASE, parts)
    }

    pub(super) fn labels(&self, count: usize) -> Vec<String> {
        labels(&shuffled(&self.hmac, count))
    }

    /// §3.3.3: `nodes` are the canonical numbers, in the whole document of `blanks` nodes, of what the verifier will number
    /// 0, 1, 2…; `disclosed` are positions among the `others`, the statements that are not mandatory.
    pub(super) fn derive(
        &self,
        hashes: (&[u8; 32], &[u8; 32]),
        (nodes, blanks): (&[u32], usize),
        mandatory: Vec<usize>,
        others: &[&str],
        disclosed: Vec<usize>,
        presentation: &[u8],
    ) -> Result<Derived, DataIntegrityError> {
        // A base proof of another document.
        if header(hashes.0, hashes.1) != self.header {
            return Err(DataIntegrityError::BadSignature);
        }
        if presentation.len() > MAX_PRESENTATION_BYTES {
            return Err(DataIntegrityError::TooLarge);
        }
        let public = BbsPublicKey::from_bytes(&self.public).map_err(|_| malformed())?;
        let proof = public
            .prove(&self.signature, &self.header, presentation, others, &disclosed)
            .map_err(|_| DataIntegrityError::BadSignature)?;
        let ranks = shuffled(&self.hmac, blanks);
        Ok(Derived {
            proof,
            labels: nodes.iter().map(|number| ranks[*number as usize]).collect(),
            mandatory,
            disclosed,
            presentation: presentation.to_vec(),
        })
    }
}

/// A derived proof (§3.3.6).
pub(super) struct Derived {
    proof: Vec<u8>,
    /// The names of the nodes that are canonically numbered 0, 1, 2…
    labels: Vec<usize>,
    /// Positions of mandatory statements among those shown, rising.
    mandatory: Vec<usize>,
    /// Positions of the others among all that were signed, rising.
    disclosed: Vec<usize>,
    presentation: Vec<u8>,
}

impl Derived {
    /// §3.3.7.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DataIntegrityError> {
        let (kind, rest) = cbor::header(bytes)?;
        match kind {
            DERIVED => {}
            BASE => return Err(DataIntegrityError::BaseProof),
            kind => return Err(other_kind(kind)),
        }
        let mut parts = Parts::read(rest, PARTS)?;
        let derived = Self {
            proof: parts.bytes()?,
            labels: parts.labels(MAX_STATEMENTS, cbor::number)?,
            mandatory: parts.rising(MAX_STATEMENTS)?,
            disclosed: parts.rising(MAX_STATEMENTS)?,
            presentation: parts.bytes()?,
        };
        if derived.presentation.len() > MAX_PRESENTATION_BYTES {
            return Err(malformed());
        }
        Ok(derived)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let labels = (0u64..).zip(&self.labels);
        let labels = labels.map(|(number, label)| (number.into(), (*label as u64).into()));
        let parts = vec![
            self.proof.as_slice().into(),
            Value::Map(labels.collect()),
            cbor::numbers(&self.mandatory),
            cbor::numbers(&self.disclosed),
            self.presentation.as_slice().into(),
        ];
        cbor::write(DERIVED, parts)
    }

    pub(super) fn labels(&self) -> Vec<String> {
        labels(&self.labels)
    }

    pub(super) fn mandatory(&self) -> &[usize] {
        &self.mandatory
    }

    pub(super) fn presentation(self) -> Vec<u8> {
        self.presentation
    }

    /// §3.4.7.
    pub(super) fn verify(
        &self,
        proof_hash: &[u8; 32],
        mandatory_hash: &[u8; 32],
        others: &[&str],
        key: &BbsPublicKey,
    ) -> Result<(), DataIntegrityError> {
        let header = header(proof_hash, mandatory_hash);
        key.verify_proof(&self.proof, &header, &self.presentation, others, &self.disclosed)
            .map_err(|_| DataIntegrityError::BadSignature)
    }
}

fn header(proof_hash: &[u8; 32], mandatory_hash: &[u8; 32]) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..32].copy_from_slice(proof_hash);
    header[32..].copy_from_slice(mandatory_hash);
    header
}

/// §3.2.1: the rank of each canonical node among the names that an HMAC would give them. Unlike those names, ranks say
/// nothing that is the same in another credential.
fn shuffled(hmac: &[u8; 32], count: usize) -> Vec<usize> {
    let names = digest_labels(&hmac_digests(hmac, count));
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by(|a, b| names[*a].cmp(&names[*b]));
    let mut ranks = vec![0; count];
    for (rank, number) in order.into_iter().enumerate() {
        ranks[number] = rank;
    }
    ranks
}

fn labels(ranks: &[usize]) -> Vec<String> {
    ranks.iter().map(|rank| format!("b{rank}")).collect()
}

/// How blank nodes are called under a key.
pub(super) fn shuffled_labels(hmac: &[u8; 32], count: usize) -> Vec<String> {
    labels(&shuffled(hmac, count))
}

/// §3.3.2 and §3.3.7: what else the last byte of a header may say.
fn other_kind(kind: u8) -> DataIntegrityError {
    match kind {
        0x04 | 0x05 => DataIntegrityError::UnsupportedFeature("anonymous_holder_binding"),
        0x06 | 0x07 => DataIntegrityError::UnsupportedFeature("pseudonym"),
        0x08 | 0x09 => DataIntegrityError::UnsupportedFeature("holder_binding_pseudonym"),
        _ => malformed(),
    }
}
