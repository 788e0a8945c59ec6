//! `vc+jwt` and `vp+jwt`: `jose` in JavaScript, `PyJWT` in Python; and what `openvc` calls a VC-JWT, which is another thing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    format::vc_jose::{CONTEXT, Content, Envelope, SecuredDocument, SignWith, VcJoseError, sign_jwt},
    keys::{KeyKind, PublicKey, SigningKey},
};

use crate::peer::{Peer, did_key, method};

fn credential(issuer: &PublicKey) -> Value {
    json!({
        "@context": [CONTEXT], "type": ["VerifiableCredential"], "issuer": did_key(issuer), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:nadia", "name": "Nadia", "description": "trésorière"},
    })
}

fn presentation(holder: &PublicKey, credential: &str) -> Value {
    json!({
        "@context": [CONTEXT], "type": ["VerifiablePresentation"], "holder": did_key(holder),
        "verifiableCredential": [Envelope::of_jwt(Content::Credential, credential).to_value()],
    })
}

fn typ(content: Content) -> &'static str {
    match content {
        Content::Credential => "vc+jwt",
        Content::Presentation => "vp+jwt",
    }
}

fn sign(content: Content, document: &Value, key: &SigningKey) -> String {
    let kid = method(key.public());
    let with = SignWith {
        key,
        kid: &kid,
        expires_at: None,
    };
    let document = document.as_object().expect("a document").clone();
    sign_jwt(content, document, &with).expect("a signature")
}

fn verify(content: Content, jwt: &str, key: &PublicKey) -> Result<Value, VcJoseError> {
    let secured = SecuredDocument::parse_jwt(content, jwt)?;
    secured.verify(key, SystemClock.now())?;
    Ok(Value::Object(secured.document().clone()))
}

fn agree_on(peer: &Peer, content: Content, jwt: &str, key: &PublicKey, expected: &Value) {
    let theirs = |jwt: &str, key: &PublicKey, typ: &str| {
        peer.call(
            "jwt/verify",
            &json!({"jwt": jwt, "jwk": key.to_jwk().to_value(), "typ": typ}),
        )
    };
    let (name, typ) = (peer.language, typ(content));
    assert_eq!(verify(content, jwt, key).as_ref(), Ok(expected), "{typ} of {name}");
    assert_eq!(theirs(jwt, key, typ).as_ref(), Ok(expected), "{name}, {typ}");

    let segments: Vec<&str> = jwt.split('.').collect();
    let with = |segment: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = URL_SAFE_NO_PAD.decode(segments[segment]).expect("base64url");
        change(&mut bytes);
        let mut segments: Vec<String> = segments.iter().map(|segment| (*segment).to_owned()).collect();
        segments[segment] = URL_SAFE_NO_PAD.encode(bytes);
        segments.join(".")
    };
    let replace = |bytes: &mut Vec<u8>, from: &str, to: &str| {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        assert!(text.contains(from));
        *bytes = text.replace(from, to).into_bytes();
    };
    for (what, tampered) in [
        (
            "a changed claim",
            with(1, &|bytes| replace(bytes, "did:key:z", "did:key:y")),
        ),
        (
            "a changed header",
            with(0, &|bytes| replace(bytes, "did:key:z", "did:key:y")),
        ),
        ("a changed signature", with(2, &|bytes| bytes[40] ^= 1)),
        ("no signature", format!("{}.{}.", segments[0], segments[1])),
        (
            "another algorithm",
            with(0, &|bytes| replace(bytes, "\"alg\":\"E", "\"alg\":\"P")),
        ),
        (
            "no algorithm",
            with(0, &|bytes| {
                let mut header: Value = serde_json::from_slice(bytes).expect("JSON");
                header["alg"] = "none".into();
                *bytes = header.to_string().into_bytes();
            }),
        ),
    ] {
        assert!(
            verify(content, &tampered, key).is_err(),
            "we take {what} in {typ} of {name}"
        );
        assert!(theirs(&tampered, key, typ).is_err(), "{name} takes {what} in {typ}");
    }
    for kind in KeyKind::ALL {
        let other = SigningKey::generate_of(kind);
        assert!(verify(content, jwt, other.public()).is_err());
        assert!(
            theirs(jwt, other.public(), typ).is_err(),
            "{name} takes another key in {typ}"
        );
    }
    assert!(theirs(jwt, key, "JWT").is_err(), "{name} takes another type than {typ}");
}

#[test]
fn jwt_signed_by_us() {
    for peer in Peer::all() {
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            let document = credential(key.public());
            let jwt = sign(Content::Credential, &document, &key);
            agree_on(peer, Content::Credential, &jwt, key.public(), &document);
            let document = presentation(key.public(), &jwt);
            let jwt = sign(Content::Presentation, &document, &key);
            agree_on(peer, Content::Presentation, &jwt, key.public(), &document);
        }
    }
}

#[test]
fn jwt_signed_by_them() {
    for peer in Peer::all() {
        for kind in KeyKind::ALL {
            let key = peer.generate(kind);
            let sign = |content: Content, payload: &Value| {
                let header = json!({"typ": typ(content), "kid": key.method()});
                peer.text(
                    "jwt/sign",
                    &json!({"handle": key.handle, "header": header, "payload": payload}),
                )
            };
            let document = credential(&key.public);
            let jwt = sign(Content::Credential, &document);
            agree_on(peer, Content::Credential, &jwt, &key.public, &document);
            let document = presentation(&key.public, &jwt);
            let jwt = sign(Content::Presentation, &document);
            agree_on(peer, Content::Presentation, &jwt, &key.public, &document);
        }
    }
}

/// VC-JOSE-COSE §3.1.3: the claim `vc` of VCDM 1.1 must not be there. `openvc` writes it and wants it.
#[test]
fn jc_001_a_credential_in_a_claim_of_its_own() {
    let Some(peer) = Peer::python() else { return };
    let key = peer.generate(KeyKind::P256);
    let theirs = peer.text(
        "openvc/jwt/sign",
        &json!({"handle": key.handle, "credential": credential(&key.public)}),
    );
    let verified = peer.call(
        "openvc/jwt/verify",
        &json!({"jwt": theirs, "jwk": key.public.to_jwk().to_value()}),
    );
    assert_eq!(verified, Ok(credential(&key.public)));
    assert_eq!(
        verify(Content::Credential, &theirs, &key.public),
        Err(VcJoseError::WrongType)
    );

    let key = SigningKey::generate();
    let ours = sign(Content::Credential, &credential(key.public()), &key);
    let refused = peer.call(
        "openvc/jwt/verify",
        &json!({"jwt": ours, "jwk": key.public().to_jwk().to_value()}),
    );
    assert!(
        refused.is_err_and(|refusal| refusal.contains("iss")),
        "openvc wants `iss` first"
    );
}
