//! The pipeline of `format.md`, step by step.

use std::collections::BTreeMap;

use super::{Claim, Credential, Decision, IssuerFacts, Rule};

/// Evaluates a claim. Pure; never panics, never overflows.
pub fn evaluate(
    rule: &Rule,
    claim: &Claim,
    credentials: &[Credential],
    issuers: &BTreeMap<String, IssuerFacts>,
) -> Decision {
    todo!()
}
