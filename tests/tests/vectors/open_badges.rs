//! Open Badges 3.0: fixtures of 1EdTech's public validator, examples of impierce, canonical forms of the specification, and
//! records of CLR 2.0, which hold badges.

use chrono::{DateTime, Utc};
use std::path::Path;

use serde_json::Value;
use shared::{
    credential::{
        open_badge::{self, BadgeToken, TokenError},
        vcdm,
    },
    format::data_integrity::{Expected, Secured},
    keys::{PublicKey, jws::JwsError},
    testing::linked_data::{canonical_json_ld, canonical_n_quads},
};

use crate::source::Vectors;

/// Where the first thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// It has no proof to look at.
    NoProof,
    /// The shape: of the W3C model, or of Open Badges.
    Shape,
    /// A context we have not, or a term that means nothing.
    Terms,
    /// A proof is of a suite we do not know, or its method names no key.
    Proof,
    /// A proof does not fit.
    Signature,
    /// Expired, or not valid yet.
    Time,
}

use Wrong::{NoProof, Proof, Shape, Signature, Terms, Time};

/// The fixtures of the validator. `simple-err-NAME` are wrong, the others right; where we say otherwise, a reason stands
/// beside it.
const VALIDATOR: &[(&str, Result<(), Wrong>)] = &[
    ("complete.json", Ok(())),
    // A kind of identifier (`email`) that is not of the list, and no extended one.
    ("complete_v1.json", Err(Shape)),
    // Ed25519Signature2020, of before Data Integrity, is not verified; what is revoked there is asked over the network.
    ("credential-status-revoked.json", Err(Proof)),
    // Likewise; meant wrong for its schema, status and refresh service, which are asked over the network.
    ("endorsement-err-schema-status-refresh.json", Err(Proof)),
    ("endorsement-valid.json", Ok(())),
    ("simple-context-alias.json", Ok(())),
    ("simple-context-version.json", Ok(())),
    // Its method is a DID, which names no key (CID 1.0 §2.2: a verification method is a URL of its own).
    ("simple-did-key-method.json", Err(Proof)),
    ("simple-did-web-method.json", Ok(())),
    // eddsa-2022, a draft's name.
    ("simple-eddsa-2022.json", Err(Proof)),
    ("simple-err-context.json", Err(Shape)),
    (
        "simple-err-credential-subject-achievement-result-description-type.json",
        Err(Shape),
    ),
    ("simple-err-credential-subject-identifier-type.json", Err(Shape)),
    ("simple-err-credential-subject-profile-type.json", Err(Shape)),
    ("simple-err-credential-subject-result-type.json", Err(Shape)),
    ("simple-err-credential-subject-type.json", Err(Shape)),
    ("simple-err-evidence-type.json", Err(Shape)),
    ("simple-err-expired.json", Err(Time)),
    ("simple-err-issued.json", Err(Shape)),
    ("simple-err-issuer-otheridentifier-type.json", Err(Shape)),
    ("simple-err-issuer-parentorg-type.json", Err(Shape)),
    ("simple-err-issuer-type.json", Err(Shape)),
    ("simple-err-issuer.json", Err(Shape)),
    ("simple-err-proof-method-no-scheme.json", Err(Proof)),
    ("simple-err-proof-method-unknown-did-method.json", Err(Proof)),
    ("simple-err-proof-method-unknown-scheme.json", Err(Proof)),
    ("simple-err-proof-method.json", Err(Proof)),
    ("simple-err-proof-value.json", Err(Signature)),
    ("simple-err-type.json", Err(Shape)),
    // One of its proofs is of a type nobody knows: we want every proof to hold, where a verifier may pick one.
    ("simple-multiple-proofs.json", Err(Proof)),
    // Wrong in itself: a badge without achievement, and without proof.
    ("simple-noproof.json", Err(Shape)),
    ("simple.json", Ok(())),
    // Ed25519Signature2020.
    ("simple_v1.json", Err(Proof)),
];

