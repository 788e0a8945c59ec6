//! Digital Credentials Query Language (OpenID4VP 1.0 §6, §7).
//!
//! `trusted_authorities` (§6.1.1) is read and not used: few of our credentials carry certificates to compare, and a wallet
//! only SHOULD filter by it. The verifier checks trust itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::credential::{ClaimPath, FORMAT_SD_JWT_VC, PathElement};

/// The largest number of credential queries.
const MAX_CREDENTIALS: usize = 32;
/// The largest number of claims of all credential queries together; also of claim sets and of options of credential sets.
const MAX_CLAIMS: usize = 128;

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
fn yes() -> bool {
    true
}

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
    /// The asked claims it has, concrete paths, each once. A path to an object or array stands for all that is below it.
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
    pub fn from_value(value: &Value) -> Result<Self, DcqlError> {
        let members = value.as_object().ok_or(DcqlError::Malformed)?;
        let credentials = non_empty(members, "credentials")?.ok_or(DcqlError::Malformed)?;
        if credentials.len() > MAX_CREDENTIALS {
            return Err(DcqlError::TooLarge);
        }
        let credentials: Vec<_> = credentials
            .iter()
            .map(CredentialQuery::from_value)
            .collect::<Result<_, _>>()?;
        if credentials.iter().map(|query| query.claims.len()).sum::<usize>() > MAX_CLAIMS {
            return Err(DcqlError::TooLarge);
        }
        if !all_different(credentials.iter().map(|query| query.id.as_str())) {
            return Err(DcqlError::DuplicateId);
        }
        let credential_sets = non_empty(members, "credential_sets")?.unwrap_or_default();
        if credential_sets.len() > MAX_CLAIMS {
            return Err(DcqlError::TooLarge);
        }
        let credential_sets: Vec<_> = credential_sets
            .iter()
            .map(CredentialSetQuery::from_value)
            .collect::<Result<_, _>>()?;
        let known = |id: &String| credentials.iter().any(|query| query.id == *id);
        if !credential_sets.iter().flat_map(|set| &set.options).flatten().all(known) {
            return Err(DcqlError::CredentialSets);
        }
        Ok(Self {
            credentials,
            credential_sets,
        })
    }

    /// For each credential query, in order, which candidates fit (§6.4).
    pub fn matches(&self, candidates: &[Candidate<'_>]) -> Vec<QueryMatches> {
        let matches_of = |query: &CredentialQuery| {
            let fitting = candidates
                .iter()
                .filter(|candidate| query.accepts(candidate.format, candidate.vct));
            fitting
                .filter_map(|candidate| {
                    let disclose = query.disclosure(candidate.claims)?;
                    Some(Match {
                        candidate: candidate.id.to_owned(),
                        disclose,
                    })
                })
                .collect()
        };
        self.credentials
            .iter()
            .map(|query| QueryMatches {
                query: query.id.clone(),
                required: self.requires(&query.id),
                multiple: query.multiple,
                matches: matches_of(query),
            })
            .collect()
    }

    /// Whether presentations for these query ids satisfy the whole query (§6.4.2). An id that was not asked satisfies
    /// nothing.
    pub fn is_satisfied_by(&self, answered: &[&str]) -> bool {
        let asked = |id: &&str| self.credentials.iter().any(|query| query.id == *id);
        let is_answered = |id: &String| answered.contains(&id.as_str());
        answered.iter().all(asked)
            && if self.credential_sets.is_empty() {
                self.credentials.iter().all(|query| is_answered(&query.id))
            } else {
                let required = self.credential_sets.iter().filter(|set| set.required);
                required
                    .into_iter()
                    .all(|set| set.options.iter().any(|option| option.iter().all(is_answered)))
            }
    }

    /// Whether no answer can do without `id`.
    fn requires(&self, id: &str) -> bool {
        self.credential_sets.is_empty()
            || self.credential_sets.iter().any(|set| {
                set.required
                    && set
                        .options
                        .iter()
                        .all(|option| option.iter().any(|member| member == id))
            })
    }
}

