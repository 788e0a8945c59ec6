use serde_json::json;

use super::*;
use crate::keys::KeyKind;

fn now() -> DateTime<Utc> {
    "2027-01-10T09:30:00Z".parse().unwrap()
}

fn document() -> Map<String, Value> {
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:asso.example.org",
        "credentialSubject": {"id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"},
        "name": "Attestation",
    });
    document.as_object().unwrap().clone()
}

fn options(suite: Cryptosuite) -> ProofOptions {
    ProofOptions::assertion(suite, "did:web:asso.example.org#key".to_owned(), now())
}

/// Every suite that signs the whole document, with every kind of key it uses.
fn suites() -> Vec<(Cryptosuite, SigningKey)> {
    Cryptosuite::ALL
        .into_iter()
        .filter(|suite| !suite.is_selective())
        .flat_map(|suite| KeyKind::ALL.map(|kind| (suite, kind)))
        .filter(|(suite, kind)| suite.fits(*kind))
        .map(|(suite, kind)| (suite, SigningKey::generate_of(kind)))
        .collect()
}

fn signed(suite: Cryptosuite, key: &SigningKey) -> Map<String, Value> {
    let mut document = document();
    let proof = sign(&text(&document), &options(suite), key).unwrap();
    attach(&mut document, proof);
    document
}

fn text(document: &Map<String, Value>) -> String {
    serde_json::to_string(document).unwrap()
}

fn verify(document: &Map<String, Value>, key: &SigningKey) -> Result<(), DataIntegrityError> {
    let text = text(document);
    let secured = Secured::parse(&text)?;
    secured
        .proofs()?
        .iter()
        .try_for_each(|proof| secured.verify(proof, key.public()))
}

#[test]
fn what_was_signed_verifies_and_nothing_else_does() {
    for (suite, key) in suites() {
        let document = signed(suite, &key);
        assert_eq!(verify(&document, &key), Ok(()), "{suite:?}");
        let mut changed = document.clone();
        changed["name"] = json!("attestation");
        assert_eq!(
            verify(&changed, &key),
            Err(DataIntegrityError::BadSignature),
            "{suite:?}"
        );
        let mut changed = document.clone();
        changed["proof"]["created"] = json!("2027-01-10T09:30:01Z");
        assert_eq!(
            verify(&changed, &key),
            Err(DataIntegrityError::BadSignature),
            "{suite:?}"
        );
        let other = SigningKey::generate_of(key.public().kind());
        assert_eq!(
            verify(&document, &other),
            Err(DataIntegrityError::BadSignature),
            "{suite:?}"
        );
    }
}

#[test]
fn a_key_of_another_kind_is_refused() {
    for (suite, key) in suites() {
        let document = signed(suite, &key);
        for kind in KeyKind::ALL.into_iter().filter(|kind| !suite.fits(*kind)) {
            let other = SigningKey::generate_of(kind);
            assert_eq!(verify(&document, &other), Err(DataIntegrityError::WrongKey));
            assert_eq!(
                sign(&text(&document), &options(suite), &other),
                Err(DataIntegrityError::WrongKey)
            );
        }
    }
}

#[test]
fn order_and_spaces_are_not_signed() {
    for (suite, key) in suites() {
        let document = signed(suite, &key);
        let mut turned: Vec<_> = document.clone().into_iter().collect();
        turned.reverse();
        let turned: Map<String, Value> = turned.into_iter().collect();
        assert_eq!(verify(&turned, &key), Ok(()), "{suite:?}");
    }
}

#[test]
fn an_undefined_term_is_neither_signed_nor_verified() {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let mut document = signed(Cryptosuite::EddsaRdfc2022, &key);
    document.insert("level".to_owned(), json!(1));
    assert!(matches!(verify(&document, &key), Err(DataIntegrityError::JsonLd(_))));
    assert!(matches!(
        sign(&text(&document), &options(Cryptosuite::EddsaRdfc2022), &key),
        Err(DataIntegrityError::JsonLd(_))
    ));
}

