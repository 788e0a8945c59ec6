//! Data Integrity cryptosuites: w3c/vc-di-eddsa, w3c/vc-di-ecdsa.

use serde_json::{Map, Value};
use shared::{
    format::data_integrity::{Cryptosuite, DataIntegrityError, ProofOptions, Secured, attach, sign},
    keys::{PublicKey, SigningKey},
};

use crate::source::Vectors;

/// The key a did:key verification method names.
fn key_of(method: &str) -> PublicKey {
    let (_, multikey) = method.split_once('#').expect("a fragment");
    PublicKey::from_multikey(multikey).expect("a key")
}

fn verify(text: &str) -> Result<usize, DataIntegrityError> {
    let secured = Secured::parse(text)?;
    let proofs = secured.proofs()?;
    for proof in &proofs {
        secured.verify(proof, &key_of(proof.verification_method()))?;
    }
    Ok(proofs.len())
}

/// The options a signed document was made with.
pub(crate) fn options_of(proof: &Value) -> ProofOptions {
    let text = |name: &str| proof[name].as_str().map(str::to_owned);
    let suite = Cryptosuite::ALL
        .into_iter()
        .find(|suite| proof["cryptosuite"] == suite.name());
    ProofOptions {
        suite: suite.expect("a suite we know"),
        verification_method: text("verificationMethod").expect("a method"),
        purpose: text("proofPurpose").expect("a purpose"),
        created: text("created").map(|created| created.parse().expect("an instant")),
        expires: None,
        domain: None,
        challenge: None,
        id: text("id"),
        previous: match &proof["previousProof"] {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => names
                .iter()
                .map(|name| name.as_str().expect("a name").to_owned())
                .collect(),
            _ => Vec::new(),
        },
    }
}

/// Signed documents verify; with a byte of any text changed they do not.
fn assert_verifies(vectors: &Vectors, file: &str, proofs: usize) {
    let text = vectors.text(file);
    assert_eq!(verify(&text), Ok(proofs), "{file}");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    document["name"] = "another".into();
    assert_eq!(
        verify(&document.to_string()),
        Err(DataIntegrityError::BadSignature),
        "{file}"
    );
}

/// Ed25519 is deterministic: signing again gives the very proof.
fn assert_made_again(unsigned: &str, signed: &Value, key: &SigningKey) {
    let mut document: Map<String, Value> = serde_json::from_str(unsigned).expect("an object");
    let proofs = match &signed["proof"] {
        Value::Array(proofs) => proofs.clone(),
        proof => vec![proof.clone()],
    };
    for expected in proofs {
        let text = serde_json::to_string(&document).expect("JSON");
        let made = sign(&text, &options_of(&expected), key).expect("a proof");
        assert_eq!(Value::Object(made.clone())["proofValue"], expected["proofValue"]);
        attach(&mut document, made);
    }
}

#[test]
fn eddsa_signed_documents_verify_and_are_made_again() {
    let Some(vectors) = Vectors::open("vc-di-eddsa/TestVectors") else {
        return;
    };
    let pair = vectors.json("keyPair.json");
    let key = SigningKey::from_multikey(pair["privateKeyMultibase"].as_str().expect("a key")).expect("a key");
    assert_eq!(key.public().to_multikey(), pair["publicKeyMultibase"]);
    for (unsigned, signed) in [
        ("unsigned.json", "eddsa-rdfc-2022/signedDataInt.json"),
        ("employmentAuth.json", "eddsa-rdfc-2022/employ/signedDataInt.json"),
        ("unsigned.json", "eddsa-jcs-2022/signedJCS.json"),
    ] {
        assert_verifies(&vectors, signed, 1);
        assert_made_again(&vectors.text(unsigned), &vectors.json(signed), &key);
    }
}

#[test]
fn eddsa_sets_and_chains_verify() {
    let Some(vectors) = Vectors::open("vc-di-eddsa/TestVectors/proof-set-chain") else {
        return;
    };
    for (file, proofs) in [
        ("signedProofSet1.json", 1),
        ("signedProofSet2.json", 2),
        ("signedProofChain1.json", 3),
        ("signedProofChain2.json", 4),
    ] {
        assert_verifies(&vectors, file, proofs);
    }
}

#[test]
fn ecdsa_signed_documents_verify() {
    let Some(vectors) = Vectors::open("vc-di-ecdsa/TestVectors") else {
        return;
    };
    for file in [
        "ecdsa-rdfc-2019-p256/signedECDSAP256.json",
        "ecdsa-rdfc-2019-p256/employ/signedECDSAP256.json",
        "ecdsa-rdfc-2019-p384/signedECDSAP384.json",
        "ecdsa-rdfc-2019-p384/employ/signedECDSAP384.json",
        "ecdsa-jcs-2019-p256/signedJCSECDSAP256.json",
        "ecdsa-jcs-2019-p384/signedJCSECDSAP384.json",
    ] {
        assert_verifies(&vectors, file, 1);
    }
    for name in ["p256KeyPair.json", "p384KeyPair.json"] {
        let pair = vectors.json(name);
        let key = SigningKey::from_multikey(pair["secretKeyMultibase"].as_str().expect("a key")).expect("a key");
        assert_eq!(key.public().to_multikey(), pair["publicKeyMultibase"]);
    }
}
