use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use coset::cbor::{self as ciborium, Value as Cbor};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    entropy::SystemEntropy,
    format::data_integrity::{attach, sign},
    keys::{KeyKind, bbs::MAX_MESSAGES},
};

fn now() -> DateTime<Utc> {
    "2027-01-10T09:30:00Z".parse().unwrap()
}

/// A credential whose every leaf is a text of its own.
fn document() -> Map<String, Value> {
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", {"@vocab": "https://vocabulary.example/"}],
        "id": "urn:uuid:9f9fcd5f-3a14-4b4e-8c4c-0bd0d4dd4f8b",
        "type": ["VerifiableCredential"],
        "issuer": "did:web:asso.example.org",
        "validFrom": "2027-01-10T00:00:00Z",
        "credentialSubject": {
            "givenName": "leaf-givenName",
            "familyName": "leaf-familyName",
            "mission": {"@value": "leaf-mission", "@language": "fr"},
            "address": {"type": "Place", "street": "leaf-street", "town": "leaf-town"},
            "boats": [
                {"boat": "leaf-boat-0", "year": "leaf-year-0"},
                {"boat": "leaf-boat-1", "year": "leaf-year-1", "crew": ["leaf-crew-0", "leaf-crew-1", "leaf-crew-2"]},
                {"boat": "leaf-boat-2", "year": "leaf-year-2"},
            ],
            "ports": {"@list": ["leaf-port-0", "leaf-port-1"]},
        },
    });
    document.as_object().unwrap().clone()
}

const MANDATORY: [&str; 2] = ["/issuer", "/validFrom"];

/// Every pointer that discloses one leaf, and the leaves it discloses.
const LEAVES: [(&str, &[&str]); 14] = [
    ("/credentialSubject/givenName", &["leaf-givenName"]),
    ("/credentialSubject/familyName", &["leaf-familyName"]),
    ("/credentialSubject/mission", &["leaf-mission"]),
    ("/credentialSubject/address/street", &["leaf-street"]),
    ("/credentialSubject/address/town", &["leaf-town"]),
    ("/credentialSubject/boats/0/boat", &["leaf-boat-0"]),
    ("/credentialSubject/boats/0/year", &["leaf-year-0"]),
    ("/credentialSubject/boats/1/boat", &["leaf-boat-1"]),
    ("/credentialSubject/boats/1/year", &["leaf-year-1"]),
    ("/credentialSubject/boats/1/crew/0", &["leaf-crew-0"]),
    ("/credentialSubject/boats/1/crew/2", &["leaf-crew-2"]),
    ("/credentialSubject/boats/2/boat", &["leaf-boat-2"]),
    ("/credentialSubject/boats/2/year", &["leaf-year-2"]),
    ("/credentialSubject/ports", &["leaf-port-0", "leaf-port-1"]),
];

/// An issuer with the keys of both suites, who uses one.
struct Issuer {
    suite: Cryptosuite,
    p256: SigningKey,
    bbs: BbsSecretKey,
}

impl Issuer {
    fn of(suite: Cryptosuite) -> Self {
        Self {
            suite,
            p256: SigningKey::generate(),
            bbs: BbsSecretKey::generate(&SystemEntropy),
        }
    }

    fn each() -> [Self; 2] {
        [Self::of(Cryptosuite::EcdsaSd2023), Self::of(Cryptosuite::Bbs2023)]
    }

    fn options(&self) -> ProofOptions {
        ProofOptions::assertion(self.suite, "did:web:asso.example.org#key".to_owned(), now())
    }

    fn key(&self) -> BaseKey<'_> {
        match self.suite {
            Cryptosuite::Bbs2023 => (&self.bbs).into(),
            _ => (&self.p256).into(),
        }
    }

    fn public(&self) -> ProofKey {
        match self.suite {
            Cryptosuite::Bbs2023 => self.bbs.public().into(),
            _ => self.p256.public().into(),
        }
    }

    fn sign(&self, document: &str, mandatory: &[&str]) -> Result<Map<String, Value>, DataIntegrityError> {
        sign_base(document, &self.options(), mandatory, self.key(), &SystemEntropy)
    }

    /// The document with a base proof.
    fn based(&self) -> Map<String, Value> {
        let mut document = document();
        let proof = self.sign(&text(&document), &MANDATORY).unwrap();
        attach(&mut document, proof);
        document
    }

    fn shown(&self, base: &Map<String, Value>, pointers: &[&str]) -> Result<Map<String, Value>, DataIntegrityError> {
        let disclosure = Disclosure {
            suite: self.suite,
            pointers,
            presentation_header: &[],
        };
        derive(&text(base), &disclosure)
    }

    fn verify(&self, document: &Map<String, Value>) -> Result<(), DataIntegrityError> {
        verify_text(&text(document), &self.public())
    }
}

