use proptest::prelude::*;
use serde_json::{Value, json};

use super::{terms::minutes_of, *};
use crate::{
    activity::{Person, tests as attestations},
    credential::{
        activity_claims::{self, DisclosedActivity, Envelope},
        open_badge, schema,
    },
    entitlement::CredentialStatus,
    format::data_integrity::{Cryptosuite, ProofOptions, Secured, attach, sign},
    keys::{KeyKind, SigningKey},
    status_list::{bitstring::Purpose, token::StatusReference},
    testing::linked_data::canonical_json_ld,
};

fn envelope() -> BadgeEnvelope {
    BadgeEnvelope {
        id: "urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11".to_owned(),
        issuer: "did:web:attestations.example:o:les-paniers-du-vallon".parse().unwrap(),
        page: "https://attestations.example/o/les-paniers-du-vallon".parse().unwrap(),
        holder: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
            .parse()
            .unwrap(),
        status: Entry::new(
            Purpose::Revocation,
            94_567,
            "https://attestations.example/o/les-paniers-du-vallon/lists/3".to_owned(),
        ),
        issued_on: "2026-01-12".parse().unwrap(),
        expires_at: "2031-01-12T09:30:00Z".parse().unwrap(),
    }
}

/// The claims of the SD-JWT form, of the same issuer.
fn other_form(attestation: &ActivityAttestation) -> Value {
    let envelope = envelope();
    let sd_jwt = Envelope {
        issuer: envelope.issuer.to_string(),
        holder: SigningKey::generate().public().to_jwk(),
        status: StatusReference {
            idx: 7,
            uri: "https://attestations.example/o/les-paniers-du-vallon/status/1".to_owned(),
        },
        issued_on: envelope.issued_on,
        expires_at: envelope.expires_at,
    };
    activity_claims::to_claims(attestation, &sd_jwt).0
}

fn badge() -> Value {
    to_badge(&attestations::across_two_years(), &envelope()).unwrap()
}

#[test]
fn it_fits_the_schema_of_its_type_that_nobody_is_asked_for() {
    let known = schema::known(ACTIVITY_SCHEMA).unwrap();
    for attestation in [attestations::within_a_year(), attestations::across_two_years()] {
        let mut badge = to_badge(&attestation, &envelope()).unwrap();
        assert_eq!(schema::check_text(known, &badge), Ok(()));
        badge.as_object_mut().unwrap().remove("credentialStatus");
        assert!(schema::check_text(known, &badge).is_err());
    }
    assert_eq!(schema::known(OPEN_BADGES_SCHEMA), None);
}

#[test]
fn it_is_a_valid_badge_whose_every_term_means_something() {
    for attestation in [attestations::within_a_year(), attestations::across_two_years()] {
        let badge = to_badge(&attestation, &envelope()).unwrap();
        assert_eq!(open_badge::check(&badge), Ok(()));
        assert_eq!(vcdm::check_credential(&badge), Ok(vcdm::Version::V2));
        let statements = canonical_json_ld(&badge.to_string()).unwrap();
        assert!(statements.contains("elm/workload> \"PT"), "{statements}");
    }
}

#[test]
fn ob_007_it_is_signed_with_eddsa_rdfc_2022_in_a_list_of_proofs() {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let mut badge = badge();
    let method = format!("{}#key-1", envelope().issuer);
    let options = ProofOptions::assertion(Cryptosuite::EddsaRdfc2022, method, envelope().expires_at);
    let proof = sign(&badge.to_string(), &options, &key).unwrap();
    let members = badge.as_object_mut().unwrap();
    members.insert("proof".to_owned(), json!([]));
    attach(members, proof);
    assert_eq!(open_badge::check(&badge), Ok(()));
    let text = badge.to_string();
    let secured = Secured::parse(&text).unwrap();
    let proofs = secured.proofs().unwrap();
    assert_eq!(secured.verify(&proofs[0], key.public()), Ok(()));
    let other = text.replace("PT300H", "PT301H");
    let secured = Secured::parse(&other).unwrap();
    assert!(secured.verify(&secured.proofs().unwrap()[0], key.public()).is_err());
}

