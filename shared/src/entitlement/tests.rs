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

const CEC: &str = include_str!("../../../fixtures/rules/fr-cec-benevolat.toml");

/// The rule of the law, as JSON.
fn cec() -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(CEC).unwrap()).unwrap()
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

// --- Rules that are refused ---------------------------------------------------------------------------------------------

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
    let rule = Rule::from_value(&cec()).unwrap();
    assert!(rule.needs_year() && rule.needs_declaration());
    assert_eq!(rule.predicates(), ["age_over_16"]);
    assert_eq!((rule.version(), rule.legal_basis().len()), ("2024-04-16", 4));
}

// --- Decisions ----------------------------------------------------------------------------------------------------------

#[test]
fn ages_are_counted_to_the_anniversary() {
    let rule = Rule::from_value(&cec()).unwrap();
    let decision = |declared_on: &str| {
        let mut issuers = issuers();
        issuers.get_mut("a").unwrap().declared_on = day(declared_on);
        evaluate(&rule, &claim(), &[credential("x", "a", 12_000)], &issuers)
    };
    assert_eq!(decision("2025-03-15").decision, Outcome::Granted);
    assert_eq!(decision("2025-03-16").rejected["x"], Code::IssuerTooYoung);
}

#[test]
fn an_issuer_off_the_list_is_of_no_regime() {
    let rule = Rule::from_value(&cec()).unwrap();
    assert_eq!(
        decide(&rule, &[credential("x", "elsewhere", 12_000)]).rejected["x"],
        Code::IssuerRegime
    );
}

#[test]
fn the_last_day_of_each_delay_is_in_time() {
    let rule = Rule::from_value(&cec()).unwrap();
    let signed = |issued_on: &str, valid_until: &str| {
        let mut credential = credential("x", "a", 12_000);
        credential.issued_on = day(issued_on);
        credential.valid_until = Some(day(valid_until));
        decide(&rule, &[credential]).rejected.get("x").cloned()
    };
    assert_eq!(signed("2026-12-31", "2026-03-15"), None);
    assert_eq!(signed("2027-01-01", "2026-03-15"), Some(Code::IssuedTooLate));
    assert_eq!(signed("2026-12-31", "2026-03-14"), Some(Code::Expired));
}

#[test]
fn who_has_not_declared_is_told_whether_there_is_still_time() {
    let rule = Rule::from_value(&cec()).unwrap();
    let on = |as_of: &str| {
        let claim = Claim {
            declared_on: None,
            as_of: day(as_of),
            ..claim()
        };
        let mut facts = issuers();
        facts.get_mut("a").unwrap().declared_on = day("1990-01-01");
        evaluate(&rule, &claim, &[], &facts).reasons
    };
    assert!(on("2026-06-30").contains(&Code::DeclaredTooEarly));
    assert!(on("2026-07-01").contains(&Code::DeclaredTooLate));
}

#[test]
fn more_hours_a_day_than_plausible_are_refused() {
    let rule = Rule::from_value(&cec()).unwrap();
    let mut five_days = credential("x", "a", 5 * 960);
    (five_days.activity.start, five_days.activity.end) = (day("2025-06-02"), day("2025-06-06"));
    assert!(
        decide(&rule, std::slice::from_ref(&five_days))
            .used
            .contains(&"x".to_owned())
    );
    five_days.activity.minutes = Some(5 * 960 + 1);
    assert_eq!(decide(&rule, &[five_days]).rejected["x"], Code::Implausible);
}

#[test]
fn a_correction_takes_the_place_of_what_it_corrects() {
    let rule = Rule::from_value(&cec()).unwrap();
    let (old, mut new) = (credential("old", "a", 13_200), credential("new", "a", 12_300));
    new.supersedes = Some("old".to_owned());
    let decision = decide(&rule, &[new.clone(), old.clone()]);
    assert_eq!(
        (decision.measured, &decision.rejected["old"]),
        (12_300, &Code::Superseded)
    );
    // Signed again under the same reference: the later one counts.
    new.supersedes = None;
    new.activity.reference.clone_from(&old.activity.reference);
    new.issued_on = day("2026-02-01");
    let decision = decide(&rule, &[old, new]);
    assert_eq!(
        (decision.measured, &decision.rejected["old"]),
        (12_300, &Code::DuplicateRef)
    );
}

