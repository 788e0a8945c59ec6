use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    keys::{SigningKey, cose, jws},
    testing::SeededEntropy,
};

const ISSUER: &str = "did:web:attestations.example:o:paniers";
const METHOD: &str = "did:web:attestations.example:o:paniers#k1";
const HTTPS_ISSUER: &str = "https://attestations.example/o/paniers";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other}"),
    }
}

fn credential() -> Map<String, Value> {
    object(json!({
        "@context": [CONTEXT, "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "issuer": { "id": ISSUER, "name": "Les Paniers du Vallon" },
        "validFrom": "2026-01-12T00:00:00Z",
        "credentialSubject": { "id": "did:example:123", "minutes": 7800, "names": ["Nadia", "Benali"] },
    }))
}

fn presentation(envelopes: &[Envelope]) -> Map<String, Value> {
    object(json!({
        "@context": [CONTEXT],
        "type": "VerifiablePresentation",
        "holder": "did:example:holder",
        "verifiableCredential": envelopes.iter().map(Envelope::to_value).collect::<Vec<_>>(),
    }))
}

fn with(key: &SigningKey) -> SignWith<'_> {
    SignWith {
        key,
        kid: METHOD,
        expires_at: None,
    }
}

/// The document with one member changed, or removed.
fn changed(mut document: Map<String, Value>, name: &str, value: Value) -> Map<String, Value> {
    match value {
        Value::Null => document.remove(name),
        value => document.insert(name.to_owned(), value),
    };
    document
}

/// What a careless or hostile signer would sign: parsed, and its verification.
fn crafted(typ: &str, header: Value, claims: Map<String, Value>) -> Result<(), VcJoseError> {
    let key = SigningKey::generate();
    let text = jws::sign(typ, object(header), &Value::Object(claims), &key);
    SecuredDocument::parse_jwt(Content::Credential, &text)?.verify(key.public(), now())
}

fn crafted_claims(claims: Map<String, Value>) -> Result<(), VcJoseError> {
    crafted("vc+jwt", json!({"kid": METHOD}), claims)
}

#[test]
fn every_securing_with_every_kind_of_key_gives_the_document_back() {
    for kind in KeyKind::ALL {
        let key = SigningKey::generate_of(kind);
        let names = [ClaimPath::of(&["credentialSubject", "names"]), ClaimPath::of(&["id"])];
        let jwt = sign_jwt(Content::Credential, credential(), &with(&key)).unwrap();
        let sd_jwt = sign_sd_jwt(credential(), &names, &with(&key), &SeededEntropy::new(1)).unwrap();
        let cose = sign_cose(Content::Credential, credential(), &with(&key)).unwrap();
        let secured = [
            SecuredDocument::parse_jwt(Content::Credential, &jwt).unwrap(),
            SecuredDocument::parse_sd_jwt(Content::Credential, &sd_jwt).unwrap(),
            SecuredDocument::parse_cose(Content::Credential, &cose).unwrap(),
        ];
        for (secured, securing) in secured.iter().zip([Securing::Jwt, Securing::SdJwt, Securing::Cose]) {
            assert_eq!(secured.securing(), securing);
            assert_eq!(secured.document(), &credential());
            let signer = Signer {
                controller: ISSUER,
                kid: Some(METHOD),
            };
            assert_eq!(secured.signer(), Ok(signer));
            assert_eq!(secured.verify(key.public(), now()), Ok(()));
            for other in KeyKind::ALL {
                let stranger = SigningKey::generate_of(other);
                assert!(
                    secured.verify(stranger.public(), now()).is_err(),
                    "{kind:?} {other:?} {securing:?}"
                );
            }
        }
        assert_eq!(secured[1].disclosed().len(), 2);
        assert!(secured[1].sd_jwt().is_some() && secured[0].sd_jwt().is_none());
    }
}

#[test]
fn a_presentation_carries_every_securing_in_envelopes() {
    let (issuer, holder) = (
        SigningKey::generate_of(KeyKind::Ed25519),
        SigningKey::generate_of(KeyKind::P384),
    );
    let envelopes = [
        Envelope::of_jwt(
            Content::Credential,
            &sign_jwt(Content::Credential, credential(), &with(&issuer)).unwrap(),
        ),
        Envelope::of_sd_jwt(
            Content::Credential,
            &sign_sd_jwt(credential(), &[], &with(&issuer), &SeededEntropy::new(1)).unwrap(),
        ),
        Envelope::of_cose(
            Content::Credential,
            &sign_cose(Content::Credential, credential(), &with(&issuer)).unwrap(),
        ),
    ];
    let by_holder = SignWith {
        key: &holder,
        kid: "did:example:holder#1",
        expires_at: Some(now() + Duration::minutes(5)),
    };
    let text = sign_jwt(Content::Presentation, presentation(&envelopes), &by_holder).unwrap();
    let bytes = sign_cose(Content::Presentation, presentation(&envelopes), &by_holder).unwrap();
    for presented in [
        Envelope::of_jwt(Content::Presentation, &text),
        Envelope::of_cose(Content::Presentation, &bytes),
    ] {
        let presented = Envelope::read(Content::Presentation, &presented.to_value())
            .unwrap()
            .open()
            .unwrap();
        assert_eq!(presented.verify(holder.public(), now()), Ok(()));
        assert_eq!(presented.signer().unwrap().controller, "did:example:holder");
        let credentials = presented.credentials().unwrap();
        assert_eq!(credentials, envelopes);
        for credential in credentials {
            assert_eq!(credential.open().unwrap().verify(issuer.public(), now()), Ok(()));
        }
    }
}

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7, kind in prop::sample::select(&KeyKind::ALL[..])) {
        let key = SigningKey::generate_of(kind);
        let text = sign_jwt(Content::Credential, credential(), &with(&key)).unwrap();
        let hidden = [ClaimPath::of(&["credentialSubject", "minutes"])];
        let sd_jwt = sign_sd_jwt(credential(), &hidden, &with(&key), &SeededEntropy::new(1)).unwrap();
        let bytes = sign_cose(Content::Credential, credential(), &with(&key)).unwrap();
        let verified = |secured: Result<SecuredDocument, VcJoseError>| secured.is_ok_and(|secured| secured.verify(key.public(), now()).is_ok());
        let flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            bytes
        };
        let changed = String::from_utf8(flip(text.as_bytes())).unwrap();
        prop_assert!(!verified(SecuredDocument::parse_jwt(Content::Credential, &changed)), "{}", changed);
        // Without its disclosure, or with its end as a key binding, an SD-JWT is another one, rightly signed.
        let changed = String::from_utf8(flip(sd_jwt.as_bytes())).unwrap();
        if changed.matches('~').count() == 2 && changed.ends_with('~') {
            prop_assert!(!verified(SecuredDocument::parse_sd_jwt(Content::Credential, &changed)), "{}", changed);
        }
        prop_assert!(!verified(SecuredDocument::parse_cose(Content::Credential, &flip(&bytes))));
    }

    #[test]
    fn any_envelope_reads_back(text in "[A-Za-z0-9._~-]{1,40}", bytes in prop::collection::vec(any::<u8>(), 1..40), presented: bool) {
        let content = if presented { Content::Presentation } else { Content::Credential };
        for envelope in [
            Envelope::of_jwt(content, &text),
            Envelope::of_sd_jwt(content, &text),
            Envelope::of_cose(content, &bytes),
        ] {
            prop_assert_eq!(Envelope::read(content, &envelope.to_value()), Ok(envelope));
        }
    }
}