fn text(document: &Map<String, Value>) -> String {
    serde_json::to_string(document).unwrap()
}

fn verify_text(text: &str, key: &ProofKey) -> Result<(), DataIntegrityError> {
    let secured = Secured::parse(text)?;
    let proofs = secured.proofs()?;
    proofs.iter().try_for_each(|proof| secured.verify(proof, key))
}

fn leaves(text: &str) -> BTreeSet<String> {
    text.split('"')
        .filter(|part| part.starts_with("leaf-"))
        .map(str::to_owned)
        .collect()
}

/// The parts of a proof value.
fn parts(proof: &Value) -> Vec<Cbor> {
    let bytes = bytes(proof);
    let parts: Cbor = ciborium::from_reader(&bytes[3..]).unwrap();
    parts.into_array().unwrap()
}

fn bytes(proof: &Value) -> Vec<u8> {
    let value = proof["proofValue"].as_str().unwrap();
    URL_SAFE_NO_PAD.decode(value.strip_prefix('u').unwrap()).unwrap()
}

fn set_bytes(document: &mut Map<String, Value>, bytes: &[u8]) {
    document["proof"]["proofValue"] = proof::encode_selective(bytes).into();
}

fn set_parts(document: &mut Map<String, Value>, kind: u8, parts: Vec<Cbor>) {
    set_bytes(document, &cbor::write(kind, parts));
}

#[test]
fn what_was_disclosed_verifies_and_nothing_else_does() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        let pointers = ["/credentialSubject/boats/1/crew/2", "/credentialSubject/address"];
        let mut shown = issuer.shown(&base, &pointers).unwrap();
        assert_eq!(issuer.verify(&shown), Ok(()));
        assert_eq!(
            shown["credentialSubject"],
            json!({
                "address": {"type": "Place", "street": "leaf-street", "town": "leaf-town"},
                "boats": [{"crew": ["leaf-crew-2"]}],
            })
        );
        assert_eq!(shown["id"], base["id"]);
        assert_eq!(shown["proof"]["created"], base["proof"]["created"]);
        assert_eq!(
            Issuer::of(issuer.suite).verify(&shown),
            Err(DataIntegrityError::BadSignature)
        );
        for (pointer, value) in [
            ("/issuer", json!("did:web:other.example.org")),
            ("/credentialSubject/boats/0/crew/0", json!("leaf-crew-1")),
            ("/credentialSubject/address/type", json!("Port")),
            ("/type/0", json!("VerifiablePresentation")),
            ("/id", json!("urn:uuid:00000000-0000-0000-0000-000000000000")),
            ("/proof/created", json!("2027-01-10T09:30:01Z")),
            ("/proof/verificationMethod", json!("did:web:asso.example.org#other")),
            ("/proof/proofPurpose", json!("authentication")),
        ] {
            let mut changed = Value::Object(shown.clone());
            *changed.pointer_mut(pointer).unwrap() = value;
            let refused = verify_text(&changed.to_string(), &issuer.public());
            assert_eq!(refused, Err(DataIntegrityError::BadSignature), "{pointer}");
        }
        // What is mandatory cannot be left out, nor what was disclosed, nor anything added.
        for member in ["issuer", "validFrom", "credentialSubject", "id", "type"] {
            let mut without = shown.clone();
            without.remove(member);
            assert!(issuer.verify(&without).is_err(), "{member}");
        }
        shown.insert("name".to_owned(), json!("Attestation"));
        assert_eq!(issuer.verify(&shown), Err(DataIntegrityError::BadSignature));
    }
}

#[test]
fn cs_004_a_base_proof_is_not_for_verifiers() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        assert_eq!(issuer.verify(&base), Err(DataIntegrityError::BaseProof));
        let all = issuer.shown(&base, &[""]).unwrap();
        assert_eq!(issuer.verify(&all), Ok(()));
        assert_eq!(leaves(&text(&all)), leaves(&text(&base)));
        // The key to the names is gone with the base proof.
        let place = if issuer.suite == Cryptosuite::Bbs2023 { 3 } else { 2 };
        let Cbor::Bytes(hmac) = &parts(&base["proof"])[place] else {
            panic!("no key");
        };
        assert_eq!(hmac.len(), 32);
        assert!(!bytes(&all["proof"]).windows(32).any(|window| window == hmac));
    }
}

