//! What a wallet finds when it collects.

use super::*;

#[test]
fn vci_w_015_a_good_credential_is_collected() {
    let scene = Scene::new();
    let verdict = scene.collect(&scene.issued());
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.checks);
    let not_applicable = [CheckId::Nonce, CheckId::Audience, CheckId::Trust];
    assert!(not_applicable.iter().all(|id| verdict.outcome(*id).is_none()));
    assert_eq!(verdict.claims.unwrap()["given_name"], json!("Nadia"));
}

#[test]
fn vci_w_015_a_credential_of_another_issuer_is_not_collected() {
    let scene = Scene::new();
    let verdict = scene.collect_as(&scene.issued(), "https://asso.example/o/autre", VCT);
    assert_fails(&verdict, CheckId::Signature, Reason::WrongSignature);
}

#[test]
fn vci_w_015_a_credential_bound_to_another_key_is_not_collected() {
    let mut scene = Scene::new();
    scene.holder = SigningKey::generate();
    assert_fails(&scene.collect(&scene.issued()), CheckId::KeyBinding, Reason::NotBound);
}

#[test]
fn vci_w_016_a_presentation_from_an_issuer_is_not_collected() {
    let scene = Scene::new();
    assert_fails(
        &scene.collect(&scene.presented()),
        CheckId::KeyBinding,
        Reason::NotBound,
    );
}
