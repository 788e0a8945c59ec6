//! Properties of the engine (the last lines of `format.md`).

use super::*;

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
