//! SD-JWT VC with key binding, and `vc+sd-jwt`: `@sd-jwt` in JavaScript, `sd-jwt` and `openvc` in Python.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credential::ClaimPath,
    format::{
        sd_jwt_vc::{self, ExpectedBinding, KeyBinding, SdJwt, SdJwtError, check_binding},
        vc_jose::{CONTEXT, Content, SecuredDocument, SignWith, sign_sd_jwt},
    },
    keys::{KeyKind, PublicKey, SigningKey},
    testing::SeededEntropy,
};

use crate::peer::{Peer, did_key, method};

const AUDIENCE: &str = "x509_san_dns:verifier.example";
const NONCE: &str = "n-0S6_WzA2Mj";
const DC: &str = sd_jwt_vc::TYPE;
const VC: &str = "vc+sd-jwt";

/// A library behind a peer.
#[derive(Clone, Copy)]
struct Library {
    peer: &'static Peer,
    /// Before the name of its calls.
    prefix: &'static str,
    /// It hides claims of the top level only, and shows all of them.
    is_flat: bool,
}

impl Library {
    fn all() -> Vec<Self> {
        let of = |peer, prefix, is_flat| Self { peer, prefix, is_flat };
        let javascript = Peer::javascript().map(|peer| of(peer, "", false));
        let python = Peer::python().map(|peer| [of(peer, "", false), of(peer, "openvc/", true)]);
        javascript.into_iter().chain(python.into_iter().flatten()).collect()
    }

    fn name(&self) -> String {
        format!("{} {}sd-jwt", self.peer.language, self.prefix)
    }

    fn hidden(&self) -> Vec<Value> {
        if self.is_flat {
            vec![json!(["given_name"]), json!(["family_name"]), json!(["activity"])]
        } else {
            vec![
                json!(["given_name"]),
                json!(["family_name"]),
                json!(["activity", "minutes"]),
                json!(["activity", "skills", 0]),
                json!(["activity", "skills", 1]),
            ]
        }
    }

    fn chosen(&self) -> Vec<Value> {
        if self.is_flat {
            self.hidden()
        } else {
            vec![
                json!(["given_name"]),
                json!(["activity", "minutes"]),
                json!(["activity", "skills", 1]),
            ]
        }
    }

    /// What a verifier sees of the chosen claims.
    fn shown(&self, mut claims: Value) -> Value {
        if !self.is_flat {
            claims.as_object_mut().expect("claims").remove("family_name");
            claims["activity"]["skills"].as_array_mut().expect("skills").remove(0);
        }
        claims
    }

    fn issue(&self, handle: u64, typ: &str, kid: &str, claims: &Value) -> String {
        let with =
            json!({"handle": handle, "typ": typ, "header": {"kid": kid}, "claims": claims, "hidden": self.hidden()});
        self.peer.text(&format!("{}sd-jwt/issue", self.prefix), &with)
    }

    fn present(&self, handle: u64, typ: &str, text: &str) -> String {
        let with = json!({
            "handle": handle, "typ": typ, "text": text, "chosen": self.chosen(), "audience": AUDIENCE, "nonce": NONCE,
        });
        self.peer.text(&format!("{}sd-jwt/present", self.prefix), &with)
    }

    fn verify(&self, text: &str, typ: &str, key: &PublicKey, nonce: Option<&str>) -> Result<Value, String> {
        let with = json!({
            "text": text, "typ": typ, "jwk": key.to_jwk().to_value(), "audience": nonce.map(|_| AUDIENCE), "nonce": nonce,
        });
        self.peer.call(&format!("{}sd-jwt/verify", self.prefix), &with)
    }
}

fn claims(holder: &PublicKey) -> Value {
    json!({
        "iss": "https://issuer.example/o/paniers", "vct": "https://musette.example/activity", "iat": now() - 60, "exp": now() + 3600,
        "cnf": {"jwk": holder.to_jwk().to_value()}, "given_name": "Nadia", "family_name": "Benâli",
        "activity": {"minutes": 7800, "paid": false, "skills": ["comptabilité", "encadrement"]},
    })
}

fn now() -> i64 {
    SystemClock.now().timestamp()
}

/// What a verifier of ours checks, and what it then sees.
fn verify(text: &str, issuer: &PublicKey) -> Result<Value, String> {
    let said = |error: &dyn std::error::Error| error.to_string();
    let sd_jwt = SdJwt::parse(text).map_err(|error| said(&error))?;
    sd_jwt.jws().expect_type(DC).map_err(|error| said(&error))?;
    sd_jwt.jws().verify(issuer).map_err(|error| said(&error))?;
    let revealed = sd_jwt.reveal().map_err(|error| said(&error))?;
    let expected = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
    };
    let checks = check_binding(&sd_jwt, expected, SystemClock.now()).map_err(|error| said(&error))?;
    for check in [checks.binding, checks.nonce, checks.audience, checks.time] {
        check.map_err(|error| said(&error))?;
    }
    Ok(revealed.claims)
}

