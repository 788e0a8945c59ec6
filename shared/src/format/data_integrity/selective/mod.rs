//! Proofs of which the holder shows a part: `ecdsa-sd-2023` (ECDSA cryptosuites 1.0 §3.4 to §3.6) and `bbs-2023` (BBS
//! cryptosuites §3.3, §3.4).
//!
//! The issuer signs a document statement by statement ([`sign_base`]) and says by JSON Pointers what is always shown. The holder
//! keeps that base proof and makes from it, for each verifier, a document with some of the values and a derived proof
//! ([`derive`]). Only derived proofs are believed: a base proof holds the key to every hidden name.
//!
//! Where the specifications cut a document by text, here each statement knows the node of the document it comes from. The
//! statements of a selection are those of its nodes: no identifiers are written into the document and taken out again.

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
    keys::{PublicKey, SigningKey},
};

/// The most statements of a document with such a proof: each costs the verifier a signature.
pub const MAX_STATEMENTS: usize = 1024;

/// The most JSON Pointers, each at most this long in all.
const MAX_POINTERS: usize = 1024;

/// What an issuer draws for each base proof (ECDSA cryptosuites §3.6.5).
pub(crate) struct Secrets {
    /// Hides the order of blank nodes.
    pub(crate) hmac: Zeroizing<[u8; 32]>,
    /// Signs the statements of this document and nothing else.
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
}

/// Signs a document so that its holder can show parts of it: the base proof, for the holder alone (ECDSA cryptosuites
/// §3.6.1). `mandatory` are JSON Pointers to what is shown always; one that points nowhere is refused.
///
/// The result is the proof, to be added to the document with [`attach`](super::attach).
pub fn sign_base<P: AsRef<str>>(
    document: &str,
    options: &ProofOptions,
    mandatory: &[P],
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<Map<String, Value>, DataIntegrityError> {
    sign_base_with(document, options, mandatory, key, &Secrets::random(entropy))
}

/// The same with secrets that are given.
pub(crate) fn sign_base_with<P: AsRef<str>>(
    document: &str,
    options: &ProofOptions,
    mandatory: &[P],
    key: &SigningKey,
    secrets: &Secrets,
) -> Result<Map<String, Value>, DataIntegrityError> {
    if !options.suite.is_selective() {
        return Err(DataIntegrityError::NotSelective);
    }
    if !options.suite.fits(key.public().kind()) {
        return Err(DataIntegrityError::WrongKey);
    }
    let prepared = Prepared::of(document, options, mandatory, &secrets.hmac)?;
    let (mandatory_hash, others) = prepared.split();
    let base = ecdsa_sd::Base::sign(
        &prepared.proof_hash,
        &mandatory_hash,
        &others,
        key,
        secrets,
        mandatory.iter().map(|pointer| pointer.as_ref().to_owned()).collect(),
    );
    let mut proof = options.members();
    proof.insert(
        "proofValue".to_owned(),
        proof::encode_selective(&base.to_bytes()).into(),
    );
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
        let written = Value::Object(options.members());
        let proof_hash = hash::options_hash(&context, &Node::from(&written))?;
        let reading = Reading::of(&context, &secured.unsecured)?;
        let selection = Selection::of(&secured.unsecured, mandatory, &reading.origins)?;
        let statements = reading.statements(&digest_labels(&hmac_digests(hmac, reading.blanks)));
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
    let base = ecdsa_sd::Base::read(&proof.value)?;
    let unsecured = &secured.unsecured;
    let context = Context::of(unsecured)?;
    let reading = Reading::of(&context, unsecured)?;
    let mandatory = Selection::of(unsecured, &base.mandatory, &reading.origins)?;
    let mut combined = mandatory.clone();
    combined.add(unsecured, disclosure.pointers, &reading.origins)?;
    if combined.is_empty() {
        return Err(DataIntegrityError::NothingDisclosed);
    }
    let statements = reading.statements(&base.labels(reading.blanks));
    let is_mandatory = reading.selected(&statements, &mandatory);
    let is_shown = reading.selected(&statements, &combined);
    // Positions among what is shown, as the verifier will count.
    let mandatory_indexes = positions(
        is_mandatory
            .iter()
            .zip(&is_shown)
            .filter(|(_, shown)| **shown)
            .map(|(m, _)| *m),
    );
    // Positions among what was signed one by one.
    let disclosed = positions(
        is_shown
            .iter()
            .zip(&is_mandatory)
            .filter(|(_, mandatory)| !**mandatory)
            .map(|(s, _)| *s),
    );
    let names = reading.verifier_labels(&combined)?;
    let others = is_mandatory.iter().filter(|mandatory| !**mandatory).count();
    let derived = base.derive(&names, mandatory_indexes, others, &disclosed)?;
    let mut shown = match reveal(unsecured, &combined, &reading.origins).into_value()? {
        Value::Object(members) => members,
        _ => return Err(DataIntegrityError::NothingDisclosed),
    };
    let mut members = match proof.node.clone().into_value()? {
        Value::Object(members) => members,
        _ => return Err(DataIntegrityError::MalformedProof("proof")),
    };
    members.insert(
        "proofValue".to_owned(),
        proof::encode_selective(&derived.to_bytes()).into(),
    );
    super::attach(&mut shown, members);
    Ok(shown)
}

/// Checks a derived proof (ECDSA cryptosuites §3.6.7).
pub(super) fn verify(unsecured: &Node<'_>, proof: &Proof<'_>, key: &PublicKey) -> Result<(), DataIntegrityError> {
    if !proof.previous.is_empty() {
        return Err(DataIntegrityError::SelectiveChain);
    }
    let derived = ecdsa_sd::Derived::read(&proof.value)?;
    let context = Context::of(unsecured)?;
    let proof_hash = hash::options_hash(&context, proof.node)?;
    let reading = Reading::of(&context, unsecured)?;
    let labels = derived.labels();
    if labels.len() != reading.blanks {
        return Err(DataIntegrityError::BadSignature);
    }
    let statements = reading.statements(&labels);
    let mut is_mandatory = vec![false; statements.lines.len()];
    for index in derived.mandatory() {
        *is_mandatory.get_mut(*index).ok_or(DataIntegrityError::BadSignature)? = true;
    }
    let (mandatory_hash, others) = split(&statements.lines, &is_mandatory);
    derived.verify(&proof_hash, &mandatory_hash, &others, key)
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
