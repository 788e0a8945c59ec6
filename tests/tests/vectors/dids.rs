//! did:key and did:jwk.

use serde_json::Value;
use shared::{
    did::{Did, DidError, Purpose},
    keys::{Jwk, KeyError},
};

use crate::source::{self, Vectors};

/// Whether a relationship of the vector's document lists the method.
fn is_listed(vector: &Value, purpose: Purpose, kid: &str) -> bool {
    let listed = vector["didDocument"][purpose.member()].as_array();
    listed.is_some_and(|listed| listed.iter().any(|id| id == kid))
}

#[test]
fn did_keys_of_our_kinds_resolve_and_others_are_unsupported() {
    let Some(vectors) = Vectors::open("did-key") else {
        return;
    };
    let (mut usable, mut readable, mut unusable) = (0, 0, 0);
    for file in vectors.names() {
        for (text, vector) in vectors.json(&file).as_object().unwrap() {
            // The file of X25519 is one document, and not a map of them.
            let Ok(did) = text.parse::<Did>() else { continue };
            let method = &vector["didDocument"]["verificationMethod"][0];
            let kid = method["id"].as_str().unwrap();
            let is_of = |starts: &[&str]| starts.iter().any(|start| text["did:key:".len()..].starts_with(start));
            // P-256, P-384 and Ed25519: their multicodec and a key always begin like this in base 58.
            if is_of(&["zDn", "z82L", "z6Mk"]) {
                let document = did.resolve_local().unwrap();
                for purpose in Purpose::ALL {
                    assert_eq!(
                        document.method(kid, purpose).is_ok(),
                        is_listed(vector, purpose, kid),
                        "{text}"
                    );
                }
                let found = document.key(kid, Purpose::AssertionMethod).unwrap();
                // One vector of 2021 gives its key in base 58 only.
                if let Some(jwk) = method.get("publicKeyJwk") {
                    assert_eq!(found, source::key(jwk), "{text}");
                }
                usable += 1;
            } else if is_of(&["zUC7"]) {
                // BLS12-381 in G2: a document, and a key for others to read.
                let document = did.resolve_local().unwrap();
                for purpose in Purpose::ALL {
                    assert_eq!(
                        document.method(kid, purpose).is_ok(),
                        is_listed(vector, purpose, kid),
                        "{text}"
                    );
                }
                let found = document.key(kid, Purpose::AssertionMethod);
                assert_eq!(found, Err(DidError::Key(KeyError::Unsupported)), "{text}");
                readable += 1;
            } else {
                assert_eq!(did.resolve_local(), Err(DidError::Key(KeyError::Unsupported)), "{text}");
                unusable += 1;
            }
        }
    }
    assert_eq!(usable, 10, "three keys on P-256, two on P-384, five on Ed25519");
    assert_eq!(readable, 5, "in G2");
    assert_eq!(
        unusable, 11,
        "six on secp256k1, two on P-521, two of RSA, one in G1 and G2"
    );
}

#[test]
fn did_jwks_of_the_specification_resolve_or_are_unsupported() {
    let Some(vectors) = Vectors::open("did-jwk") else {
        return;
    };
    let example: Value = vectors.json("did-document-P-256.json");
    let did: Did = example["id"].as_str().unwrap().parse().unwrap();
    let method = &example["verificationMethod"][0];
    let document = did.resolve_local().unwrap();
    for purpose in Purpose::ALL {
        let found = document.key(method["id"].as_str().unwrap(), purpose).unwrap();
        assert_eq!(found, source::key(&method["publicKeyJwk"]));
    }
    assert_eq!(Did::jwk(&Jwk::from_value(method["publicKeyJwk"].clone()).unwrap()), did);
    let other: Did = vectors.json("did-document-X25519.json")["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(other.resolve_local(), Err(DidError::Key(KeyError::Unsupported)));
}
