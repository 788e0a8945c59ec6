//! Proofs of which the holder shows a part: `ecdsa-sd-2023` (ECDSA cryptosuites 1.0 §3.4 to §3.6) and `bbs-2023` (BBS
//! cryptosuites §3.3, §3.4).
//!
//! The issuer signs a document statement by statement ([`sign_base`]) and says by JSON Pointers what is always shown. The holder
//! keeps that base proof and makes from it, for each verifier, a document with some of the values and a derived proof
//! ([`derive`]). Only derived proofs are believed: a base proof holds the key to every hidden name.
//!
//! Where the specifications cut a document by text, here each statement knows the node of the document it comes from. The
//! statements of a selection are those of its nodes: no identifiers are written into the document and taken out again.

mod bbs;
mod cbor;
mod ecdsa_sd;
mod pointer;
mod statements;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use self::{
    pointer::{Selection, reveal},
    statements::{Reading, digest_labels, hmac_digests},
};
use super::{Cryptosuite, DataIntegrityError, Proof, ProofOptions, Secured, hash, proof};
use crate::{
    entropy::Entropy,
    format::json_ld::Context,
    json::Node,
    keys::{BbsSecretKey, ProofKey, SigningKey},
};

/// The most statements of a document with such a proof: each costs the verifier a signature.
pub const MAX_STATEMENTS: usize = 1024;

/// The most JSON Pointers, each at most this long in all.
const MAX_POINTERS: usize = 1024;

/// The key of an issuer, of the kind its suite signs with.
#[derive(Debug, Clone, Copy)]
pub enum BaseKey<'a> {
    /// For `ecdsa-sd-2023`: on P-256.
    Signing(&'a SigningKey),
    /// For `bbs-2023`.
    Bbs(&'a BbsSecretKey),
}

impl<'a> From<&'a SigningKey> for BaseKey<'a> {
    fn from(key: &'a SigningKey) -> Self {
        Self::Signing(key)
    }
}

impl<'a> From<&'a BbsSecretKey> for BaseKey<'a> {
    fn from(key: &'a BbsSecretKey) -> Self {
        Self::Bbs(key)
    }
}

/// What an issuer draws for each base proof (ECDSA cryptosuites §3.6.5).
pub(crate) struct Secrets {
    /// Hides the order of blank nodes.
    pub(crate) hmac: Zeroizing<[u8; 32]>,
    /// Signs the statements of this document and nothing else (`ecdsa-sd-2023`).
    pub(crate) proof_key: SigningKey,
}

impl Secrets {
    fn random(entropy: &dyn Entropy) -> Self {
        let mut hmac = Zeroizing::new([0; 32]);
        entropy.fill(&mut hmac[..]);
        Self {
            hmac,
            proof_key: SigningKey::generate(),
        }
    }
}

/// What a holder shows.
#[derive(Debug, Clone, Copy)]
pub struct Disclosure<'a> {
    /// The suite of the base proof to derive from.
    pub suite: Cryptosuite,
    /// JSON Pointers (RFC 6901) to what is shown beside what the issuer made mandatory. Identifiers and types on the way
    /// are shown too.
    pub pointers: &'a [&'a str],
    /// What the proof is for, as it were a nonce of the verifier: bound to it by `bbs-2023` (BBS cryptosuites §3.3.3), at most
    /// 1024 bytes; nothing to `ecdsa-sd-2023`, where it must be empty.
    pub presentation_header: &'a [u8],
}

/// Signs a document so that its holder can show parts of it: the base proof, for the holder alone (ECDSA cryptosuites
/// §3.6.1). `mandatory` are JSON Pointers to what is shown always; one that points nowhere is refused.
///
/// The result is the proof, to be added to the document with [`attach`](super::attach).
pub fn sign_base<'k, P: AsRef<str>>(
    document: &str,
    options: &ProofOptions,
    mandatory: &[P],
    key: impl Into<BaseKey<'k>>,
    entropy: &dyn Entropy,
) -> Result<Map<String, Value>, DataIntegrityError> {
    sign_base_with(document, options, mandatory, key.into(), &Secrets::random(entropy))
}

