//! `vc+cose` (`pycose`) and the paper form (`cwt`, `base45`), in Python.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    format::{
        paper::{self, PaperAttestation, PaperError},
        vc_jose::{CONTEXT, Content, SecuredDocument, SignWith, VcJoseError, sign_cose},
    },
    keys::{KeyKind, PublicKey, SigningKey},
};
use tests::fixtures;

use crate::peer::{Peer, did_key, method};

const TYPE: &str = "application/vc+cose";

fn document(issuer: &PublicKey) -> Value {
    json!({
        "@context": [CONTEXT], "type": ["VerifiableCredential"], "issuer": did_key(issuer), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:nadia", "name": "Nadia", "description": "trésorière"},
    })
}

fn verify(bytes: &[u8], key: &PublicKey) -> Result<Value, VcJoseError> {
    let secured = SecuredDocument::parse_cose(Content::Credential, bytes)?;
    secured.verify(key, SystemClock.now())?;
    Ok(Value::Object(secured.document().clone()))
}

fn agree_on(peer: &Peer, bytes: &[u8], key: &PublicKey, expected: &Value) {
    let theirs = |bytes: &[u8], key: &PublicKey, typ: &str| {
        let with = json!({"message": STANDARD.encode(bytes), "jwk": key.to_jwk().to_value(), "typ": typ});
        peer.call("cose/verify", &with)
    };
    assert_eq!(verify(bytes, key).as_ref(), Ok(expected));
    assert_eq!(theirs(bytes, key, TYPE).as_ref(), Ok(expected));
    let place = |text: &str| {
        let found = bytes.windows(text.len()).position(|window| window == text.as_bytes());
        found.unwrap_or_else(|| panic!("no {text}"))
    };
    for (what, at) in [
        ("a changed claim", place("Nadia")),
        ("a changed name of the key", place("did:key:")),
        ("a changed type", place("vc+cose")),
        ("a changed signature", bytes.len() - 1),
    ] {
        let mut tampered = bytes.to_vec();
        tampered[at] ^= 1;
        assert!(verify(&tampered, key).is_err(), "we take {what}");
        assert!(theirs(&tampered, key, TYPE).is_err(), "pycose takes {what}");
    }
    let other = SigningKey::generate_of(key.kind());
    assert!(verify(bytes, other.public()).is_err());
    assert!(theirs(bytes, other.public(), TYPE).is_err(), "pycose takes another key");
    assert!(
        theirs(bytes, key, "application/vp+cose").is_err(),
        "pycose takes another type"
    );
}

#[test]
fn cose_signed_by_us() {
    let Some(peer) = Peer::python() else { return };
    for kind in KeyKind::ALL {
        let key = SigningKey::generate_of(kind);
        let (document, kid) = (document(key.public()), method(key.public()));
        let with = SignWith {
            key: &key,
            kid: &kid,
            expires_at: None,
        };
        let members = document.as_object().expect("a document").clone();
        let bytes = sign_cose(Content::Credential, members, &with).expect("a signature");
        agree_on(peer, &bytes, key.public(), &document);
    }
}

#[test]
fn cose_signed_by_them() {
    let Some(peer) = Peer::python() else { return };
    for kind in KeyKind::ALL {
        let key = peer.generate(kind);
        let document = document(&key.public);
        let with = json!({
            "handle": key.handle, "kid": key.method(), "typ": TYPE, "content_type": "application/vc", "document": document,
        });
        let bytes = STANDARD.decode(peer.text("cose/sign", &with)).expect("base 64");
        agree_on(peer, &bytes, &key.public, &document);
    }
}

fn envelope() -> paper::Envelope {
    fixtures::paper_envelope(SystemClock.now() + chrono::Duration::days(365))
}

/// `kid`: the first 8 bytes of the key's thumbprint.
fn hint(key: &PublicKey) -> String {
    paper::KeyHint::of(key).to_string()
}

fn read(peer: &Peer, text: &str, named: &PublicKey, key: &PublicKey) -> Result<Value, String> {
    peer.call(
        "paper/read",
        &json!({"text": text, "kid": hint(named), "jwk": key.to_jwk().to_value()}),
    )
}

/// What an integer names in a CBOR map.
fn member(map: &Value, name: i64) -> &Value {
    let pairs = map["map"].as_array().expect("a map");
    let pair = pairs.iter().find(|pair| pair[0].as_i64() == Some(name));
    &pair.unwrap_or_else(|| panic!("no {name} in {map}"))[1]
}

fn believed(text: &str, key: &PublicKey) -> Result<PaperAttestation, PaperError> {
    let read = PaperAttestation::parse(text)?;
    read.verify(key)?;
    Ok(read)
}

#[test]
fn paper_signed_by_us() {
    let Some(peer) = Peer::python() else { return };
    let key = SigningKey::generate();
    let text = paper::sign(&fixtures::attestation(), &envelope(), &key).expect("a text");
    let claims = read(peer, &text, key.public(), key.public()).expect("cwt takes it");
    assert_eq!(member(&claims, 1), "https://issuer.example/o/a");
    let said = member(&claims, -65_537);
    assert_eq!((member(said, 1), member(said, 2)), (&json!("Nadia"), &json!("Benâli")));
    assert_eq!(member(said, 13), 18_000);
    assert_eq!(member(member(said, 14), 2025), 12_600);
    refused_by_both(peer, &text, key.public());
}

#[test]
fn paper_signed_by_them() {
    let Some(peer) = Peer::python() else { return };
    let (ours, theirs) = (SigningKey::generate(), peer.generate(KeyKind::P256));
    let text = paper::sign(&fixtures::attestation(), &envelope(), &ours).expect("a text");
    let claims = read(peer, &text, ours.public(), ours.public()).expect("cwt takes it");
    let with = json!({"handle": theirs.handle, "kid": hint(&theirs.public), "claims": claims});
    let text = peer.text("paper/sign", &with);
    let believed = believed(&text, &theirs.public).expect("we take it");
    assert_eq!(believed.attestation(), &fixtures::attestation());
    assert_eq!(believed.envelope().status, envelope().status);
    refused_by_both(peer, &text, &theirs.public);
}

fn refused_by_both(peer: &Peer, text: &str, key: &PublicKey) {
    let other = SigningKey::generate();
    assert!(believed(text, other.public()).is_err());
    assert!(read(peer, text, key, other.public()).is_err(), "cwt takes another key");
    for place in paper::PREFIX.len()..text.len() {
        let mut tampered = text.as_bytes().to_vec();
        tampered[place] = if tampered[place] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).expect("UTF-8");
        assert!(believed(&tampered, key).is_err(), "we take another character {place}");
        assert!(
            read(peer, &tampered, key, key).is_err(),
            "cwt takes another character {place}"
        );
    }
}

#[test]
fn a_hint_is_eight_bytes() {
    let hint = URL_SAFE_NO_PAD.decode(hint(SigningKey::generate().public()));
    assert_eq!(hint.map(|bytes| bytes.len()), Ok(8));
}
