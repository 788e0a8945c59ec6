//! Trust lists: who may attest what, with the facts rules need. A list is a compact JWS of `typ` [`TYPE`], signed by an
//! authority whose public key the verifier pins.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{keys::{PublicKey, SigningKey, jws::JwsError}, organisation::{Rna, Siren}};

/// `typ` of a signed trust list.
pub const TYPE: &str = "musette-trust-list+jwt";

/// A trust list (`format`: `musette-trust-list/1`). Unknown members are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    /// `musette-trust-list/1`.
    pub format: String,
    /// Who publishes it, in words.
    pub authority: String,
    /// Grows with each edition.
    pub sequence: u64,
    /// When this edition was signed.
    pub issued_at: DateTime<Utc>,
    /// When the next one is due: after that, this one is stale.
    pub next_update: DateTime<Utc>,
    /// By issuer identifier.
    pub issuers: BTreeMap<String, TrustedIssuer>,
}

/// An organisation that may attest, and what rules need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its name.
    pub name: String,
    /// `loi1901`, `alsace_moselle`, `entreprise`, `sdis`…
    pub regime: String,
    /// Declared to the register.
    pub declared_on: NaiveDate,
    /// Dissolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dissolved_on: Option<NaiveDate>,
    /// Purposes under CGI art. 200-1-b.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// RNA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rna: Option<Rna>,
    /// SIREN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siren: Option<Siren>,
    /// Recognised from this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_from: Option<NaiveDate>,
    /// Recognised until this day, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_until: Option<NaiveDate>,
}

/// Why a trust list was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustListError {
    /// Signature or form.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// Another format, or dates that contradict each other.
    #[error("the trust list is malformed")]
    Malformed,
    /// Signed in the future.
    #[error("the trust list is signed in the future")]
    InTheFuture,
}

/// What the list says of an issuer at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognition<'a> {
    /// It could attest on that day.
    Recognised(&'a TrustedIssuer),
    /// It is on the list, but could not on that day.
    NotThen(&'a TrustedIssuer),
    /// It is not on the list.
    Unknown,
}

impl TrustList {
    /// Signs an edition.
    pub fn sign(&self, key: &SigningKey) -> String { todo!() }
    /// Checks the signature against the pinned key and reads the list. Fail-closed; staleness is for the caller to see
    /// ([`Self::is_stale`]).
    pub fn verify(jws: &str, authority: &PublicKey, now: DateTime<Utc>) -> Result<Self, TrustListError> { todo!() }
    /// Whether the next edition is overdue.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool { todo!() }
    /// What it says of `issuer` for something signed on `day`.
    pub fn recognition(&self, issuer: &str, day: NaiveDate) -> Recognition<'_> { todo!() }
}