#[test]
fn a_set_of_proofs_is_independent_and_a_chain_is_not() {
    for (suite, key) in suites() {
        let mut document = document();
        let first = ProofOptions {
            id: Some("urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544".to_owned()),
            ..options(suite)
        };
        let proof = sign(&text(&document), &first, &key).unwrap();
        attach(&mut document, proof);
        let second = ProofOptions {
            previous: vec!["urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544".to_owned()],
            ..options(suite)
        };
        let proof = sign(&text(&document), &second, &key).unwrap();
        attach(&mut document, proof);
        let proof = sign(&text(&document), &options(suite), &key).unwrap();
        attach(&mut document, proof);
        assert_eq!(verify(&document, &key), Ok(()), "{suite:?}");

        let mut without = document.clone();
        without["proof"].as_array_mut().unwrap().remove(0);
        assert_eq!(verify(&without, &key), Err(DataIntegrityError::NoPreviousProof));
        let mut changed = document.clone();
        changed["proof"][0]["proofValue"] = changed["proof"][2]["proofValue"].clone();
        assert_eq!(verify(&changed, &key), Err(DataIntegrityError::BadSignature));
        let mut set = document.clone();
        set["proof"].as_array_mut().unwrap().truncate(1);
        assert_eq!(verify(&set, &key), Ok(()));
    }
}

#[test]
fn a_proof_is_for_what_it_says_and_no_longer() {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let options = ProofOptions {
        purpose: "authentication".to_owned(),
        domain: Some("https://counter.example".to_owned()),
        challenge: Some("n-1".to_owned()),
        expires: Some(now() + chrono::Duration::hours(1)),
        ..options(Cryptosuite::EddsaRdfc2022)
    };
    let mut document = document();
    let proof = sign(&text(&document), &options, &key).unwrap();
    attach(&mut document, proof);
    let text = text(&document);
    let secured = Secured::parse(&text).unwrap();
    let proof = &secured.proofs().unwrap()[0];
    let right = Expected {
        purpose: "authentication",
        domain: Some("https://counter.example"),
        challenge: Some("n-1"),
        now: now(),
    };
    assert_eq!(Secured::check(proof, &right), Ok(()));
    for (wrong, error) in [
        (
            Expected {
                purpose: "assertionMethod",
                ..right
            },
            DataIntegrityError::OtherPurpose,
        ),
        (
            Expected {
                domain: Some("https://other.example"),
                ..right
            },
            DataIntegrityError::OtherDomain,
        ),
        (
            Expected {
                challenge: Some("n-2"),
                ..right
            },
            DataIntegrityError::OtherChallenge,
        ),
        (
            Expected {
                now: now() + chrono::Duration::hours(2),
                ..right
            },
            DataIntegrityError::Expired,
        ),
        (
            Expected {
                now: now() - chrono::Duration::hours(1),
                ..right
            },
            DataIntegrityError::NotYetCreated,
        ),
    ] {
        assert_eq!(Secured::check(proof, &wrong), Err(error));
    }
}

#[test]
fn jcs_contexts_may_be_added_after_those_that_were_signed() {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let mut document = signed(Cryptosuite::EddsaJcs2022, &key);
    document["@context"]
        .as_array_mut()
        .unwrap()
        .push(json!("https://example.org/later"));
    assert_eq!(verify(&document, &key), Ok(()));
    document["@context"].as_array_mut().unwrap().remove(0);
    assert_eq!(verify(&document, &key), Err(DataIntegrityError::OtherContext));
}

#[test]
fn malformed_proofs_are_refused_by_member() {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let document = signed(Cryptosuite::EddsaRdfc2022, &key);
    for (member, wrong) in [
        ("type", json!("Ed25519Signature2020")),
        ("verificationMethod", json!({"id": "did:example:1"})),
        ("proofPurpose", Value::Null),
        ("created", json!("yesterday")),
        ("expires", json!(1)),
        ("domain", json!([1])),
        ("previousProof", json!({})),
        ("proofValue", json!("uAAAA")),
        ("proofValue", json!(format!("z{}", "1".repeat(141)))),
        ("proofValue", json!("z0")),
    ] {
        let mut document = document.clone();
        document["proof"][member] = wrong;
        assert_eq!(verify(&document, &key), Err(DataIntegrityError::MalformedProof(member)));
    }
    let mut unknown = document.clone();
    unknown["proof"]["cryptosuite"] = json!("eddsa-2099");
    assert_eq!(verify(&unknown, &key), Err(DataIntegrityError::UnknownSuite));
    let mut large = document.clone();
    large["name"] = json!("a".repeat(MAX_BYTES));
    assert_eq!(verify(&large, &key), Err(DataIntegrityError::TooLarge));
    let mut none = document.clone();
    none.remove("proof");
    assert_eq!(verify(&none, &key), Err(DataIntegrityError::NoProof));
    let mut many = document.clone();
    many["proof"] = vec![document["proof"].clone(); MAX_PROOFS + 1].into();
    assert_eq!(verify(&many, &key), Err(DataIntegrityError::NoProof));
}