#[test]
fn extremes_neither_panic_nor_overflow() {
    let mut credentials: Vec<Credential> = (0..4).map(|at| credential(&at.to_string(), "a", u64::MAX)).collect();
    for (credential, (start, end)) in credentials.iter_mut().zip([
        (NaiveDate::MIN, NaiveDate::MAX),
        (NaiveDate::MAX, NaiveDate::MIN),
        (NaiveDate::MAX, NaiveDate::MAX),
        (NaiveDate::MIN, day("2025-12-31")),
    ]) {
        (credential.activity.start, credential.activity.end) = (start, end);
    }
    let unlimited = [("/plausibility", Value::Null), ("/overlap_same_issuer", Value::Null)];
    let by_days = cec_with(&[&unlimited[..], &[("/window/crossing", json!("prorata_days"))]].concat()).unwrap();
    let no_delay = [("/admission/attest_by", Value::Null), ("/declare_between", Value::Null)];
    let everything = [&unlimited[..], &no_delay[..]].concat();
    let rules = [
        Rule::from_value(&cec()).unwrap(),
        by_days,
        cec_with(&[&everything[..], &[("/window", json!({"type": "lifetime"}))]].concat()).unwrap(),
        cec_with(
            &[
                &everything[..],
                &[("/window", json!({"type": "rolling_months", "months": 1200}))],
            ]
            .concat(),
        )
        .unwrap(),
        cec_with(
            &[
                &everything[..],
                &[
                    ("/window", json!({"type": "lifetime"})),
                    ("/measure/type", json!("service_months")),
                    ("/require", Value::Null),
                    (
                        "/grant",
                        json!({"type": "linear", "num": "4294967295/1", "den": "1/4294967295", "rounding": "half_up"}),
                    ),
                    ("/caps", Value::Null),
                ],
            ]
            .concat(),
        )
        .unwrap(),
    ];
    for rule in &rules {
        for year in [None, Some(2025), Some(i32::MAX), Some(i32::MIN)] {
            let claim = Claim {
                window: Window { year },
                ..claim()
            };
            let decision = evaluate(rule, &claim, &credentials, &issuers());
            let told = explain(rule, &decision, &credentials, &issuers(), Language::French);
            assert!(!told.headline.is_empty());
        }
    }
    let lifetime = decide(&rules[2], &credentials);
    assert_eq!(lifetime.measured, u64::MAX, "what does not fit is the largest there is");
}

// --- Properties ---------------------------------------------------------------------------------------------------------

prop_compose! {
    fn some_credential()(
        issuer in prop_oneof![Just("a"), Just("b"), Just("c"), Just("unknown")],
        (status, subject) in prop_oneof![
            8 => Just((CredentialStatus::Valid, "holder")),
            1 => Just((CredentialStatus::Revoked, "holder")),
            1 => Just((CredentialStatus::Suspended, "holder")),
            1 => Just((CredentialStatus::Valid, "somebody")),
        ],
        valid_until in proptest::option::weighted(0.3, 0..1_000u64),
        supersedes in proptest::option::weighted(0.2, 0..8usize),
        reference in 0..10usize,
        (kind, role, paid) in prop_oneof![
            6 => Just(("benevolat_associatif", "dirigeant", false)),
            2 => Just(("benevolat_associatif", "encadrant_benevoles", false)),
            1 => Just(("benevolat_associatif", "benevole", false)),
            1 => Just(("salariat", "salarie", true)),
        ],
        assurance in prop_oneof![9 => Just(Assurance::Attested), 1 => Just(Assurance::SelfAsserted)],
        start in 0..500u64, length in 0..200u64, hours in 0..250u64, by_year in any::<bool>(),
    ) -> Credential {
        let start = day("2024-09-01") + chrono::Days::new(start);
        let minutes = hours * 60;
        Credential {
            id: String::new(),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            status,
            issued_on: day("2026-01-01"),
            valid_until: valid_until.map(|days| day("2026-01-01") + chrono::Days::new(days)),
            supersedes: supersedes.map(|at| format!("id-{at}")),
            assurance,
            activity: ClaimedActivity {
                reference: format!("ref-{reference}"),
                kind: kind.to_owned(),
                role: role.to_owned(),
                paid,
                start,
                end: start + chrono::Days::new(length),
                minutes: Some(minutes),
                amount_cents: None,
                breakdown: by_year.then(|| BTreeMap::from([(2025, minutes / 2), (2024, minutes - minutes / 2)])),
            },
        }
    }
}

