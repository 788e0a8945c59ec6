use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn header(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A token whose header and payload are these texts, rightly signed.
fn token(header: &str, payload: &str, key: &SigningKey) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())))
}

#[test]
fn a_token_is_read_back() {
    let key = SigningKey::generate();
    let compact = sign(
        "test+jwt",
        header(json!({"kid": "k1", "alg": "none"})),
        &json!({"n": 1}),
        &key,
    );
    let jws = Jws::parse(&compact).unwrap();
    assert_eq!(jws.kid(), Some("k1"));
    assert_eq!(jws.header()["alg"], "ES256");
    assert_eq!(jws.expect_type("test+jwt"), Ok(()));
    assert_eq!(jws.expect_type("application/TEST+jwt"), Ok(()));
    assert_eq!(jws.claims::<Value>(key.public()), Ok(json!({"n": 1})));
    assert_eq!(
        jws.claims::<Value>(SigningKey::generate().public()),
        Err(JwsError::BadSignature)
    );
}

#[test]
fn neg_01_none_is_refused() {
    let key = SigningKey::generate();
    for alg in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":""}"#,
        "{}",
        r#"{"alg":null}"#,
    ] {
        assert_eq!(
            Jws::parse(&token(alg, "{}", &key)).unwrap_err(),
            JwsError::Algorithm,
            "{alg}"
        );
    }
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode("{}")
    );
    assert_eq!(Jws::parse(&unsigned).unwrap_err(), JwsError::Algorithm);
}

#[test]
fn neg_02_other_algorithms_are_refused() {
    let key = SigningKey::generate();
    for alg in ["HS256", "RS256", "ES384", "EdDSA", "es256", "PS256"] {
        let compact = token(&json!({"alg": alg}).to_string(), "{}", &key);
        assert_eq!(Jws::parse(&compact).unwrap_err(), JwsError::Algorithm, "{alg}");
    }
}

#[test]
fn every_kind_of_key_signs_where_it_is_expected() {
    for kind in KeyKind::ALL {
        let key = SigningKey::generate_of(kind);
        let compact = sign("t", Map::new(), &json!({"n": 1}), &key);
        let jws = Jws::parse_for(&compact, &KeyKind::ALL).unwrap();
        assert_eq!(jws.header()["alg"], kind.algorithm());
        assert_eq!(jws.claims::<Value>(key.public()), Ok(json!({"n": 1})));
        let others: Vec<KeyKind> = KeyKind::ALL.into_iter().filter(|other| *other != kind).collect();
        assert_eq!(Jws::parse_for(&compact, &others).unwrap_err(), JwsError::Algorithm);
        for other in others {
            let stranger = SigningKey::generate_of(other);
            assert_eq!(
                jws.verify(stranger.public()),
                Err(JwsError::BadSignature),
                "{kind:?} {other:?}"
            );
        }
        assert_eq!(
            Jws::parse(&compact).is_ok(),
            kind == KeyKind::P256,
            "ES256 alone by default"
        );
    }
}

#[test]
fn neg_02_the_algorithm_is_the_keys_not_the_tokens() {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    for (alg, verifies) in [("EdDSA", true), ("Ed25519", true), ("ES256", false), ("ES384", false)] {
        let compact = token(&json!({"alg": alg}).to_string(), "{}", &key);
        let jws = Jws::parse_for(&compact, &KeyKind::ALL).unwrap();
        assert_eq!(jws.verify(key.public()).is_ok(), verifies, "{alg}");
    }
    for alg in ["none", "HS256", "RS256", "ES512", "ES256K", "Ed448"] {
        let compact = token(&json!({"alg": alg}).to_string(), "{}", &key);
        let refused = Jws::parse_for(&compact, &KeyKind::ALL).unwrap_err();
        assert_eq!(refused, JwsError::Algorithm, "{alg}");
    }
}

