//! Issuers whose keys are in a DID document.

use super::*;
use crate::did::{Did, DidDocument};

/// A credential of an issuer that is a DID.
fn credential(scene: &mut Scene, did: &Did, kid: Option<&str>) -> String {
    scene.claims["iss"] = json!(did);
    scene.claims.as_object_mut().unwrap().remove("status");
    let header = kid.map(|kid| ("kid".to_owned(), json!(kid))).into_iter().collect();
    format!("{}~", jws::sign(sd_jwt_vc::TYPE, header, &scene.claims, &scene.issuer))
}

fn signature(text: &str, document: Fetched<IssuerKeys>) -> Outcome {
    let materials = Materials {
        issuer_keys: document,
        status_list: Fetched::NotAsked,
        type_metadata: Fetched::NotAsked,
    };
    let verdict = verify(text, Expectation::Found, &materials, now()).unwrap();
    let outcome = verdict.outcome(CheckId::Signature).unwrap();
    assert_eq!(verdict.accepted(Policy::Strict), outcome == Outcome::Passed);
    outcome
}

fn web() -> Did {
    "did:web:asso.example:o:les-paniers".parse().unwrap()
}

#[test]
fn an_issuer_that_is_a_did_signs_with_a_key_of_its_document() {
    let mut scene = Scene::new();
    let key = scene.issuer.public().clone();
    let multikey: Did = format!("did:key:{}", key.to_multikey()).parse().unwrap();
    let jwk = Did::jwk(&key.to_jwk());
    let webvh: Did = "did:webvh:QmfGEUAcMpzo25kF2Rhn8L5FAXysfGnkzjwdKoNPi615XQ:asso.example"
        .parse()
        .unwrap();
    for (did, document, fragment) in [
        (multikey.clone(), multikey.resolve_local().unwrap(), key.to_multikey()),
        (jwk.clone(), jwk.resolve_local().unwrap(), "0".to_owned()),
        (
            web(),
            DidDocument::publish(&web(), std::slice::from_ref(&key)),
            key.thumbprint(),
        ),
        (
            webvh.clone(),
            DidDocument::publish(&webvh, std::slice::from_ref(&key)),
            key.thumbprint(),
        ),
    ] {
        for kid in [format!("{did}#{fragment}"), format!("#{fragment}")] {
            let text = credential(&mut scene, &did, Some(&kid));
            let needed = needs(&text).unwrap();
            assert_eq!(
                (needed.issuer.as_str(), needed.key_source),
                (did.as_str(), KeySource::Document(did.clone()))
            );
            assert_eq!(
                signature(&text, Fetched::Found(document.clone().into())),
                Outcome::Passed,
                "{kid}"
            );
        }
    }
}

#[test]
fn neg_03_a_kid_selects_only_within_the_document_of_the_issuer() {
    let mut scene = Scene::new();
    let key = scene.issuer.public().clone();
    let document = Fetched::Found(IssuerKeys::from(DidDocument::publish(
        &web(),
        std::slice::from_ref(&key),
    )));
    let thumbprint = key.thumbprint();
    let foreign = format!("did:key:{0}#{0}", key.to_multikey());
    for kid in [
        None,
        Some(thumbprint.as_str()),
        Some(""),
        Some("#"),
        Some(foreign.as_str()),
    ] {
        let text = credential(&mut scene, &web(), kid);
        assert_eq!(
            signature(&text, document.clone()),
            Outcome::Failed(Reason::UnknownKey),
            "{kid:?}"
        );
    }
}

#[test]
fn neg_05_a_key_that_is_not_for_assertions_or_of_another_signs_nothing() {
    let mut scene = Scene::new();
    let key = scene.issuer.public().clone();
    let kid = format!("{}#{}", web(), key.thumbprint());
    let text = credential(&mut scene, &web(), Some(&kid));
    let published = serde_json::to_value(DidDocument::publish(&web(), &[key])).unwrap();
    let changed = |change: fn(&mut Value)| {
        let mut document = published.clone();
        change(&mut document);
        Fetched::Found(DidDocument::read(&web(), document).unwrap().into())
    };
    for document in [
        changed(|document| document["assertionMethod"] = json!([])),
        changed(|document| document["verificationMethod"][0]["controller"] = json!("did:web:evil.example")),
    ] {
        assert_eq!(signature(&text, document), Outcome::Failed(Reason::UnknownKey));
    }
    // The document of somebody else, though it lists the key.
    let other: Did = "did:web:evil.example".parse().unwrap();
    let document = DidDocument::publish(&other, &[scene.issuer.public().clone()]);
    assert_eq!(
        signature(&text, Fetched::Found(document.into())),
        Outcome::Failed(Reason::UnknownKey)
    );
    let stranger = DidDocument::publish(&web(), &[SigningKey::generate().public().clone()]);
    assert_eq!(
        signature(&text, Fetched::Found(stranger.into())),
        Outcome::Failed(Reason::UnknownKey)
    );
}

#[test]
fn a_did_document_that_could_not_be_fetched_says_nothing() {
    let mut scene = Scene::new();
    let text = credential(&mut scene, &web(), Some("#key"));
    for (document, expected) in [
        (Fetched::Unreachable, Outcome::Skipped(Reason::IssuerUnreachable)),
        (Fetched::Unusable, Outcome::Skipped(Reason::IssuerUnusable)),
        (Fetched::Forbidden, Outcome::Failed(Reason::IssuerRefused)),
    ] {
        assert_eq!(signature(&text, document), expected);
    }
}

#[test]
fn tsl_006_the_status_list_of_a_did_is_signed_by_a_key_of_its_document() {
    let mut scene = Scene::new();
    let status = scene.claims["status"].clone();
    let kid = format!("{}#{}", web(), scene.issuer.public().thumbprint());
    credential(&mut scene, &web(), None);
    scene.claims["status"] = status;
    let header = Map::from_iter([("kid".to_owned(), json!(kid))]);
    let text = format!("{}~", jws::sign(sd_jwt_vc::TYPE, header, &scene.claims, &scene.issuer));
    let document = DidDocument::publish(&web(), &[scene.issuer.public().clone()]);
    for (kid, expected) in [
        (kid, Outcome::Passed),
        (
            "did:web:evil.example#key".to_owned(),
            Outcome::Failed(Reason::StatusRefused),
        ),
    ] {
        let (lifetime, ttl) = (Duration::days(1), Duration::seconds(300));
        let list = scene.list.sign(STATUS_LIST, now(), lifetime, ttl, &kid, &scene.issuer);
        let materials = Materials {
            issuer_keys: Fetched::Found(document.clone().into()),
            status_list: edition(&list),
            type_metadata: Fetched::NotAsked,
        };
        let verdict = verify(&text, Expectation::Found, &materials, now()).unwrap();
        assert_eq!(verdict.outcome(CheckId::Status), Some(expected), "{kid}");
    }
}
