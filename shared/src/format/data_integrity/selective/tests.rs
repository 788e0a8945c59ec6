use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use coset::cbor::{self as ciborium, Value as Cbor};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    entropy::SystemEntropy,
    format::{
        data_integrity::{attach, sign},
        rdf::Digest,
    },
    keys::KeyKind,
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

fn options() -> ProofOptions {
    ProofOptions::assertion(
        Cryptosuite::EcdsaSd2023,
        "did:web:asso.example.org#key".to_owned(),
        now(),
    )
}

fn text(document: &Map<String, Value>) -> String {
    serde_json::to_string(document).unwrap()
}

/// The document with a base proof.
fn based(key: &SigningKey) -> Map<String, Value> {
    let mut document = document();
    let proof = sign_base(&text(&document), &options(), &MANDATORY, key, &SystemEntropy).unwrap();
    attach(&mut document, proof);
    document
}

fn shown(base: &Map<String, Value>, pointers: &[&str]) -> Result<Map<String, Value>, DataIntegrityError> {
    let disclosure = Disclosure {
        suite: Cryptosuite::EcdsaSd2023,
        pointers,
    };
    derive(&text(base), &disclosure)
}

fn verify_text(text: &str, key: &SigningKey) -> Result<(), DataIntegrityError> {
    let secured = Secured::parse(text)?;
    let proofs = secured.proofs()?;
    proofs.iter().try_for_each(|proof| secured.verify(proof, key.public()))
}

fn verify_document(document: &Map<String, Value>, key: &SigningKey) -> Result<(), DataIntegrityError> {
    verify_text(&text(document), key)
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
    let key = SigningKey::generate();
    let base = based(&key);
    let mut shown = shown(
        &base,
        &["/credentialSubject/boats/1/crew/2", "/credentialSubject/address"],
    )
    .unwrap();
    assert_eq!(verify_document(&shown, &key), Ok(()));
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
        verify_document(&shown, &SigningKey::generate()),
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
        let refused = verify_text(&changed.to_string(), &key);
        assert_eq!(refused, Err(DataIntegrityError::BadSignature), "{pointer}");
    }
    // What is mandatory cannot be left out, nor what was disclosed, nor anything added.
    for member in ["issuer", "validFrom", "credentialSubject", "id", "type"] {
        let mut without = shown.clone();
        without.remove(member);
        assert!(verify_document(&without, &key).is_err(), "{member}");
    }
    shown.insert("name".to_owned(), json!("Attestation"));
    assert_eq!(verify_document(&shown, &key), Err(DataIntegrityError::BadSignature));
}

#[test]
fn cs_004_a_base_proof_is_not_for_verifiers() {
    let key = SigningKey::generate();
    let base = based(&key);
    assert_eq!(verify_document(&base, &key), Err(DataIntegrityError::BaseProof));
    let all = shown(&base, &[""]).unwrap();
    assert_eq!(verify_document(&all, &key), Ok(()));
    assert_eq!(leaves(&text(&all)), leaves(&text(&base)));
    // The key to the names is gone with the base proof.
    let Cbor::Bytes(hmac) = &parts(&base["proof"])[2] else {
        panic!("no key");
    };
    assert_eq!(hmac.len(), 32);
    assert!(!bytes(&all["proof"]).windows(32).any(|window| window == hmac));
}

#[test]
fn only_a_base_proof_can_be_derived_from() {
    let key = SigningKey::generate();
    let base = based(&key);
    let derived = shown(&base, &["/credentialSubject"]).unwrap();
    assert_eq!(shown(&derived, &["/issuer"]), Err(DataIntegrityError::NoBaseProof));
    let mut twice = base.clone();
    attach(&mut twice, base["proof"].as_object().unwrap().clone());
    assert_eq!(shown(&twice, &["/issuer"]), Err(DataIntegrityError::NoBaseProof));
    assert_eq!(shown(&document(), &["/issuer"]), Err(DataIntegrityError::NoProof));
    let whole = Disclosure {
        suite: Cryptosuite::EcdsaRdfc2019,
        pointers: &["/issuer"],
    };
    assert_eq!(derive(&text(&base), &whole), Err(DataIntegrityError::NotSelective));

    // Another proof of the same document stays behind: it is of the whole.
    let ed25519 = SigningKey::generate_of(KeyKind::Ed25519);
    let plain = ProofOptions {
        suite: Cryptosuite::EddsaRdfc2022,
        ..options()
    };
    let mut both = base.clone();
    attach(&mut both, sign(&text(&document()), &plain, &ed25519).unwrap());
    let derived = shown(&both, &["/credentialSubject/givenName"]).unwrap();
    assert_eq!(verify_document(&derived, &key), Ok(()));
    assert!(derived["proof"].is_object());
}

