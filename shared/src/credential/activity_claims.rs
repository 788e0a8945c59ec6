//! The attestation as claims, and back: the one place that knows the names.
//!
//! ```json
//! { "given_name": "Nadia", "family_name": "Benali", "age_over_16": true,
//!   "issuing_organization": { "legal_name": "…", "rna": "W…", "siren": "…", "siret": "…" },
//!   "activity": { "ref": "…", "kind": "benevolat_associatif", "role": "dirigeant", "paid": false,
//!     "start_date": "2025-01-01", "end_date": "2025-12-31", "minutes": 7800,
//!     "breakdown": { "2025": 7800 }, "mission": "…", "assurance": "attested" } }
//! ```
//! Every leaf is separately disclosable (`breakdown` as a whole). `age_over_16` is there only when true, `breakdown` only
//! when the period crosses 31 December. Never disclosable: `iss vct cnf status iat exp`.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::ClaimPath;
use crate::{activity::ActivityAttestation, entitlement, keys::Jwk, status_list::token::StatusReference};

/// Everything around the attestation in an SD-JWT VC.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Issuer identifier (`iss`).
    pub issuer: String,
    /// The holder's key (`cnf.jwk`).
    pub holder: Jwk,
    /// Where its status is.
    pub status: StatusReference,
    /// `iat`: rounded down to the day (VCI-I-086).
    pub issued_on: NaiveDate,
    /// `exp`.
    pub expires_at: DateTime<Utc>,
}

/// The claims to sign, and the paths to make disclosable.
pub fn to_claims(attestation: &ActivityAttestation, envelope: &Envelope) -> (Value, Vec<ClaimPath>) {
    todo!()
}

/// Every claim path that may appear, in display order, with a stable key for translation: `given_name`,
/// `activity.minutes`…
pub fn known_paths() -> Vec<(ClaimPath, &'static str)> {
    todo!()
}

/// What a presentation disclosed of an attestation. Absent: not disclosed (SDVC-008: never read as "not issued").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisclosedActivity {
    /// The claims of `activity`, as disclosed.
    pub activity: Map<String, Value>,
    /// `given_name family_name`, when both are.
    pub person: Option<String>,
    /// `issuing_organization.legal_name`.
    pub organisation: Option<String>,
    /// Whether `age_over_16` is disclosed as true.
    pub age_over_16: bool,
}

/// A claim the rule engine needs was not disclosed or is malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{claim} is not disclosed, or is malformed")]
pub struct ClaimMissing {
    /// Its path, dotted.
    pub claim: String,
}

/// Reads disclosed claims.
pub fn from_claims(claims: &Value) -> DisclosedActivity {
    todo!()
}

/// The rule engine's view of a verified credential (`../rules/format.md`, *Input*). `id` is the credential's
/// identity to the engine, `holder` the proven holder, `status` as checked.
pub fn to_rule_input(
    claims: &Value,
    id: &str,
    holder: &str,
    status: entitlement::CredentialStatus,
) -> Result<entitlement::Credential, ClaimMissing> {
    todo!()
}
