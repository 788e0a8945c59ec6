//! Good input of every kind, to start from.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};
use shared::{
    credential::{
        ACTIVITY_CONFIGURATION, ACTIVITY_VCT, ClaimPath, FORMAT_SD_JWT_VC,
        open_badge::{self},
    },
    did::webvh::NewEntry,
    format::{
        baked,
        data_integrity::{BaseKey, Cryptosuite, Disclosure, attach, derive, sign, sign_base},
        paper::{self},
        sd_jwt_vc::{self, KeyBinding, SdJwt, type_metadata::TypeRegistry},
        vc_jose::{self, Content, Envelope, SignWith},
    },
    keys::{
        BbsSecretKey, KeyKind, SigningKey,
        jwe::{self, ContentEncryption, DecryptionKey},
        jws::{self},
    },
    oid4vci::{
        PRE_AUTHORIZED_CODE,
        metadata::publish_issuer_metadata,
        offer::{self, CredentialOffer},
        proof,
    },
    status_list::{
        bitstring::{Bitstring, Entry, Purpose, StatusListTerms},
        token::StatusList,
    },
    testing::SeededEntropy,
};

use super::{CHAIN, documents::proof_options, now};
use crate::fixtures;

#[expect(clippy::expect_used, reason = "input we make ourselves and that is right")]
#[expect(clippy::too_many_lines, reason = "one example of each kind of input")]
pub(super) fn every_kind() -> Vec<Vec<u8>> {
    let (key, decryption, entropy) = (SigningKey::generate(), DecryptionKey::generate(), SeededEntropy::new(7));
    let (now, kid) = (now(), key.public().thumbprint());
    let holder = SigningKey::generate();
    let claims = json!({
        "iss": "https://issuer.example", "vct": ACTIVITY_VCT, "iat": now.timestamp(), "cnf": { "jwk": holder.public().to_jwk().to_value() },
        "given_name": "Nadia", "activity": { "minutes": 7800, "skills": ["a", "b"] },
    });
    let hidden = [ClaimPath::of(&["given_name"]), ClaimPath::of(&["activity", "minutes"])];
    let credential = sd_jwt_vc::issue(claims, &hidden, &kid, &key, &entropy).expect("a credential");
    let binding = KeyBinding {
        key: &holder,
        audience: "a",
        nonce: "n",
        issued_at: now,
    };
    let presented = SdJwt::parse(&credential)
        .expect("ours")
        .present(&hidden[..1], &binding)
        .expect("a presentation");
    let list = StatusList::new(1, 64).expect("a list");
    let status = list.sign(
        "https://example.org/list",
        now,
        Duration::days(1),
        Duration::minutes(5),
        &kid,
        &key,
    );
    let bits = Bitstring::new(1, 0).expect("a list");
    let bits_terms = StatusListTerms {
        id: "https://example.org/list",
        issuer: "did:web:example.org",
        purposes: &[Purpose::Revocation],
        valid_from: now,
        valid_until: Some(now + Duration::days(1)),
        ttl: Some(Duration::minutes(5)),
    };
    let offer = json!({
        "credential_issuer": "https://issuer.example/o/a", "credential_configuration_ids": [ACTIVITY_CONFIGURATION],
        "grants": { PRE_AUTHORIZED_CODE: { "pre-authorized_code": "c", "tx_code": { "length": 6, "input_mode": "numeric" } } },
    });
    let query = json!({ "credentials": [{ "id": "a", "format": FORMAT_SD_JWT_VC, "meta": { "vct_values": [ACTIVITY_VCT] },
        "claims": [{ "id": "m", "path": ["activity", "minutes"], "values": [1] }, { "id": "s", "path": ["activity", "skills", null] }],
        "claim_sets": [["m"], ["m", "s"]] }], "credential_sets": [{ "options": [["a"]], "required": false }] });
    let vp_token = json!({ "vp_token": { "a": [presented] }, "state": "s" }).to_string();
    let encrypted =
        jwe::encrypt(vp_token.as_bytes(), &decryption.public(), ContentEncryption::A128GCM).expect("a message");
    let mut secured = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", { "minutes": "https://issuer.example/minutes" }],
        "type": "VerifiableCredential", "issuer": "did:web:issuer.example",
        "credentialSubject": { "minutes": [7800, 1.5, { "@value": "a", "@language": "fr" }, { "@list": [true] }] },
    });
    if let Value::Object(document) = &mut secured {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let text = serde_json::to_string(document).expect("JSON");
        attach(
            document,
            sign(&text, &proof_options(Cryptosuite::EddsaRdfc2022), &key).expect("a proof"),
        );
    }
    let texts = [
        secured.to_string(),
        json!({ "credential_configuration_id": ACTIVITY_CONFIGURATION, "proofs": { "jwt": [proof::sign(&holder, "https://issuer.example", Some("n"), now)] } })
            .to_string(),
        query.to_string(),
        format!("response={encrypted}"),
        "error=access_denied&state=s".to_owned(),
        encrypted,
        key.public().to_jwk().to_value().to_string(),
        jws::sign("JWT", Map::new(), &json!({ "a": 1 }), &key),
        publish_issuer_metadata(&"https://issuer.example".parse().expect("a URL"), "Asso", None).to_string(),
        offer.to_string(),
        CredentialOffer::from_value(&offer, false).expect("an offer").link_by_value(),
        offer::link_by_reference(&"https://issuer.example/offers/1".parse().expect("a URL")),
        "openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Averifier.example&request_uri=https%3A%2F%2Fverifier.example%2Fo"
            .to_owned(),
        proof::sign(&holder, "https://issuer.example", Some("n"), now),
        credential,
        presented,
        status,
        list.encode().to_string(),
        Entry::new(Purpose::Revocation, 7, bits_terms.id.to_owned()).to_value().to_string(),
        bits_terms.unsigned(&bits).to_string(),
        bits.encode(),
        format!("grant_type={PRE_AUTHORIZED_CODE}&pre-authorized_code=c&tx_code=123456"),
        "id = \"a\"\nformat = \"musette-rule/1\"\nversion = \"1\"\n[window]\ntype = \"calendar_year\"\n".to_owned(),
        crate::fixtures::ONE_PERSON.to_owned(),
        did_log(now),
        CHAIN.to_owned(),
        TypeRegistry::ours().document(ACTIVITY_VCT).unwrap_or_default().to_owned(),
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://issuer.example/schema",
            "properties": { "credentialSubject": { "$ref": "#/$defs/subject" } },
            "$defs": { "subject": { "type": "object", "required": ["minutes"], "unevaluatedProperties": { "type": "array" },
                "properties": { "minutes": { "type": "integer", "minimum": 1 } }, "patternProperties": { "^y": true } } } })
            .to_string(),
        json!({ "@context": ["https://www.w3.org/ns/credentials/v2", { "part": "https://issuer.example/part" }],
            "type": "VerifiableCredential", "issuer": "did:web:issuer.example", "@reverse": { "part": { "id": "urn:a" } },
            "credentialSubject": { "part": { "@list": [["a"], { "@nest": { "name": "b" } }] } },
            "@included": [{ "part": 1 }, { "id": "_:b", "@graph": { "part": { "@value": "c", "@language": "fr" } } }] })
            .to_string(),
        "versionId=1-Qm&versionTime=2026-01-01T00:00:00Z&versionNumber=1".to_owned(),
        json!({ "credential": { "type": "VerifiableCredential" }, "presentation": { "type": "VerifiablePresentation" },
            "verifiableCredential": { "type": "VerifiableCredential", "proof": {} }, "credentialId": "urn:uuid:1", "status": true,
            "options": { "challenge": "c", "domain": "d", "mandatoryPointers": ["/issuer"], "selectivePointers": ["/issuer"] } })
            .to_string(),
    ];
    let mut seeds: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    seeds.extend(secured_documents(&key));
    seeds.extend(selective_documents());
    seeds.extend(paper_attestations(&key));
    let blank = include_bytes!("../../tests/refusals/blank.png");
    seeds.push(blank.to_vec());
    seeds.extend(badges(&key, blank));
    seeds
}

