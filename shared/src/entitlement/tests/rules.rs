//! Rules that are refused.

use super::*;

#[track_caller]
fn refused(changes: &[(&str, Value)], path: &str, problem: &str) {
    let error = cec_with(changes).unwrap_err();
    assert_eq!(error.path, path, "{error}");
    assert!(error.problem.contains(problem), "{error}");
}

#[test]
fn unknown_keys_are_refused_by_their_path() {
    for (pointer, path) in [
        ("/colour", "colour"),
        ("/benefit/colour", "benefit.colour"),
        ("/select/issuer/colour", "select.issuer.colour"),
        ("/admission/attest_by/colour", "admission.attest_by.colour"),
        ("/window/months", "window.months"),
        ("/window/colour", "window.colour"),
        ("/measure/colour", "measure.colour"),
        ("/require/0/colour", "require.0.colour"),
        ("/grant/rounding", "grant.rounding"),
        ("/caps/1/colour", "caps.1.colour"),
    ] {
        refused(&[(pointer, json!(1))], path, "not a key that is known");
    }
}

#[test]
fn missing_keys_are_refused_by_their_path() {
    for name in [
        "id",
        "format",
        "version",
        "status",
        "title",
        "legal_basis",
        "benefit",
        "select",
        "window",
        "measure",
        "grant",
    ] {
        refused(&[(&format!("/{name}"), Value::Null)], name, "is missing");
    }
    refused(&[("/window/crossing", Value::Null)], "window.crossing", "is missing");
    refused(
        &[("/require/0", json!({"op": "total_gte"}))],
        "require.0.value",
        "is missing",
    );
}

#[test]
fn wrong_values_are_refused() {
    refused(
        &[("/format", json!("musette-rule/2"))],
        "format",
        "must be musette-rule/1",
    );
    refused(&[("/grant/amount", json!(240.5))], "grant.amount", "whole number");
    refused(&[("/grant/amount", json!(0))], "grant.amount", "whole number");
    refused(&[("/grant/amount", json!("24000"))], "grant.amount", "whole number");
    refused(&[("/grant/amount", json!(u64::MAX))], "grant.amount", "whole number");
    refused(&[("/select/kinds", json!([]))], "select.kinds", "must not be empty");
    refused(&[("/select/kinds", json!(["a", "a"]))], "select.kinds.1", "twice");
    refused(&[("/select/paid", json!("no"))], "select.paid", "true or false");
    refused(
        &[("/select/min_assurance", json!("high"))],
        "select.min_assurance",
        "attested or evidenced",
    );
    refused(
        &[("/plausibility/max_minutes_per_day", json!(1441))],
        "plausibility.max_minutes_per_day",
        "1 to 1440",
    );
    refused(
        &[("/window/type", json!("week"))],
        "window.type",
        "must be calendar_year",
    );
    refused(&[("/require/0/op", json!("lte"))], "require.0.op", "must be total_gte");
    refused(
        &[("/declare_between/from", json!("1-1"))],
        "declare_between.from",
        "MM-DD",
    );
    refused(
        &[("/declare_between/to", json!("02-29"))],
        "declare_between.to",
        "day of every year",
    );
    refused(
        &[("/admission/attest_by/day", json!(32))],
        "admission.attest_by.day",
        "1 to 31",
    );
    refused(
        &[("/benefit_effective_from", json!("2026-7-1"))],
        "benefit_effective_from",
        "YYYY-MM-DD",
    );
    assert_eq!(Rule::from_value(&json!([])).unwrap_err().path, "the rule");
}