/// Those with a status of the W3C. What is revoked is asked over the network; signature and shape are as they are meant.
const WITH_STATUS: &[(&str, Result<(), Wrong>)] = &[
    ("credential-status-revoked-blank-nodes.json", Ok(())),
    ("credential-status-revoked.json", Ok(())),
];

/// Badges that lie in records, in order.
const IN_RECORDS: &[(&str, Result<(), Wrong>)] = &[
    // Ed25519Signature2020.
    ("complex.json", Err(Proof)),
    ("complex.json", Err(Proof)),
    ("complex.json", Err(Proof)),
    ("complex.json", Err(Proof)),
    ("complex.json", Err(Proof)),
    ("complex.json", Err(Proof)),
    // Their schema is of a type that no context of theirs defines.
    ("simple-noproof.json", Err(Terms)),
    ("simple.json", Ok(())),
    ("simple_old_safesigned.json", Err(Terms)),
    ("simple_v1.json", Err(Proof)),
    ("simple_v1.json", Err(Proof)),
    ("simple_v1.json", Err(Proof)),
    ("simple_v1.json", Err(Proof)),
    ("simple_v1.json", Err(Proof)),
    ("simple_v1.json", Err(Proof)),
];

fn now() -> DateTime<Utc> {
    "2026-01-10T00:00:00Z".parse().expect("an instant")
}

/// What is first found wrong with a secured document, and at which place. As in [`shared::verification`], the shape is that
/// of the document without its proofs. The issuers of the fixtures are web pages that nobody publishes: a key is the one
/// that the method's fragment is.
fn judge(text: &str) -> Result<(), (Wrong, String)> {
    let at = |wrong: Wrong| move |error: &dyn ToString| (wrong, error.to_string());
    let mut document: Value = shared::json::parse(text.as_bytes()).map_err(|error| at(Shape)(&error))?;
    if let Some(members) = document.as_object_mut() {
        members.remove("proof");
    }
    vcdm::check_credential(&document).map_err(|error| at(Shape)(&error))?;
    open_badge::check(&document).map_err(|error| at(Shape)(&error))?;
    canonical_json_ld(&document.to_string()).map_err(|error| at(Terms)(&error))?;
    let secured = Secured::parse(text).map_err(|error| at(NoProof)(&error))?;
    for proof in secured.proofs().map_err(|error| at(Proof)(&error))? {
        let expected = Expected {
            purpose: "assertionMethod",
            domain: None,
            challenge: None,
            now: now(),
        };
        Secured::check(&proof, &expected).map_err(|error| at(Proof)(&error))?;
        let method = proof.verification_method();
        let (_, multikey) = method.split_once('#').ok_or_else(|| at(Proof)(&method))?;
        let key = PublicKey::from_multikey(multikey).map_err(|error| at(Proof)(&error))?;
        secured.verify(&proof, &key).map_err(|error| at(Signature)(&error))?;
    }
    let instant = |name: &str| document.get(name)?.as_str()?.parse::<DateTime<Utc>>().ok();
    if instant("validUntil").is_some_and(|until| until <= now())
        || instant("validFrom").is_some_and(|from| from > now())
    {
        return Err(at(Time)(&"outside of its period"));
    }
    Ok(())
}