fn some_credentials() -> impl Strategy<Value = Vec<Credential>> {
    proptest::collection::vec(some_credential(), 0..8).prop_map(|mut credentials| {
        for (at, credential) in credentials.iter_mut().enumerate() {
            credential.id = format!("id-{at}");
            credential.issued_on = day("2026-01-01") + chrono::Days::new(at as u64 * 7 % 50);
        }
        credentials
    })
}

fn some_rule() -> impl Strategy<Value = Rule> {
    let no_delay = [("/admission/attest_by", Value::Null), ("/declare_between", Value::Null)];
    let by_days = ("/window/crossing", json!("prorata_days"));
    let per_unit = (
        "/grant",
        json!({"type": "per_unit", "unit": 60, "amount_per_unit": 200}),
    );
    let tiers = json!({"type": "tiers_highest", "tiers": [{"gte": 600, "amount": 1}, {"gte": 6000, "amount": 7}]});
    let low = ("/require", json!([{"op": "total_gte", "value": 1200}]));
    let rolling = ("/window", json!({"type": "rolling_months", "months": 12}));
    let no_overlap = ("/overlap_same_issuer", Value::Null);
    let ratio =
        json!({"type": "ratio_threshold", "reference": 9000, "amount": 50000, "full_from": "1/2", "rounding": "ceil"});
    let changes: Vec<Vec<(&'static str, Value)>> = vec![
        vec![],
        vec![by_days.clone(), per_unit.clone(), low.clone()],
        vec![by_days, ("/grant", tiers), low.clone(), ("/caps", Value::Null)],
        vec![("/window/repeat_back", json!(2)), low.clone()],
        vec![no_delay[0].clone(), no_delay[1].clone(), rolling, no_overlap, per_unit],
        vec![("/grant", ratio), low],
    ];
    proptest::sample::select(changes).prop_map(|changes| cec_with(&changes).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_order_of_credentials_does_not_matter(
        rule in some_rule(), (credentials, shuffled) in some_credentials().prop_flat_map(|credentials| (Just(credentials.clone()), Just(credentials).prop_shuffle()))
    ) {
        let (one, other) = (decide(&rule, &credentials), decide(&rule, &shuffled));
        prop_assert_eq!((one.decision, one.amount, one.measured), (other.decision, other.amount, other.measured));
    }

    #[test]
    fn what_is_not_admitted_changes_nothing(rule in some_rule(), credentials in some_credentials()) {
        let mut before = decide(&rule, &credentials);
        let not_admitted = [Code::SubjectMismatch, Code::Revoked, Code::Suspended, Code::Expired];
        let admitted: Vec<_> = credentials
            .into_iter()
            .filter(|credential| before.rejected.get(&credential.id).is_none_or(|code| !not_admitted.contains(code)))
            .collect();
        before.rejected.retain(|_, code| !not_admitted.contains(code));
        prop_assert_eq!(before, decide(&rule, &admitted));
    }

    #[test]
    fn one_more_minute_never_lowers_the_amount(rule in some_rule(), credentials in some_credentials(), which in any::<prop::sample::Index>()) {
        let before = decide(&rule, &credentials);
        prop_assume!(!before.used.is_empty());
        let id = which.get(&before.used);
        let mut more = credentials;
        let activity = &mut more.iter_mut().find(|credential| credential.id == *id).unwrap().activity;
        activity.minutes = activity.minutes.map(|minutes| minutes + 1);
        if let Some(minutes) = activity.breakdown.as_mut().and_then(|breakdown| breakdown.get_mut(&2025)) {
            *minutes += 1;
        }
        let after = decide(&rule, &more);
        prop_assume!(after.rejected.get(id) != Some(&Code::Implausible));
        prop_assert!(after.amount >= before.amount, "{before:?} {after:?}");
    }

    #[test]
    fn every_credential_is_used_or_rejected(rule in some_rule(), credentials in some_credentials()) {
        let decision = decide(&rule, &credentials);
        prop_assert!(decision.used.is_sorted());
        for credential in &credentials {
            prop_assert!(decision.used.contains(&credential.id) != decision.rejected.contains_key(&credential.id));
        }
        prop_assert_eq!(decision.decision == Outcome::Denied, decision.amount == 0);
        prop_assert!(decision.decision != Outcome::Denied || !decision.reasons.is_empty());
        let read: Decision = serde_json::from_value(serde_json::to_value(&decision).unwrap()).unwrap();
        prop_assert_eq!(read, decision);
    }

    #[test]
    fn the_best_disjoint_subset_is_the_best(credentials in some_credentials()) {
        let rule = cec_with(&[("/plausibility", Value::Null), ("/select/roles", json!(["dirigeant", "encadrant_benevoles", "benevole"]))]).unwrap();
        let of_one_issuer: Vec<Credential> = credentials
            .into_iter()
            .map(|mut credential| {
                credential.issuer = "a".to_owned();
                (credential.supersedes, credential.valid_until) = (None, None);
                credential.activity.reference.clone_from(&credential.id);
                credential
            })
            .collect();
        let decision = decide(&rule, &of_one_issuer);
        let rejected = |credential: &Credential| decision.rejected.get(&credential.id).is_some_and(|code| *code != Code::OverlapSameIssuer);
        let candidates: Vec<_> = of_one_issuer.iter().filter(|credential| !rejected(credential)).collect();
        let worth = |credential: &Credential| match &credential.activity.breakdown {
            Some(breakdown) => breakdown[&2025],
            None => credential.activity.minutes.unwrap(),
        };
        // Every subset there is.
        let best = (0..1u32 << candidates.len())
            .map(|chosen| candidates.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0).map(|(_, credential)| *credential).collect::<Vec<_>>())
            .filter(|subset| subset.iter().enumerate().all(|(at, one)| subset[..at].iter().all(|other| {
                one.activity.end < other.activity.start || other.activity.end < one.activity.start
            })))
            .map(|subset| subset.into_iter().map(worth).sum::<u64>())
            .max()
            .unwrap();
        prop_assert_eq!(decision.measured, best);
    }
}

