//! Structure, signature and type.

use super::*;

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
    let verdict = scene.collect(&format!("{}{stray}~", scene.issued()));
    assert_fails(&verdict, CheckId::Structure, Reason::Malformed);
    assert_eq!(verdict.claims, None);
}

#[test]
fn neg_17_a_token_of_another_type_is_a_wrong_structure() {
    let scene = Scene::new();
    let header = Map::from_iter([("kid".to_owned(), json!(scene.kid()))]);
    let text = format!("{}~", jws::sign("vc+sd-jwt", header, &scene.claims, &scene.issuer));
    assert_fails(&scene.collect(&text), CheckId::Structure, Reason::Malformed);
}

#[test]
fn sdvc_001_the_type_of_older_drafts_is_taken_by_who_says_so() {
    let scene = Scene::new();
    let verdict = |typ: &str, takes_old_type| {
        let header = Map::from_iter([("kid".to_owned(), json!(scene.kid()))]);
        let text = format!("{}~", jws::sign(typ, header, &scene.claims, &scene.issuer));
        let rules = Rules {
            takes_old_type,
            ..Rules::default()
        };
        verify_under(&rules, &text, Expectation::Found, &scene.materials(), now()).unwrap()
    };
    assert!(verdict("vc+sd-jwt", true).accepted(Policy::Strict));
    assert!(verdict("dc+sd-jwt", true).accepted(Policy::Strict));
    assert_fails(&verdict("vc+sd-jwt", false), CheckId::Structure, Reason::Malformed);
    for other in ["statuslist+jwt", "kb+jwt", "vc+jwt", "sd-jwt", ""] {
        assert_fails(&verdict(other, true), CheckId::Structure, Reason::Malformed);
    }
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
    let materials = Materials {
        issuer_keys: published(vec![key]),
        status_list: Fetched::Unreachable,
        type_metadata: Fetched::NotAsked,
    };
    let verdict = forged.verify_with(&forged.presented(), &materials);
    assert_eq!(
        verdict.outcome(CheckId::Signature),
        Some(Outcome::Failed(Reason::WrongSignature))
    );
    assert_never_accepted(&verdict);
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
    assert_fails(&scene.collect(&text), CheckId::Signature, Reason::UnknownKey);
}

#[test]
fn sdvc_005_without_the_issuers_keys_nothing_is_accepted() {
    let scene = Scene::new();
    let cases = [
        (Fetched::Unreachable, Outcome::Skipped(Reason::IssuerUnreachable)),
        (Fetched::Unusable, Outcome::Skipped(Reason::IssuerUnusable)),
        (Fetched::Forbidden, Outcome::Failed(Reason::IssuerRefused)),
        (Fetched::NotAsked, Outcome::Skipped(Reason::NotNeeded)),
    ];
    for (issuer_keys, outcome) in cases {
        let materials = Materials {
            issuer_keys,
            ..scene.materials()
        };
        let verdict = scene.verify_with(&scene.presented(), &materials);
        assert_eq!(verdict.outcome(CheckId::Signature), Some(outcome));
        assert_eq!(
            verdict.outcome(CheckId::Status),
            Some(Outcome::Skipped(Reason::Unavailable))
        );
        assert_never_accepted(&verdict);
    }
}

#[test]
fn vp_v_026_a_type_that_was_not_asked_is_refused() {
    let verdict = Scene::new().claiming(|claims| claims["vct"] = json!("urn:musette:activity-attestation:2"));
    assert_fails(&verdict, CheckId::Type, Reason::WrongType);
    let scene = Scene::new();
    assert_fails(
        &scene.collect_as(&scene.issued(), ISSUER, "urn:other"),
        CheckId::Type,
        Reason::WrongType,
    );
}