#[test]
fn only_a_base_proof_can_be_derived_from() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        let derived = issuer.shown(&base, &["/credentialSubject"]).unwrap();
        assert_eq!(
            issuer.shown(&derived, &["/issuer"]),
            Err(DataIntegrityError::NoBaseProof)
        );
        let mut twice = base.clone();
        attach(&mut twice, base["proof"].as_object().unwrap().clone());
        assert_eq!(issuer.shown(&twice, &["/issuer"]), Err(DataIntegrityError::NoBaseProof));
        assert_eq!(
            issuer.shown(&document(), &["/issuer"]),
            Err(DataIntegrityError::NoProof)
        );
        let whole = Disclosure {
            suite: Cryptosuite::EcdsaRdfc2019,
            pointers: &["/issuer"],
            presentation_header: &[],
        };
        assert_eq!(derive(&text(&base), &whole), Err(DataIntegrityError::NotSelective));

        // Another proof of the same document stays behind: it is of the whole.
        let ed25519 = SigningKey::generate_of(KeyKind::Ed25519);
        let plain = ProofOptions {
            suite: Cryptosuite::EddsaRdfc2022,
            ..issuer.options()
        };
        let mut both = base.clone();
        attach(&mut both, sign(&text(&document()), &plain, &ed25519).unwrap());
        let derived = issuer.shown(&both, &["/credentialSubject/givenName"]).unwrap();
        assert_eq!(issuer.verify(&derived), Ok(()));
        assert!(derived["proof"].is_object());
    }
}

#[test]
fn a_document_may_carry_base_proofs_of_both_suites() {
    let issuers = Issuer::each();
    let mut base = document();
    for issuer in &issuers {
        let proof = issuer.sign(&text(&document()), &MANDATORY).unwrap();
        attach(&mut base, proof);
    }
    for issuer in &issuers {
        let derived = issuer.shown(&base, &["/credentialSubject/givenName"]).unwrap();
        assert_eq!(derived["proof"]["cryptosuite"], issuer.suite.name());
        assert_eq!(issuer.verify(&derived), Ok(()));
    }
}

#[test]
fn a_base_proof_of_another_document_discloses_nothing_that_verifies() {
    for issuer in Issuer::each() {
        let mut other = issuer.based();
        other["credentialSubject"]["givenName"] = json!("leaf-other");
        let derived = issuer.shown(&other, &["/credentialSubject/givenName"]).unwrap();
        assert_eq!(issuer.verify(&derived), Err(DataIntegrityError::BadSignature));
        let mut other = issuer.based();
        other["credentialSubject"].as_object_mut().unwrap().remove("givenName");
        other["issuer"] = json!("did:web:other.example.org");
        assert_eq!(
            issuer.shown(&other, &["/credentialSubject/familyName"]),
            Err(DataIntegrityError::BadSignature)
        );
    }
}

#[test]
fn two_holders_derive_what_each_wants() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        let one = issuer.shown(&base, &["/credentialSubject/givenName"]).unwrap();
        let two = issuer.shown(&base, &["/credentialSubject/boats/2"]).unwrap();
        for derived in [&one, &two] {
            assert_eq!(issuer.verify(derived), Ok(()));
        }
        assert_eq!(leaves(&text(&one)), BTreeSet::from(["leaf-givenName".to_owned()]));
        assert_eq!(
            leaves(&text(&two)),
            BTreeSet::from(["leaf-boat-2".to_owned(), "leaf-year-2".to_owned()])
        );
        // What each was shown does not add up to more: the proof of one does not fit the document of the other.
        let mut crossed = one.clone();
        crossed["proof"] = two["proof"].clone();
        assert_eq!(issuer.verify(&crossed), Err(DataIntegrityError::BadSignature));
    }
}

#[test]
fn pointers_that_point_nowhere_are_refused_by_name() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        for pointer in [
            "/credentialSubject/name",
            "/credentialSubject/boats/3",
            "/proof",
            "/issuer/id",
            "issuer",
            "/credentialSubject/givenName/0",
        ] {
            let refusal = DataIntegrityError::NoSuchValue(pointer.to_owned());
            assert_eq!(issuer.shown(&base, &["/issuer", pointer]), Err(refusal.clone()));
            assert_eq!(issuer.sign(&text(&document()), &["/issuer", pointer]), Err(refusal));
        }
        for pointer in ["/credentialSubject/ports/@list/0", "/credentialSubject/mission/@value"] {
            let refusal = DataIntegrityError::PartOfWhole(pointer.to_owned());
            assert_eq!(issuer.shown(&base, &[pointer]), Err(refusal.clone()));
            assert_eq!(issuer.sign(&text(&document()), &[pointer]), Err(refusal));
        }
    }
}