/// The log of a DID with two versions.
#[expect(clippy::expect_used, reason = "a log we write ourselves and that is right")]
fn did_log(now: DateTime<Utc>) -> String {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let Value::Object(parameters) = json!({ "updateKeys": [key.public().to_multikey()], "portable": true }) else {
        unreachable!("an object")
    };
    let mut entry = NewEntry {
        previous: None,
        time: now - Duration::days(2),
        parameters,
        document: json!({ "id": "did:webvh:{SCID}:issuer.example:o:a", "service": [] }),
        key: &key,
    };
    let (id, first) = entry.write().expect("an entry");
    let written: Value = serde_json::from_str(&first).expect("JSON");
    entry.previous = Some(&id);
    entry.time = now - Duration::days(1);
    entry.parameters = Map::new();
    entry.document = written["state"].clone();
    let (_, second) = entry.write().expect("an entry");
    format!("{first}\n{second}\n")
}

/// A credential with a base proof of each selective suite, and what may be shown of it.
#[expect(clippy::expect_used, reason = "input we make ourselves and that is right")]
fn selective_documents() -> Vec<Vec<u8>> {
    let unsigned = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", { "minutes": "https://issuer.example/minutes" }],
        "type": "VerifiableCredential", "issuer": "did:web:issuer.example",
        "credentialSubject": { "minutes": [7800, { "@value": "a", "@language": "fr" }], "name": "Nadia" },
    });
    let (p256, bbs) = (SigningKey::generate(), BbsSecretKey::generate(&SeededEntropy::new(10)));
    let mut all = Vec::new();
    for (suite, key) in [
        (Cryptosuite::EcdsaSd2023, BaseKey::from(&p256)),
        (Cryptosuite::Bbs2023, BaseKey::from(&bbs)),
    ] {
        let (options, entropy) = (proof_options(suite), SeededEntropy::new(9));
        let proof = sign_base(&unsigned.to_string(), &options, &["/issuer"], key, &entropy).expect("a proof");
        let mut base = unsigned.as_object().expect("an object").clone();
        attach(&mut base, proof);
        let base = Value::Object(base).to_string();
        let disclosure = Disclosure {
            suite,
            pointers: &["/credentialSubject/minutes/0"],
            presentation_header: &[],
        };
        let shown = derive(&base, &disclosure).expect("a proof");
        all.extend([base, Value::Object(shown).to_string()].map(String::into_bytes));
    }
    all
}

