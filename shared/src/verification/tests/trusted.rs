//! The trust list.

use super::*;

#[test]
fn neg_30_an_issuer_off_the_list_is_refused() {
    let mut scene = Scene::new();
    let trusted = scene.trust.issuers.remove(ISSUER).unwrap();
    scene
        .trust
        .issuers
        .insert("https://asso.example/o/autre".into(), trusted);
    assert_fails(&scene.verify(&scene.presented()), CheckId::Trust, Reason::UnknownIssuer);
    let undated = scene.claiming(|claims| {
        claims.as_object_mut().unwrap().remove("iat");
    });
    assert_fails(&undated, CheckId::Trust, Reason::UnknownIssuer);
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
    assert_never_accepted(&undated);
}

#[test]
fn neg_20_without_a_current_trust_list_nothing_is_accepted() {
    let mut scene = Scene::new();
    scene.trust.next_update = now();
    let stale = scene.verify(&scene.presented());
    assert_only(&stale, CheckId::Trust, Outcome::Skipped(Reason::StaleTrustList));
    assert_never_accepted(&stale);
    let without = verify(&scene.presented(), presented_with(None), &scene.materials(), now()).unwrap();
    assert_only(&without, CheckId::Trust, Outcome::Skipped(Reason::NoTrustList));
    assert_never_accepted(&without);
}