#[test]
fn contradictions_are_refused() {
    let lifetime = ("/window", json!({"type": "lifetime"}));
    refused(std::slice::from_ref(&lifetime), "admission.attest_by", "calendar_year");
    let no_attest_by = ("/admission/attest_by", Value::Null);
    refused(
        &[lifetime.clone(), no_attest_by.clone()],
        "declare_between",
        "calendar_year",
    );
    let no_declaration = ("/declare_between", Value::Null);
    refused(
        &[lifetime, no_attest_by, no_declaration],
        "overlap_same_issuer",
        "calendar_year",
    );
    refused(
        &[("/measure/type", json!("service_months"))],
        "measure.type",
        "calendar_year",
    );
    refused(
        &[("/declare_between/from", json!("07-01"))],
        "declare_between",
        "ends before it starts",
    );
    refused(
        &[("/admission/attest_by/month", json!(2))],
        "admission.attest_by",
        "not a day of every year",
    );
    refused(
        &[("/select/issuer/age_at", Value::Null)],
        "select.issuer.min_age_years",
        "age_at",
    );
    refused(
        &[("/select/issuer/min_age_years", Value::Null)],
        "select.issuer.age_at",
        "min_age_years",
    );
    refused(
        &[("/require/1", json!({"op": "total_gte", "value": 5}))],
        "require.1.op",
        "twice",
    );
    refused(&[("/caps/1/scope", json!("window"))], "caps.1.scope", "twice");
    let tiers = json!({"type": "tiers_highest", "tiers": [{"gte": 2, "amount": 1}, {"gte": 2, "amount": 2}]});
    refused(&[("/grant", tiers)], "grant.tiers.1.gte", "above the step before");
    let ratio = json!({"type": "ratio_threshold", "reference": 1, "amount": 1, "full_from": "3/2", "rounding": "ceil"});
    refused(&[("/grant", ratio)], "grant.full_from", "1 at most");
    let linear = json!({"type": "linear", "num": "1/0", "den": "1", "rounding": "ceil"});
    refused(&[("/grant", linear)], "grant.num", "fraction");
}

#[test]
fn what_this_version_cannot_evaluate_is_refused_and_told_apart() {
    let term = cec_with(&[("/window", json!({"type": "term"}))]).unwrap_err();
    assert_eq!(
        term.to_string(),
        "window.type: a window of type term is not supported yet"
    );
    assert!(term.is_not_supported_yet());
    let award = cec_with(&[("/grant", json!({"type": "term_award", "terms": {}}))]).unwrap_err();
    assert!(award.is_not_supported_yet(), "{award}");
    assert!(
        !cec_with(&[("/window/type", json!("week"))])
            .unwrap_err()
            .is_not_supported_yet()
    );
}

#[test]
fn a_file_is_added_whole_or_not_at_all() {
    let mut rules = RuleSet::default();
    rules.add("fr-cec-benevolat.toml", CEC).unwrap();
    assert_eq!(rules.rule("fr-cec-benevolat").unwrap().benefit(), "CEC");
    assert_eq!(rules.add("again.toml", CEC).unwrap_err().path, "id");
    assert_eq!(rules.add("broken.toml", "id = ").unwrap_err().path, "broken.toml");
    assert_eq!(rules.add("broken.json", "{").unwrap_err().path, "broken.json");

    let mut second = cec();
    second["id"] = json!("second");
    let misnamed = json!({"format": "musette-rule-set/1", "rules": {"first": cec(), "second": second}});
    assert_eq!(
        rules.add("set.json", &misnamed.to_string()).unwrap_err().path,
        "rules.first.id"
    );
    assert_eq!(rules.iter().count(), 1);
    let set = json!({"format": "musette-rule-set/1", "rules": {"second": misnamed["rules"]["second"]}});
    rules.add("set.json", &set.to_string()).unwrap();
    assert_eq!(
        rules.iter().map(Rule::id).collect::<Vec<_>>(),
        ["fr-cec-benevolat", "second"]
    );
}

#[test]
fn a_decimal_in_toml_is_refused() {
    let decimal = CEC.replace("value = 12000", "value = 12000.0");
    assert_eq!(
        RuleSet::default().add("rule.toml", &decimal).unwrap_err().path,
        "require.0.value"
    );
}

#[test]
fn a_rule_says_what_its_claim_needs() {
    let rule = law();
    assert!(rule.needs_year() && rule.needs_declaration());
    assert_eq!(rule.predicates(), ["age_over_16"]);
    assert_eq!((rule.version(), rule.legal_basis().len()), ("2024-04-16", 4));
}