#[test]
fn every_shape_of_json_ld_is_disclosed_as_it_was_signed() {
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", {
            "@vocab": "https://vocabulary.example/",
            "route": {"@id": "https://vocabulary.example/route", "@container": "@list"},
            "raw": {"@id": "https://vocabulary.example/raw", "@type": "@json"},
            "title": {"@id": "https://vocabulary.example/title", "@container": "@language"},
        }],
        "@type": "VerifiableCredential",
        "issuer": "did:web:asso.example.org",
        "credentialSubject": [{
            "title": {"fr": "leaf-titre", "en": "leaf-title"},
            "route": [{"port": "leaf-port"}, "leaf-sea"],
            "raw": {"leaf-raw": [1, {"b": null}]},
            "inner": {"@context": {"@vocab": "https://other.example/"}, "kept": "leaf-kept", "left": "leaf-left"},
            "twice": ["leaf-twice", "leaf-twice", "leaf-once"],
            "friend": {"@id": "_:friend", "nick": "leaf-nick", "age": "leaf-age"},
            "partner": "leaf-partner",
            "knows": [{"@id": "_:friend"}, {"@id": "_:friend", "town": "leaf-town"}],
            "nothing": [null, []],
        }],
    });
    let at = |rest: &str| format!("/credentialSubject/0{rest}");
    for issuer in Issuer::each() {
        let Value::Object(mut base) = document.clone() else {
            unreachable!("an object")
        };
        let proof = issuer.sign(&document.to_string(), &["/issuer"]).unwrap();
        attach(&mut base, proof);
        for (pointer, expected) in [
            ("/title/fr", json!({"title": {"fr": "leaf-titre"}})),
            ("/route", json!({"route": document["credentialSubject"][0]["route"]})),
            ("/raw", json!({"raw": {"leaf-raw": [1, {"b": null}]}})),
            (
                "/inner/kept",
                json!({"inner": {"@context": {"@vocab": "https://other.example/"}, "kept": "leaf-kept"}}),
            ),
            ("/twice/1", json!({"twice": ["leaf-twice"]})),
            ("/friend/age", json!({"friend": {"@id": "_:friend", "age": "leaf-age"}})),
            ("/knows/1", json!({"knows": [{"@id": "_:friend", "town": "leaf-town"}]})),
            ("/knows", json!({"knows": document["credentialSubject"][0]["knows"]})),
            ("/nothing", json!({"nothing": [null, []]})),
        ] {
            let shown = issuer.shown(&base, &[&at(pointer)]).unwrap();
            assert_eq!(shown["credentialSubject"], json!([expected]), "{pointer}");
            assert_eq!(shown["@type"], "VerifiableCredential");
            assert_eq!(issuer.verify(&shown), Ok(()), "{pointer}");
        }
        for pointer in ["/route/0", "/route/0/port", "/raw/leaf-raw", "/raw/leaf-raw/1/b"] {
            let pointer = at(pointer);
            assert_eq!(
                issuer.shown(&base, &[&pointer]),
                Err(DataIntegrityError::PartOfWhole(pointer.clone()))
            );
        }
        // The order of a list is signed, and so is that nothing is missing in it.
        let mut shown = issuer.shown(&base, &[&at("/route")]).unwrap();
        shown["credentialSubject"][0]["route"].as_array_mut().unwrap().reverse();
        assert_eq!(issuer.verify(&shown), Err(DataIntegrityError::BadSignature));
        // Two nodes cannot be made one.
        let mut shown = issuer.shown(&base, &[&at("/friend/age"), &at("/inner/kept")]).unwrap();
        shown["credentialSubject"][0]["inner"]["@id"] = json!("_:friend");
        assert_eq!(issuer.verify(&shown), Err(DataIntegrityError::BadSignature));
    }
}

#[test]
fn nothing_mandatory_is_allowed_and_nothing_disclosed_is_not() {
    for issuer in Issuer::each() {
        let mut base = document();
        let proof = issuer.sign(&text(&base), &[]).unwrap();
        attach(&mut base, proof);
        assert_eq!(issuer.shown(&base, &[]), Err(DataIntegrityError::NothingDisclosed));
        let derived = issuer.shown(&base, &["/issuer"]).unwrap();
        assert_eq!(issuer.verify(&derived), Ok(()));
        assert_eq!(derived["type"], json!(["VerifiableCredential"]));
        assert_eq!(derived.get("validFrom"), None);
    }
}