#[test]
fn neg_17_another_type_is_refused() {
    let key = SigningKey::generate();
    let jws = Jws::parse(&sign("statuslist+jwt", Map::new(), &json!({}), &key)).unwrap();
    assert_eq!(jws.expect_type("dc+sd-jwt"), Err(JwsError::WrongType));
    let untyped = Jws::parse(&token(r#"{"alg":"ES256"}"#, "{}", &key)).unwrap();
    assert_eq!(untyped.expect_type("dc+sd-jwt"), Err(JwsError::WrongType));
}

#[test]
fn neg_28_repeated_names_are_refused_in_header_and_claims() {
    let key = SigningKey::generate();
    let twice = token(r#"{"alg":"ES256","alg":"ES256"}"#, "{}", &key);
    assert_eq!(Jws::parse(&twice).unwrap_err(), JwsError::Malformed);
    let jws = Jws::parse(&token(r#"{"alg":"ES256"}"#, r#"{"iss":"a","iss":"b"}"#, &key)).unwrap();
    assert_eq!(jws.claims::<Value>(key.public()), Err(JwsError::Claims));
}

#[test]
fn neg_29_base64_has_one_form() {
    let key = SigningKey::generate();
    let compact = sign("t", Map::new(), &json!({"a": 1}), &key);
    let mut parts: Vec<String> = compact.split('.').map(str::to_owned).collect();
    for place in 0..3 {
        for suffix in ["=", "==", " ", "\n"] {
            let mut wrong = parts.clone();
            wrong[place].push_str(suffix);
            assert_eq!(Jws::parse(&wrong.join(".")).unwrap_err(), JwsError::Malformed);
        }
    }
    // 64 bytes leave four unused bits in the last of 86 characters: they must be zero.
    let last = parts[2].pop().unwrap();
    let stray = match last {
        'A' => 'B',
        'Q' => 'R',
        'g' => 'h',
        _ => 'x',
    };
    parts[2].push(stray);
    assert_eq!(Jws::parse(&parts.join(".")).unwrap_err(), JwsError::Malformed);
}

#[test]
fn structure_is_checked() {
    let key = SigningKey::generate();
    assert_eq!(Jws::parse("").unwrap_err(), JwsError::Malformed);
    assert_eq!(Jws::parse("a.b").unwrap_err(), JwsError::Malformed);
    let good = sign("t", Map::new(), &json!({}), &key);
    assert_eq!(Jws::parse(&format!("{good}.x")).unwrap_err(), JwsError::Malformed);
    assert_eq!(Jws::parse(&"a".repeat(MAX_BYTES + 1)).unwrap_err(), JwsError::TooLarge);
    let unsigned_parts = token(r#"{"alg":"none"}"#, "{}", &key);
    assert_eq!(
        Jws::parse(&format!("{unsigned_parts}.x.y")).unwrap_err(),
        JwsError::Malformed
    );
    let critical = token(r#"{"alg":"ES256","crit":["b64"],"b64":false}"#, "{}", &key);
    assert_eq!(Jws::parse(&critical).unwrap_err(), JwsError::Critical);
    let jws = Jws::parse(&token(r#"{"alg":"ES256"}"#, "[1]", &key)).unwrap();
    assert_eq!(jws.claims::<Value>(key.public()), Err(JwsError::Claims));
}

#[test]
fn a_key_in_the_header_is_read_strictly() {
    let key = SigningKey::generate();
    let with_jwk = |jwk: Value| Jws::parse(&sign("t", header(json!({"jwk": jwk})), &json!({}), &key)).unwrap();
    let jws = with_jwk(key.public().to_jwk().to_value());
    assert_eq!(jws.jwk().unwrap().unwrap().thumbprint(), key.public().thumbprint());
    assert_eq!(
        with_jwk(json!({"kty": "oct", "k": "AA"})).jwk().unwrap(),
        Err(super::super::KeyError::Private)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let key = SigningKey::generate();
        let mut compact = sign("t", Map::new(), &json!({"a": "b"}), &key).into_bytes();
        let place = place.index(compact.len());
        compact[place] ^= 1 << bit;
        let changed = String::from_utf8(compact).unwrap();
        let refused = match Jws::parse(&changed) {
            Ok(jws) => jws.verify(key.public()).is_err(),
            Err(_) => true,
        };
        prop_assert!(refused, "{}", changed);
    }
}
