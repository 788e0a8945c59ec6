//! Key binding, and time.

use super::*;

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
    assert_never_accepted(&verdict);
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
