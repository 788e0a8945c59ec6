//! Checking what arrived. Verification is not an error: [`verify`] runs every check that can run and says for each whether
//! it passed, failed, or could not be made (`design.md` §6).

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::{format::sd_jwt_vc::{ExpectedBinding, SdJwtError}, keys::JwkSet, status_list::token::Status, trust::TrustList};

/// A named check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// Structure and disclosures (RFC 9901 §7.1).
    Structure,
    /// The issuer's signature, by a key the issuer publishes.
    Signature,
    /// `vct` is one that was asked.
    Type,
    /// Signed by the holder's key over what was disclosed.
    KeyBinding,
    /// Answers our nonce.
    Nonce,
    /// Made for us.
    Audience,
    /// Within its validity, and the key binding just made.
    Time,
    /// Neither revoked nor suspended.
    Status,
    /// The issuer is on the trust list, and was when it signed.
    Trust,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed(Reason),
    /// It could not be made: neither good nor bad.
    Skipped(Reason),
}

/// Why a check failed or could not be made. Each has a sentence in both languages, keyed `reason-CODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// RFC 9901 structure is wrong.
    Malformed,
    /// The signature does not fit any key of the issuer.
    WrongSignature,
    /// The issuer publishes no key of that name.
    UnknownKey,
    /// The issuer's keys could not be fetched.
    IssuerUnreachable,
    /// The issuer's identifier is not one we fetch (not https, private address).
    IssuerRefused,
    /// A type that was not asked.
    WrongType,
    /// No key binding, or not by the holder.
    NotBound,
    /// Another nonce.
    OtherRequest,
    /// Another audience.
    OtherVerifier,
    /// Expired.
    Expired,
    /// Not valid yet.
    NotYetValid,
    /// The key binding is too old, or from the future.
    StaleBinding,
    /// Revoked.
    Revoked,
    /// Suspended.
    Suspended,
    /// A status value we do not know.
    UnknownStatus,
    /// The status list could not be fetched.
    StatusUnreachable,
    /// The status list was fetched and cannot be believed.
    StatusRefused,
    /// No status is published for this credential.
    NoStatus,
    /// The issuer is not on the trust list.
    UnknownIssuer,
    /// The issuer was dissolved, or not yet recognised, at the time.
    IssuerNotThen,
    /// No usable trust list.
    NoTrustList,
    /// The trust list is past its next update.
    StaleTrustList,
    /// What this check needs was not there, because another check failed.
    Unavailable,
}

impl Reason {
    /// Stable code, as in JSON and translation keys.
    pub fn code(self) -> &'static str { todo!() }
}

/// One check and its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Every check, in the order of [`CheckId`], and what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The checks.
    pub checks: Vec<Check>,
    /// The disclosed claims; `None` when the structure is wrong. **Not to be believed** unless [`Verdict::accepted`].
    pub claims: Option<Value>,
    /// The status read, when it could be.
    pub status: Option<Status>,
}

/// Which checks may be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Everything must pass.
    Strict,
    /// A status that could not be checked is accepted with a warning; nothing that failed is.
    AcceptUncheckedStatus,
}

impl Verdict {
    /// Whether every check passed, but for what `policy` lets be skipped.
    pub fn accepted(&self, policy: Policy) -> bool { todo!() }
    /// The outcome of a check; `None` when it does not apply.
    pub fn outcome(&self, id: CheckId) -> Option<Outcome> { todo!() }
    /// Whether some check failed (not merely skipped).
    pub fn has_failed(&self) -> bool { todo!() }
}

/// Something that was fetched for a verification, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched<T> {
    /// Here it is.
    Found(T),
    /// The network or the server failed.
    Unreachable,
    /// The address is one we do not fetch, or what came was unusable.
    Refused,
}

/// What must be fetched before [`verify`]: read from the unverified credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// `iss`: whose keys.
    pub issuer: String,
    /// The status list, when there is one.
    pub status_list: Option<String>,
}

/// What was fetched.
#[derive(Debug, Clone)]
pub struct Materials {
    /// The issuer's published keys.
    pub issuer_keys: Fetched<JwkSet>,
    /// The status list token.
    pub status_list: Fetched<String>,
}

/// Who verifies, and what for.
#[derive(Debug, Clone, Copy)]
pub enum Expectation<'a> {
    /// A wallet that just collected: no key binding, bound to this thumbprint, of this issuer and type. No trust check.
    Collected { 
        /// The credential issuer it was collected from.
        issuer: &'a str,
        /// The accepted type.
        vct: &'a str,
        /// RFC 7638 thumbprint of the key in our proof.
        holder: &'a str,
    },
    /// A verifier that asked.
    Presented {
        /// Nonce and audience.
        binding: ExpectedBinding<'a>,
        /// Accepted types.
        vcts: &'a [&'a str],
        /// The trust list; `None` when there is none usable.
        trust: Option<&'a TrustList>,
    },
}

/// What a verification will need, read without trusting anything. `Err` when nothing can be evaluated.
pub fn needs(credential: &str) -> Result<Needs, SdJwtError> { todo!() }

/// Runs every check that can run.
pub fn verify(credential: &str, expectation: Expectation<'_>, materials: &Materials, now: DateTime<Utc>) -> Result<Verdict, SdJwtError> { todo!() }
