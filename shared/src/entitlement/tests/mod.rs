//! Properties of the engine (the last lines of `format.md`), refused rules, and what is said to people.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    activity::Assurance,
    credential::{ACTIVITY_VCT, FORMAT_SD_JWT_VC},
    language::Language,
    presentation::dcql::{Candidate, DcqlQuery},
};

mod decisions;
mod properties;
mod queries;
mod rules;
mod words;

const CEC: &str = include_str!("../../../../fixtures/rules/fr-cec-benevolat.toml");

/// The rule of the law, as JSON.
fn cec() -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(CEC).unwrap()).unwrap()
}

fn law() -> Rule {
    Rule::from_value(&cec()).unwrap()
}

/// The rule of the law with members replaced (`null` takes one away).
fn cec_with(changes: &[(&str, Value)]) -> Result<Rule, RuleError> {
    let mut rule = cec();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = rule.pointer_mut(parent).unwrap();
        match parent {
            Value::Object(members) if value.is_null() => {
                members.remove(name);
            }
            Value::Object(members) => {
                members.insert(name.to_owned(), value.clone());
            }
            other => other[name.parse::<usize>().unwrap()] = value.clone(),
        }
    }
    Rule::from_value(&rule)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn claim() -> Claim {
    Claim {
        holder: "holder".to_owned(),
        window: Window { year: Some(2025) },
        as_of: day("2026-03-15"),
        declared_on: Some(day("2026-03-15")),
        benefit_effective: None,
        predicates: BTreeMap::from([("age_over_16".to_owned(), true)]),
        prior: Prior::default(),
    }
}

fn issuers() -> BTreeMap<String, IssuerFacts> {
    [
        ("a", "Les Paniers du Vallon"),
        ("b", "Cyclo-Répar’"),
        ("c", "Chœur des Deux Rives"),
    ]
    .into_iter()
    .map(|(id, name)| {
        let facts = IssuerFacts {
            name: name.to_owned(),
            regime: "loi1901".to_owned(),
            declared_on: day("1998-05-12"),
            dissolved_on: None,
            purposes: vec!["social".to_owned()],
        };
        (id.to_owned(), facts)
    })
    .collect()
}

fn credential(id: &str, issuer: &str, minutes: u64) -> Credential {
    Credential {
        id: id.to_owned(),
        issuer: issuer.to_owned(),
        subject: "holder".to_owned(),
        status: CredentialStatus::Valid,
        issued_on: day("2026-01-12"),
        valid_until: None,
        supersedes: None,
        assurance: Assurance::Attested,
        activity: ClaimedActivity {
            reference: id.to_owned(),
            kind: "benevolat_associatif".to_owned(),
            role: "dirigeant".to_owned(),
            paid: false,
            start: day("2025-01-01"),
            end: day("2025-12-31"),
            minutes: Some(minutes),
            amount_cents: None,
            breakdown: None,
        },
    }
}

fn decide(rule: &Rule, credentials: &[Credential]) -> Decision {
    evaluate(rule, &claim(), credentials, &issuers())
}