/// The same with secrets that are given.
pub(crate) fn sign_base_with<P: AsRef<str>>(
    document: &str,
    options: &ProofOptions,
    mandatory: &[P],
    key: BaseKey<'_>,
    secrets: &Secrets,
) -> Result<Map<String, Value>, DataIntegrityError> {
    if !options.suite.is_selective() {
        return Err(DataIntegrityError::NotSelective);
    }
    match (options.suite, key) {
        (Cryptosuite::Bbs2023, BaseKey::Bbs(_)) => {}
        (suite, BaseKey::Signing(key)) if suite.fits(key.public().kind()) => {}
        _ => return Err(DataIntegrityError::WrongKey),
    }
    let prepared = Prepared::of(document, options, mandatory, &secrets.hmac)?;
    let (mandatory_hash, others) = prepared.split();
    let pointers = mandatory.iter().map(|pointer| pointer.as_ref().to_owned()).collect();
    let proof_hash = &prepared.proof_hash;
    let value = match key {
        BaseKey::Signing(key) => {
            ecdsa_sd::Base::sign(proof_hash, &mandatory_hash, &others, key, secrets, pointers).to_bytes()
        }
        BaseKey::Bbs(key) => {
            bbs::Base::sign(proof_hash, &mandatory_hash, &others, key, &secrets.hmac, pointers)?.to_bytes()
        }
    };
    let mut proof = Node::Object(options.members()).into_object()?;
    proof.insert("proofValue".to_owned(), proof::encode_selective(&value).into());
    Ok(proof)
}

/// What a base proof signs (ECDSA cryptosuites §3.6.2, §3.6.3).
pub(crate) struct Prepared {
    /// Every statement, in order.
    pub(crate) statements: Vec<String>,
    /// For each, whether it is always shown.
    pub(crate) is_mandatory: Vec<bool>,
    pub(crate) proof_hash: [u8; 32],
}

impl Prepared {
    pub(crate) fn of<P: AsRef<str>>(
        document: &str,
        options: &ProofOptions,
        mandatory: &[P],
        hmac: &[u8; 32],
    ) -> Result<Self, DataIntegrityError> {
        if !options.previous.is_empty() {
            return Err(DataIntegrityError::SelectiveChain);
        }
        let secured = Secured::read(document)?;
        let context = Context::of(&secured.unsecured)?;
        let proof_hash = hash::options_hash(&context, &Node::Object(options.members()))?;
        let reading = Reading::of(&context, &secured.unsecured)?;
        let selection = Selection::of(&secured.unsecured, mandatory, &reading.origins)?;
        let labels = match options.suite {
            Cryptosuite::Bbs2023 => bbs::shuffled_labels(hmac, reading.blanks),
            _ => digest_labels(&hmac_digests(hmac, reading.blanks)),
        };
        let statements = reading.statements(&labels);
        Ok(Self {
            is_mandatory: reading.selected(&statements, &selection),
            statements: statements.lines,
            proof_hash,
        })
    }

    /// The hash of what is mandatory, and what is not.
    pub(crate) fn split(&self) -> ([u8; 32], Vec<&str>) {
        split(&self.statements, &self.is_mandatory)
    }
}

/// From a document with a base proof, the document that shows only what is mandatory and what was chosen, with a derived
/// proof (ECDSA cryptosuites §3.6.6). Other proofs of the document are left out: they are of the whole.
///
/// A document with several base proofs of the suite is refused, and so is a pointer to what is not there.
pub fn derive(document: &str, disclosure: &Disclosure<'_>) -> Result<Map<String, Value>, DataIntegrityError> {
    if !disclosure.suite.is_selective() {
        return Err(DataIntegrityError::NotSelective);
    }
    let secured = Secured::parse(document)?;
    let proofs = secured.proofs()?;
    let mut candidates = proofs.iter().filter(|proof| proof.suite == disclosure.suite);
    let (Some(proof), None) = (candidates.next(), candidates.next()) else {
        return Err(DataIntegrityError::NoBaseProof);
    };
    let base = Base::read(proof)?;
    let unsecured = &secured.unsecured;
    let context = Context::of(unsecured)?;
    let reading = Reading::of(&context, unsecured)?;
    let mandatory = Selection::of(unsecured, base.mandatory(), &reading.origins)?;
    let mut combined = mandatory.clone();
    combined.add(unsecured, disclosure.pointers, &reading.origins)?;
    if combined.is_empty() {
        return Err(DataIntegrityError::NothingDisclosed);
    }
    let statements = reading.statements(&base.labels(reading.blanks));
    let is_mandatory = reading.selected(&statements, &mandatory);
    let is_shown = reading.selected(&statements, &combined);
    let (mandatory_hash, others) = split(&statements.lines, &is_mandatory);
    let marks = || is_shown.iter().copied().zip(is_mandatory.iter().copied());
    // Positions among what is shown, as the verifier will count, and among what was signed one by one.
    let mandatory = positions(marks().filter_map(|(shown, mandatory)| shown.then_some(mandatory)));
    let disclosed = positions(marks().filter_map(|(shown, mandatory)| (!mandatory).then_some(shown)));
    let nodes = reading.verifier_labels(&combined)?;
    let value = match base {
        Base::EcdsaSd(_) if !disclosure.presentation_header.is_empty() => {
            return Err(DataIntegrityError::UnsupportedFeature("presentationHeader"));
        }
        Base::EcdsaSd(base) => base.derive(&nodes, mandatory, others.len(), &disclosed)?.to_bytes(),
        Base::Bbs(base) => {
            let hashes = (&hash::options_hash(&context, proof.node)?, &mandatory_hash);
            let header = disclosure.presentation_header;
            base.derive(hashes, (&nodes, reading.blanks), mandatory, &others, disclosed, header)?
                .to_bytes()
        }
    };
    let shown = reveal(unsecured, &combined, &reading.origins).into_value()?;
    let (Value::Object(mut shown), Value::Object(mut members)) = (shown, proof.node.clone().into_value()?) else {
        return Err(DataIntegrityError::NothingDisclosed);
    };
    members.insert("proofValue".to_owned(), proof::encode_selective(&value).into());
    super::attach(&mut shown, members);
    Ok(shown)
}

