//! One refusal for each way to be wrong, on credentials that a small issuer signs here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::{
    credential::ClaimPath,
    format::sd_jwt_vc::{KeyBinding, issue},
    keys::{SigningKey, jws},
    testing::SeededEntropy,
    trust::{self, TrustedIssuer},
};

const ISSUER: &str = "https://asso.example/o/les-paniers";
const STATUS_LIST: &str = "https://asso.example/o/les-paniers/status/1";
const VCT: &str = "urn:musette:activity-attestation:1";
const AUDIENCE: &str = "decentralized_identifier:did:web:verif.example";
const NONCE: &str = "nonce-of-this-request";
const INDEX: u64 = 42;

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An issuer, a holder, and what a verifier knows of both.
struct Scene {
    issuer: SigningKey,
    holder: SigningKey,
    claims: Value,
    hidden: Vec<ClaimPath>,
    list: StatusList,
    trust: TrustList,
    binding_at: DateTime<Utc>,
}

impl Scene {
    fn new() -> Self {
        let holder = SigningKey::generate();
        let claims = json!({
            "iss": ISSUER,
            "vct": VCT,
            "iat": "2026-02-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp(),
            "exp": (now() + Duration::days(365)).timestamp(),
            "cnf": { "jwk": holder.public().to_jwk().to_value() },
            "status": { "status_list": { "idx": INDEX, "uri": STATUS_LIST } },
            "given_name": "Nadia",
            "activity": { "minutes": 7800 },
        });
        let trusted = TrustedIssuer {
            name: "Les Paniers du vallon".into(),
            regime: "loi1901".into(),
            declared_on: day("1998-05-12"),
            dissolved_on: None,
            purposes: vec!["social".into()],
            rna: None,
            siren: None,
            trusted_from: None,
            trusted_until: None,
        };
        let trust = TrustList {
            format: trust::FORMAT.into(),
            authority: "Autorité".into(),
            sequence: 1,
            issued_at: now() - Duration::days(1),
            next_update: now() + Duration::days(1),
            issuers: BTreeMap::from([(ISSUER.to_owned(), trusted)]),
        };
        Self {
            issuer: SigningKey::generate(),
            holder,
            claims,
            hidden: vec![ClaimPath::of(&["given_name"]), ClaimPath::of(&["activity", "minutes"])],
            list: StatusList::new(2, 1024).unwrap(),
            trust,
            binding_at: now(),
        }
    }

    fn kid(&self) -> String {
        self.issuer.public().thumbprint()
    }

    /// What the issuer hands over.
    fn issued(&self) -> String {
        issue(
            self.claims.clone(),
            &self.hidden,
            &self.kid(),
            &self.issuer,
            &SeededEntropy::new(7),
        )
        .unwrap()
    }

    /// What the holder presents: the minutes, not the name.
    fn presented(&self) -> String {
        self.presented_for(AUDIENCE, NONCE)
    }

    fn presented_for(&self, audience: &str, nonce: &str) -> String {
        let binding = KeyBinding {
            key: &self.holder,
            audience,
            nonce,
            issued_at: self.binding_at,
        };
        SdJwt::parse(&self.issued())
            .unwrap()
            .present(&[ClaimPath::of(&["activity", "minutes"])], &binding)
            .unwrap()
    }

    fn status_token(&self) -> String {
        let (lifetime, ttl) = (Duration::days(1), Duration::seconds(300));
        self.list.sign(
            STATUS_LIST,
            now() - Duration::hours(1),
            lifetime,
            ttl,
            &self.kid(),
            &self.issuer,
        )
    }

    fn materials(&self) -> Materials {
        let (kid, key) = (self.kid(), self.issuer.public().to_jwk());
        Materials {
            issuer_keys: Fetched::Found(JwkSet {
                keys: vec![key.named(&kid, "ES256", "sig")],
            }),
            status_list: Fetched::Found(self.status_token()),
        }
    }

    fn verify(&self, credential: &str) -> Verdict {
        self.verify_with(credential, &self.materials())
    }