impl CredentialQuery {
    /// Whether disclosed `claims` of a credential of type `vct` answer this query: every asked claim (or one claim set) is
    /// there with an accepted value. Used by the verifier on what came (VP-V-026). Elements that were not disclosed leave
    /// no gap in an array, so that an index is taken here for "some element".
    pub fn is_answered_by(&self, format: &str, vct: &str, claims: &Value) -> bool {
        let is_there = |claim: &ClaimQuery| claim.is_answered_by(claims);
        self.accepts(format, vct)
            && if self.claim_sets.is_empty() {
                self.claims.iter().all(is_there)
            } else {
                self.claim_sets.iter().any(|set| self.claims_of(set).all(is_there))
            }
    }

    /// The accepted `vct`s.
    pub fn vct_values(&self) -> Vec<&str> {
        self.meta
            .get("vct_values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Reads and checks a credential query.
    fn from_value(value: &Value) -> Result<Self, DcqlError> {
        let members = value.as_object().ok_or(DcqlError::Malformed)?;
        let format = members
            .get("format")
            .and_then(Value::as_str)
            .filter(|format| !format.is_empty());
        let format = format.ok_or(DcqlError::Malformed)?.to_owned();
        let meta = members
            .get("meta")
            .filter(|meta| meta.is_object())
            .ok_or(DcqlError::Malformed)?
            .clone();
        if format == FORMAT_SD_JWT_VC {
            let types = meta
                .as_object()
                .map(|meta| non_empty(meta, "vct_values"))
                .transpose()?
                .flatten();
            if !types.ok_or(DcqlError::Malformed)?.iter().all(Value::is_string) {
                return Err(DcqlError::Malformed);
            }
        }
        for authority in non_empty(members, "trusted_authorities")?.unwrap_or_default() {
            let authority = authority.as_object().ok_or(DcqlError::Malformed)?;
            let values = non_empty(authority, "values")?.ok_or(DcqlError::Malformed)?;
            if !authority.get("type").is_some_and(Value::is_string) || !values.iter().all(Value::is_string) {
                return Err(DcqlError::Malformed);
            }
        }
        let claims = non_empty(members, "claims")?.unwrap_or_default();
        if claims.len() > MAX_CLAIMS {
            return Err(DcqlError::TooLarge);
        }
        let query = Self {
            id: identifier(members)?.ok_or(DcqlError::Malformed)?,
            format,
            multiple: flag(members, "multiple", false)?,
            meta,
            claims: claims.iter().map(ClaimQuery::from_value).collect::<Result<_, _>>()?,
            claim_sets: non_empty(members, "claim_sets")?
                .map(lists_of_ids)
                .transpose()?
                .unwrap_or_default(),
            require_cryptographic_holder_binding: flag(members, "require_cryptographic_holder_binding", true)?,
        };
        query.check_claims()?;
        Ok(query)
    }

    /// DCQL-002, DCQL-003.
    fn check_claims(&self) -> Result<(), DcqlError> {
        if !all_different(self.claims.iter().filter_map(|claim| claim.id.as_deref())) {
            return Err(DcqlError::DuplicateId);
        }
        if !all_different(self.claims.iter().map(|claim| &claim.path)) {
            return Err(DcqlError::DuplicateClaim);
        }
        if self.claim_sets.is_empty() {
            return Ok(());
        }
        if self.claims.iter().any(|claim| claim.id.is_none()) {
            return Err(if self.claims.is_empty() {
                DcqlError::ClaimSets
            } else {
                DcqlError::Malformed
            });
        }
        let known = |id: &String| self.claims.iter().any(|claim| claim.id.as_ref() == Some(id));
        if self.claim_sets.iter().flatten().all(known) {
            Ok(())
        } else {
            Err(DcqlError::ClaimSets)
        }
    }

    fn accepts(&self, format: &str, vct: &str) -> bool {
        format == FORMAT_SD_JWT_VC && self.format == format && self.vct_values().contains(&vct)
    }

    /// What `claims` would disclose to answer; `None` when they cannot (§6.4.1).
    fn disclosure(&self, claims: &Value) -> Option<Vec<ClaimPath>> {
        let all_of = |asked: &mut dyn Iterator<Item = &ClaimQuery>| {
            let mut paths = Vec::new();
            for claim in asked {
                for path in claim.found_in(claims)? {
                    if !paths.contains(&path) {
                        paths.push(path);
                    }
                }
            }
            Some(paths)
        };
        if self.claim_sets.is_empty() {
            all_of(&mut self.claims.iter())
        } else {
            self.claim_sets.iter().find_map(|set| all_of(&mut self.claims_of(set)))
        }
    }

    fn claims_of<'a>(&'a self, set: &'a [String]) -> impl Iterator<Item = &'a ClaimQuery> {
        self.claims
            .iter()
            .filter(|claim| claim.id.as_ref().is_some_and(|id| set.contains(id)))
    }
}

impl ClaimQuery {
    fn from_value(value: &Value) -> Result<Self, DcqlError> {
        let members = value.as_object().ok_or(DcqlError::Malformed)?;
        let path = members.get("path").cloned().ok_or(DcqlError::Malformed)?;
        let values = non_empty(members, "values")?.unwrap_or_default();
        let is_comparable = |value: &Value| value.is_string() || value.is_boolean() || value.is_i64() || value.is_u64();
        if !values.iter().all(is_comparable) {
            return Err(DcqlError::Malformed);
        }
        Ok(Self {
            id: identifier(members)?,
            path: serde_json::from_value(path).map_err(|_| DcqlError::Malformed)?,
            values: values.to_vec(),
        })
    }

    /// The concrete paths it selects in `claims`, those with an accepted value (§6.4.1: of the same type, and equal);
    /// `None` when there is none.
    fn found_in(&self, claims: &Value) -> Option<Vec<ClaimPath>> {
        let selected = self.path.resolve(claims).ok()?;
        let accepted = selected
            .into_iter()
            .filter(|(_, value)| self.values.is_empty() || self.values.contains(value));
        Some(accepted.map(|(path, _)| path).collect::<Vec<_>>()).filter(|paths| !paths.is_empty())
    }

    /// Whether it is answered by what was disclosed.
    fn is_answered_by(&self, disclosed: &Value) -> bool {
        self.is_below(self.path.elements(), disclosed)
    }

    fn is_below(&self, steps: &[PathElement], value: &Value) -> bool {
        match (steps, value) {
            ([], value) => self.values.is_empty() || self.values.contains(value),
            ([PathElement::Key(key), rest @ ..], Value::Object(members)) => {
                members.get(key).is_some_and(|member| self.is_below(rest, member))
            }
            ([PathElement::Index(_) | PathElement::All, rest @ ..], Value::Array(elements)) => {
                elements.iter().any(|element| self.is_below(rest, element))
            }
            _ => false,
        }
    }
}

impl CredentialSetQuery {
    fn from_value(value: &Value) -> Result<Self, DcqlError> {
        let members = value.as_object().ok_or(DcqlError::Malformed)?;
        let options = non_empty(members, "options")?.ok_or(DcqlError::Malformed)?;
        Ok(Self {
            options: lists_of_ids(options)?,
            required: flag(members, "required", true)?,
        })
    }
}

/// An array that, when it is there, is not empty.
fn non_empty<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a [Value]>, DcqlError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Array(elements)) if !elements.is_empty() => Ok(Some(elements)),
        Some(_) => Err(DcqlError::Malformed),
    }
}

