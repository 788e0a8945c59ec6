//! A code that was scanned.

use super::*;
use crate::{
    activity::tests::across_two_years,
    format::paper::{self, Envelope, PaperError},
};

fn signed(scene: &Scene) -> String {
    let envelope = Envelope {
        issuer: ISSUER.to_owned(),
        status: StatusReference {
            idx: INDEX,
            uri: STATUS_LIST.to_owned(),
        },
        issued_on: day("2026-01-12"),
        expires_at: now() + Duration::days(365),
    };
    paper::sign(&across_two_years(), &envelope, &scene.issuer).unwrap()
}

#[test]
fn a_right_code_is_accepted_and_says_what_is_attested() {
    let scene = Scene::new();
    let text = signed(&scene);
    assert_eq!(
        paper_needs(&text),
        Ok(Needs {
            issuer: ISSUER.to_owned(),
            key_source: KeySource::Metadata,
            status_list: Some(STATUS_LIST.to_owned()),
            type_metadata: None
        })
    );
    let verdict = verify_paper(&text, &scene.materials(), now()).unwrap();
    assert!(verdict.accepted(Policy::Strict), "{verdict:?}");
    let claims = verdict.claims.unwrap();
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(
        claims["activity"]["minutes"],
        json!(across_two_years().activity().minutes)
    );
}

#[test]
fn neg_03_a_code_by_another_key_or_of_another_time_is_refused() {
    let mut scene = Scene::new();
    let text = signed(&scene);
    let outcome = |scene: &Scene, materials: &Materials, at, id| {
        verify_paper(&signed(scene), materials, at)
            .unwrap()
            .outcome(id)
            .unwrap()
    };
    let stranger = Scene::new();
    assert_eq!(
        outcome(&scene, &stranger.materials(), now(), CheckId::Signature),
        Outcome::Failed(Reason::UnknownKey)
    );
    let materials = scene.materials();
    for (at, reason) in [
        (now() + Duration::days(400), Reason::Expired),
        (now() - Duration::days(400), Reason::NotYetValid),
    ] {
        assert_eq!(outcome(&scene, &materials, at, CheckId::Time), Outcome::Failed(reason));
    }
    let unreachable = Materials {
        issuer_keys: Fetched::Unreachable,
        status_list: Fetched::Unreachable,
        type_metadata: Fetched::NotAsked,
    };
    let verdict = verify_paper(&text, &unreachable, now()).unwrap();
    assert!(!verdict.has_failed() && !verdict.accepted(Policy::AcceptUncheckedStatus));
    scene.list.set(INDEX, 1).unwrap();
    let verdict = verify_paper(&text, &scene.materials(), now()).unwrap();
    assert_fails(&verdict, CheckId::Status, Reason::Revoked);
    assert_eq!(verify_paper("bonjour", &materials, now()), Err(PaperError::OtherText));
}