#[test]
fn it_says_what_the_sd_jwt_form_says_but_for_the_person() {
    for attestation in [attestations::within_a_year(), attestations::across_two_years()] {
        let read = claims_of(&to_badge(&attestation, &envelope()).unwrap()).unwrap();
        let other = other_form(&attestation);
        assert_eq!(read["activity"], other["activity"]);
        assert_eq!(read["issuing_organization"], other["issuing_organization"]);
        let rule_input = |claims| activity_claims::to_rule_input(claims, "a", "holder", CredentialStatus::Valid);
        assert_eq!(rule_input(&read), rule_input(&other));
        assert!(rule_input(&read).is_ok());
        assert_eq!(
            activity_claims::from_claims(&read),
            DisclosedActivity {
                person: None,
                age_over_16: false,
                ..activity_claims::from_claims(&other)
            }
        );
    }
}

#[test]
fn the_person_is_not_in_it() {
    let text = badge().to_string();
    let person = attestations::across_two_years().person().clone();
    assert!(!text.contains(person.given_name.as_str()) && !text.contains(person.family_name.as_str()));
}

#[test]
fn the_hours_are_written_for_people_and_the_workload_is_exact() {
    let badge = badge();
    let subject = &badge["credentialSubject"];
    assert_eq!(subject["activity"]["workload"], "PT300H");
    assert_eq!(subject["result"][0]["value"], "300");
    assert_eq!(subject["result"][2]["value"], "12600");
    assert_eq!(badge["name"], "Attestation d’heures de bénévolat 2024–2025");
    assert_eq!(
        subject["achievement"]["id"],
        "https://attestations.example/o/les-paniers-du-vallon#benevolat_associatif-dirigeant-2024-2025"
    );
    for (minutes, hours, workload) in [
        (12_870, "214.5", "PT214H30M"),
        (1, "0.01", "PT1M"),
        (63, "1.05", "PT1H3M"),
        (80, "1.33", "PT1H20M"),
        (60, "1", "PT1H"),
    ] {
        assert_eq!(decimal_hours(minutes), hours);
        assert_eq!(duration(minutes), workload);
        assert_eq!(minutes_of(workload), Some(minutes));
    }
    for text in [
        "",
        "PT",
        "P1D",
        "PT60M",
        "PT01H",
        "PT1H0M",
        "PT1.5H",
        "PT-1H",
        "PT1H2M3S",
        "PT123456H",
        "pt1h",
    ] {
        assert_eq!(minutes_of(text), None, "{text}");
    }
}

#[test]
fn an_organisation_without_number_and_a_lifetime_of_hours_are_told() {
    let refusal = |organisation: Organisation, minutes: u64, years: Option<Breakdown>| {
        let whole = attestations::within_a_year();
        let mut activity = whole.activity().clone();
        activity.minutes = minutes.try_into().unwrap();
        if years.is_some() {
            activity.period = Period::new("1990-01-01".parse().unwrap(), "2025-12-31".parse().unwrap()).unwrap();
        }
        let attestation = ActivityAttestation::new(
            organisation,
            whole.person().clone(),
            activity,
            years,
            whole.assurance(),
            whole.signed_on(),
        );
        to_badge(&attestation.unwrap(), &envelope()).unwrap_err()
    };
    let organisation = attestations::within_a_year().organisation().clone();
    let nameless = Organisation {
        rna: None,
        siren: None,
        siret: None,
        ..organisation.clone()
    };
    assert_eq!(refusal(nameless, 60, None), NotABadge::NoIdentifier);
    let years: std::collections::BTreeMap<i32, u32> = (1990..2005).map(|year| (year, 400_000)).collect();
    assert_eq!(
        refusal(organisation, 6_000_000, Some(Breakdown::new(years))),
        NotABadge::TooLong
    );
}

