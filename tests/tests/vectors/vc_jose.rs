//! VC-JOSE-COSE: w3c/vc-jose-cose-test-suite.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{
    credential::ClaimPath,
    format::vc_jose::{
        Content, Envelope, SecuredDocument, Securing, SignWith, VcJoseError, sign_cose, sign_jwt, sign_sd_jwt,
    },
    keys::{Jwk, KeyKind, PublicKey, SigningKey, cose::CoseError, jws::JwsError},
    testing::SeededEntropy,
};

use crate::source::Vectors;

const FOLDER: &str = "vc-jose-cose-test-suite/tests/input";
const CONTROLLER: &str = "https://example.issuer/vc-jose-cose";

/// The presentations expired a day after they were signed.
fn then() -> DateTime<Utc> {
    "2024-12-15T00:00:00Z".parse().expect("an instant")
}

/// The keys of the suite that are of a kind we have, by their `kid`. There is one on P-521: we sign and verify no ES512.
fn keys(vectors: &Vectors) -> Vec<(String, PublicKey)> {
    assert!(
        Jwk::from_value(vectors.json("vm-p521.json")["publicKeyJwk"].take()).is_err(),
        "P-521 is a kind of key we have: run the vectors of ES512"
    );
    ["vm-p256.json", "vm-p384.json", "vm-ed25519.json"]
        .into_iter()
        .map(|file| {
            let method = vectors.json(file);
            let kid = method["publicKeyJwk"]["kid"].as_str().expect("a name").to_owned();
            (kid, vectors.key(file, Some("publicKeyJwk")))
        })
        .collect()
}

fn parse(vectors: &Vectors, file: &str, content: Content) -> Result<SecuredDocument, VcJoseError> {
    let text = vectors.text(file);
    if file.contains("-cose-") {
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| CoseError::Malformed)?;
        SecuredDocument::parse_cose(content, &bytes)
    } else if file.contains("-sdjwt-") {
        SecuredDocument::parse_sd_jwt(content, &text)
    } else {
        SecuredDocument::parse_jwt(content, &text)
    }
}

fn content_of(file: &str) -> Content {
    if file.starts_with("credential-") {
        Content::Credential
    } else {
        Content::Presentation
    }
}

/// Everything a verifier checks of one file; the keys are those of the suite's controller.
fn verify(vectors: &Vectors, file: &str) -> Result<SecuredDocument, VcJoseError> {
    let secured = parse(vectors, file, content_of(file))?;
    let kid = secured
        .signer()?
        .kid
        .map(str::to_owned)
        .expect("every file names its key");
    let keys = keys(vectors);
    let (_, key) = keys.iter().find(|(name, _)| *name == kid).expect("a key of the suite");
    secured.verify(key, then())?;
    Ok(secured)
}

#[test]
fn signed_documents_verify() {
    let Some(vectors) = Vectors::open(FOLDER) else { return };
    for (file, securing) in [
        ("credential-jose-minimal.txt", Securing::Jwt),
        ("credential-cose-minimal.txt", Securing::Cose),
        ("credential-sdjwt-selective.txt", Securing::SdJwt),
        ("credential-issuer-match-signed.txt", Securing::Jwt),
        ("presentation-jose-multiple.txt", Securing::Jwt),
        ("presentation-sdjwt-selective.txt", Securing::SdJwt),
    ] {
        let secured = verify(&vectors, file).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(secured.securing(), securing, "{file}");
        assert_eq!(
            secured.signer().map(|signer| signer.controller.to_owned()),
            Ok(CONTROLLER.to_owned())
        );
    }
}

/// Three credentials of one presentation, each secured in another way.
#[test]
fn enveloped_credentials_of_a_presentation_verify() {
    let Some(vectors) = Vectors::open(FOLDER) else { return };
    let presented = verify(&vectors, "presentation-jose-multiple.txt").expect("a presentation");
    let envelopes = presented.credentials().expect("envelopes");
    let securings: Vec<Securing> = envelopes.iter().map(Envelope::securing).collect();
    assert_eq!(securings, [Securing::Jwt, Securing::SdJwt, Securing::Cose]);
    let keys = keys(&vectors);
    for envelope in envelopes {
        let credential = envelope.open().expect("a credential");
        let kid = credential.signer().expect("a signer").kid.map(str::to_owned);
        let (_, key) = keys
            .iter()
            .find(|(name, _)| Some(name) == kid.as_ref())
            .expect("a key of the suite");
        assert_eq!(credential.verify(key, then()), Ok(()));
    }
}