#[test]
fn keys_suites_and_chains_that_do_not_fit_are_refused() {
    let document = text(&document());
    let [ecdsa, bbs] = Issuer::each();
    for kind in [KeyKind::P384, KeyKind::Ed25519] {
        let key = SigningKey::generate_of(kind);
        for issuer in [&ecdsa, &bbs] {
            assert_eq!(
                sign_base(&document, &issuer.options(), &MANDATORY, &key, &SystemEntropy),
                Err(DataIntegrityError::WrongKey)
            );
            let derived = issuer.shown(&issuer.based(), &["/issuer"]).unwrap();
            assert_eq!(
                verify_text(&text(&derived), &key.public().into()),
                Err(DataIntegrityError::WrongKey)
            );
        }
    }
    for (issuer, other) in [(&ecdsa, &bbs), (&bbs, &ecdsa)] {
        assert_eq!(
            sign_base(&document, &issuer.options(), &MANDATORY, other.key(), &SystemEntropy),
            Err(DataIntegrityError::WrongKey)
        );
        let derived = issuer.shown(&issuer.based(), &["/issuer"]).unwrap();
        assert_eq!(other.verify(&derived), Err(DataIntegrityError::WrongKey));
        // The value of one suite under the name of the other.
        let mut renamed = derived.clone();
        renamed["proof"]["cryptosuite"] = json!(other.suite.name());
        assert_eq!(
            other.verify(&renamed),
            Err(DataIntegrityError::MalformedProof("proofValue"))
        );

        let mut whole = issuer.options();
        whole.suite = Cryptosuite::EcdsaRdfc2019;
        assert_eq!(
            sign_base(&document, &whole, &MANDATORY, issuer.key(), &SystemEntropy),
            Err(DataIntegrityError::NotSelective)
        );
        assert_eq!(
            sign(&document, &issuer.options(), &issuer.p256),
            Err(DataIntegrityError::NotSelective)
        );
        let mut chained = issuer.options();
        chained.previous = vec!["urn:uuid:1".to_owned()];
        assert_eq!(
            sign_base(&document, &chained, &MANDATORY, issuer.key(), &SystemEntropy),
            Err(DataIntegrityError::SelectiveChain)
        );
        let mut derived = derived;
        derived["proof"]["previousProof"] = json!("urn:uuid:1");
        assert_eq!(issuer.verify(&derived), Err(DataIntegrityError::SelectiveChain));
    }
    // A key of BBS fits no other suite.
    let mut plain = self::document();
    let options = ProofOptions {
        suite: Cryptosuite::EcdsaRdfc2019,
        ..ecdsa.options()
    };
    attach(&mut plain, sign(&document, &options, &ecdsa.p256).unwrap());
    assert_eq!(bbs.verify(&plain), Err(DataIntegrityError::WrongKey));
}

#[test]
fn documents_of_too_many_statements_are_refused() {
    for (issuer, most) in Issuer::each().iter().zip([MAX_STATEMENTS, MAX_MESSAGES]) {
        let mut document = document();
        let names: Vec<String> = (0..most).map(|number| number.to_string()).collect();
        document["credentialSubject"]["crew"] = json!(names);
        assert_eq!(
            issuer.sign(&text(&document), &MANDATORY),
            Err(DataIntegrityError::TooManyStatements)
        );
    }
}

