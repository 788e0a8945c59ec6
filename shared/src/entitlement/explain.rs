//! A decision in words a volunteer understands, in both languages.

use std::collections::BTreeMap;

use super::{Credential, Decision, IssuerFacts, Outcome, Rule};
use crate::language::Language;

/// One sentence about one thing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// The code it explains, when it explains one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The sentence.
    pub text: String,
}

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Explanation {
    /// « Droit ouvert : 240 € (compte d'engagement citoyen) ».
    pub headline: String,
    /// How it ends.
    pub outcome: Outcome,
    /// Why: totals, thresholds, what is missing.
    pub reasons: Vec<Line>,
    /// One line a used attestation: « 130 h 00 — dirigeant — Les Paniers du Vallon ».
    pub used: Vec<Line>,
    /// One line an attestation left aside, with its reason.
    pub rejected: Vec<Line>,
    /// The articles of law.
    pub legal_basis: Vec<String>,
}

/// Puts a decision in words.
pub fn explain(
    rule: &Rule,
    decision: &Decision,
    credentials: &[Credential],
    issuers: &BTreeMap<String, IssuerFacts>,
    language: Language,
) -> Explanation {
    todo!()
}

/// « 2 h 30 », "2 h 30 min".
pub fn hours(minutes: u64, language: Language) -> String {
    todo!()
}
