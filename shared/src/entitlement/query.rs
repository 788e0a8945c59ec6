//! What a rule must ask to decide, and no more.

use serde_json::{Value, json};

use super::Rule;
use crate::{
    credential::{ACTIVITY_VCT, ClaimPath, FORMAT_SD_JWT_VC},
    presentation::dcql::{ClaimQuery, CredentialQuery, DcqlQuery},
};

/// Identifier of the one credential query.
pub const QUERY_ID: &str = "activities";

/// The predicate our attestations can prove.
const AGE_OVER_16: &str = "age_over_16";
/// The claims that the engine cannot do without.
const NEEDED: [&str; 8] = [
    "kind",
    "role",
    "paid",
    "start_date",
    "end_date",
    "minutes",
    "assurance",
    "ref",
];
/// There only when the period crosses 31 December.
const BREAKDOWN: &str = "breakdown";

/// The DCQL query of a rule: activity claims the engine reads, and `age_over_16` when the rule wants that predicate and
/// `ask_age` is true. Never a name. `multiple` is true: rights add up several attestations.
///
/// Kind and paid are asked with the values that the rule fixes, so that a wallet offers only what may count; but not when
/// the rule reviews what the same association paid (`paid_same_issuer`), which it can only do when it sees it. The role
/// never is: the person should learn that hours were found, and why they do not count. The yearly breakdown and the age are
/// preferred, not required (`claim_sets`, best first): an attestation within one year has no breakdown (one that crosses 31
/// December and withholds it does not count), and one that says nothing of the age still proves hours.
pub fn query_for(rule: &Rule, ask_age: bool) -> DcqlQuery {
    let with_age = ask_age && rule.predicates.iter().any(|name| name == AGE_OVER_16);
    let mut claims: Vec<ClaimQuery> = NEEDED.iter().map(|name| activity_claim(rule, name)).collect();
    claims.push(activity_claim(rule, BREAKDOWN));
    if with_age {
        claims.push(ClaimQuery {
            id: Some(AGE_OVER_16.to_owned()),
            path: ClaimPath::of(&[AGE_OVER_16]),
            values: vec![Value::Bool(true)],
        });
    }
    let preferred: &[&[&str]] = if with_age {
        &[&[BREAKDOWN, AGE_OVER_16], &[AGE_OVER_16], &[BREAKDOWN], &[]]
    } else {
        &[&[BREAKDOWN], &[]]
    };
    let claim_sets = preferred
        .iter()
        .map(|optional| NEEDED.iter().chain(*optional).map(|name| (*name).to_owned()).collect())
        .collect();
    DcqlQuery {
        credentials: vec![CredentialQuery {
            id: QUERY_ID.to_owned(),
            format: FORMAT_SD_JWT_VC.to_owned(),
            multiple: true,
            meta: json!({ "vct_values": [ACTIVITY_VCT] }),
            claims,
            claim_sets,
            require_cryptographic_holder_binding: true,
        }],
        credential_sets: Vec::new(),
    }
}

fn activity_claim(rule: &Rule, name: &str) -> ClaimQuery {
    let values = match name {
        "kind" if !rule.reviews_paid => rule.select.kinds.iter().cloned().map(Value::String).collect(),
        "paid" if !rule.reviews_paid => rule.select.paid.map(Value::Bool).into_iter().collect(),
        _ => Vec::new(),
    };
    ClaimQuery {
        id: Some(name.to_owned()),
        path: ClaimPath::of(&["activity", name]),
        values,
    }
}
