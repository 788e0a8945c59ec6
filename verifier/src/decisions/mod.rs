//! From checked presentations to a decision that explains itself.
//!
//! A presentation counts when every check passed (or was skipped where the policy lets it). One that is only revoked or
//! suspended is given to the rule with that status, so that the decision names it. Any other is set aside with the checks
//! that failed, or could not be made. When a right does not open, and might have if what could not be checked holds, the
//! decision says so ([`Outcome::Incomplete`]): not being able to look is not the same as having seen something wrong. A right
//! that would not open even then is denied, for the reasons that remain: trying again would change nothing.

pub(crate) mod api;
pub(crate) mod pages;
pub(crate) mod store;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::{
    credential::activity_claims,
    entitlement::{self, Claim, CredentialStatus, Explanation, IssuerFacts, Prior, Rule, Window, evaluate, explain},
    keys::seal::Unopenable,
    language::Language,
    trust::TrustList,
    verification::{self, CheckId, Policy, Reason, Verdict},
};

use crate::{
    requests::{AGE_OVER_16, Claimed},
    verification::Examined,
};

shared::id! {
    /// A decision.
    pub struct DecisionId;
}

/// All presentations of one answer are bound to one nonce: whoever holds them is one holder, and needs no name.
const HOLDER: &str = "holder";

/// How a decision ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The right is open.
    Granted,
    /// It is not.
    Denied,
    /// A person must look.
    Review,
    /// A check that could not be made would decide: try again.
    Incomplete,
}

impl Outcome {
    /// As in JSON, columns and message keys.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Review => "review",
            Self::Incomplete => "incomplete",
        }
    }
}

/// A decision, without what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) id: DecisionId,
    /// Id of the rule, and its version on that day.
    pub(crate) rule: String,
    pub(crate) rule_version: String,
    pub(crate) outcome: Outcome,
    /// In `unit`.
    pub(crate) amount: u64,
    pub(crate) unit: String,
    /// Codes: of the rule, or of the checks that could not be made.
    pub(crate) reasons: Vec<String>,
    /// Digests of the credentials it rests on.
    pub(crate) evidence: Vec<String>,
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) grounds: Grounds,
}

/// What a decision rests on: sealed at rest, because it tells what a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grounds {
    /// In words.
    pub(crate) french: Narrative,
    /// In words.
    pub(crate) english: Narrative,
    /// Each presentation and its checks.
    pub(crate) presentations: Vec<CheckedPresentation>,
    /// Some accepted presentation has a status that could not be checked (the policy lets it).
    pub(crate) unchecked_status: bool,
}

impl Grounds {
    /// Whether no check of any presentation failed.
    pub(crate) fn nothing_is_wrong(&self) -> bool {
        let mut checks = self.presentations.iter().flat_map(|presentation| &presentation.checks);
        checks.all(|check| check.mark != Mark::Failed)
    }

    /// In a language.
    pub(crate) fn narrative(&self, language: Language) -> &Narrative {
        match language {
            Language::French => &self.french,
            Language::English => &self.english,
        }
    }
}

/// The explanation of the rule, as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Narrative {
    pub(crate) headline: String,
    pub(crate) reasons: Vec<Line>,
    pub(crate) used: Vec<Line>,
    pub(crate) rejected: Vec<Line>,
    pub(crate) legal_basis: Vec<String>,
}

/// One sentence about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The code it explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    pub(crate) text: String,
}

/// A presentation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckedPresentation {
    /// Digest of what the issuer signed.
    pub(crate) evidence: String,
    /// The issuer's name on the trust list, else its identifier.
    pub(crate) issuer: String,
    /// Whether the issuer is on the trust list.
    pub(crate) known_issuer: bool,
    /// Whether the rule was given it.
    pub(crate) given_to_rule: bool,
    /// Every check.
    pub(crate) checks: Vec<NamedCheck>,
}

impl CheckedPresentation {
    /// The checks that failed; when none did, those that could not be made.
    pub(crate) fn problems(&self) -> impl Iterator<Item = &NamedCheck> {
        let failed = self.checks.iter().any(|check| check.mark == Mark::Failed);
        let wanted = if failed { Mark::Failed } else { Mark::Skipped };
        self.checks.iter().filter(move |check| check.mark == wanted)
    }
}

/// One check, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamedCheck {
    /// Ends a message key: `check-ID`.
    pub(crate) id: String,
    /// How it ended.
    #[serde(rename = "outcome")]
    pub(crate) mark: Mark,
    /// Ends a message key: `reason-CODE`. What is to be known of a check that passed, else why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    Passed,
    Failed,
    Skipped,
}

/// The check of the answer against the question: ours, beside those of [`verification`].
const QUERY_CHECK: &str = "query";
const NOT_ANSWERED: &str = "not_answered";

