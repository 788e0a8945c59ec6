//! What is inside the signature.

use super::*;

#[test]
fn jc_003_credentials_of_a_presentation_are_enveloped() {
    let key = SigningKey::generate();
    let good = Envelope::of_jwt(Content::Credential, "a.b.c").to_value();
    let by = SignWith {
        kid: "did:example:holder#1",
        ..with(&key)
    };
    let attempt = |credentials: Value| {
        let document = changed(presentation(&[]), "verifiableCredential", credentials);
        sign_jwt(Content::Presentation, document, &by).map(|_| ())
    };
    assert_eq!(attempt(json!([good, good])), Ok(()));
    assert_eq!(attempt(good.clone()), Ok(()), "one alone needs no array");
    let with_member = |name: &str, value: Value| Value::Object(changed(object(good.clone()), name, value));
    for wrong in [
        json!("data:application/vc+jwt,a.b.c"),
        Value::Object(credential()),
        with_member("type", Value::Null),
        with_member("type", "EnvelopedVerifiablePresentation".into()),
        with_member("@context", Value::Null),
        with_member("@context", "https://www.w3.org/2018/credentials/v1".into()),
        with_member("id", Value::Null),
    ] {
        assert_eq!(attempt(json!([wrong])), Err(VcJoseError::NotEnveloped), "{wrong}");
    }
}

#[test]
fn vcdm_011_only_data_urls_of_our_media_types_are_envelopes() {
    let read = |url: &str| {
        let value = json!({ "@context": [CONTEXT], "id": url, "type": ["EnvelopedVerifiableCredential"] });
        Envelope::read(Content::Credential, &value)
    };
    for url in [
        "data:application/vc+jwt,a.b.c",
        "DATA:APPLICATION/VC+JWT,a.b.c",
        "data:application/vc+sd-jwt,a.b.c~d~",
        "data:application/vc+cose;base64,0oRYVg==",
        "data:application/vc+cose;base64,0oRYVg",
        "data:application/vc+cose;BASE64,0oRY",
        "data:application/vc+cose;base64,0oRY\n",
    ] {
        assert!(read(url).is_ok(), "{url}");
    }
    for url in [
        "bad-credential",
        "https://example.org/credential.jwt",
        "data:,a.b.c",
        "data:application/vc+jwt",
        "data:application/vc+jwt,",
        "data:application/vc+jwt;base64,YS5iLmM=",
        "data:application/vc+jwt;charset=utf-8,a.b.c",
        "data:application/vc+jwt,a.b.c%20",
        "data:application/vc+jwt,a.b\n.c",
        "data:text/vc+jwt,a.b.c",
        "data:application/vp+jwt,a.b.c",
        "data:application/dc+sd-jwt,a.b.c~",
        "data:application/vc-ld+jwt,a.b.c",
        "data:application/vc+cose,0oRYVg==",
        "data:application/vc+cose;base64,0oRYVh==",
        "data:application/vc+cose;base64,0oRY Vg",
        "data:application/vc+cose;base64;base64,0oRY",
    ] {
        assert_eq!(read(url), Err(VcJoseError::NotEnveloped), "{url}");
    }
}

#[test]
fn vcdm_001_003_004_what_is_no_document_is_neither_signed_nor_believed() {
    for (name, value) in [
        ("@context", Value::Null),
        ("@context", json!([])),
        ("@context", json!(CONTEXT)),
        ("@context", json!(["https://www.w3.org/2018/credentials/v1", CONTEXT])),
        ("type", Value::Null),
        ("type", json!("ExampleAlumniCredential")),
        ("type", json!(["VerifiablePresentation"])),
        ("issuer", Value::Null),
        ("issuer", json!("k1")),
        ("issuer", json!({"name": "Les Paniers du Vallon"})),
        ("issuer", json!([ISSUER])),
    ] {
        let document = changed(credential(), name, value.clone());
        let refused = Err(VcJoseError::Document(if name == "@context" {
            "@context"
        } else {
            name
        }));
        assert_eq!(crafted_claims(document.clone()), refused, "{name} {value}");
        let key = SigningKey::generate();
        assert_eq!(
            sign_jwt(Content::Credential, document, &with(&key)).map(|_| ()),
            refused,
            "{name} {value}"
        );
    }
}

#[test]
fn what_everybody_needs_cannot_be_hidden() {
    let key = SigningKey::generate();
    for path in [
        &["type"][..],
        &["issuer"],
        &["issuer", "name"],
        &["@context"],
        &["validFrom"],
    ] {
        let refused = sign_sd_jwt(
            credential(),
            &[ClaimPath::of(path)],
            &with(&key),
            &SeededEntropy::new(1),
        );
        assert_eq!(refused, Err(VcJoseError::HiddenClaim), "{path:?}");
    }
    let by_name = SignWith {
        kid: "k1",
        ..with(&key)
    };
    let refused = sign_sd_jwt(
        credential(),
        &[ClaimPath::of(&["iss"])],
        &by_name,
        &SeededEntropy::new(1),
    );
    assert_eq!(refused, Err(VcJoseError::SdJwt(SdJwtError::ProtectedClaim)));
}

#[test]
fn neg_28_repeated_names_are_refused_in_every_securing() {
    let key = SigningKey::generate();
    let text = Value::Object(credential())
        .to_string()
        .replacen('{', r#"{"id":"a","id":"b","#, 1);
    let header = cose::Header {
        content_type: None,
        kid: METHOD.as_bytes(),
        typ: Some("application/vc+cose"),
    };
    let bytes = cose::sign(&header, text.clone().into_bytes(), &key);
    let refused = SecuredDocument::parse_cose(Content::Credential, &bytes).unwrap_err();
    assert_eq!(refused, VcJoseError::Jws(JwsError::Claims));
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "typ": "vc+jwt", "kid": METHOD}).to_string());
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(text));
    let compact = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())));
    let refused = SecuredDocument::parse_jwt(Content::Credential, &compact).unwrap_err();
    assert_eq!(refused, VcJoseError::Jws(JwsError::Claims));
}