fn paths(values: &[Value]) -> Vec<ClaimPath> {
    let path = |value: &Value| serde_json::from_value(value.clone()).expect("a path");
    values.iter().map(path).collect()
}

fn issue(library: &Library, key: &SigningKey, claims: Value) -> String {
    let kid = key.public().thumbprint();
    sd_jwt_vc::issue(claims, &paths(&library.hidden()), &kid, key, &SeededEntropy::new(3)).expect("a credential")
}

fn present(library: &Library, text: &str, holder: &SigningKey) -> String {
    let binding = KeyBinding {
        key: holder,
        audience: AUDIENCE,
        nonce: NONCE,
        issued_at: SystemClock.now(),
    };
    let sd_jwt = SdJwt::parse(text).expect("a credential");
    sd_jwt
        .present(&paths(&library.chosen()), &binding)
        .expect("a presentation")
}

/// The same text with one part of it (between `~`) made into another.
fn with_part(text: &str, part: usize, change: impl Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = text.split('~').map(str::to_owned).collect();
    parts[part] = change(&parts[part]);
    parts.join("~")
}

/// The same token with one bit of one of its segments changed.
fn with_bit(token: &str, segment: usize) -> String {
    let mut segments: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut bytes = URL_SAFE_NO_PAD.decode(&segments[segment]).expect("base64url");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    segments[segment] = URL_SAFE_NO_PAD.encode(bytes);
    segments.join(".")
}

/// The same token with a text of its payload changed, unsigned.
fn with_claim(token: &str, from: &str, to: &str) -> String {
    let mut segments: Vec<String> = token.split('.').map(str::to_owned).collect();
    segments[1] = replaced(&segments[1], from, to);
    segments.join(".")
}

fn replaced(encoded: &str, from: &str, to: &str) -> String {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).expect("base64url")).expect("UTF-8");
    assert!(text.contains(from), "{text}");
    URL_SAFE_NO_PAD.encode(text.replace(from, to))
}

/// Every way to break a presentation, each by its name.
fn tampered(text: &str) -> Vec<(&'static str, String)> {
    let last = text.split('~').count() - 1;
    let disclosure = text
        .split('~')
        .position(|part| {
            URL_SAFE_NO_PAD
                .decode(part)
                .is_ok_and(|bytes| bytes.ends_with(b"\"Nadia\"]"))
        })
        .expect("the disclosure of a name");
    vec![
        (
            "a changed disclosure",
            with_part(text, disclosure, |part| replaced(part, "Nadia", "Sonia")),
        ),
        ("a disclosure left out", {
            let parts: Vec<&str> = text.split('~').collect();
            [&parts[..disclosure], &parts[disclosure + 1..]].concat().join("~")
        }),
        (
            "a changed claim",
            with_part(text, 0, |part| with_claim(part, "issuer.example", "isswer.example")),
        ),
        ("a changed signature", with_part(text, 0, |part| with_bit(part, 2))),
        (
            "a changed key binding",
            with_part(text, last, |part| with_claim(part, NONCE, "n-0S6_WzA2Mk")),
        ),
        (
            "a changed signature of the key binding",
            with_part(text, last, |part| with_bit(part, 2)),
        ),
        ("no key binding", with_part(text, last, |_| String::new())),
    ]
}

/// Both take it as it is and see the same, and neither takes it tampered with.
fn agree_on(library: &Library, text: &str, issuer: &PublicKey, expected: &Value) {
    let name = library.name();
    assert_eq!(
        &verify(text, issuer).unwrap_or_else(|error| panic!("we refuse {name}: {error}")),
        expected
    );
    let theirs = library.verify(text, DC, issuer, Some(NONCE));
    assert_eq!(
        &theirs.unwrap_or_else(|refusal| panic!("{name} refuses: {refusal}")),
        expected
    );
    for (what, tampered) in tampered(text) {
        assert!(verify(&tampered, issuer).is_err(), "we take {what} of {name}");
        let theirs = library.verify(&tampered, DC, issuer, Some(NONCE));
        assert!(theirs.is_err(), "{name} takes {what}");
    }
    let other = SigningKey::generate();
    assert!(verify(text, other.public()).is_err());
    assert!(
        library.verify(text, DC, other.public(), Some(NONCE)).is_err(),
        "{name} takes another key"
    );
    assert!(
        library.verify(text, DC, issuer, Some("another")).is_err(),
        "{name} takes another nonce"
    );
    assert!(
        library.verify(text, VC, issuer, Some(NONCE)).is_err(),
        "{name} takes another type"
    );
}

#[test]
fn sd_jwt_vc_issued_by_us() {
    for library in Library::all() {
        let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
        let claims = claims(holder.public());
        let text = present(&library, &issue(&library, &issuer, claims.clone()), &holder);
        agree_on(&library, &text, issuer.public(), &library.shown(claims));
    }
}

#[test]
fn sd_jwt_vc_issued_by_them() {
    for library in Library::all() {
        let issuer = library.peer.generate(KeyKind::P256);
        let holder = library.peer.generate(KeyKind::P256);
        let claims = claims(&holder.public);
        let text = library.issue(issuer.handle, DC, "k", &claims);
        let text = library.present(holder.handle, DC, &text);
        agree_on(&library, &text, &issuer.public, &library.shown(claims));
    }
}