/// A base proof of either suite.
enum Base {
    EcdsaSd(ecdsa_sd::Base),
    Bbs(bbs::Base),
}

impl Base {
    fn read(proof: &Proof<'_>) -> Result<Self, DataIntegrityError> {
        match proof.suite {
            Cryptosuite::EcdsaSd2023 => ecdsa_sd::Base::read(&proof.value).map(Self::EcdsaSd),
            Cryptosuite::Bbs2023 => bbs::Base::read(&proof.value).map(Self::Bbs),
            _ => Err(DataIntegrityError::NotSelective),
        }
    }

    fn mandatory(&self) -> &[String] {
        match self {
            Self::EcdsaSd(base) => &base.mandatory,
            Self::Bbs(base) => &base.mandatory,
        }
    }

    fn labels(&self, count: usize) -> Vec<String> {
        match self {
            Self::EcdsaSd(base) => base.labels(count),
            Self::Bbs(base) => base.labels(count),
        }
    }
}

/// Checks a derived proof (ECDSA cryptosuites §3.6.7, BBS cryptosuites §3.4.7).
pub(super) fn verify(unsecured: &Node<'_>, proof: &Proof<'_>, key: &ProofKey) -> Result<(), DataIntegrityError> {
    if !proof.previous.is_empty() {
        return Err(DataIntegrityError::SelectiveChain);
    }
    match (proof.suite, key) {
        (Cryptosuite::EcdsaSd2023, ProofKey::Signature(key)) if proof.suite.fits(key.kind()) => {
            let derived = ecdsa_sd::Derived::read(&proof.value)?;
            let signed = Prepared::shown(unsecured, proof, &derived.labels(), derived.mandatory())?;
            let (mandatory_hash, others) = signed.split();
            derived.verify(&signed.proof_hash, &mandatory_hash, &others, key)
        }
        (Cryptosuite::Bbs2023, ProofKey::Bbs(key)) => {
            let derived = bbs::Derived::read(&proof.value)?;
            let signed = Prepared::shown(unsecured, proof, &derived.labels(), derived.mandatory())?;
            let (mandatory_hash, others) = signed.split();
            derived.verify(&signed.proof_hash, &mandatory_hash, &others, key)
        }
        _ => Err(DataIntegrityError::WrongKey),
    }
}

/// What a derived proof says is for, when it is one of `bbs-2023`.
pub(super) fn presentation_header(proof: &Proof<'_>) -> Option<Vec<u8>> {
    (proof.suite == Cryptosuite::Bbs2023)
        .then(|| bbs::Derived::read(&proof.value).ok())?
        .map(bbs::Derived::presentation)
}

impl Prepared {
    /// What is shown, as it was signed.
    fn shown(
        unsecured: &Node<'_>,
        proof: &Proof<'_>,
        labels: &[String],
        mandatory: &[usize],
    ) -> Result<Self, DataIntegrityError> {
        let context = Context::of(unsecured)?;
        let proof_hash = hash::options_hash(&context, proof.node)?;
        let reading = Reading::of(&context, unsecured)?;
        if labels.len() != reading.blanks {
            return Err(DataIntegrityError::BadSignature);
        }
        let statements = reading.statements(labels).lines;
        let mut is_mandatory = vec![false; statements.len()];
        for index in mandatory {
            *is_mandatory.get_mut(*index).ok_or(DataIntegrityError::BadSignature)? = true;
        }
        Ok(Self {
            statements,
            is_mandatory,
            proof_hash,
        })
    }
}

/// The hash of the mandatory statements (ECDSA cryptosuites §3.4.17), and the others.
fn split<'s>(statements: &'s [String], is_mandatory: &[bool]) -> ([u8; 32], Vec<&'s str>) {
    let mut mandatory = String::new();
    let mut others = Vec::with_capacity(statements.len());
    for (line, is_mandatory) in statements.iter().zip(is_mandatory) {
        if *is_mandatory {
            mandatory.push_str(line);
        } else {
            others.push(line.as_str());
        }
    }
    (sha256(mandatory.as_bytes()), others)
}

fn positions(flags: impl Iterator<Item = bool>) -> Vec<usize> {
    flags
        .enumerate()
        .filter_map(|(index, flag)| flag.then_some(index))
        .collect()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests;
