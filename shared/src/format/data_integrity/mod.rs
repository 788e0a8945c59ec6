//! Data Integrity 1.0 ([W3C Recommendation](https://www.w3.org/TR/vc-data-integrity/)): proofs inside the document they
//! secure.
//!
//! [`sign`] makes a proof; [`Secured::parse`] reads a secured document and its proofs. A proof is believed after **both**
//! [`Secured::check`] (purpose, times, domain, challenge) and [`Secured::verify`] (the signature) passed with a key that the
//! caller found **listed for the purpose by the controller of the document** (see [`Proof::verification_method`]): whose key
//! it is, is not asked here.
//!
//! Selective suites have two kinds of proofs: [`sign_base`] makes one for the holder, [`derive`](derive()) makes from it what a
//! verifier reads.

mod hash;
mod proof;
pub(crate) mod selective;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

pub use self::{
    proof::{Cryptosuite, Proof, ProofOptions},
    selective::{BaseKey, Disclosure, MAX_STATEMENTS, derive, sign_base},
};
use super::{CanonicalizationError, json_ld::JsonLdError};
use crate::{
    json::{Ambiguous, Node},
    keys::{ProofKey, SigningKey},
};

/// The most proofs a document may carry.
pub const MAX_PROOFS: usize = 16;

/// The largest document read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// How far other clocks may be from ours (NEG-18).
const MAX_SKEW: chrono::Duration = chrono::Duration::seconds(60);

