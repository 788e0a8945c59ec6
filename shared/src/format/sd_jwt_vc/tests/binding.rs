//! Key bindings (RFC 9901 §7.3).

use super::*;

#[test]
fn neg_11_a_stripped_key_binding_is_refused() {
    let issued = Issued::new();
    let presented = issued.present(&disclosable());
    let stripped = &presented[..=presented.rfind('~').unwrap()];
    assert_eq!(verify(stripped, &issued.issuer), None);
    let sd_jwt = SdJwt::parse(stripped).unwrap();
    let expected = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
    };
    assert_eq!(
        check_binding(&sd_jwt, expected, now()).unwrap_err(),
        SdJwtError::KeyBindingMissing
    );
}

#[test]
fn neg_12_other_disclosures_than_those_bound_are_refused() {
    let issued = Issued::new();
    let presented = issued.present(&paths(&[json!(["given_name"]), json!(["family_name"])]));
    assert!(verify(&presented, &issued.issuer).is_some());
    let parts: Vec<&str> = presented.split('~').collect();
    let [jwt, first, second, binding] = parts[..] else {
        panic!("two disclosures")
    };
    let hash = |text: &str| {
        let sd_jwt = SdJwt::parse(text).unwrap();
        let expected = ExpectedBinding {
            audience: AUDIENCE,
            nonce: NONCE,
        };
        check_binding(&sd_jwt, expected, now()).unwrap().binding
    };
    assert_eq!(hash(&presented), Ok(()));
    assert_eq!(
        hash(&format!("{jwt}~{second}~{first}~{binding}")),
        Err(KeyBindingError::HashMismatch)
    );
    assert_eq!(
        hash(&format!("{jwt}~{first}~{binding}")),
        Err(KeyBindingError::HashMismatch)
    );
    assert_eq!(hash(&format!("{jwt}~{binding}")), Err(KeyBindingError::HashMismatch));
}

/// Checks a key binding signed by `key` under `typ`, with one claim changed.
fn bound(issued: &Issued, key: &SigningKey, typ: &str, name: &str, value: Value) -> BindingChecks {
    let sd_jwt = SdJwt::parse(&issued.text).unwrap();
    let mut said = json!({"iat": now().timestamp(), "aud": AUDIENCE, "nonce": NONCE, "sd_hash": sd_jwt.hash()});
    said[name] = value;
    let text = format!("{}{}", issued.text, jws::sign(typ, Map::new(), &said, key));
    let sd_jwt = SdJwt::parse(&text).unwrap();
    check_binding(
        &sd_jwt,
        ExpectedBinding {
            audience: AUDIENCE,
            nonce: NONCE,
        },
        now(),
    )
    .unwrap()
}

/// Checks a key binding that is right but for one claim.
fn saying(issued: &Issued, name: &str, value: Value) -> BindingChecks {
    bound(issued, &issued.holder, KEY_BINDING_TYPE, name, value)
}

#[test]
fn sdj_010_a_key_binding_is_typed_and_signed_by_the_holder() {
    let issued = Issued::new();
    assert_eq!(
        bound(&issued, &issued.holder, KEY_BINDING_TYPE, "extra", Value::Null).binding,
        Ok(())
    );
    let stranger = SigningKey::generate();
    let wrong = Err(KeyBindingError::BadSignature);
    assert_eq!(
        bound(&issued, &stranger, KEY_BINDING_TYPE, "extra", Value::Null).binding,
        wrong
    );
    assert_eq!(
        bound(&issued, &issued.issuer, KEY_BINDING_TYPE, "extra", Value::Null).binding,
        wrong
    );
    assert_eq!(
        bound(&issued, &issued.holder, "dc+sd-jwt", "extra", Value::Null).binding,
        wrong
    );
    let no_hash = saying(&issued, "sd_hash", Value::Null);
    assert_eq!(no_hash.binding, Err(KeyBindingError::Malformed));
}

#[test]
fn neg_06_an_unusable_holder_key_binds_nothing() {
    let key = SigningKey::generate();
    assert_eq!(holder_key(&json!({})).unwrap_err(), KeyBindingError::NoHolderKey);
    assert_eq!(
        holder_key(&json!({"cnf": {"kid": "x"}})).unwrap_err(),
        KeyBindingError::NoHolderKey
    );
    let mut private = key.public().to_jwk().to_value();
    private["d"] = json!("AA");
    assert_eq!(
        holder_key(&json!({"cnf": {"jwk": private}})).unwrap_err(),
        KeyBindingError::NoHolderKey
    );
    let claims = json!({"cnf": {"jwk": key.public().to_jwk()}});
    assert_eq!(holder_key(&claims).unwrap(), *key.public());
}

#[test]
fn neg_08_another_audience_is_refused() {
    let issued = Issued::new();
    for audience in [
        "did:web:verifier.example",
        "https://verifier.example",
        "",
        "Decentralized_identifier:did:web:verifier.example",
    ] {
        let checks = saying(&issued, "aud", audience.into());
        assert_eq!(checks.audience, Err(KeyBindingError::Audience));
        assert_eq!((checks.binding, checks.nonce, checks.time), (Ok(()), Ok(()), Ok(())));
    }
    let array = saying(&issued, "aud", json!([AUDIENCE]));
    assert_eq!(array.audience, Err(KeyBindingError::Malformed));
}

#[test]
fn neg_07_another_nonce_is_refused() {
    let issued = Issued::new();
    let other = saying(&issued, "nonce", "another".into());
    assert_eq!(other.nonce, Err(KeyBindingError::Nonce));
    let absent = saying(&issued, "nonce", json!(7));
    assert_eq!(absent.nonce, Err(KeyBindingError::Malformed));
}

#[test]
fn neg_18_a_key_binding_is_fresh_to_the_second() {
    let issued = Issued::new();
    let at = |offset: i64| {
        let made = now() + Duration::seconds(offset);
        saying(&issued, "iat", made.timestamp().into()).time
    };
    assert_eq!(at(-MAX_BINDING_AGE), Ok(()));
    assert_eq!(at(-MAX_BINDING_AGE - 1), Err(KeyBindingError::Time));
    assert_eq!(at(MAX_CLOCK_SKEW), Ok(()));
    assert_eq!(at(MAX_CLOCK_SKEW + 1), Err(KeyBindingError::Time));
    let text = saying(&issued, "iat", "now".into());
    assert_eq!(text.time, Err(KeyBindingError::Malformed));
    let least = saying(&issued, "iat", i64::MIN.into());
    assert_eq!(least.time, Err(KeyBindingError::Time));
}

#[test]
fn neg_01_a_key_binding_without_signature_is_refused() {
    let issued = Issued::new();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"kb+jwt"}"#);
    let unsigned = format!("{}{header}.{}.", issued.text, URL_SAFE_NO_PAD.encode("{}"));
    assert_eq!(
        SdJwt::parse(&unsigned).unwrap_err(),
        SdJwtError::Jws(JwsError::Algorithm)
    );
}
