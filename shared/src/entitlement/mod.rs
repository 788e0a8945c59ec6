//! Rights as data: `musette-rule/1` (`format.md` of the rule set). A rule says which attested activities count, how they are
//! measured, what must hold and what is granted. [`evaluate`] is pure, exact and total.

mod code;
mod evaluate;
mod explain;
mod months;
mod number;
mod query;
mod read;
mod rule;
#[cfg(test)]
mod tests;
mod window;
mod words;

pub use evaluate::evaluate;
pub use explain::{Explanation, Line, explain, hours};
pub use query::{QUERY_ID, query_for};
pub use rule::{Rule, RuleError, RuleSet};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A claim to a right (*Input*, `claim`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The proven holder.
    pub holder: String,
    /// The window the right is claimed for.
    #[serde(default)]
    pub window: Window,
    /// Date of evaluation.
    pub as_of: NaiveDate,
    /// When the holder declared their hours.
    #[serde(default)]
    pub declared_on: Option<NaiveDate>,
    /// From when the benefit runs.
    #[serde(default)]
    pub benefit_effective: Option<NaiveDate>,
    /// Facts proven elsewhere.
    #[serde(default)]
    pub predicates: BTreeMap<String, bool>,
    /// What was granted before.
    #[serde(default)]
    pub prior: Prior,
}

/// The claimed window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// A calendar year.
    #[serde(default)]
    pub year: Option<i32>,
}

/// What was granted before, from the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prior {
    /// In this window.
    #[serde(default)]
    pub granted_window: u64,
    /// In all.
    #[serde(default)]
    pub granted_lifetime: u64,
    /// Measured and not yet rewarded, from the window before (`carry_remainder`).
    #[serde(default)]
    pub carry: u64,
}

/// Status of a credential, as checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// In force.
    Valid,
    /// Suspended.
    Suspended,
    /// Revoked.
    Revoked,
}

/// A verified credential, as the engine reads it (*Input*, `credentials[]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Identity of the credential.
    pub id: String,
    /// Issuer, a key of `issuers`.
    pub issuer: String,
    /// Proven holder.
    pub subject: String,
    /// As checked.
    pub status: CredentialStatus,
    /// Day of signature.
    pub issued_on: NaiveDate,
    /// Last day of validity.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    /// The credential it replaces.
    #[serde(default)]
    pub supersedes: Option<String>,
    /// `attested`, `evidenced` or `self_asserted`.
    pub assurance: crate::activity::Assurance,
    /// What was done.
    pub activity: ClaimedActivity,
}

/// *Input*, `credentials[].activity`. Kind and role stay open codes: rules of other countries have their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedActivity {
    /// Stable name.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Code.
    pub kind: String,
    /// Code.
    pub role: String,
    /// Whether it was paid.
    pub paid: bool,
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
    /// Minutes, when it is measured in time.
    #[serde(default)]
    pub minutes: Option<u64>,
    /// Cents, when it is measured in money.
    #[serde(default)]
    pub amount_cents: Option<u64>,
    /// Minutes by year.
    #[serde(default)]
    pub breakdown: Option<BTreeMap<i32, u64>>,
}

/// Facts about an issuer, from the trust list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerFacts {
    /// In words.
    #[serde(default)]
    pub name: String,
    /// Code.
    pub regime: String,
    /// Declared to the register.
    pub declared_on: NaiveDate,
    /// Dissolved.
    #[serde(default)]
    pub dissolved_on: Option<NaiveDate>,
    /// Codes.
    #[serde(default)]
    pub purposes: Vec<String>,
}

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The right is open.
    Granted,
    /// It is not.
    Denied,
    /// A person must look.
    Review,
}

/// Why a credential was not used, or a requirement does not hold: the codes of `format.md`, written in SCREAMING_SNAKE_CASE
/// (`PREDICATE_MISSING:name` carries its name).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// `SUBJECT_MISMATCH`
    SubjectMismatch,
    /// `REVOKED`
    Revoked,
    /// `SUSPENDED`
    Suspended,
    /// `EXPIRED`
    Expired,
    /// `SUPERSEDED`
    Superseded,
    /// `DUPLICATE_REF`
    DuplicateRef,
    /// `WRONG_KIND`
    WrongKind,
    /// `PAID`
    Paid,
    /// `WRONG_ROLE`
    WrongRole,
    /// `LOW_ASSURANCE`
    LowAssurance,
    /// `ISSUER_REGIME`
    IssuerRegime,
    /// `ISSUER_TOO_YOUNG`
    IssuerTooYoung,
    /// `ISSUER_PURPOSE`
    IssuerPurpose,
    /// `ISSUED_TOO_LATE`
    IssuedTooLate,
    /// `IMPLAUSIBLE`
    Implausible,
    /// `OUTSIDE_WINDOW`
    OutsideWindow,
    /// `CROSSES_WINDOW`
    CrossesWindow,
    /// `OVERLAP_SAME_ISSUER`
    OverlapSameIssuer,
    /// `PREDICATE_MISSING:name`
    PredicateMissing(String),
    /// `DECLARED_TOO_EARLY`
    DeclaredTooEarly,
    /// `DECLARED_TOO_LATE`
    DeclaredTooLate,
    /// `BENEFIT_BEFORE_ENTRY_INTO_FORCE`
    BenefitBeforeEntryIntoForce,
    /// `TOTAL_BELOW_MINIMUM`
    TotalBelowMinimum,
    /// `NO_ISSUER_REACHES_MINIMUM`
    NoIssuerReachesMinimum,
    /// `NO_EVIDENCE`
    NoEvidence,
    /// `CAP_WINDOW`
    CapWindow,
    /// `CAP_LIFETIME`
    CapLifetime,
    /// `BELOW_FIRST_STEP`
    BelowFirstStep,
    /// `PAID_BY_SAME_ISSUER`
    PaidBySameIssuer,
}

/// *Output*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The rule.
    pub rule: String,
    /// Its version.
    pub version: String,
    /// Granted, denied, or for a person to look at.
    pub decision: Outcome,
    /// How much, in `unit`.
    pub amount: u64,
    /// Unit of the benefit (`EUR_cent`…).
    pub unit: String,
    /// What was measured (minutes, cents or months).
    pub measured: u64,
    /// Ids of the credentials used, sorted.
    pub used: Vec<String>,
    /// Ids of the others, and why.
    pub rejected: BTreeMap<String, Code>,
    /// Why it ends so.
    pub reasons: Vec<Code>,
    /// Ids seen more than once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<String>,
    /// What is missing, when denied.
    #[serde(default, skip_serializing_if = "Missing::is_nothing")]
    pub missing: Missing,
    /// Last day of the right, when it does not last for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// What is measured and not yet rewarded, for the next window (`carry_remainder`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carry: Option<u64>,
    /// Levels reached (`tiers_all`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// What each used credential adds to a sum, in the measured unit; over all the years when several are measured. Not
    /// an output of `format.md`: for the explanation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counted: BTreeMap<String, u64>,
}

/// What is missing for the right to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Missing {
    /// Of the total, in the measured unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Of the best single issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_issuer: Option<u64>,
}
impl Missing {
    /// Whether nothing is missing.
    pub fn is_nothing(&self) -> bool {
        self.total.is_none() && self.single_issuer.is_none()
    }
}