    fn verify_with(&self, credential: &str, materials: &Materials) -> Verdict {
        let binding = ExpectedBinding {
            audience: AUDIENCE,
            nonce: NONCE,
        };
        let expectation = Expectation::Presented {
            binding,
            vcts: &[VCT],
            trust: Some(&self.trust),
        };
        verify(credential, expectation, materials, now()).expect("a verdict")
    }

    /// What a wallet finds when it has just collected this text.
    fn collect(&self, credential: &str, issuer: &str, vct: &str) -> Verdict {
        let holder = self.holder.public().thumbprint();
        let expectation = Expectation::Collected {
            issuer,
            vct,
            holder: &holder,
        };
        verify(credential, expectation, &self.materials(), now()).expect("a verdict")
    }

    /// The verdict of the presentation after a change of the claims.
    fn claiming(mut self, change: impl FnOnce(&mut Value)) -> Verdict {
        change(&mut self.claims);
        self.verify(&self.presented())
    }
}

/// Exactly this check ends so; every other one passes.
#[track_caller]
fn assert_only(verdict: &Verdict, id: CheckId, outcome: Outcome) {
    for check in &verdict.checks {
        let expected = if check.id == id { outcome } else { Outcome::Passed };
        assert_eq!(check.outcome, expected, "{:?}", check.id);
    }
    assert_eq!(verdict.outcome(id), Some(outcome));
    assert!(!verdict.accepted(Policy::Strict));
}