/// The issuer is one side, the holder the other.
#[test]
fn sd_jwt_vc_presented_by_the_other_side() {
    for library in Library::all() {
        let (our_issuer, our_holder) = (SigningKey::generate(), SigningKey::generate());
        let issuer = library.peer.generate(KeyKind::P256);
        let holder = library.peer.generate(KeyKind::P256);

        let ours = claims(&holder.public);
        let text = library.present(holder.handle, DC, &issue(&library, &our_issuer, ours.clone()));
        agree_on(&library, &text, our_issuer.public(), &library.shown(ours));

        let theirs = claims(our_holder.public());
        let text = library.issue(issuer.handle, DC, "k", &theirs);
        let text = present(&library, &text, &our_holder);
        agree_on(&library, &text, &issuer.public, &library.shown(theirs));
    }
}

/// RFC 9901 §7.1 step 5. Two libraries leave it to their callers.
#[test]
fn sdj_006_a_disclosure_that_nothing_refers_to() {
    for library in Library::all() {
        let issuer = SigningKey::generate();
        let text = issue(&library, &issuer, claims(SigningKey::generate().public()));
        let stray = URL_SAFE_NO_PAD.encode(r#"["_26bc4LT-ac6q2KI6cBW5es","role","présidente"]"#);
        let text = format!("{text}{stray}~");
        let ours = SdJwt::parse(&text).and_then(|sd_jwt| sd_jwt.reveal());
        assert_eq!(ours.err(), Some(SdJwtError::UnreferencedDisclosure));
        let theirs = library.verify(&text, DC, issuer.public(), None);
        let takes_it = library.prefix.is_empty();
        assert_eq!(theirs.is_ok(), takes_it, "{}: {theirs:?}", library.name());
        if let Ok(claims) = theirs {
            assert_eq!(claims.get("role"), None, "{} believes it", library.name());
        }
    }
}

fn document(issuer: &PublicKey) -> Value {
    json!({
        "@context": [CONTEXT], "type": ["VerifiableCredential"], "issuer": did_key(issuer), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:nadia", "name": "Nadia", "description": "trésorière"},
    })
}

fn verify_document(text: &str, key: &PublicKey) -> Result<Value, String> {
    let secured = SecuredDocument::parse_sd_jwt(Content::Credential, text).map_err(|error| error.to_string())?;
    secured
        .verify(key, SystemClock.now())
        .map_err(|error| error.to_string())?;
    Ok(Value::Object(secured.document().clone()))
}

/// A `vc+sd-jwt` has no holder's signature here.
fn agree_on_document(library: &Library, text: &str, key: &PublicKey, expected: &Value) {
    let name = library.name();
    assert_eq!(
        &verify_document(text, key).unwrap_or_else(|error| panic!("we refuse {name}: {error}")),
        expected
    );
    let theirs = library.verify(text, VC, key, None);
    assert_eq!(
        &theirs.unwrap_or_else(|refusal| panic!("{name} refuses: {refusal}")),
        expected
    );
    for (what, tampered) in [
        (
            "a changed claim",
            with_part(text, 0, |part| with_claim(part, "2026", "2025")),
        ),
        ("a changed signature", with_part(text, 0, |part| with_bit(part, 2))),
    ] {
        assert!(verify_document(&tampered, key).is_err(), "we take {what} of {name}");
        assert!(library.verify(&tampered, VC, key, None).is_err(), "{name} takes {what}");
    }
    let other = SigningKey::generate_of(key.kind());
    assert!(verify_document(text, other.public()).is_err());
    assert!(
        library.verify(text, VC, other.public(), None).is_err(),
        "{name} takes another key"
    );
    assert!(
        library.verify(text, DC, key, None).is_err(),
        "{name} takes another type"
    );
}

#[test]
fn vc_sd_jwt_signed_by_us() {
    for library in Library::all() {
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            let document = document(key.public());
            let kid = method(key.public());
            let with = SignWith {
                key: &key,
                kid: &kid,
                expires_at: None,
            };
            let hidden = [ClaimPath::of(&["credentialSubject", "name"])];
            let members = document.as_object().expect("a document").clone();
            let text = sign_sd_jwt(members, &hidden, &with, &SeededEntropy::new(5)).expect("a credential");
            agree_on_document(&library, &text, key.public(), &document);
        }
    }
}

/// `openvc` writes no `vc+sd-jwt`.
#[test]
fn vc_sd_jwt_signed_by_them() {
    for library in Library::all().into_iter().filter(|library| !library.is_flat) {
        for kind in KeyKind::ALL {
            let key = library.peer.generate(kind);
            let document = document(&key.public);
            let with = json!({
                "handle": key.handle, "typ": VC, "header": {"kid": key.method()}, "claims": document,
                "hidden": [["credentialSubject", "name"]],
            });
            let text = library.peer.text("sd-jwt/issue", &with);
            agree_on_document(&library, &text, &key.public, &document);
        }
    }
}