// --- In words -----------------------------------------------------------------------------------------------------------

#[test]
fn the_story_of_nadia_is_told_in_both_languages() {
    let rule = Rule::from_value(&cec()).unwrap();
    let mut supervising = credential("y", "b", 4_500);
    supervising.activity.role = "encadrant_benevoles".to_owned();
    let credentials = [credential("x", "a", 7_800), supervising];
    let decision = decide(&rule, &credentials);
    let texts = |lines: &[Line]| lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();

    let french = explain(&rule, &decision, &credentials, &issuers(), Language::French);
    assert_eq!(french.headline, "Droit ouvert : 240 € (compte d’engagement citoyen)");
    assert_eq!(
        texts(&french.reasons),
        [
            "Total retenu : 205 h ; il faut au moins 200 h.",
            "130 h chez Les Paniers du Vallon ; il faut au moins 100 h dans une même association.",
        ]
    );
    assert_eq!(
        texts(&french.used),
        [
            "130 h 00 — dirigeant — Les Paniers du Vallon",
            "75 h 00 — encadrement de bénévoles — Cyclo-Répar’"
        ]
    );
    assert_eq!(french.legal_basis[0], "Code du travail L5151-9 6°");

    let english = explain(&rule, &decision, &credentials, &issuers(), Language::English);
    assert_eq!(english.headline, "Right granted: €240 (citizen engagement account)");
    assert_eq!(
        english.used[0].text,
        "130 h — on the governing body — Les Paniers du Vallon"
    );
}