/// Why a stored decision does not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecisionError {
    /// No such decision.
    #[error("the decision is unknown")]
    Unknown,
    /// The key file changed.
    #[error(transparent)]
    Sealed(#[from] Unopenable),
    /// The sealed bytes are not what we sealed.
    #[error("the sealed grounds are malformed")]
    Grounds(#[from] serde_json::Error),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// What a presentation is worth to the rule.
enum Worth {
    /// Given to it.
    Counted(Box<entitlement::Credential>),
    /// Set aside: something is wrong.
    Wrong,
    /// Set aside: something could not be checked, and nothing is wrong. What it would be worth if all held.
    Unchecked(Box<entitlement::Credential>),
}

/// Decides. Pure: everything was fetched and checked before.
pub(crate) fn decide(
    id: DecisionId,
    rule: &Rule,
    claimed: &Claimed,
    examined: &[Examined],
    trust: Option<&TrustList>,
    policy: Policy,
    now: DateTime<Utc>,
) -> Decision {
    let issuers = trust.map(facts).unwrap_or_default();
    let mut credentials = Vec::new();
    let mut presentations = Vec::new();
    let mut unmade = Vec::new();
    let mut age_proven = claimed.age_seen;
    let mut unchecked_status = false;
    let mut supposed = Supposed::default();
    for presentation in examined {
        let worth = weigh(presentation, policy);
        let checked = checked(presentation, &issuers, &worth);
        match worth {
            Worth::Counted(credential) => {
                let accepted = presentation.verdict.accepted(policy);
                age_proven |= accepted && activity_claims::from_claims(&presentation.claims).age_over_16;
                unchecked_status |= accepted && !presentation.verdict.accepted(Policy::Strict);
                credentials.push(*credential);
            }
            Worth::Unchecked(credential) => {
                unmade.extend(checked.problems().filter_map(|check| check.reason.clone()));
                supposed.add(presentation, *credential);
            }
            Worth::Wrong => {}
        }
        presentations.push(checked);
    }
    let mut claim = Claim {
        holder: HOLDER.to_owned(),
        window: Window { year: claimed.year },
        as_of: now.date_naive(),
        declared_on: claimed.declared_on,
        benefit_effective: None,
        predicates: BTreeMap::from([(AGE_OVER_16.to_owned(), age_proven)]),
        prior: Prior::default(),
    };
    let decision = evaluate(rule, &claim, &credentials, &issuers);
    let mut french = Narrative::from(explain(rule, &decision, &credentials, &issuers, Language::French));
    let mut english = Narrative::from(explain(rule, &decision, &credentials, &issuers, Language::English));
    unmade.sort();
    unmade.dedup();
    let (outcome, reasons) = match decision.decision {
        entitlement::Outcome::Granted => (Outcome::Granted, codes(&decision)),
        entitlement::Outcome::Review => (Outcome::Review, codes(&decision)),
        entitlement::Outcome::Denied if supposed.is_nothing() => (Outcome::Denied, codes(&decision)),
        entitlement::Outcome::Denied => {
            claim
                .predicates
                .insert(AGE_OVER_16.to_owned(), age_proven || supposed.age_proven);
            let (credentials, issuers) = supposed.with(rule, credentials, issuers);
            let at_best = evaluate(rule, &claim, &credentials, &issuers);
            if at_best.decision == entitlement::Outcome::Denied {
                // What remains missing even then, and nothing of what would hold. What counts stays what was checked.
                for (language, narrative) in [(Language::French, &mut french), (Language::English, &mut english)] {
                    let told = Narrative::from(explain(rule, &at_best, &credentials, &issuers, language));
                    narrative.headline = told.headline;
                    narrative.reasons = told.reasons.into_iter().filter(|line| line.code.is_some()).collect();
                }
                (Outcome::Denied, codes(&at_best))
            } else {
                (Outcome::Incomplete, unmade)
            }
        }
    };
    Decision {
        id,
        rule: decision.rule.clone(),
        rule_version: decision.version.clone(),
        outcome,
        amount: decision.amount,
        unit: decision.unit.clone(),
        reasons,
        evidence: decision.used.clone(),
        made_at: now,
        grounds: Grounds {
            french,
            english,
            presentations,
            unchecked_status,
        },
    }
}

/// What could not be checked, and would count if it held.
#[derive(Default)]
struct Supposed {
    credentials: Vec<entitlement::Credential>,
    age_proven: bool,
    /// Of whom nothing current is known.
    unknown_issuers: Vec<String>,
}

impl Supposed {
    fn add(&mut self, presentation: &Examined, credential: entitlement::Credential) {
        self.age_proven |= activity_claims::from_claims(&presentation.claims).age_over_16;
        if presentation.verdict.outcome(CheckId::Trust) != Some(verification::Outcome::Passed) {
            self.unknown_issuers.push(credential.issuer.clone());
        }
        self.credentials.push(credential);
    }

    fn is_nothing(&self) -> bool {
        self.credentials.is_empty()
    }

    /// All that is known, and all that is supposed: the best that trying again may give.
    fn with(
        self,
        rule: &Rule,
        mut credentials: Vec<entitlement::Credential>,
        mut issuers: BTreeMap<String, IssuerFacts>,
    ) -> (Vec<entitlement::Credential>, BTreeMap<String, IssuerFacts>) {
        credentials.extend(self.credentials);
        for issuer in self.unknown_issuers {
            let name = issuers.get(&issuer).map_or(&issuer, |facts| &facts.name);
            let acceptable = rule.acceptable_issuer(name);
            issuers.insert(issuer, acceptable);
        }
        (credentials, issuers)
    }
}

fn codes(decision: &entitlement::Decision) -> Vec<String> {
    decision.reasons.iter().map(ToString::to_string).collect()
}

fn weigh(examined: &Examined, policy: Policy) -> Worth {
    let Some(mut credential) = readable(examined) else {
        return Worth::Wrong;
    };
    match status(&examined.verdict, policy) {
        Some(status) => {
            credential.status = status;
            Worth::Counted(Box::new(credential))
        }
        None if examined.verdict.has_failed() => Worth::Wrong,
        None => Worth::Unchecked(Box::new(credential)),
    }
}

/// What the rule would read, when everything that was asked is there.
fn readable(examined: &Examined) -> Option<entitlement::Credential> {
    let valid = CredentialStatus::Valid;
    examined
        .answers
        .then(|| activity_claims::to_rule_input(&examined.claims, &examined.evidence, HOLDER, valid).ok())
        .flatten()
}

/// The status to give to the rule; `None` when the presentation cannot be relied on.
fn status(verdict: &Verdict, policy: Policy) -> Option<CredentialStatus> {
    if verdict.accepted(policy) {
        return Some(CredentialStatus::Valid);
    }
    let others_passed = verdict
        .checks
        .iter()
        .all(|check| check.id == CheckId::Status || check.stands());
    match verdict.outcome(CheckId::Status) {
        Some(verification::Outcome::Failed(Reason::Revoked)) if others_passed => Some(CredentialStatus::Revoked),
        Some(verification::Outcome::Failed(Reason::Suspended)) if others_passed => Some(CredentialStatus::Suspended),
        _ => None,
    }
}

fn checked(examined: &Examined, issuers: &BTreeMap<String, IssuerFacts>, worth: &Worth) -> CheckedPresentation {
    let mut checks: Vec<_> = examined.verdict.checks.iter().map(NamedCheck::from).collect();
    // Nothing can be said of claims that could not be read: another check tells why.
    if examined.verdict.claims.is_some() {
        let answers = readable(examined).is_some();
        checks.push(NamedCheck {
            id: QUERY_CHECK.to_owned(),
            mark: if answers { Mark::Passed } else { Mark::Failed },
            reason: (!answers).then(|| NOT_ANSWERED.to_owned()),
        });
    }
    let known = issuers.get(&examined.issuer);
    CheckedPresentation {
        evidence: examined.evidence.clone(),
        issuer: known.map_or_else(|| examined.issuer.clone(), |facts| facts.name.clone()),
        known_issuer: known.is_some(),
        given_to_rule: matches!(worth, Worth::Counted(_)),
        checks,
    }
}

/// What rules may know of issuers: from the list, never from a credential.
fn facts(trust: &TrustList) -> BTreeMap<String, IssuerFacts> {
    trust
        .issuers
        .iter()
        .map(|(identifier, issuer)| {
            let facts = IssuerFacts {
                name: issuer.name.clone(),
                regime: issuer.regime.clone(),
                declared_on: issuer.declared_on,
                dissolved_on: issuer.dissolved_on,
                purposes: issuer.purposes.clone(),
            };
            (identifier.clone(), facts)
        })
        .collect()
}

impl From<Explanation> for Narrative {
    fn from(explanation: Explanation) -> Self {
        let lines = |lines: Vec<entitlement::Line>| {
            lines
                .into_iter()
                .map(|line| Line {
                    code: line.code,
                    text: line.text,
                })
                .collect()
        };
        Self {
            headline: explanation.headline,
            reasons: lines(explanation.reasons),
            used: lines(explanation.used),
            rejected: lines(explanation.rejected),
            legal_basis: explanation.legal_basis,
        }
    }
}

impl From<&verification::Check> for NamedCheck {
    fn from(check: &verification::Check) -> Self {
        let (mark, reason) = match check.outcome {
            verification::Outcome::Passed => (Mark::Passed, check.note),
            verification::Outcome::Failed(reason) => (Mark::Failed, Some(reason)),
            verification::Outcome::Skipped(reason) => (Mark::Skipped, Some(reason)),
        };
        Self {
            id: check.id.code().to_owned(),
            mark,
            reason: reason.map(|reason| reason.code().to_owned()),
        }
    }
}
