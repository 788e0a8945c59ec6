//! Who signed, and when.

use super::*;

#[test]
fn jc_002_iss_is_the_issuer() {
    assert_eq!(crafted_claims(changed(credential(), "iss", ISSUER.into())), Ok(()));
    for iss in [
        json!("did:web:another.example"),
        json!(HTTPS_ISSUER),
        json!(""),
        json!(1),
        json!([ISSUER]),
    ] {
        let refused = crafted_claims(changed(credential(), "iss", iss.clone()));
        assert_eq!(refused, Err(VcJoseError::OtherIssuer), "{iss}");
    }
}

#[test]
fn jc_002_neg_03_kid_is_of_the_issuers_keys() {
    let refusal = |kid: Value, issuer: &str, iss: Value| {
        let claims = changed(changed(credential(), "issuer", issuer.into()), "iss", iss);
        let header = if kid.is_null() { json!({}) } else { json!({"kid": kid}) };
        crafted("vc+jwt", header, claims).err()
    };
    let none = Value::Null;
    for kid in [
        "did:web:another.example#k1",
        "did:web:attestations.example#k1",
        "https://attestations.example/o/paniers#k1",
        "did:key:z6Mk",
    ] {
        assert_eq!(
            refusal(kid.into(), ISSUER, none.clone()),
            Some(VcJoseError::OtherController),
            "{kid}"
        );
    }
    // A DID always names the key; a name alone is enough beside `iss`.
    assert_eq!(
        refusal(none.clone(), ISSUER, ISSUER.into()),
        Some(VcJoseError::KeyNotNamed)
    );
    assert_eq!(
        refusal("k1".into(), ISSUER, none.clone()),
        Some(VcJoseError::KeyNotNamed)
    );
    assert_eq!(refusal("k1".into(), ISSUER, ISSUER.into()), None);
    assert_eq!(
        refusal("../../etc/passwd".into(), HTTPS_ISSUER, HTTPS_ISSUER.into()),
        None,
        "a name, nothing more"
    );
    assert_eq!(refusal(none.clone(), HTTPS_ISSUER, HTTPS_ISSUER.into()), None);
    assert_eq!(
        refusal(none.clone(), HTTPS_ISSUER, none.clone()),
        Some(VcJoseError::KeyNotNamed)
    );
    assert_eq!(
        refusal(format!("{HTTPS_ISSUER}#1").into(), HTTPS_ISSUER, none.clone()),
        None
    );
    assert_eq!(
        refusal(1.into(), ISSUER, none),
        Some(VcJoseError::Jws(JwsError::Malformed))
    );
}

#[test]
fn jc_002_in_cose_a_name_alone_selects_among_the_keys_of_an_https_issuer() {
    let key = SigningKey::generate();
    let header = cose::Header {
        content_type: None,
        kid: b"k1",
        typ: Some("application/vc+cose"),
    };
    let signer = |issuer: &str| {
        let document = Value::Object(changed(credential(), "issuer", issuer.into())).to_string();
        let bytes = cose::sign(&header, document.into_bytes(), &key);
        let secured = SecuredDocument::parse_cose(Content::Credential, &bytes).unwrap();
        secured
            .signer()
            .map(|signer| (signer.controller.to_owned(), signer.kid.map(str::to_owned)))
    };
    assert_eq!(
        signer(HTTPS_ISSUER),
        Ok((HTTPS_ISSUER.to_owned(), Some("k1".to_owned())))
    );
    assert_eq!(signer(ISSUER), Err(VcJoseError::KeyNotNamed));
}

#[test]
fn jc_002_a_presentation_without_holder_is_of_whoever_owns_the_key() {
    let key = SigningKey::generate();
    let anonymous = changed(presentation(&[]), "holder", Value::Null);
    let text = sign_jwt(Content::Presentation, anonymous.clone(), &with(&key)).unwrap();
    let presented = SecuredDocument::parse_jwt(Content::Presentation, &text).unwrap();
    assert_eq!(
        presented.signer(),
        Ok(Signer {
            controller: ISSUER,
            kid: Some(METHOD)
        })
    );
    let by_name = SignWith {
        kid: "k1",
        ..with(&key)
    };
    assert_eq!(
        sign_jwt(Content::Presentation, anonymous, &by_name),
        Err(VcJoseError::Document("holder"))
    );
    let refused = sign_jwt(Content::Presentation, presentation(&[]), &with(&key));
    assert_eq!(refused, Err(VcJoseError::OtherController), "the holder is someone else");
}

#[test]
fn jc_002_iss_is_written_beside_a_name() {
    let key = SigningKey::generate();
    let text = sign_jwt(
        Content::Credential,
        credential(),
        &SignWith {
            kid: "k1",
            ..with(&key)
        },
    )
    .unwrap();
    let secured = SecuredDocument::parse_jwt(Content::Credential, &text).unwrap();
    assert_eq!(secured.document()["iss"], ISSUER);
    assert_eq!(
        secured.signer(),
        Ok(Signer {
            controller: ISSUER,
            kid: Some("k1")
        })
    );
    let stranger = SignWith {
        kid: "did:web:another.example#k1",
        ..with(&key)
    };
    assert_eq!(
        sign_jwt(Content::Credential, credential(), &stranger),
        Err(VcJoseError::OtherController)
    );
}

#[test]
fn jc_003_neg_18_the_signature_has_its_times() {
    let seconds = now().timestamp();
    for (name, value, expected) in [
        ("exp", json!(seconds - 59), Ok(())),
        ("exp", json!(seconds - 60), Err(VcJoseError::Expired)),
        ("exp", json!("2030-01-01T00:00:00Z"), Err(VcJoseError::Document("exp"))),
        ("nbf", json!(seconds + 60), Ok(())),
        ("nbf", json!(seconds + 61), Err(VcJoseError::NotYetValid)),
        ("nbf", json!(true), Err(VcJoseError::Document("nbf"))),
        // When it was signed decides nothing; the W3C's own vectors write it as text.
        ("iat", json!("2026-01-12T00:00:00Z"), Ok(())),
        ("iat", json!(seconds + 1_000_000), Ok(())),
    ] {
        assert_eq!(
            crafted_claims(changed(credential(), name, value.clone())),
            expected,
            "{name} {value}"
        );
    }
    let key = SigningKey::generate();
    let by = SignWith {
        expires_at: Some(now()),
        ..with(&key)
    };
    let bytes = sign_cose(Content::Credential, credential(), &by).unwrap();
    let secured = SecuredDocument::parse_cose(Content::Credential, &bytes).unwrap();
    assert_eq!(secured.verify(key.public(), now()), Ok(()));
    assert_eq!(
        secured.verify(key.public(), now() + Duration::seconds(60)),
        Err(VcJoseError::Expired)
    );
}