#[test]
fn a_base_proof_of_another_document_discloses_nothing_that_verifies() {
    let key = SigningKey::generate();
    let mut other = based(&key);
    other["credentialSubject"]["givenName"] = json!("leaf-other");
    let derived = shown(&other, &["/credentialSubject/givenName"]).unwrap();
    assert_eq!(verify_document(&derived, &key), Err(DataIntegrityError::BadSignature));
    other["credentialSubject"].as_object_mut().unwrap().remove("givenName");
    assert_eq!(
        shown(&other, &["/credentialSubject/familyName"]),
        Err(DataIntegrityError::BadSignature)
    );
}

#[test]
fn two_holders_derive_what_each_wants() {
    let key = SigningKey::generate();
    let base = based(&key);
    let one = shown(&base, &["/credentialSubject/givenName"]).unwrap();
    let two = shown(&base, &["/credentialSubject/boats/2"]).unwrap();
    for derived in [&one, &two] {
        assert_eq!(verify_document(derived, &key), Ok(()));
    }
    assert_eq!(leaves(&text(&one)), BTreeSet::from(["leaf-givenName".to_owned()]));
    assert_eq!(
        leaves(&text(&two)),
        BTreeSet::from(["leaf-boat-2".to_owned(), "leaf-year-2".to_owned()])
    );
    // What each was shown does not add up to more: the proof of one does not fit the document of the other.
    let mut crossed = one.clone();
    crossed["proof"] = two["proof"].clone();
    assert_eq!(verify_document(&crossed, &key), Err(DataIntegrityError::BadSignature));
}

#[test]
fn pointers_that_point_nowhere_are_refused_by_name() {
    let key = SigningKey::generate();
    let base = based(&key);
    for pointer in [
        "/credentialSubject/name",
        "/credentialSubject/boats/3",
        "/proof",
        "/issuer/id",
        "issuer",
        "/credentialSubject/givenName/0",
    ] {
        let refusal = DataIntegrityError::NoSuchValue(pointer.to_owned());
        assert_eq!(shown(&base, &["/issuer", pointer]), Err(refusal.clone()));
        let mandatory = ["/issuer", pointer];
        assert_eq!(
            sign_base(&text(&document()), &options(), &mandatory, &key, &SystemEntropy),
            Err(refusal)
        );
    }
    for pointer in ["/credentialSubject/ports/@list/0", "/credentialSubject/mission/@value"] {
        assert_eq!(
            shown(&base, &[pointer]),
            Err(DataIntegrityError::PartOfWhole(pointer.to_owned()))
        );
    }
}

#[test]
fn nothing_mandatory_is_allowed_and_nothing_disclosed_is_not() {
    let key = SigningKey::generate();
    let mut base = document();
    let proof = sign_base::<&str>(&text(&base), &options(), &[], &key, &SystemEntropy).unwrap();
    attach(&mut base, proof);
    assert_eq!(shown(&base, &[]), Err(DataIntegrityError::NothingDisclosed));
    let derived = shown(&base, &["/issuer"]).unwrap();
    assert_eq!(verify_document(&derived, &key), Ok(()));
    assert_eq!(derived["type"], json!(["VerifiableCredential"]));
    assert_eq!(derived.get("validFrom"), None);
}

#[test]
fn keys_suites_and_chains_that_do_not_fit_are_refused() {
    let document = text(&document());
    for kind in [KeyKind::P384, KeyKind::Ed25519] {
        let key = SigningKey::generate_of(kind);
        assert_eq!(
            sign_base(&document, &options(), &MANDATORY, &key, &SystemEntropy),
            Err(DataIntegrityError::WrongKey)
        );
        let derived = shown(&based(&SigningKey::generate()), &["/issuer"]).unwrap();
        assert_eq!(verify_document(&derived, &key), Err(DataIntegrityError::WrongKey));
    }
    let key = SigningKey::generate();
    assert_eq!(sign(&document, &options(), &key), Err(DataIntegrityError::NotSelective));
    let whole = ProofOptions {
        suite: Cryptosuite::EcdsaRdfc2019,
        ..options()
    };
    assert_eq!(
        sign_base(&document, &whole, &MANDATORY, &key, &SystemEntropy),
        Err(DataIntegrityError::NotSelective)
    );
    let chained = ProofOptions {
        previous: vec!["urn:uuid:1".to_owned()],
        ..options()
    };
    assert_eq!(
        sign_base(&document, &chained, &MANDATORY, &key, &SystemEntropy),
        Err(DataIntegrityError::SelectiveChain)
    );
    let mut derived = shown(&based(&key), &["/issuer"]).unwrap();
    derived["proof"]["previousProof"] = json!("urn:uuid:1");
    assert_eq!(verify_document(&derived, &key), Err(DataIntegrityError::SelectiveChain));
}