#[test]
fn what_is_missing_or_contradicts_itself_is_named() {
    let whole = badge();
    let refusal = |pointer: &str, value: Value| {
        let mut badge = whole.clone();
        *badge.pointer_mut(pointer).unwrap() = value;
        claims_of(&badge).expect_err(pointer).claim
    };
    let subject = "/credentialSubject";
    for (pointer, value, named) in [
        ("/type", json!(["VerifiableCredential", "OpenBadgeCredential"]), "type"),
        ("/issuer", json!("did:web:a.example"), "issuer.id"),
        ("/issuer/legalName", json!(null), "issuer.legalName"),
        (
            "/issuer/registration/0/notation",
            json!("W000000000"),
            "issuer.otherIdentifier",
        ),
        ("/issuer/registration/1/schemeName", json!("RNA"), "issuer.registration"),
        ("/validFrom", json!("hier"), "validFrom"),
        ("/validUntil", json!(1), "validUntil"),
        ("/evidence/0/genre", json!("certain"), "evidence"),
        ("/evidence", json!([]), "evidence"),
    ] {
        assert_eq!(refusal(pointer, value), named, "{pointer}");
    }
    for (pointer, value, named) in [
        ("activity/id", json!("urn:uuid:1"), "activity.id"),
        (
            "activity/activityType",
            json!("http://data.europa.eu/snb/learning-activity/4357e0e681"),
            "activity.activityType",
        ),
        (
            "activity/engagementCategory",
            json!("https://a.example#governance"),
            "activity.engagementCategory",
        ),
        ("activity/workload", json!("PT299H60M"), "activity.workload"),
        ("activity/title", json!(["a"]), "activity.title"),
        (
            "activity/temporal/startDate",
            json!("2024-09-01"),
            "activity.temporal.startDate",
        ),
        ("activityEndDate", json!("2025-07-01T23:59:59Z"), "activityEndDate"),
        (
            "achievement/achievementType",
            json!("Fieldwork"),
            "achievement.achievementType",
        ),
        ("result/0/value", json!("301"), "result"),
        ("result/1/value", json!("many"), "result"),
        (
            "result/2/resultDescription",
            whole["credentialSubject"]["result"][1]["resultDescription"].clone(),
            "result",
        ),
        ("result", json!({}), "result"),
        (
            "achievement/resultDescription/1/id",
            whole["credentialSubject"]["result"][0]["resultDescription"].clone(),
            "achievement.resultDescription",
        ),
    ] {
        let named = format!("credentialSubject.{named}");
        assert_eq!(refusal(&format!("{subject}/{pointer}"), value), named, "{pointer}");
    }
    // Years that do not add up are for the reading that is the same for every format.
    let mut short = whole.clone();
    short["credentialSubject"]["result"][1]["value"] = json!("5401");
    let claims = claims_of(&short).unwrap();
    let error = activity_claims::to_rule_input(&claims, "a", "b", CredentialStatus::Valid).unwrap_err();
    assert_eq!(error.claim, "activity.breakdown");
}

proptest! {
    #[test]
    fn every_attestation_reads_back(
        kind in any::<prop::sample::Index>(), role in 0..3usize, assurance in any::<prop::sample::Index>(),
        minutes in 1..500_000u64, mission in proptest::option::of("[a-zé\"<>&]{1,40}"), start in 0..300u64, days in 364..900u64,
    ) {
        let kind = *kind.get(ActivityKind::ALL);
        let role = if kind.is_paid() { Role::Salarie } else { Role::ALL[role] };
        let first: NaiveDate = "2020-01-01".parse().unwrap();
        let first = first + chrono::Days::new(start);
        let period = Period::new(first, first + chrono::Days::new(days)).unwrap();
        let breakdown = period.calendar_year().is_none().then(|| {
            let last = first.format("%Y").to_string().parse::<i32>().unwrap();
            let before = u32::try_from(minutes).unwrap().min(60);
            let rest = u32::try_from(minutes).unwrap() - before;
            Breakdown::new([(last, before), (last + 1, rest)].into_iter().collect())
        });
        let activity = Activity {
            reference: "0123456789abcdefghjkmnpqrs".parse().unwrap(),
            kind, role, paid: kind.is_paid(), period,
            minutes: minutes.try_into().unwrap(),
            mission: mission.and_then(|mission| mission.parse().ok()),
        };
        let whole = attestations::within_a_year();
        let person: Person = whole.person().clone();
        let attestation = ActivityAttestation::new(
            whole.organisation().clone(), person, activity, breakdown, *assurance.get(Assurance::ALL), whole.signed_on(),
        );
        prop_assume!(attestation.is_ok());
        let attestation = attestation.unwrap();
        let badge = to_badge(&attestation, &envelope()).unwrap();
        prop_assert_eq!(open_badge::check(&badge), Ok(()));
        prop_assert!(canonical_json_ld(&badge.to_string()).is_ok());
        prop_assert_eq!(&claims_of(&badge).unwrap()["activity"], &other_form(&attestation)["activity"]);
    }
}