#[test]
fn cs_004_malformed_proof_values_are_refused() {
    let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
    let pointers = ["/credentialSubject/boats/0", "/credentialSubject/address"];
    let derived = issuer.shown(&issuer.based(), &pointers).unwrap();
    let right = parts(&derived["proof"]);
    let part = |index: usize, part: Cbor| {
        let mut parts = right.clone();
        parts[index] = part;
        cbor::write(1, parts)
    };
    let labels = right[3].as_map().unwrap().clone();
    let mandatory = right[4].as_array().unwrap().clone();
    let signatures = right[2].as_array().unwrap().clone();
    assert!(labels.len() > 2 && mandatory.len() > 2 && signatures.len() > 2);
    let mut renumbered = labels.clone();
    renumbered[0].0 = 77.into();
    let mut alike = labels.clone();
    alike[0].1 = alike[1].1.clone();
    let mut twice = labels.clone();
    twice[0].0 = 1.into();
    let mut falling = mandatory.clone();
    falling.swap(0, 1);
    let mut repeated = mandatory.clone();
    repeated[1] = repeated[0].clone();
    let tagged = Cbor::Tag(64, Box::new(right[0].clone()));
    let whole = bytes(&derived["proof"]);
    // The same array, its length in a byte more than it needs.
    let longer = [&whole[..3], &[0x98, 5], &whole[4..]].concat();
    assert_eq!(whole[3], 0x85);
    let four = cbor::write(1, right[..4].to_vec());
    let six = cbor::write(1, [&right[..], &[Cbor::Null]].concat());
    for (wrong, what) in [
        (part(0, vec![0; 63].into()), "a short signature"),
        (part(0, Cbor::Text("a".repeat(64))), "a text"),
        (part(0, tagged), "a tag"),
        (part(1, vec![0x80; 34].into()), "a short key"),
        (part(2, Cbor::Array(vec![Cbor::Bytes(vec![0; 65])])), "a long signature"),
        (part(2, Cbor::Null), "no signatures"),
        (part(3, Cbor::Map(renumbered)), "a gap"),
        (part(3, Cbor::Map(alike)), "two nodes of one name"),
        (part(3, Cbor::Map(twice)), "one node twice"),
        (part(3, Cbor::Array(Vec::new())), "no map"),
        (part(4, Cbor::Array(falling)), "positions that fall"),
        (part(4, Cbor::Array(repeated)), "a position twice"),
        (part(4, Cbor::Array(vec![(-1).into()])), "a position below zero"),
        (longer, "a length that is longer than it needs"),
        ([&whole[..], &[0]].concat(), "something after"),
        (four, "four parts"),
        (six, "six parts"),
        (cbor::write(2, right.clone()), "another kind"),
        (whole[..3].to_vec(), "nothing after the header"),
        (vec![0xd9, 0x5d], "half a header"),
        (Vec::new(), "nothing"),
    ] {
        let mut changed = derived.clone();
        set_bytes(&mut changed, &wrong);
        assert_eq!(
            issuer.verify(&changed),
            Err(DataIntegrityError::MalformedProof("proofValue")),
            "{what}"
        );
    }
    for wrong in [
        json!(derived["proof"]["proofValue"].as_str().unwrap().replacen('u', "z", 1)),
        json!(format!("{}=", derived["proof"]["proofValue"].as_str().unwrap())),
        json!(format!("u{}", "A".repeat(128 * 1024 + 1))),
    ] {
        let mut changed = derived.clone();
        changed["proof"]["proofValue"] = wrong;
        assert_eq!(
            issuer.verify(&changed),
            Err(DataIntegrityError::MalformedProof("proofValue"))
        );
    }
    for (index, wrong, what) in [
        (2, Cbor::Array(signatures[1..].to_vec()), "a signature less"),
        (3, Cbor::Map(labels[..labels.len() - 1].to_vec()), "a name less"),
        (4, Cbor::Array(mandatory[1..].to_vec()), "a mandatory statement less"),
        (
            4,
            Cbor::Array([&mandatory[..], &[1023.into()]].concat()),
            "one beyond the last",
        ),
    ] {
        let mut changed = derived.clone();
        set_bytes(&mut changed, &part(index, wrong));
        assert_eq!(issuer.verify(&changed), Err(DataIntegrityError::BadSignature), "{what}");
    }
}

#[test]
fn the_key_of_the_statements_is_the_one_the_issuer_signed() {
    let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
    let derived = issuer
        .shown(&issuer.based(), &["/credentialSubject/givenName"])
        .unwrap();
    let foreign = SigningKey::generate();
    let mut parts = parts(&derived["proof"]);
    parts[1] = foreign.public().to_multikey_bytes().into();
    let mut changed = derived.clone();
    set_parts(&mut changed, 1, parts);
    assert_eq!(issuer.verify(&changed), Err(DataIntegrityError::BadSignature));
}