/// A credential in every securing, and a presentation of them all.
#[expect(clippy::expect_used, reason = "input we make ourselves and that is right")]
fn secured_documents(key: &SigningKey) -> Vec<Vec<u8>> {
    let document = |value: Value| match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let with = SignWith {
        key,
        kid: "did:web:issuer.example#1",
        expires_at: Some(now()),
    };
    let credential = document(json!({
        "@context": [vc_jose::CONTEXT], "type": ["VerifiableCredential"], "issuer": "did:web:issuer.example",
        "credentialSubject": { "id": "did:example:1", "minutes": 7800 },
    }));
    let hidden = [ClaimPath::of(&["credentialSubject", "minutes"])];
    let jwt = vc_jose::sign_jwt(Content::Credential, credential.clone(), &with).expect("a credential");
    let sd_jwt =
        vc_jose::sign_sd_jwt(credential.clone(), &hidden, &with, &SeededEntropy::new(7)).expect("a credential");
    let cose = vc_jose::sign_cose(Content::Credential, credential, &with).expect("a credential");
    let envelopes = [
        Envelope::of_jwt(Content::Credential, &jwt).to_value(),
        Envelope::of_sd_jwt(Content::Credential, &sd_jwt).to_value(),
        Envelope::of_cose(Content::Credential, &cose).to_value(),
    ];
    let presentation = document(json!({
        "@context": [vc_jose::CONTEXT], "type": "VerifiablePresentation", "holder": "did:web:issuer.example",
        "verifiableCredential": envelopes,
    }));
    let presented = vc_jose::sign_jwt(Content::Presentation, presentation, &with).expect("a presentation");
    let mut all: Vec<Vec<u8>> = envelopes
        .iter()
        .map(|envelope| envelope.to_string().into_bytes())
        .collect();
    all.extend([jwt.into_bytes(), sd_jwt.into_bytes(), cose, presented.into_bytes()]);
    all
}

/// A badge of ours, alone, in a JWT and in pictures.
#[expect(clippy::expect_used, reason = "input we make ourselves and that is right")]
fn badges(key: &SigningKey, picture: &[u8]) -> Vec<Vec<u8>> {
    let issuer = "did:web:issuer.example:o:a";
    let envelope = open_badge::BadgeEnvelope {
        id: "urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11".to_owned(),
        issuer: issuer.parse().expect("a DID"),
        page: "https://issuer.example/o/a".parse().expect("a URL"),
        holder: "did:example:nadia".parse().expect("a DID"),
        status: Entry::new(Purpose::Revocation, 7, "https://issuer.example/o/a/lists/1".to_owned()),
        issued_on: "2026-01-12".parse().expect("a day"),
        expires_at: now(),
    };
    let badge = open_badge::to_badge(&fixtures::attestation(), &envelope).expect("a badge");
    let mut claims = badge.clone();
    claims["iss"] = issuer.into();
    claims["sub"] = "did:example:nadia".into();
    claims["jti"] = envelope.id.as_str().into();
    claims["nbf"] = 1_768_176_000.into();
    claims["exp"] = envelope.expires_at.timestamp().into();
    let header = Map::from_iter([("kid".to_owned(), format!("{issuer}#k").into())]);
    let token = jws::sign("JWT", header, &claims, key);
    let drawn = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>";
    let text = badge.to_string();
    let mut all = vec![
        baked::bake(picture, &text).expect("a picture"),
        baked::bake(drawn, &text).expect("a picture"),
        baked::bake(drawn, &token).expect("a picture"),
    ];
    all.extend([text.into_bytes(), token.into_bytes()]);
    all
}

/// A paper attestation as text, and what is signed in it.
#[expect(clippy::expect_used, reason = "input we make ourselves and that is right")]
fn paper_attestations(key: &SigningKey) -> [Vec<u8>; 2] {
    let (attestation, envelope) = (fixtures::attestation(), fixtures::paper_envelope(now()));
    [
        paper::sign(&attestation, &envelope, key).expect("a text").into_bytes(),
        paper::sign_bytes(&attestation, &envelope, key).expect("bytes"),
    ]
}
