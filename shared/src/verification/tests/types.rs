//! What the metadata of its type demands of a credential.

use super::*;
use crate::format::sd_jwt_vc::type_metadata::TypeRegistry;

/// The type, with these claims.
fn metadata(claims: &Value) -> Fetched<Result<TypeMetadata, TypeMetadataError>> {
    let mut types = TypeRegistry::default();
    types.add(json!({"vct": VCT, "claims": claims}).to_string()).unwrap();
    let reference = TypeReference {
        vct: VCT.into(),
        integrity: None,
    };
    Fetched::Found(types.resolve(&reference).unwrap())
}

fn with(scene: &Scene, type_metadata: Fetched<Result<TypeMetadata, TypeMetadataError>>) -> Materials {
    Materials {
        type_metadata,
        ..scene.materials()
    }
}

#[test]
fn sdvc_008_a_credential_that_keeps_the_rules_of_its_type_is_accepted() {
    let scene = Scene::new();
    let rules = json!([
        {"path": ["given_name"], "sd": "always", "mandatory": true},
        {"path": ["activity"], "sd": "never", "mandatory": true},
        {"path": ["activity", "minutes"], "sd": "always", "mandatory": true},
    ]);
    let verdict = scene.verify_with(&scene.presented(), &with(&scene, metadata(&rules)));
    assert_eq!(verdict.outcome(CheckId::TypeMetadata), Some(Outcome::Passed));
    assert!(verdict.accepted(Policy::Strict), "the name was issued, and not shown");
}

#[test]
fn sdvc_008_a_credential_that_breaks_a_rule_of_its_type_is_refused() {
    let scene = Scene::new();
    for rule in [
        json!({"path": ["activity"], "sd": "always"}),
        json!({"path": ["activity", "minutes"], "sd": "never"}),
        json!({"path": ["family_name"], "sd": "never", "mandatory": true}),
    ] {
        let verdict = scene.verify_with(&scene.presented(), &with(&scene, metadata(&json!([rule]))));
        assert_fails(&verdict, CheckId::TypeMetadata, Reason::AgainstType);
    }
    // Its holder sees that it is not there at all.
    let rules = json!([{"path": ["family_name"], "mandatory": true}]);
    let holder = scene.holder.public().thumbprint();
    let collected = Expectation::Collected {
        issuer: ISSUER,
        vct: VCT,
        holder: &holder,
    };
    let materials = with(&scene, metadata(&rules));
    let verdict = verify(&scene.issued(), collected, &materials, now()).unwrap();
    assert_fails(&verdict, CheckId::TypeMetadata, Reason::AgainstType);
    let verdict = verify(&scene.issued(), Expectation::Found, &materials, now()).unwrap();
    assert!(verdict.accepted(Policy::Strict));
}

#[test]
fn sdvc_007_metadata_that_came_and_is_wrong_is_held_against_it() {
    let scene = Scene::new();
    let wrong = Fetched::Found(Err(TypeMetadataError::Circular));
    let verdict = scene.verify_with(&scene.presented(), &with(&scene, wrong));
    assert_fails(&verdict, CheckId::TypeMetadata, Reason::TypeUnusable);
    let mut of_another = Scene::new();
    of_another.claims["vct"] = json!("urn:another");
    let materials = with(&of_another, metadata(&json!([])));
    let verdict = verify(&of_another.issued(), Expectation::Found, &materials, now()).unwrap();
    assert_fails(&verdict, CheckId::TypeMetadata, Reason::TypeUnusable);
    let mut unreadable = Scene::new();
    unreadable.claims["vct#integrity"] = json!(7);
    assert_eq!(needs(&unreadable.issued()).unwrap().type_metadata, None);
    let verdict = unreadable.verify(&unreadable.presented());
    assert_fails(&verdict, CheckId::TypeMetadata, Reason::TypeUnusable);
}

#[test]
fn metadata_that_could_not_be_fetched_is_not_held_against_it() {
    let scene = Scene::new();
    for missing in [Fetched::Unreachable, Fetched::Unusable, Fetched::Forbidden] {
        let verdict = scene.verify_with(&scene.presented(), &with(&scene, missing));
        let skipped = Outcome::Skipped(Reason::TypeUnreachable);
        assert_eq!(verdict.outcome(CheckId::TypeMetadata), Some(skipped));
        assert!(verdict.accepted(Policy::Strict), "nobody has to use it");
    }
    let verdict = scene.verify_with(&scene.presented(), &with(&scene, Fetched::NotAsked));
    assert_eq!(verdict.outcome(CheckId::TypeMetadata), None);
}