/// Judges every file; each must be listed, and be what the list says.
fn assert_judged(vectors: &Vectors, folder: &str, listed: &[(&str, Result<(), Wrong>)]) {
    let mut wrong = Vec::new();
    let names: Vec<String> = vectors
        .names()
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"))
        .collect();
    assert_eq!(
        names,
        listed.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        "{folder}"
    );
    for (file, expected) in listed {
        let found = judge(&vectors.text(file));
        let place = found.clone().map_err(|(place, _)| place);
        if place != *expected {
            wrong.push(format!("{file}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{folder}:\n{}", wrong.join("\n"));
}

#[test]
fn fixtures_of_the_public_validator_are_judged_as_they_are_meant() {
    for (folder, listed) in [("", VALIDATOR), ("/bit-string-list", WITH_STATUS)] {
        let folder = format!("open-badges-3.0/1edtech-validator/test/resources/ob30{folder}");
        let Some(vectors) = Vectors::open(&folder) else { return };
        assert_judged(&vectors, &folder, listed);
    }
    for (file, expected) in VALIDATOR {
        let is_wrong = file.contains("-err-");
        assert!(!is_wrong || expected.is_err(), "{file} is meant to be wrong");
    }
    let right = VALIDATOR.iter().filter(|(_, expected)| expected.is_ok()).count();
    assert_eq!((VALIDATOR.len(), right), (33, 6));
}

#[test]
fn a_byte_changed_in_a_fixture_is_noticed() {
    let Some(vectors) = Vectors::open("open-badges-3.0/1edtech-validator/test/resources/ob30") else {
        return;
    };
    for (file, _) in VALIDATOR.iter().filter(|(_, expected)| expected.is_ok()) {
        let mut document = vectors.json(file);
        document["name"] = "another".into();
        let found = judge(&document.to_string()).map_err(|(place, _)| place);
        assert_eq!(found, Err(Signature), "{file}");
    }
}

#[test]
fn tokens_of_the_public_validator_are_told_by_what_we_cannot_check() {
    let Some(vectors) = Vectors::open("open-badges-3.0/1edtech-validator/test/resources/ob30") else {
        return;
    };
    // RS256: no kind of key that we use.
    for file in ["simple.jwt", "velocity.jwt"] {
        let refused = BadgeToken::parse(&vectors.text(file)).map(|_| ());
        assert_eq!(refused, Err(TokenError::Jws(JwsError::Algorithm)), "{file}");
    }
}

#[test]
fn examples_without_proof_have_the_shape() {
    let Some(vectors) = Vectors::open("open-badges-3.0/impierce-examples/obv3_json_examples") else {
        return;
    };
    let mut count = 0;
    for file in vectors.names() {
        let found = judge(&vectors.text(&file));
        assert!(matches!(found, Err((NoProof, _))), "{file}: {found:?}");
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn canonical_forms_of_the_specification_are_canonical() {
    for folder in ["obv3p0", "clrv2p0"] {
        let Some(vectors) = Vectors::open(&format!("open-badges-3.0/canon-test-vectors/{folder}")) else {
            return;
        };
        for file in ["document-canon.txt", "proof-canon.txt"] {
            let text = vectors.text(file);
            let (canonical, _) = canonical_n_quads(&text, false).unwrap();
            assert_eq!(canonical.trim_end(), text, "{folder}/{file}");
        }
    }
}

/// Records of CLR 2.0 are no badges, and we have not their contexts; those that lie in them are judged one by one.
#[test]
fn badges_in_learner_records_are_judged() {
    let Some(vectors) = Vectors::open("clr-2.0/inspector-clr/src/test/resources/clr20") else {
        return;
    };
    let mut found = Vec::new();
    for file in vectors
        .names()
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"))
    {
        let record = vectors.json(&file);
        assert!(matches!(judge(&record.to_string()), Err((Shape, _))), "{file}");
        let badges = record["credentialSubject"]["verifiableCredential"].as_array().cloned();
        for badge in badges.unwrap_or_default() {
            found.push((file.clone(), judge(&badge.to_string())));
        }
    }
    let found: Vec<_> = found
        .iter()
        .map(|(file, judged)| (file.as_str(), judged.clone().map_err(|(place, _)| place)))
        .collect();
    assert_eq!(found, IN_RECORDS);
}

#[test]
fn the_worked_example_is_a_badge() {
    let Some(vectors) = Vectors::open("../credential") else {
        return;
    };
    let found = judge(&vectors.text("activity-hours-credential.unsigned.json"));
    assert!(matches!(found, Err((NoProof, _))), "{found:?}");
    let example = vectors.json("activity-hours-credential.unsigned.json");
    assert!(open_badge::is_activity(&example));
    // It names its activity in another way than ours do.
    let refused = open_badge::claims_of(&example).unwrap_err();
    assert_eq!(refused.claim, "credentialSubject.activity.id");
}