#[test]
fn what_is_missing_is_told_with_its_gap() {
    let rule = Rule::from_value(&cec()).unwrap();
    let headline_and_reason = |credentials: &[Credential]| {
        let decision = decide(&rule, credentials);
        let told = explain(&rule, &decision, credentials, &issuers(), Language::French);
        let reason = told.reasons.into_iter().find(|line| line.code.is_some()).unwrap();
        (told.headline, reason.text)
    };
    assert_eq!(
        headline_and_reason(&[credential("x", "a", 11_970)]),
        (
            "Droit non ouvert : il manque 30 minutes (compte d’engagement citoyen)".to_owned(),
            "Il manque 30 minutes : le total retenu est de 199 h 30, il faut 200 h.".to_owned()
        )
    );
    let thrice = [
        credential("x", "a", 4_800),
        credential("y", "b", 4_800),
        credential("z", "c", 4_800),
    ];
    assert_eq!(
        headline_and_reason(&thrice),
        (
            "Droit non ouvert : aucune association n’atteint 100 h à elle seule (compte d’engagement citoyen)"
                .to_owned(),
            "Aucune association n’atteint 100 h à elle seule : 80 h au plus, chez Les Paniers du Vallon.".to_owned()
        )
    );
}

#[test]
fn a_rule_of_an_unknown_scheme_is_called_by_its_title() {
    let rule = cec_with(&[("/benefit/code", json!("NEW")), ("/title", json!("Droit nouveau"))]).unwrap();
    let credentials = [credential("x", "a", 12_000)];
    let told = explain(
        &rule,
        &decide(&rule, &credentials),
        &credentials,
        &issuers(),
        Language::French,
    );
    assert_eq!(told.headline, "Droit ouvert : 240 € (Droit nouveau)");
}

/// Each code, given to a decision, comes out as a sentence of its own in each language.
#[test]
fn every_code_has_a_sentence_in_both_languages() {
    let rule = Rule::from_value(&cec()).unwrap();
    let credentials = [credential("x", "a", 12_000)];
    for code in Code::all() {
        let mut decision = decide(&rule, &credentials);
        decision.decision = Outcome::Denied;
        decision.reasons = vec![code.clone()];
        decision.rejected = BTreeMap::from([("x".to_owned(), code.clone())]);
        decision.missing = Missing {
            total: Some(30),
            single_issuer: Some(60),
        };
        let told = Language::ALL.map(|language| explain(&rule, &decision, &credentials, &issuers(), language));
        for (one, other) in told[0]
            .reasons
            .iter()
            .zip(&told[1].reasons)
            .chain(told[0].rejected.iter().zip(&told[1].rejected))
        {
            assert_ne!(one.text, other.text, "{code}");
            for text in [&one.text, &other.text] {
                assert!(
                    text.ends_with('.') && !text.contains(&code.to_string()),
                    "{code}: {text}"
                );
            }
        }
        // A code is a reason or a refusal of one attestation: one of the two sentences is its own.
        let general = ["Une condition n’est pas remplie.", "elle ne compte pas pour ce droit."];
        let is_general = |line: &Line| general.iter().any(|general| line.text.ends_with(general));
        let of_code = told[0]
            .reasons
            .iter()
            .filter(|line| line.code.is_some())
            .chain(&told[0].rejected);
        assert!(
            of_code.into_iter().any(|line| !is_general(line)),
            "{code} has no sentence of its own"
        );
    }
}

// --- Queries ------------------------------------------------------------------------------------------------------------

#[test]
fn a_query_asks_for_what_the_rule_reads_and_never_for_a_name() {
    let rule = Rule::from_value(&cec()).unwrap();
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
    assert_eq!(
        written["credentials"][0]["claims"][0]["values"],
        json!(["benevolat_associatif"])
    );
    assert_eq!(written["credentials"][0]["claims"][2]["values"], json!([false]));
    assert!(!written.to_string().contains("name"));

    let without_age = serde_json::to_value(query_for(&rule, false)).unwrap();
    DcqlQuery::from_value(&without_age).unwrap();
    assert!(!without_age.to_string().contains("age_over_16"));
    let no_predicate = cec_with(&[("/predicates", Value::Null)]).unwrap();
    assert_eq!(query_for(&no_predicate, true), query_for(&no_predicate, false));
}

#[test]
fn an_attestation_answers_with_or_without_breakdown_and_age() {
    let rule = Rule::from_value(&cec()).unwrap();
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
        [Some(9), Some(10), Some(8), None]
    );
}
