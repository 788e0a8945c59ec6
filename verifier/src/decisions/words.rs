//! A decision as people and programs read it: the same sentences on the page and in JSON.

use serde::Serialize;
use shared::service::page::PageContext;

use super::{CheckedPresentation, Decision, Line, Mark, NamedCheck, Outcome};

/// A decision in one language.
#[derive(Debug, Serialize)]
pub(crate) struct Words {
    pub(crate) outcome: &'static str,
    pub(crate) headline: String,
    pub(crate) rule: String,
    pub(crate) version: String,
    pub(crate) amount: u64,
    pub(crate) unit: String,
    pub(crate) reasons: Vec<Line>,
    pub(crate) used: Vec<Line>,
    pub(crate) rejected: Vec<Line>,
    pub(crate) warnings: Vec<Line>,
    pub(crate) legal_basis: Vec<String>,
    pub(crate) checks: Vec<PresentationWords>,
}

/// The checks of one presentation.
#[derive(Debug, Serialize)]
pub(crate) struct PresentationWords {
    /// Digest of what the issuer signed.
    pub(crate) presentation: String,
    pub(crate) issuer: String,
    pub(crate) checks: Vec<CheckWords>,
}

/// One check.
#[derive(Debug, Serialize)]
pub(crate) struct CheckWords {
    pub(crate) id: String,
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip)]
    pub(crate) name: String,
    #[serde(skip)]
    pub(crate) result: String,
    /// The reason in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

/// Puts a decision in the words of a page's language.
pub(crate) fn words(decision: &Decision, page: &PageContext) -> Words {
    let narrative = decision.grounds.narrative(page.language);
    let incomplete = decision.outcome == Outcome::Incomplete;
    let set_aside = decision
        .grounds
        .presentations
        .iter()
        .filter(|presentation| !presentation.given_to_rule);
    let unchecked_status = Line {
        code: Some("status_unchecked".to_owned()),
        text: page.t("decision-warning-status"),
    };
    Words {
        outcome: decision.outcome.code(),
        headline: if incomplete {
            page.t("decision-incomplete-headline")
        } else {
            narrative.headline.clone()
        },
        rule: decision.rule.clone(),
        version: decision.rule_version.clone(),
        amount: decision.amount,
        unit: decision.unit.clone(),
        reasons: if incomplete {
            decision
                .reasons
                .iter()
                .map(|code| Line {
                    text: reason(page, code),
                    code: Some(code.clone()),
                })
                .collect()
        } else {
            narrative.reasons.clone()
        },
        used: narrative.used.clone(),
        rejected: narrative
            .rejected
            .iter()
            .cloned()
            .chain(set_aside.map(|presentation| aside(page, presentation)))
            .collect(),
        warnings: decision
            .grounds
            .unchecked_status
            .then_some(unchecked_status)
            .into_iter()
            .collect(),
        legal_basis: narrative.legal_basis.clone(),
        checks: decision
            .grounds
            .presentations
            .iter()
            .map(|presentation| PresentationWords {
                presentation: presentation.evidence.clone(),
                issuer: presentation.issuer.clone(),
                checks: presentation
                    .checks
                    .iter()
                    .map(|check| check_words(page, check))
                    .collect(),
            })
            .collect(),
    }
}

fn aside(page: &PageContext, presentation: &CheckedPresentation) -> Line {
    let codes = presentation
        .problems()
        .filter_map(|check| check.reason.as_deref())
        .collect::<Vec<_>>();
    let mut reasons = codes.iter().map(|code| reason(page, code)).collect::<Vec<_>>();
    reasons.dedup();
    Line {
        code: codes.first().map(|code| (*code).to_owned()),
        text: page.t2(
            "decision-set-aside",
            "issuer",
            &presentation.issuer,
            "reasons",
            reasons.join(" "),
        ),
    }
}

fn check_words(page: &PageContext, check: &NamedCheck) -> CheckWords {
    CheckWords {
        name: page.t(&format!("check-{}", check.id)),
        result: page.t(&format!("outcome-{}", check.mark.code())),
        text: check.reason.as_deref().map(|code| reason(page, code)),
        id: check.id.clone(),
        outcome: check.mark.code(),
        reason: check.reason.clone(),
    }
}

fn reason(page: &PageContext, code: &str) -> String {
    page.t(&format!("reason-{code}"))
}

impl CheckWords {
    /// A shape beside the word and the colour.
    pub(crate) fn shape(&self) -> &'static str {
        match self.outcome {
            "passed" => "✔",
            "failed" => "✖",
            _ => "?",
        }
    }
}

impl Mark {
    /// As in JSON and message keys.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}
