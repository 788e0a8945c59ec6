//! What the header of a signature must say.

use super::*;

#[test]
fn jc_001_another_type_is_refused() {
    let key = SigningKey::generate();
    for typ in [
        "vp+jwt",
        "vc+sd-jwt",
        "dc+sd-jwt",
        "vc-ld+jwt",
        "JWT",
        "jwt",
        "statuslist+jwt",
        "application/vc",
    ] {
        let refused = crafted(typ, json!({"kid": METHOD}), credential());
        assert_eq!(refused, Err(VcJoseError::WrongType), "{typ}");
    }
    for typ in ["vc+jwt", "application/vc+jwt", "VC+JWT"] {
        assert_eq!(crafted(typ, json!({"kid": METHOD}), credential()), Ok(()), "{typ}");
    }
    let text = sign_jwt(Content::Credential, credential(), &with(&key)).unwrap();
    let refused = SecuredDocument::parse_jwt(Content::Presentation, &text).unwrap_err();
    assert_eq!(refused, VcJoseError::WrongType);
    let text = sign_sd_jwt(credential(), &[], &with(&key), &SeededEntropy::new(1)).unwrap();
    let without_tilde = text.trim_end_matches('~');
    assert_eq!(
        SecuredDocument::parse_jwt(Content::Credential, without_tilde).unwrap_err(),
        VcJoseError::WrongType
    );
    let bytes = sign_cose(Content::Credential, credential(), &with(&key)).unwrap();
    let refused = SecuredDocument::parse_cose(Content::Presentation, &bytes).unwrap_err();
    assert_eq!(refused, VcJoseError::WrongType);
}

#[test]
fn jc_001_a_content_type_must_be_the_documents() {
    for cty in [json!("vp"), json!("JWT"), json!("json"), json!(1), json!(null)] {
        let refused = crafted("vc+jwt", json!({"kid": METHOD, "cty": cty}), credential());
        assert_eq!(refused, Err(VcJoseError::WrongContentType), "{cty}");
    }
    for cty in ["vc", "application/vc", "VC"] {
        assert_eq!(
            crafted("vc+jwt", json!({"kid": METHOD, "cty": cty}), credential()),
            Ok(())
        );
    }
    let key = SigningKey::generate();
    for (content_type, typ, expected) in [
        ("application/vc", "application/vc+cose", None),
        (
            "application/vp",
            "application/vc+cose",
            Some(VcJoseError::WrongContentType),
        ),
        ("application/vc", "application/vp+cose", Some(VcJoseError::WrongType)),
        ("application/vc", "application/vc-ld+cose", Some(VcJoseError::WrongType)),
    ] {
        let header = cose::Header {
            content_type: Some(content_type),
            kid: b"k",
            typ: Some(typ),
        };
        let bytes = cose::sign(&header, Value::Object(credential()).to_string().into_bytes(), &key);
        assert_eq!(SecuredDocument::parse_cose(Content::Credential, &bytes).err(), expected);
    }
}

#[test]
fn jc_001_vc_and_vp_claims_are_refused() {
    for name in ["vc", "vp"] {
        let wrapped = changed(credential(), name, json!({}));
        assert_eq!(crafted_claims(wrapped.clone()), Err(VcJoseError::WrappedDocument));
        let refused = sign_jwt(Content::Credential, wrapped, &with(&SigningKey::generate()));
        assert_eq!(refused, Err(VcJoseError::WrappedDocument));
    }
}

#[test]
fn jc_001_neg_01_an_unsecured_document_is_refused() {
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": "vc+jwt", "kid": METHOD}).to_string());
    let payload = URL_SAFE_NO_PAD.encode(Value::Object(credential()).to_string());
    let refused = SecuredDocument::parse_jwt(Content::Credential, &format!("{header}.{payload}.")).unwrap_err();
    assert_eq!(refused, VcJoseError::Jws(JwsError::Algorithm));
}

#[test]
fn an_unknown_critical_extension_is_refused() {
    for critical in [json!(["exp"]), json!([]), json!(["b64"])] {
        let refused = crafted("vc+jwt", json!({"kid": METHOD, "crit": critical}), credential());
        assert_eq!(refused, Err(VcJoseError::Jws(JwsError::Critical)));
    }
}
