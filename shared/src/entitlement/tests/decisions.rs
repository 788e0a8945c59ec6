//! Decisions.

use super::*;

#[test]
fn ages_are_counted_to_the_anniversary() {
    let rule = law();
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
    let rule = law();
    assert_eq!(
        decide(&rule, &[credential("x", "elsewhere", 12_000)]).rejected["x"],
        Code::IssuerRegime
    );
}

#[test]
fn the_last_day_of_each_delay_is_in_time() {
    let rule = law();
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
    let rule = law();
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
    let rule = law();
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
    let rule = law();
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
        law(),
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