#[test]
fn documents_of_too_many_statements_are_refused() {
    let key = SigningKey::generate();
    let mut document = document();
    let names: Vec<String> = (0..MAX_STATEMENTS).map(|number| number.to_string()).collect();
    document["credentialSubject"]["crew"] = json!(names);
    assert_eq!(
        sign_base(&text(&document), &options(), &MANDATORY, &key, &SystemEntropy),
        Err(DataIntegrityError::TooManyStatements)
    );
}

#[test]
fn cs_004_malformed_proof_values_are_refused() {
    let key = SigningKey::generate();
    let derived = shown(
        &based(&key),
        &["/credentialSubject/boats/0", "/credentialSubject/address"],
    )
    .unwrap();
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
            verify_document(&changed, &key),
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
            verify_document(&changed, &key),
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
        assert_eq!(
            verify_document(&changed, &key),
            Err(DataIntegrityError::BadSignature),
            "{what}"
        );
    }
}

#[test]
fn the_key_of_the_statements_is_the_one_the_issuer_signed() {
    let key = SigningKey::generate();
    let derived = shown(&based(&key), &["/credentialSubject/givenName"]).unwrap();
    let foreign = SigningKey::generate();
    let mut parts = parts(&derived["proof"]);
    parts[1] = foreign.public().to_multikey_bytes().into();
    let mut changed = derived.clone();
    set_parts(&mut changed, 1, parts);
    assert_eq!(verify_document(&changed, &key), Err(DataIntegrityError::BadSignature));
}

#[test]
fn the_order_of_names_says_nothing_of_what_they_hide() {
    let key = SigningKey::generate();
    // In every proof the same two boats are shown, and canonicalization meets them in the same order.
    let orders: BTreeSet<bool> = (0..40)
        .map(|_| {
            let shown = shown(
                &based(&key),
                &["/credentialSubject/boats/0/boat", "/credentialSubject/boats/2/boat"],
            );
            let parts = parts(&shown.unwrap()["proof"]);
            let labels = parts[3].as_map().unwrap();
            labels[0].1.as_bytes() < labels[1].1.as_bytes()
        })
        .collect();
    assert_eq!(orders.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_part_verifies_and_tells_nothing_more(chosen in prop::collection::btree_set(0..LEAVES.len(), 0..LEAVES.len())) {
        let key = SigningKey::generate();
        let base = based(&key);
        let pointers: Vec<&str> = chosen.iter().map(|index| LEAVES[*index].0).collect();
        let derived = shown(&base, &pointers).unwrap();
        prop_assert_eq!(verify_document(&derived, &key), Ok(()));
        let disclosed: BTreeSet<String> = chosen.iter().flat_map(|index| LEAVES[*index].1).map(|leaf| (*leaf).to_owned()).collect();
        let derived = text(&derived);
        prop_assert_eq!(&leaves(&derived), &disclosed);
        for hidden in leaves(&text(&base)).difference(&disclosed) {
            prop_assert!(!derived.contains(hidden.as_str()));
            let hash = sha256(hidden.as_bytes());
            let value: Value = serde_json::from_str(&derived).unwrap();
            prop_assert!(!bytes(&value["proof"]).windows(32).any(|window| window == hash));
            prop_assert!(!derived.contains(&Digest::Sha256.hex(hidden)));
        }
        // No signature of a statement that is not shown goes along.
        let value: Value = serde_json::from_str(&derived).unwrap();
        let unsecured = without_proof(&value);
        let unsecured = Node::from(&unsecured);
        let statements = Context::of(&unsecured).unwrap().statements(&unsecured).unwrap().quads.len();
        let (signatures, mandatory) = (parts(&value["proof"])[2].clone(), parts(&value["proof"])[4].clone());
        prop_assert_eq!(signatures.as_array().unwrap().len() + mandatory.as_array().unwrap().len(), statements);
    }

    #[test]
    fn one_changed_byte_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let key = SigningKey::generate();
        let derived = shown(&based(&key), &["/credentialSubject/boats/1", "/credentialSubject/mission"]).unwrap();
        let mut bytes = text(&derived).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(verify_text(&changed, &key).is_err(), "{}", changed);
    }
}

fn without_proof(document: &Value) -> Value {
    let mut document = document.clone();
    document.as_object_mut().unwrap().remove("proof");
    document
}