#[test]
fn what_the_suite_wants_refused_is_refused_for_its_reason() {
    let Some(vectors) = Vectors::open(FOLDER) else { return };
    let jws = VcJoseError::Jws;
    for (file, expected) in [
        ("credential-jose-bad-signature.txt", jws(JwsError::BadSignature)),
        ("credential-sdjwt-bad-signature.txt", jws(JwsError::BadSignature)),
        (
            "credential-cose-bad-signature.txt",
            VcJoseError::Cose(CoseError::BadSignature),
        ),
        (
            "credential-cose-minimal-not-base64.txt",
            VcJoseError::Cose(CoseError::Malformed),
        ),
        ("credential-jose-bad-media-type.txt", VcJoseError::WrongType),
        ("credential-sdjwt-bad-media-type.txt", VcJoseError::WrongType),
        ("credential-cose-bad-media-type.txt", VcJoseError::WrongType),
        ("presentation-jose-bad-media-type.txt", VcJoseError::WrongType),
        ("presentation-sdjwt-bad-media-type.txt", VcJoseError::WrongType),
        ("presentation-cose-bad-media-type.txt", VcJoseError::WrongType),
        ("credential-jose-vc-vp-claims.txt", VcJoseError::WrappedDocument),
        ("presentation-jose-bad-credential.txt", VcJoseError::NotEnveloped),
        ("presentation-cose-bad-credential.txt", VcJoseError::NotEnveloped),
    ] {
        assert_eq!(verify(&vectors, file).err(), Some(expected), "{file}");
    }
}

/// Vectors that are not what their name says, or that need a key we have none of; each with its reason.
#[test]
fn vectors_that_cannot_count_are_listed() {
    let Some(vectors) = Vectors::open(FOLDER) else { return };
    // ES512.
    for file in ["credential-jose-unknown-extensions.txt", "credential-sdjwt-nested.txt"] {
        let refused = parse(&vectors, file, Content::Credential).err();
        let expected = if file.contains("sdjwt") {
            VcJoseError::SdJwt(JwsError::Algorithm.into())
        } else {
            VcJoseError::Jws(JwsError::Algorithm)
        };
        assert_eq!(refused, Some(expected), "{file}");
    }
    // The holder is a DID, the key somebody else's and no DID URL (JC-002); the nested JWT has seven parts.
    let presented = parse(&vectors, "presentation-cose-single.txt", Content::Presentation).expect("a presentation");
    assert_eq!(presented.signer().err(), Some(VcJoseError::KeyNotNamed));
    let nested = presented.credentials().expect("envelopes")[0].open();
    assert_eq!(nested.err(), Some(VcJoseError::Jws(JwsError::Malformed)));
    // Signed with ES512 under the type of another test ("bad+typ").
    assert!(parse(&vectors, "presentation-sdjwt-bad-credential.txt", Content::Presentation).is_err());
}

/// Our own signatures over the suite's documents, with its keys.
#[test]
fn the_suites_documents_are_secured_and_verify() {
    let Some(vectors) = Vectors::open(FOLDER) else { return };
    let mut signed = 0;
    for name in vectors.names() {
        if name.starts_with("vm-") || name.strip_suffix(".json").is_none() {
            continue;
        }
        let Value::Object(document) = vectors.json(&name) else {
            panic!("{name}")
        };
        let content = content_of(&name);
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            let kid = format!("{CONTROLLER}#key-1");
            let with = SignWith {
                key: &key,
                kid: &kid,
                expires_at: None,
            };
            let jwt = sign_jwt(content, document.clone(), &with).unwrap_or_else(|error| panic!("{name}: {error}"));
            let cose = sign_cose(content, document.clone(), &with).expect("a signature");
            let mut secured = vec![
                SecuredDocument::parse_jwt(content, &jwt).expect("ours"),
                SecuredDocument::parse_cose(content, &cose).expect("ours"),
            ];
            if content == Content::Credential {
                let hidden = [ClaimPath::of(&["credentialSubject", "id"])];
                let text = sign_sd_jwt(document.clone(), &hidden, &with, &SeededEntropy::new(1)).expect("a signature");
                secured.push(SecuredDocument::parse_sd_jwt(content, &text).expect("ours"));
            }
            for secured in secured {
                assert_eq!(secured.document(), &document, "{name}");
                assert_eq!(secured.verify(key.public(), then()), Ok(()), "{name}");
                signed += 1;
            }
        }
    }
    assert_eq!(signed, (5 * 3 + 3 * 2) * 3, "five credentials and three presentations");
}
