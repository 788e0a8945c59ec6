//! Neither revoked nor suspended, as far as can be known.

use super::*;
use crate::status_list::token::{self, Editions};

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
    let verdict = scene.verify_by(Fetched::Unreachable);
    assert_only(&verdict, CheckId::Status, Outcome::Skipped(Reason::StatusUnreachable));
    assert!(!verdict.has_failed());
    assert!(verdict.accepted(Policy::AcceptUncheckedStatus));
    assert_eq!(verdict.status, None);
}

#[test]
fn a_status_that_was_not_asked_for_is_not_a_good_one() {
    let verdict = Scene::new().verify_by(Fetched::NotAsked);
    assert_only(&verdict, CheckId::Status, Outcome::Skipped(Reason::NotNeeded));
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
    let verdict = scene.verify_by(edition(&old));
    assert_only(&verdict, CheckId::Status, Outcome::Skipped(Reason::StatusUnusable));
    assert!(verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[test]
fn tsl_006_what_is_no_status_list_says_nothing() {
    let scene = Scene::new();
    let signed = |claims: Value| {
        let header = Map::from_iter([("kid".to_owned(), json!(scene.kid()))]);
        edition(&jws::sign(token::TYPE, header, &claims, &scene.issuer))
    };
    let cases = [
        ("another answer", Fetched::Unusable),
        ("not a token", edition("<html>")),
        ("a credential", edition(&scene.issued())),
        (
            "no list in it",
            signed(json!({ "sub": STATUS_LIST, "iat": now().timestamp() })),
        ),
    ];
    for (case, status_list) in cases {
        let verdict = scene.verify_by(status_list);
        assert_eq!(
            verdict.outcome(CheckId::Status),
            Some(Outcome::Skipped(Reason::StatusUnusable)),
            "{case}"
        );
        assert!(!verdict.has_failed() && !verdict.accepted(Policy::Strict), "{case}");
    }
}

#[test]
fn neg_19_a_status_list_that_cannot_be_believed_is_refused() {
    let scene = Scene::new();
    let (lifetime, ttl) = (Duration::days(1), Duration::seconds(300));
    let signed = |list: &StatusList, uri: &str, kid: &str, key: &SigningKey| {
        edition(&list.sign(uri, now(), lifetime, ttl, kid, key))
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
        (
            "not signed",
            edition("eyJhbGciOiJub25lIiwidHlwIjoic3RhdHVzbGlzdCtqd3QifQ.e30."),
        ),
        ("forbidden address", Fetched::Forbidden),
    ];
    for (case, status_list) in cases {
        let verdict = scene.verify_by(status_list);
        assert_eq!(
            verdict.outcome(CheckId::Status),
            Some(Outcome::Failed(Reason::StatusRefused)),
            "{case}"
        );
        assert!(!verdict.accepted(Policy::AcceptUncheckedStatus), "{case}");
    }
}

#[test]
fn a_credential_without_status_passes_and_the_verdict_notes_that_it_cannot_be_revoked() {
    let verdict = Scene::new().claiming(|claims| {
        claims.as_object_mut().unwrap().remove("status");
    });
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.checks);
    assert_eq!(verdict.status, None);
    let notes: Vec<_> = verdict
        .checks
        .iter()
        .filter_map(|check| Some((check.id, check.note?)))
        .collect();
    assert_eq!(notes, [(CheckId::Status, Reason::NoStatus)]);
    let with_status = Scene::new().claiming(|_| {});
    assert!(with_status.checks.iter().all(|check| check.note.is_none()));
    let other_mechanism = Scene::new().claiming(|claims| claims["status"] = json!({ "other": {} }));
    assert_fails(&other_mechanism, CheckId::Status, Reason::Malformed);
}

#[test]
fn a_kept_list_answers_again_until_the_key_that_signed_it_is_withdrawn() {
    let (scene, editions) = (Scene::new(), Editions::default());
    let received = editions.receive(STATUS_LIST, &scene.status_token(), now());
    assert!(scene.verify_by(Fetched::Found(received)).accepted(Policy::Strict));
    let kept = editions.kept(STATUS_LIST, now()).unwrap();
    let verdict = scene.verify_by(Fetched::Found(Arc::clone(&kept)));
    assert!(verdict.accepted(Policy::Strict));
    assert_eq!(verdict.status, Some(Status::Valid));

    let key = SigningKey::generate().public().to_jwk();
    let rotated = Materials {
        issuer_keys: published(vec![key.named("another", "ES256", "sig")]),
        status_list: Fetched::Found(kept),
        type_metadata: Fetched::NotAsked,
    };
    let verdict = scene.verify_with(&scene.presented(), &rotated);
    assert_eq!(
        verdict.outcome(CheckId::Status),
        Some(Outcome::Failed(Reason::StatusRefused))
    );
    assert!(editions.kept(STATUS_LIST, now()).is_none(), "fetched again next time");
}
