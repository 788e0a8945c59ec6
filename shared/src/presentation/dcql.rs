//! Digital Credentials Query Language (OpenID4VP 1.0 §6, §7).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::credential::ClaimPath;

/// Why a query was refused (DCQL-001…DCQL-006).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DcqlError {
    /// Not the JSON of a query, an empty array, or a bad identifier.
    #[error("the query is malformed")]
    Malformed,
    /// Two queries, or two claims of a query, share an `id`.
    #[error("an identifier is used twice in the query")]
    DuplicateId,
    /// `claim_sets` without `claims`, or naming no claim.
    #[error("a claim set names a claim that is not asked")]
    ClaimSets,
    /// `credential_sets` names no credential query.
    #[error("a credential set names a credential that is not asked")]
    CredentialSets,
    /// The same claim is asked twice.
    #[error("the same claim is asked twice")]
    DuplicateClaim,
    /// More than 32 credentials or 128 claims.
    #[error("the query asks for too much at once")]
    TooLarge,
}

/// A checked query. Parse with [`DcqlQuery::from_value`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DcqlQuery {
    /// What is asked.
    pub credentials: Vec<CredentialQuery>,
    /// Which combinations are enough; empty: all of `credentials`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credential_sets: Vec<CredentialSetQuery>,
}

/// One credential query (§6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialQuery {
    /// Identifier within the query.
    pub id: String,
    /// `dc+sd-jwt`…
    pub format: String,
    /// Whether several presentations may answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// `{"vct_values": […]}` for SD-JWT VC.
    pub meta: Value,
    /// Claims asked; empty: only what is always disclosed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimQuery>,
    /// Preferred combinations of claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claim_sets: Vec<Vec<String>>,
    /// Default true.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub require_cryptographic_holder_binding: bool,
}
fn yes() -> bool { true }

/// One claim query (§6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimQuery {
    /// Needed when claim sets are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where.
    pub path: ClaimPath,
    /// Accepted values; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// One credential set query (§6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSetQuery {
    /// Alternatives, each a list of credential query ids.
    pub options: Vec<Vec<String>>,
    /// Default true.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub required: bool,
}

/// A credential a wallet could present.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The wallet's own name for it.
    pub id: &'a str,
    /// `dc+sd-jwt`.
    pub format: &'a str,
    /// Its `vct`.
    pub vct: &'a str,
    /// All its claims, revealed.
    pub claims: &'a Value,
}

/// A credential that answers a query, with what it would disclose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The candidate's `id`.
    pub candidate: String,
    /// The asked claims it has, concrete paths.
    pub disclose: Vec<ClaimPath>,
}

/// What a wallet can answer to one credential query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryMatches {
    /// The query's `id`.
    pub query: String,
    /// Whether the response must hold it (§6.4.2).
    pub required: bool,
    /// Whether several may be given.
    pub multiple: bool,
    /// Every candidate that fits; may be empty.
    pub matches: Vec<Match>,
}

impl DcqlQuery {
    /// Reads and checks a query; unknown members are ignored (DCQL-011).
    pub fn from_value(value: &Value) -> Result<Self, DcqlError> { todo!() }
    /// For each credential query, in order, which candidates fit (§6.4).
    pub fn matches(&self, candidates: &[Candidate<'_>]) -> Vec<QueryMatches> { todo!() }
    /// Whether presentations for these query ids satisfy the whole query (§6.4.2).
    pub fn is_satisfied_by(&self, answered: &[&str]) -> bool { todo!() }
}
impl CredentialQuery {
    /// Whether disclosed `claims` of a credential of type `vct` answer this query: every asked claim (or one claim set) is there
    /// with an accepted value. Used by the verifier on what came (VP-V-026).
    pub fn is_answered_by(&self, format: &str, vct: &str, claims: &Value) -> bool { todo!() }
    /// The accepted `vct`s.
    pub fn vct_values(&self) -> Vec<&str> { todo!() }
}
