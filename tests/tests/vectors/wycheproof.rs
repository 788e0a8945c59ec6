//! Project Wycheproof: signatures, keys and messages made to break careless code.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::keys::{Jwk, JwkSet, KeyKind, PublicKey, jwe::DecryptionKey, jws::Jws};

use crate::source::{self, Vectors};

fn groups(file: &Value) -> impl Iterator<Item = (&Value, impl Iterator<Item = &Value>)> {
    file["testGroups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group, group["tests"].as_array().unwrap().iter()))
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap())
        .collect()
}

#[test]
fn ecdsa_signatures_verify_or_not() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    let file = vectors.json("ecdsa_secp256r1_sha256_p1363_test.json");
    let mut run = 0;
    for (group, tests) in groups(&file) {
        // Some groups give no JWK; all give the uncompressed point.
        let point = bytes(&group["publicKey"]["uncompressed"]);
        let [x, y] = [&point[1..33], &point[33..]].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        let key = source::key(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}));
        for test in tests {
            let verified = key.verify(&bytes(&test["msg"]), &bytes(&test["sig"])).is_ok();
            assert_eq!(
                verified,
                test["result"] == "valid",
                "{} {}",
                test["tcId"],
                test["comment"]
            );
            run += 1;
        }
    }
    assert_eq!(run, file["numberOfTests"].as_u64().unwrap());
}

/// The outcome of a JWS under the key of its group, where these kinds of keys are taken.
fn verifies(key: &Value, jws: &Value, kinds: &[KeyKind]) -> bool {
    let key = Jwk::from_value(key.clone()).and_then(|key| PublicKey::from_jwk(&key));
    key.is_ok_and(|key| Jws::parse_for(jws.as_str().unwrap(), kinds).is_ok_and(|jws| jws.verify(&key).is_ok()))
}

#[test]
fn jws_verify_under_es256_and_under_nothing_else() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    let file = vectors.json("json_web_signature_test.json");
    let mut verified = 0;
    for (group, tests) in groups(&file) {
        // Symmetric groups have no public key: offering the secret as one must not help.
        let key = group.get("public").unwrap_or(&group["private"]);
        let ours = key["alg"] == "ES256" && key["crv"] == "P-256";
        for test in tests {
            let expected = ours && test["result"] == "valid";
            // The file has no valid case of another kind: taking them all changes nothing.
            for kinds in [&[KeyKind::P256][..], &KeyKind::ALL] {
                let outcome = verifies(key, &test["jws"], kinds);
                assert_eq!(outcome, expected, "{} {}", test["tcId"], test["comment"]);
            }
            verified += usize::from(expected);
        }
    }
    assert!(verified >= 2);
}

#[test]
fn key_sets_give_a_key_only_without_doubt() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    for (group, tests) in groups(&vectors.json("json_web_key_test.json")) {
        let set = group.get("public").unwrap_or(&group["private"]);
        for test in tests {
            let verified = serde_json::from_value::<JwkSet>(set.clone()).is_ok_and(|set| {
                Jws::parse(test["jws"].as_str().unwrap()).is_ok_and(|jws| {
                    let key = set
                        .select(KeyKind::P256, jws.kid())
                        .and_then(|key| PublicKey::from_jwk(key).ok());
                    key.is_some_and(|key| jws.verify(&key).is_ok())
                })
            });
            // No valid case of this file is ES256: whatever verifies here is a fault.
            assert!(!verified, "{} {}", test["tcId"], test["comment"]);
        }
    }
}

#[test]
fn jwe_decrypt_under_ecdh_es_with_gcm_and_under_nothing_else() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    let mut decrypted = 0;
    for (group, tests) in groups(&vectors.json("json_web_encryption_test.json")) {
        let private = &group["private"];
        let ours = private["alg"] == "ECDH-ES" && private["crv"] == "P-256";
        let key = DecryptionKey::from_bytes(private.to_string().as_bytes());
        for test in tests {
            let plaintext = key
                .as_ref()
                .ok()
                .and_then(|key| key.decrypt(test["jwe"].as_str().unwrap()).ok());
            let gcm = test["enc"] == "A128GCM" || test["enc"] == "A256GCM";
            if ours && gcm && test["result"] == "valid" {
                assert_eq!(plaintext.as_deref(), Some(&bytes(&test["pt"])), "{}", test["tcId"]);
                decrypted += 1;
            } else {
                assert_eq!(plaintext, None, "{} {}", test["tcId"], test["comment"]);
            }
        }
    }
    assert_eq!(decrypted, 2);
}