#[test]
fn cs_005_malformed_bbs_proof_values_are_refused() {
    let issuer = Issuer::of(Cryptosuite::Bbs2023);
    let pointers = ["/credentialSubject/boats/0", "/credentialSubject/address"];
    let derived = issuer.shown(&issuer.based(), &pointers).unwrap();
    let right = parts(&derived["proof"]);
    let with = |value: &[u8]| {
        let mut changed = derived.clone();
        set_bytes(&mut changed, value);
        issuer.verify(&changed)
    };
    let part = |index: usize, part: Cbor| {
        let mut parts = right.clone();
        parts[index] = part;
        cbor::write(3, parts)
    };
    let labels = right[1].as_map().unwrap().clone();
    let disclosed = right[3].as_array().unwrap().clone();
    let mut alike = labels.clone();
    alike[0].1 = alike[1].1.clone();
    let mut falling = disclosed.clone();
    falling.swap(0, 1);
    for (wrong, what) in [
        (part(0, Cbor::Null), "no proof"),
        (part(1, Cbor::Map(alike)), "two nodes of one name"),
        (part(1, Cbor::Map(vec![(1.into(), 1.into())])), "a gap"),
        (part(2, Cbor::Null), "no positions"),
        (part(3, Cbor::Array(falling)), "positions that fall"),
        (part(4, Cbor::Text(String::new())), "a text"),
        (part(4, vec![0; 1025].into()), "a long presentation header"),
        (cbor::write(3, right[..4].to_vec()), "four parts"),
        (cbor::write(1, right.clone()), "another suite"),
        ([&bytes(&derived["proof"])[..], &[0]].concat(), "something after"),
    ] {
        assert_eq!(
            with(&wrong),
            Err(DataIntegrityError::MalformedProof("proofValue")),
            "{what}"
        );
    }
    let long = [&right[0].as_bytes().unwrap()[..], &vec![1; 32 * MAX_MESSAGES]].concat();
    for (index, wrong, what) in [
        (0, Cbor::Bytes(Vec::new()), "an empty proof"),
        (0, long.into(), "more messages than are allowed"),
        (1, Cbor::Map(labels[..labels.len() - 1].to_vec()), "a name less"),
        (3, Cbor::Array(disclosed[1..].to_vec()), "a position less"),
        (
            3,
            Cbor::Array([&disclosed[..], &[1023.into()]].concat()),
            "a position more",
        ),
        (4, Cbor::Bytes(vec![1]), "another presentation header"),
    ] {
        assert_eq!(
            with(&part(index, wrong)),
            Err(DataIntegrityError::BadSignature),
            "{what}"
        );
    }
    assert_eq!(with(&cbor::write(2, right.clone())), Err(DataIntegrityError::BaseProof));
}

#[test]
fn cs_005_features_beyond_the_baseline_are_refused_by_name() {
    let issuer = Issuer::of(Cryptosuite::Bbs2023);
    let mut base = issuer.based();
    let mut derived = issuer.shown(&base, &["/issuer"]).unwrap();
    for (kind, feature) in [
        (4, "anonymous_holder_binding"),
        (6, "pseudonym"),
        (8, "holder_binding_pseudonym"),
    ] {
        let refusal = DataIntegrityError::UnsupportedFeature(feature);
        let mut value = bytes(&base["proof"]);
        value[2] = kind;
        set_bytes(&mut base, &value);
        assert_eq!(issuer.shown(&base, &["/issuer"]), Err(refusal.clone()));
        let mut value = bytes(&derived["proof"]);
        value[2] = kind + 1;
        set_bytes(&mut derived, &value);
        assert_eq!(issuer.verify(&derived), Err(refusal));
    }
}

#[test]
fn cs_005_a_presentation_header_is_bound_to_the_proof() {
    let [ecdsa, issuer] = Issuer::each();
    let disclosure = |suite, header| Disclosure {
        suite,
        pointers: &["/credentialSubject/givenName"],
        presentation_header: header,
    };
    let base = text(&issuer.based());
    let derived = derive(&base, &disclosure(issuer.suite, b"nonce-1")).unwrap();
    assert_eq!(issuer.verify(&derived), Ok(()));
    let written = text(&derived);
    let secured = Secured::parse(&written).unwrap();
    let header = secured.proofs().unwrap()[0].presentation_header();
    assert_eq!(header.as_deref(), Some(&b"nonce-1"[..]));
    assert_eq!(
        derive(&base, &disclosure(issuer.suite, &[0; 1025])),
        Err(DataIntegrityError::TooLarge)
    );
    assert_eq!(
        derive(&text(&ecdsa.based()), &disclosure(ecdsa.suite, b"nonce-1")),
        Err(DataIntegrityError::UnsupportedFeature("presentationHeader"))
    );
}

#[test]
fn bbs_derivations_share_nothing_that_is_not_shown() {
    let issuer = Issuer::of(Cryptosuite::Bbs2023);
    let base = issuer.based();
    let derived = || issuer.shown(&base, &["/credentialSubject/givenName"]).unwrap();
    let (one, two) = (bytes(&derived()["proof"]), bytes(&derived()["proof"]));
    assert_eq!(one.len(), two.len());
    // 16 bytes in the same place would be a mark.
    let shared = one.iter().zip(&two).map(|(a, b)| a == b).collect::<Vec<_>>();
    let proof = 6..6 + parts(&derived()["proof"])[0].as_bytes().unwrap().len();
    assert!(!shared[proof].windows(16).any(|window| window.iter().all(|same| *same)));
    let signature = parts(&base["proof"])[0].as_bytes().unwrap().clone();
    assert!(
        !one.windows(32)
            .any(|window| signature.windows(32).any(|part| part == window))
    );
}