/// `id`: letters, digits, `_` and `-`.
fn identifier(members: &Map<String, Value>) -> Result<Option<String>, DcqlError> {
    match members.get("id") {
        None => Ok(None),
        Some(Value::String(id)) if is_identifier(id) => Ok(Some(id.clone())),
        Some(_) => Err(DcqlError::Malformed),
    }
}

fn is_identifier(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn flag(members: &Map<String, Value>, name: &str, default: bool) -> Result<bool, DcqlError> {
    members
        .get(name)
        .map_or(Ok(default), |value| value.as_bool().ok_or(DcqlError::Malformed))
}

/// Non-empty lists of identifiers.
fn lists_of_ids(lists: &[Value]) -> Result<Vec<Vec<String>>, DcqlError> {
    if lists.len() > MAX_CLAIMS {
        return Err(DcqlError::TooLarge);
    }
    let ids_of = |list: &Value| {
        let ids = list
            .as_array()
            .filter(|ids| !ids.is_empty())
            .ok_or(DcqlError::Malformed)?;
        if ids.len() > MAX_CLAIMS {
            return Err(DcqlError::TooLarge);
        }
        ids.iter()
            .map(|id| id.as_str().map(str::to_owned).ok_or(DcqlError::Malformed))
            .collect()
    };
    lists.iter().map(ids_of).collect()
}

fn all_different<T: Ord>(values: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    values.into_iter().all(|value| seen.insert(value))
}

#[cfg(test)]
mod tests;
