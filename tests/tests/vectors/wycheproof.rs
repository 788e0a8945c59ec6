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

/// Every case of a file of signatures, each under the key of its group.
fn signatures(vectors: &Vectors, file: &str, key: impl Fn(&Value) -> PublicKey) {
    let file = vectors.json(file);
    let mut run = 0;
    for (group, tests) in groups(&file) {
        let key = key(&group["publicKey"]);
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

#[test]
fn ecdsa_signatures_verify_or_not() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    for (file, curve) in [
        ("ecdsa_secp256r1_sha256_p1363_test.json", "P-256"),
        ("ecdsa_secp384r1_sha384_p1363_test.json", "P-384"),
    ] {
        signatures(&vectors, file, |public| {
            // Some groups give no JWK; all give the uncompressed point.
            let point = bytes(&public["uncompressed"]);
            let (x, y) = point[1..].split_at(point.len() / 2);
            let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
            source::key(&json!({"kty": "EC", "crv": curve, "x": x, "y": y}))
        });
    }
}

/// Signatures that are malleable, cut, lengthened or by a key of small order among them.
#[test]
fn ed25519_signatures_verify_or_not() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    signatures(&vectors, "ed25519_test.json", |public| {
        let x = URL_SAFE_NO_PAD.encode(bytes(&public["pk"]));
        source::key(&json!({"kty": "OKP", "crv": "Ed25519", "x": x}))
    });
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

/// The outcome of a JWS under the one key of a set that its header names, of whatever kind it is.
fn verifies_under_set(set: &Value, jws: &Value) -> bool {
    let jws = Jws::parse_for(jws.as_str().unwrap(), &KeyKind::ALL);
    serde_json::from_value::<JwkSet>(set.clone()).is_ok_and(|set| {
        jws.is_ok_and(|jws| {
            KeyKind::ALL.into_iter().any(|kind| {
                let key = set
                    .select(kind, jws.kid())
                    .and_then(|key| PublicKey::from_jwk(key).ok());
                key.is_some_and(|key| jws.verify(&key).is_ok())
            })
        })
    })
}

#[test]
fn key_sets_give_a_key_only_without_doubt() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    let mut run = 0;
    for (group, tests) in groups(&vectors.json("json_web_key_test.json")) {
        let set = group.get("public").unwrap_or(&group["private"]);
        for test in tests {
            // The valid cases of this file are HS256 to HS512 and RS256, which we have not: whatever verifies is a fault.
            assert!(
                !verifies_under_set(set, &test["jws"]),
                "{} {}",
                test["tcId"],
                test["comment"]
            );
            assert!(
                !verifies(set, &test["jws"], &KeyKind::ALL),
                "{} {}",
                test["tcId"],
                test["comment"]
            );
            run += 1;
        }
    }
    assert_eq!(run, 26);
}

/// One file of everything. What it calls valid and we refuse: HS256 and RS256, A256KW and ECDH-ES+A128KW, none of them ours.
#[test]
fn jose_of_every_sort_is_taken_when_it_is_ours() {
    let Some(vectors) = Vectors::open("wycheproof") else {
        return;
    };
    let file = vectors.json("json_web_crypto_test.json");
    let (mut taken, mut refused) = (Vec::new(), 0);
    for (group, tests) in groups(&file) {
        let key = group.get("public").unwrap_or(&group["private"]);
        let decryption = DecryptionKey::from_bytes(group["private"].to_string().as_bytes());
        for test in tests {
            let outcome = match &test["jwe"] {
                Value::String(jwe) => decryption.as_ref().is_ok_and(|key| key.decrypt(jwe).is_ok()),
                _ if key.get("keys").is_some() => verifies_under_set(key, &test["jws"]),
                _ => verifies(key, &test["jws"], &KeyKind::ALL),
            };
            let is_ours = group["comment"] == "jws_ec" && test["result"] == "valid";
            assert_eq!(outcome, is_ours, "{} {}", test["tcId"], test["comment"]);
            if outcome {
                taken.push(test["tcId"].clone());
            } else {
                refused += 1;
            }
        }
    }
    assert_eq!((taken.len(), refused), (1, 82));
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