#[test]
fn the_order_of_names_says_nothing_of_what_they_hide() {
    let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
    // In every proof the same two boats are shown, and canonicalization meets them in the same order.
    let pointers = ["/credentialSubject/boats/0/boat", "/credentialSubject/boats/2/boat"];
    let orders: BTreeSet<bool> = (0..40)
        .map(|_| {
            let shown = issuer.shown(&issuer.based(), &pointers).unwrap();
            let parts = parts(&shown["proof"]);
            let labels = parts[3].as_map().unwrap();
            labels[0].1.as_bytes() < labels[1].1.as_bytes()
        })
        .collect();
    assert_eq!(orders.len(), 2);
}

fn chosen() -> impl Strategy<Value = BTreeSet<usize>> {
    prop::collection::btree_set(0..LEAVES.len(), 0..LEAVES.len())
}

/// What is shown verifies, and what is not is nowhere: neither itself, nor its hash.
fn check_part(issuer: &Issuer, chosen: &BTreeSet<usize>) -> Result<Map<String, Value>, TestCaseError> {
    let base = issuer.based();
    let pointers: Vec<&str> = chosen.iter().map(|index| LEAVES[*index].0).collect();
    let shown = issuer.shown(&base, &pointers).unwrap();
    prop_assert_eq!(issuer.verify(&shown), Ok(()));
    let disclosed: BTreeSet<String> = chosen
        .iter()
        .flat_map(|index| LEAVES[*index].1)
        .map(|leaf| (*leaf).to_owned())
        .collect();
    let written = text(&shown);
    prop_assert_eq!(&leaves(&written), &disclosed);
    let value = bytes(&shown["proof"]);
    for hidden in leaves(&text(&base)).difference(&disclosed) {
        prop_assert!(!written.contains(hidden.as_str()));
        prop_assert!(!value.windows(hidden.len()).any(|window| window == hidden.as_bytes()));
        let hash = sha256(hidden.as_bytes());
        prop_assert!(!value.windows(hash.len()).any(|window| window == hash));
    }
    Ok(shown)
}

/// How many statements a document makes without its proof.
fn count(document: &Map<String, Value>) -> usize {
    let mut document = document.clone();
    document.remove("proof");
    let document = Value::Object(document);
    let node = Node::from(&document);
    Context::of(&node).unwrap().statements(&node).unwrap().quads.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_part_verifies_and_tells_nothing_more(chosen in chosen()) {
        let shown = check_part(&Issuer::of(Cryptosuite::EcdsaSd2023), &chosen)?;
        // No signature of a statement that is not shown goes along.
        let parts = parts(&shown["proof"]);
        let lengths = [2, 4].map(|index: usize| parts[index].as_array().unwrap().len());
        prop_assert_eq!(lengths[0] + lengths[1], count(&shown));
    }

    #[test]
    fn one_changed_byte_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
        let pointers = ["/credentialSubject/boats/1", "/credentialSubject/mission"];
        let derived = issuer.shown(&issuer.based(), &pointers).unwrap();
        check_changed(&issuer, &derived, place, bit)?;
    }
}

proptest! {
    // Debug builds of the pairing take a while.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_part_verifies_and_tells_nothing_more_under_bbs(chosen in chosen()) {
        let shown = check_part(&Issuer::of(Cryptosuite::Bbs2023), &chosen)?;
        let parts = parts(&shown["proof"]);
        let lengths = [2, 3].map(|index: usize| parts[index].as_array().unwrap().len());
        prop_assert_eq!(lengths[0] + lengths[1], count(&shown));
    }

    #[test]
    fn one_changed_byte_never_verifies_under_bbs(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let issuer = Issuer::of(Cryptosuite::Bbs2023);
        let derived = issuer.shown(&issuer.based(), &["/credentialSubject/boats/1"]).unwrap();
        check_changed(&issuer, &derived, place, bit)?;
    }
}

fn check_changed(
    issuer: &Issuer,
    derived: &Map<String, Value>,
    place: prop::sample::Index,
    bit: u8,
) -> Result<(), TestCaseError> {
    let mut bytes = text(derived).into_bytes();
    let place = place.index(bytes.len());
    bytes[place] ^= 1 << bit;
    let changed = String::from_utf8(bytes).unwrap();
    prop_assert!(verify_text(&changed, &issuer.public()).is_err(), "{}", changed);
    Ok(())
}
