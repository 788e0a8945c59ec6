mod disclosing;
mod proof_values;
mod properties;

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