#[track_caller]
fn assert_fails(verdict: &Verdict, id: CheckId, reason: Reason) {
    assert_only(verdict, id, Outcome::Failed(reason));
    assert!(verdict.has_failed());
    assert!(!verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn a_good_presentation_passes_every_check_in_order() {
    let scene = Scene::new();
    let verdict = scene.verify(&scene.presented());
    assert_eq!(
        verdict.checks.iter().map(|check| check.id).collect::<Vec<_>>(),
        CheckId::ALL
    );
    assert!(verdict.accepted(Policy::Strict));
    assert!(!verdict.has_failed());
    assert_eq!(verdict.status, Some(Status::Valid));
    let claims = verdict.claims.unwrap();
    assert_eq!(claims["activity"], json!({ "minutes": 7800 }));
    assert_eq!(claims.get("given_name"), None);
}

#[test]
fn vci_w_015_a_good_credential_is_collected() {
    let scene = Scene::new();
    let verdict = scene.collect(&scene.issued(), ISSUER, VCT);
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.checks);
    let not_applicable = [CheckId::Nonce, CheckId::Audience, CheckId::Trust];
    assert!(not_applicable.iter().all(|id| verdict.outcome(*id).is_none()));
    assert_eq!(verdict.claims.unwrap()["given_name"], json!("Nadia"));
}

#[test]
fn what_is_needed_is_read_without_trust() {
    let mut scene = Scene::new();
    let expected = Needs {
        issuer: ISSUER.into(),
        status_list: Some(STATUS_LIST.into()),
    };
    assert_eq!(needs(&scene.presented()), Ok(expected));
    scene.claims.as_object_mut().unwrap().remove("status");
    assert_eq!(needs(&scene.issued()).unwrap().status_list, None);
    scene.claims.as_object_mut().unwrap().remove("iss");
    assert_eq!(needs(&scene.issued()), Err(SdJwtError::Malformed));
    assert!(needs("not a credential").is_err());
}

#[test]
fn sdj_008_a_text_that_is_no_sd_jwt_cannot_be_evaluated() {
    let scene = Scene::new();
    for text in ["", "a.b.c", "a.b.c~", "~", "eyJhbGciOiJub25lIn0.e30.~"] {
        let expectation = Expectation::Collected {
            issuer: ISSUER,
            vct: VCT,
            holder: "",
        };
        assert!(verify(text, expectation, &scene.materials(), now()).is_err(), "{text}");
    }
}

#[test]
fn neg_13_an_unreferenced_disclosure_is_a_wrong_structure() {
    let scene = Scene::new();
    let other = issue(
        json!({ "a": 1 }),
        &[ClaimPath::of(&["a"])],
        "k",
        &scene.issuer,
        &SeededEntropy::new(9),
    )
    .unwrap();
    let stray = other.split('~').nth(1).unwrap();
    let verdict = scene.collect(&format!("{}{stray}~", scene.issued()), ISSUER, VCT);
    assert_fails(&verdict, CheckId::Structure, Reason::Malformed);
    assert_eq!(verdict.claims, None);
}

#[test]
fn neg_17_a_token_of_another_type_is_a_wrong_structure() {
    let scene = Scene::new();
    let header = Map::from_iter([("kid".to_owned(), json!(scene.kid()))]);
    let text = format!("{}~", jws::sign("vc+sd-jwt", header, &scene.claims, &scene.issuer));
    assert_fails(
        &scene.collect(&text, ISSUER, VCT),
        CheckId::Structure,
        Reason::Malformed,
    );
}

#[test]
fn vp_v_026_a_changed_credential_has_a_wrong_signature() {
    let scene = Scene::new();
    let forged = Scene {
        issuer: SigningKey::generate(),
        ..Scene::new()
    };
    // A key of the right name that did not sign.
    let key = scene.issuer.public().to_jwk().named(&forged.kid(), "ES256", "sig");
    let keys = Fetched::Found(JwkSet { keys: vec![key] });
    let materials = Materials {
        issuer_keys: keys,
        status_list: Fetched::Unreachable,
    };
    let verdict = forged.verify_with(&forged.presented(), &materials);
    assert_eq!(
        verdict.outcome(CheckId::Signature),
        Some(Outcome::Failed(Reason::WrongSignature))
    );
    assert!(!verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn neg_03_a_key_the_issuer_does_not_publish_is_unknown() {
    let scene = Scene::new();
    let stranger = SigningKey::generate();
    let header = Map::from_iter([
        ("kid".to_owned(), json!(stranger.public().thumbprint())),
        ("jwk".to_owned(), stranger.public().to_jwk().to_value()),
    ]);
    let text = format!("{}~", jws::sign(sd_jwt_vc::TYPE, header, &scene.claims, &stranger));
    assert_fails(
        &scene.collect(&text, ISSUER, VCT),
        CheckId::Signature,
        Reason::UnknownKey,
    );
}

#[test]
fn sdvc_005_without_the_issuers_keys_nothing_is_accepted() {
    let scene = Scene::new();
    let cases = [
        (Fetched::Unreachable, Outcome::Skipped(Reason::IssuerUnreachable)),
        (Fetched::Refused, Outcome::Failed(Reason::IssuerRefused)),
    ];
    for (issuer_keys, outcome) in cases {
        let verdict = scene.verify_with(
            &scene.presented(),
            &Materials {
                issuer_keys,
                ..scene.materials()
            },
        );
        assert_eq!(verdict.outcome(CheckId::Signature), Some(outcome));
        assert_eq!(
            verdict.outcome(CheckId::Status),
            Some(Outcome::Skipped(Reason::Unavailable))
        );
        assert!(!verdict.accepted(Policy::AcceptUncheckedStatus));
    }
}

#[test]
fn vp_v_026_a_type_that_was_not_asked_is_refused() {
    let verdict = Scene::new().claiming(|claims| claims["vct"] = json!("urn:musette:activity-attestation:2"));
    assert_fails(&verdict, CheckId::Type, Reason::WrongType);
    let scene = Scene::new();
    assert_fails(
        &scene.collect(&scene.issued(), ISSUER, "urn:other"),
        CheckId::Type,
        Reason::WrongType,
    );
}

#[test]
fn sdj_009_neg_11_a_presentation_without_key_binding_is_refused() {
    let scene = Scene::new();
    let verdict = scene.verify(&scene.issued());
    assert_eq!(
        verdict.outcome(CheckId::KeyBinding),
        Some(Outcome::Failed(Reason::NotBound))
    );
    assert_eq!(
        verdict.outcome(CheckId::Nonce),
        Some(Outcome::Skipped(Reason::Unavailable))
    );
    assert_eq!(
        verdict.outcome(CheckId::Audience),
        Some(Outcome::Skipped(Reason::Unavailable))
    );
    assert!(!verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn sdj_010_a_key_binding_by_another_key_is_refused() {
    let mut scene = Scene::new();
    scene.holder = SigningKey::generate();
    assert_fails(&scene.verify(&scene.presented()), CheckId::KeyBinding, Reason::NotBound);
}

#[test]
fn neg_12_a_disclosure_taken_away_breaks_the_key_binding() {
    let scene = Scene::new();
    let presented = scene.presented();
    let mut parts: Vec<_> = presented.split('~').collect();
    parts.remove(1);
    assert_fails(&scene.verify(&parts.join("~")), CheckId::KeyBinding, Reason::NotBound);
}

#[test]
fn neg_07_the_nonce_of_another_request_is_refused() {
    let scene = Scene::new();
    let verdict = scene.verify(&scene.presented_for(AUDIENCE, "nonce-of-another-request"));
    assert_fails(&verdict, CheckId::Nonce, Reason::OtherRequest);
}

#[test]
fn neg_08_a_presentation_for_another_verifier_is_refused() {
    let scene = Scene::new();
    for audience in [
        "did:web:verif.example",
        "verif.example",
        "decentralized_identifier:did:web:other.example",
    ] {
        let verdict = scene.verify(&scene.presented_for(audience, NONCE));
        assert_fails(&verdict, CheckId::Audience, Reason::OtherVerifier);
    }
}

#[test]
fn neg_18_the_boundaries_of_validity_are_exact() {
    let at = |name: &str, offset: i64| {
        let verdict = Scene::new().claiming(|claims| claims[name] = json!(now().timestamp() + offset));
        verdict.outcome(CheckId::Time).unwrap()
    };
    assert_eq!(at("exp", -59), Outcome::Passed);
    assert_eq!(at("exp", -60), Outcome::Failed(Reason::Expired));
    assert_eq!(at("nbf", 60), Outcome::Passed);
    assert_eq!(at("nbf", 61), Outcome::Failed(Reason::NotYetValid));
    assert_eq!(at("iat", 60), Outcome::Passed);
    assert_eq!(at("iat", 61), Outcome::Failed(Reason::NotYetValid));
}

#[test]
fn neg_18_an_expired_credential_fails_only_by_its_time() {
    let expired = Scene::new().claiming(|claims| claims["exp"] = json!(now().timestamp() - 3600));
    assert_fails(&expired, CheckId::Time, Reason::Expired);
    let early = Scene::new().claiming(|claims| claims["nbf"] = json!(now().timestamp() + 3600));
    assert_fails(&early, CheckId::Time, Reason::NotYetValid);
    let unreadable = Scene::new().claiming(|claims| claims["exp"] = json!("tomorrow"));
    assert_fails(&unreadable, CheckId::Time, Reason::Malformed);
}

#[test]
fn neg_18_a_key_binding_is_made_just_now() {
    let made = |offset: i64| {
        let scene = Scene {
            binding_at: now() + Duration::seconds(offset),
            ..Scene::new()
        };
        scene.verify(&scene.presented())
    };
    assert!(made(-300).accepted(Policy::Strict));
    assert!(made(60).accepted(Policy::Strict));
    assert_fails(&made(-301), CheckId::Time, Reason::StaleBinding);
    assert_fails(&made(61), CheckId::Time, Reason::StaleBinding);
}

#[test]
fn tsl_004_revoked_suspended_and_unknown_statuses_are_refused() {
    for (value, status, reason) in [
        (1, Status::Invalid, Reason::Revoked),
        (2, Status::Suspended, Reason::Suspended),
        (3, Status::Other(3), Reason::UnknownStatus),
    ] {
        let mut scene = Scene::new();
        scene.list.set(INDEX, value).unwrap();
        let verdict = scene.verify(&scene.presented());
        assert_fails(&verdict, CheckId::Status, reason);
        assert_eq!(verdict.status, Some(status));
    }
}

#[test]
fn neg_20_an_unreachable_status_is_neither_good_nor_bad() {
    let scene = Scene::new();
    let materials = Materials {
        status_list: Fetched::Unreachable,
        ..scene.materials()
    };
    let verdict = scene.verify_with(&scene.presented(), &materials);
    assert_only(&verdict, CheckId::Status, Outcome::Skipped(Reason::StatusUnreachable));
    assert!(!verdict.has_failed());
    assert!(verdict.accepted(Policy::AcceptUncheckedStatus));
    assert_eq!(verdict.status, None);
}

#[test]
fn neg_20_an_expired_list_is_accepted_only_by_an_explicit_policy() {
    let scene = Scene::new();
    let ttl = Duration::seconds(300);
    let old = scene.list.sign(
        STATUS_LIST,
        now() - Duration::days(2),
        Duration::days(1),
        ttl,
        &scene.kid(),
        &scene.issuer,
    );
    let materials = Materials {
        status_list: Fetched::Found(old),
        ..scene.materials()
    };
    let verdict = scene.verify_with(&scene.presented(), &materials);
    assert_only(&verdict, CheckId::Status, Outcome::Skipped(Reason::StatusRefused));
    assert!(verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn neg_19_a_status_list_that_cannot_be_believed_is_refused() {
    let scene = Scene::new();
    let (lifetime, ttl) = (Duration::days(1), Duration::seconds(300));
    let signed = |list: &StatusList, uri: &str, kid: &str, key: &SigningKey| {
        Fetched::Found(list.sign(uri, now(), lifetime, ttl, kid, key))
    };
    let stranger = SigningKey::generate();
    let short = StatusList::new(2, 8).unwrap();
    let cases = [
        (
            "foreign key",
            signed(&scene.list, STATUS_LIST, &stranger.public().thumbprint(), &stranger),
        ),
        ("forged kid", signed(&scene.list, STATUS_LIST, &scene.kid(), &stranger)),
        (
            "another address",
            signed(&scene.list, "https://asso.example/other", &scene.kid(), &scene.issuer),
        ),
        (
            "index out of range",
            signed(&short, STATUS_LIST, &scene.kid(), &scene.issuer),
        ),
        ("a credential as a status list", Fetched::Found(scene.issued())),
        ("not a token", Fetched::Found("x".into())),
        ("forbidden address", Fetched::Refused),
    ];
    for (case, status_list) in cases {
        let verdict = scene.verify_with(
            &scene.presented(),
            &Materials {
                status_list,
                ..scene.materials()
            },
        );
        assert_eq!(
            verdict.outcome(CheckId::Status),
            Some(Outcome::Failed(Reason::StatusRefused)),
            "{case}"
        );
        assert!(!verdict.accepted(Policy::AcceptUncheckedStatus), "{case}");
    }
}

#[test]
fn a_credential_without_status_needs_an_explicit_policy() {
    let verdict = Scene::new().claiming(|claims| {
        claims.as_object_mut().unwrap().remove("status");
    });
    assert_only(&verdict, CheckId::Status, Outcome::Skipped(Reason::NoStatus));
    assert!(verdict.accepted(Policy::AcceptUncheckedStatus));
    let other_mechanism = Scene::new().claiming(|claims| claims["status"] = json!({ "other": {} }));
    assert_fails(&other_mechanism, CheckId::Status, Reason::Malformed);
}

#[test]
fn neg_30_an_issuer_off_the_list_is_refused() {
    let mut scene = Scene::new();
    let trusted = scene.trust.issuers.remove(ISSUER).unwrap();
    scene
        .trust
        .issuers
        .insert("https://asso.example/o/autre".into(), trusted);
    assert_fails(&scene.verify(&scene.presented()), CheckId::Trust, Reason::UnknownIssuer);
}

#[test]
fn neg_30_trust_is_judged_on_the_day_of_signature() {
    let dissolved = |on: &str| {
        let mut scene = Scene::new();
        scene.trust.issuers.get_mut(ISSUER).unwrap().dissolved_on = Some(day(on));
        scene.verify(&scene.presented())
    };
    // Signed on 1 February: what happened later takes nothing away.
    assert!(dissolved("2026-02-02").accepted(Policy::Strict));
    assert!(dissolved("2026-02-01").accepted(Policy::Strict));
    assert_fails(&dissolved("2026-01-31"), CheckId::Trust, Reason::IssuerNotThen);
    let undated = Scene::new().claiming(|claims| {
        claims.as_object_mut().unwrap().remove("iat");
    });
    assert_only(&undated, CheckId::Trust, Outcome::Skipped(Reason::Unavailable));
    assert!(!undated.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn neg_20_without_a_current_trust_list_nothing_is_accepted() {
    let mut scene = Scene::new();
    scene.trust.next_update = now();
    let stale = scene.verify(&scene.presented());
    assert_only(&stale, CheckId::Trust, Outcome::Skipped(Reason::StaleTrustList));
    assert!(!stale.accepted(Policy::AcceptUncheckedStatus));
    let binding = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
    };
    let expectation = Expectation::Presented {
        binding,
        vcts: &[VCT],
        trust: None,
    };
    let without = verify(&scene.presented(), expectation, &scene.materials(), now()).unwrap();
    assert_only(&without, CheckId::Trust, Outcome::Skipped(Reason::NoTrustList));
    assert!(!without.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn vci_w_015_a_credential_of_another_issuer_is_not_collected() {
    let scene = Scene::new();
    let verdict = scene.collect(&scene.issued(), "https://asso.example/o/autre", VCT);
    assert_fails(&verdict, CheckId::Signature, Reason::WrongSignature);
}

#[test]
fn vci_w_015_a_credential_bound_to_another_key_is_not_collected() {
    let mut scene = Scene::new();
    scene.holder = SigningKey::generate();
    assert_fails(
        &scene.collect(&scene.issued(), ISSUER, VCT),
        CheckId::KeyBinding,
        Reason::NotBound,
    );
}

#[test]
fn vci_w_016_a_presentation_from_an_issuer_is_not_collected() {
    let scene = Scene::new();
    assert_fails(
        &scene.collect(&scene.presented(), ISSUER, VCT),
        CheckId::KeyBinding,
        Reason::NotBound,
    );
}

#[test]
fn every_check_runs_even_when_others_fail() {
    let mut scene = Scene::new();
    scene.list.set(INDEX, 1).unwrap();
    scene.claims["exp"] = json!(now().timestamp() - 3600);
    scene.claims["vct"] = json!("urn:other");
    scene.trust.issuers.clear();
    scene.binding_at = now() - Duration::hours(1);
    let verdict = scene.verify(&scene.presented_for("other", "other"));
    let failed: Vec<_> = verdict
        .checks
        .iter()
        .filter(|check| check.outcome != Outcome::Passed)
        .map(|check| check.id)
        .collect();
    let expected = [
        CheckId::Type,
        CheckId::Nonce,
        CheckId::Audience,
        CheckId::Time,
        CheckId::Status,
        CheckId::Trust,
    ];
    assert_eq!(failed, expected);
}

#[test]
fn nothing_is_accepted_without_checks() {
    let verdict = Verdict {
        checks: Vec::new(),
        claims: Some(json!({})),
        status: None,
    };
    assert!(!verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn codes_are_those_of_json() {
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), json!(reason.code()));
    }
    for id in CheckId::ALL {
        assert_eq!(serde_json::to_value(id).unwrap(), json!(id.code()));
    }
    let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    let check = Check {
        id: CheckId::Time,
        outcome: Outcome::Failed(Reason::Expired),
    };
    assert_eq!(
        serde_json::to_value(check).unwrap(),
        json!({ "id": "time", "outcome": "failed", "reason": "expired" })
    );
    let check = Check {
        id: CheckId::Time,
        outcome: Outcome::Passed,
    };
    assert_eq!(
        serde_json::to_value(check).unwrap(),
        json!({ "id": "time", "outcome": "passed" })
    );
}