/// Why a proof was not made or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataIntegrityError {
    /// Larger than [`MAX_BYTES`].
    #[error("the document is too large")]
    TooLarge,
    /// Not one unambiguous JSON object.
    #[error(transparent)]
    Json(#[from] Ambiguous),
    /// No proof, or more than [`MAX_PROOFS`].
    #[error("the document has no proof, or too many")]
    NoProof,
    /// Data Integrity §2.1: a member of the proof is missing or of the wrong shape.
    #[error("the proof's {0} is missing or malformed")]
    MalformedProof(&'static str),
    /// A cryptosuite we do not know.
    #[error("the cryptosuite is not supported")]
    UnknownSuite,
    /// The suite does not sign with keys of this kind.
    #[error("the key is not of a kind the cryptosuite uses")]
    WrongKey,
    /// The document makes no statements we could stand for.
    #[error(transparent)]
    JsonLd(#[from] JsonLdError),
    /// The document was made to be slow.
    #[error(transparent)]
    Canonicalization(#[from] CanonicalizationError),
    /// EdDSA and ECDSA cryptosuites, JCS: the `@context` of the document does not begin with the proof's.
    #[error("the @context of the document is not the one that was signed")]
    OtherContext,
    /// Data Integrity §2.1.2: the proof names one before it that is not there.
    #[error("the proof builds on another that is not there")]
    NoPreviousProof,
    /// Data Integrity §4.5: `proofPurpose` is not the one expected.
    #[error("the proof is for another purpose")]
    OtherPurpose,
    /// Data Integrity §4.5: `domain` is not the one expected.
    #[error("the proof is for another domain")]
    OtherDomain,
    /// Data Integrity §4.5: `challenge` is not the one expected.
    #[error("the proof answers another challenge")]
    OtherChallenge,
    /// Data Integrity §2.1: past `expires`.
    #[error("the proof has expired")]
    Expired,
    /// `created` is in the future.
    #[error("the proof is from the future")]
    NotYetCreated,
    /// The signature does not fit.
    #[error("the signature does not fit the document and the key")]
    BadSignature,
    /// The suite signs the whole document, or the parts of it, and the other was asked.
    #[error("the cryptosuite does not make this kind of proof")]
    NotSelective,
    /// ECDSA cryptosuites §3.6.7, BBS cryptosuites §3.4.7: what only the holder may have was shown.
    #[error("the proof is the holder's own: it is not to be shown")]
    BaseProof,
    /// There is not exactly one base proof of the suite to derive from.
    #[error("the document does not have one base proof of this cryptosuite")]
    NoBaseProof,
    /// Suites that disclose selectively say nothing of other proofs.
    #[error("a proof that discloses selectively builds on no other")]
    SelectiveChain,
    /// RFC 6901 §4, ECDSA cryptosuites §3.4.12: the JSON Pointer is malformed, or there is nothing where it points.
    #[error("the pointer {0} points at nothing in the document")]
    NoSuchValue(String),
    /// A list, a JSON literal or a value with its language is one statement.
    #[error("the pointer {0} points into a value that is disclosed whole or not at all")]
    PartOfWhole(String),
    /// More JSON Pointers than are followed.
    #[error("there are too many pointers")]
    TooManyPointers,
    /// More than [`MAX_STATEMENTS`].
    #[error("the document makes too many statements to disclose them one by one")]
    TooManyStatements,
    /// BBS cryptosuites §4, or something the suite does not have.
    #[error("{0} is not supported")]
    UnsupportedFeature(&'static str),
    /// Nothing is mandatory and nothing was chosen.
    #[error("nothing is disclosed")]
    NothingDisclosed,
}

/// What a proof must be for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// `proofPurpose`.
    pub purpose: &'a str,
    /// `domain`, when one was asked.
    pub domain: Option<&'a str>,
    /// `challenge`, when one was asked.
    pub challenge: Option<&'a str>,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// Signs a document, which may have proofs already. The result is the new proof, to be added to them: see [`attach`].
pub fn sign(
    document: &str,
    options: &ProofOptions,
    key: &SigningKey,
) -> Result<Map<String, Value>, DataIntegrityError> {
    if options.suite.is_selective() {
        return Err(DataIntegrityError::NotSelective);
    }
    let secured = Secured::read(document)?;
    if !options.suite.fits(key.public().kind()) {
        return Err(DataIntegrityError::WrongKey);
    }
    let mut proof = options.members();
    if options.suite.is_jcs()
        && let Some(context) = secured.unsecured.member("@context")
    {
        proof.push(("@context".into(), context.clone()));
    }
    let previous = secured.previous(&options.previous)?;
    let mut proof = Node::Object(proof);
    let message = hash::message(
        options.suite,
        key.public().kind(),
        &secured.unsecured,
        &previous,
        &proof,
    )?;
    if let Node::Object(members) = &mut proof {
        let value = proof::encode(&key.sign(&message));
        members.push(("proofValue".into(), Node::Text(value.into())));
    }
    Ok(proof.into_object()?)
}

/// The document with this proof beside those it has.
pub fn attach(document: &mut Map<String, Value>, proof: Map<String, Value>) {
    let proof = Value::Object(proof);
    match document.get_mut("proof") {
        None => {
            document.insert("proof".to_owned(), proof);
        }
        Some(Value::Array(proofs)) => proofs.push(proof),
        Some(only) => *only = Value::Array(vec![only.take(), proof]),
    }
}

/// A secured document, **unverified**.
pub struct Secured<'a> {
    /// Without its proofs.
    unsecured: Node<'a>,
    proofs: Vec<Node<'a>>,
}

impl<'a> Secured<'a> {
    /// Reads a document that has proofs.
    pub fn parse(text: &'a str) -> Result<Self, DataIntegrityError> {
        let secured = Self::read(text)?;
        if secured.proofs.is_empty() {
            return Err(DataIntegrityError::NoProof);
        }
        Ok(secured)
    }

    fn read(text: &'a str) -> Result<Self, DataIntegrityError> {
        if text.len() > MAX_BYTES {
            return Err(DataIntegrityError::TooLarge);
        }
        let Node::Object(mut members) = Node::parse(text)? else {
            return Err(Ambiguous.into());
        };
        let proofs = match members.iter().position(|(name, _)| name == "proof") {
            None => Vec::new(),
            Some(index) => match members.remove(index).1 {
                Node::Array(proofs) => proofs,
                proof => vec![proof],
            },
        };
        if proofs.len() > MAX_PROOFS {
            return Err(DataIntegrityError::NoProof);
        }
        Ok(Self {
            unsecured: Node::Object(members),
            proofs,
        })
    }

    /// The proofs, read.
    pub fn proofs(&self) -> Result<Vec<Proof<'_>>, DataIntegrityError> {
        self.proofs.iter().map(Proof::read).collect()
    }

    /// The document without its proofs.
    pub fn unsecured(&self) -> Result<Value, DataIntegrityError> {
        Ok(self.unsecured.clone().into_value()?)
    }

    /// Whether a proof is for what it is shown for, now (Data Integrity §4.5). Does not look at the signature.
    pub fn check(proof: &Proof<'_>, expected: &Expected<'_>) -> Result<(), DataIntegrityError> {
        if proof.purpose != expected.purpose {
            return Err(DataIntegrityError::OtherPurpose);
        }
        if let Some(domain) = expected.domain
            && !proof.domains.contains(&domain)
        {
            return Err(DataIntegrityError::OtherDomain);
        }
        if expected.challenge.is_some() && proof.challenge != expected.challenge {
            return Err(DataIntegrityError::OtherChallenge);
        }
        if proof.expires.is_some_and(|expires| expires <= expected.now - MAX_SKEW) {
            return Err(DataIntegrityError::Expired);
        }
        if proof.created.is_some_and(|created| created > expected.now + MAX_SKEW) {
            return Err(DataIntegrityError::NotYetCreated);
        }
        Ok(())
    }

    /// Checks the signature of one of its proofs. Whose key it is, is for the caller to know.
    pub fn verify(&self, proof: &Proof<'_>, key: impl Into<ProofKey>) -> Result<(), DataIntegrityError> {
        let key = key.into();
        if proof.suite.is_selective() {
            return selective::verify(&self.unsecured, proof, &key);
        }
        let ProofKey::Signature(key) = key else {
            return Err(DataIntegrityError::WrongKey);
        };
        if !proof.suite.fits(key.kind()) {
            return Err(DataIntegrityError::WrongKey);
        }
        let previous = self.previous(&proof.previous)?;
        let message = hash::message(proof.suite, key.kind(), &self.unsecured, &previous, proof.node)?;
        key.verify(&message, &proof.value)
            .map_err(|_| DataIntegrityError::BadSignature)
    }

    /// The proofs that one builds on (Data Integrity §4.3): signed with the document.
    fn previous<T: AsRef<str>>(&self, names: &[T]) -> Result<Vec<&Node<'a>>, DataIntegrityError> {
        let is_named = |proof: &Node<'_>, name: &str| proof.member("id").and_then(Node::text) == Some(name);
        if !names
            .iter()
            .all(|name| self.proofs.iter().any(|proof| is_named(proof, name.as_ref())))
        {
            return Err(DataIntegrityError::NoPreviousProof);
        }
        Ok(self
            .proofs
            .iter()
            .filter(|proof| names.iter().any(|name| is_named(proof, name.as_ref())))
            .collect())
    }
}

#[cfg(test)]
mod tests;
