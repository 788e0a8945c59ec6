//! What a wallet is asked for.

use super::*;

#[test]
fn a_query_asks_for_what_the_rule_reads_and_never_for_a_name() {
    let rule = law();
    let written = serde_json::to_value(query_for(&rule, true)).unwrap();
    let query = DcqlQuery::from_value(&written).unwrap();
    assert_eq!(query, query_for(&rule, true), "what is sent is a query that parses");
    let asked: Vec<_> = query.credentials[0]
        .claims
        .iter()
        .filter_map(|claim| claim.id.as_deref())
        .collect();
    assert_eq!(
        asked,
        [
            "kind",
            "role",
            "paid",
            "start_date",
            "end_date",
            "minutes",
            "assurance",
            "ref",
            "breakdown",
            "age_over_16"
        ]
    );
    assert!(!written.to_string().contains("name"));

    let without_age = serde_json::to_value(query_for(&rule, false)).unwrap();
    DcqlQuery::from_value(&without_age).unwrap();
    assert!(!without_age.to_string().contains("age_over_16"));
    let no_predicate = cec_with(&[("/predicates", Value::Null)]).unwrap();
    assert_eq!(query_for(&no_predicate, true), query_for(&no_predicate, false));
}

#[test]
fn only_a_rule_that_reviews_paid_activities_is_shown_them() {
    let asked = |rule: &Rule, place: usize| query_for(rule, true).credentials[0].claims[place].values.clone();
    let nothing: [Value; 0] = [];
    assert_eq!(
        (asked(&law(), 0), asked(&law(), 2)),
        (nothing.to_vec(), nothing.to_vec())
    );
    let indifferent = cec_with(&[("/paid_same_issuer", Value::Null)]).unwrap();
    assert_eq!(
        (asked(&indifferent, 0), asked(&indifferent, 2)),
        (vec![json!("benevolat_associatif")], vec![json!(false)])
    );
}

#[test]
fn an_attestation_answers_with_or_without_breakdown_and_age() {
    let rule = law();
    let query = query_for(&rule, true);
    let disclosed = |attestation: &Value| {
        let candidate = Candidate {
            id: "x",
            format: FORMAT_SD_JWT_VC,
            vct: ACTIVITY_VCT,
            claims: attestation,
        };
        query.matches(&[candidate])[0]
            .matches
            .first()
            .map(|found| found.disclose.len())
    };
    let within = json!({"age_over_16": true, "activity": {
        "kind": "benevolat_associatif", "role": "dirigeant", "paid": false, "start_date": "2025-01-01",
        "end_date": "2025-12-31", "minutes": 7800, "assurance": "attested", "ref": "r"}});
    let mut across = within.clone();
    across["activity"]["breakdown"] = json!({"2024": 0, "2025": 7800});
    let mut ageless = within.clone();
    ageless.as_object_mut().unwrap().remove("age_over_16");
    let mut paid = within.clone();
    paid["activity"]["paid"] = json!(true);
    assert_eq!(
        [&within, &across, &ageless, &paid].map(disclosed),
        [Some(9), Some(10), Some(8), Some(9)]
    );
}
