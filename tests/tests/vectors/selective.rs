//! Selective disclosure: w3c/vc-di-ecdsa (`ecdsa-sd-2023`), w3c/vc-di-ecdsa-test-suite, a badge of 1EdTech's validator,
//! w3c/vc-di-bbs (`bbs-2023`), decentralized-identity/bbs-signature (SHA-256).
//!
//! Not compared: the signatures of base proofs made again, since ours are random where the vectors' are derived from the
//! key (RFC 6979). `prCredUnsigned.json` is of another edition than what was signed (its `description` differs): the signed
//! document without its proof takes its place, in both folders.
//!
//! Derived proofs of BBS are random: the vectors' are verified, and ours are compared but for the proof itself. Not run: the
//! vectors of `HolderBinding`, `Pseudonym` and `PseudonymHB`, whose features are refused by name (that they are, is tested), and
//! whose documents are in a context we do not pin (`https://w3id.org/vdl/v1`);
//! the suite of SHAKE-256, which `bbs-2023` does not use; `generators.json`, `h2s.json`, `MapMessageToScalarAsHash.json` and
//! `mockedRng.json`, which are of the insides of the library.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use shared::{
    entropy::SystemEntropy,
    format::data_integrity::{
        Cryptosuite, DataIntegrityError, Disclosure, ProofOptions, Secured, attach, derive, sign_base,
    },
    keys::{BbsPublicKey, BbsSecretKey, KeyError, ProofKey, PublicKey, SigningKey, bbs::SIGNATURE_BYTES},
    testing::linked_data::{SelectiveBase, selective_base, sign_base_with_secrets},
};

use crate::{data_integrity::options_of, source::Vectors};

fn verify(text: &str, key: impl Into<ProofKey>) -> Result<(), DataIntegrityError> {
    let key = key.into();
    let secured = Secured::parse(text)?;
    let proofs = secured.proofs()?;
    proofs.iter().try_for_each(|proof| secured.verify(proof, &key))
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("digits");
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|index| u8::from_str_radix(&hex[index..index + 2], 16).expect("a byte"))
        .collect()
}

fn hash(hex: &Value) -> [u8; 32] {
    bytes(hex).try_into().expect("32 bytes")
}

/// A signed document, without its proof, and the proof.
fn taken_apart(signed: &Value) -> (String, Value) {
    let mut document = signed.clone();
    let proof = document.as_object_mut().expect("an object").remove("proof");
    (document.to_string(), proof.expect("a proof"))
}

/// What the vectors say a base proof signs.
fn expected_base(vectors: &Vectors, folder: &str) -> SelectiveBase {
    let hashes = vectors.json(&format!("{folder}addHashData.json"));
    let groups = vectors.json(&format!("{folder}addBaseTransform.json"));
    let mandatory = groups["mandatory"]["value"].as_array().expect("a map");
    SelectiveBase {
        statements: strings(&vectors.json(&format!("{folder}addBaseDocHMACCanon.json"))),
        mandatory: mandatory
            .iter()
            .map(|entry| usize::try_from(entry[0].as_u64().expect("a position")).expect("a position"))
            .collect(),
        proof_hash: hash(&hashes["proofHash"]),
        mandatory_hash: hash(&hashes["mandatoryHash"]),
    }
}

fn disclose(text: &str, suite: Cryptosuite, pointers: &[String]) -> Result<Map<String, Value>, DataIntegrityError> {
    disclose_for(text, suite, pointers, &[])
}

fn disclose_for(
    text: &str,
    suite: Cryptosuite,
    pointers: &[String],
    header: &[u8],
) -> Result<Map<String, Value>, DataIntegrityError> {
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    derive(
        text,
        &Disclosure {
            suite,
            pointers: &pointers,
            presentation_header: header,
        },
    )
}

#[test]
fn cs_004_ecdsa_sd_proofs_are_made_derived_and_verified() {
    let Some(vectors) = Vectors::open("vc-di-ecdsa/TestVectors") else {
        return;
    };
    let material = vectors.json("ecdsa-sd-2023/SDKeyMaterial.json");
    let pair = |name: &str| {
        let secret = material[name]["secretKeyMultibase"].as_str().expect("a key");
        SigningKey::from_multikey(secret).expect("a key")
    };
    let hmac = hash(&material["hmacKeyString"]);
    let key = pair("baseKeyPair");
    for (folder, mandatory, selective) in [
        ("prc", "prCredMandatory.json", "prCredSelective.json"),
        ("employ", "employMandatory.json", "employSelective.json"),
    ] {
        let folder = format!("ecdsa-sd-2023/{folder}/");
        let base = vectors.json(&format!("{folder}addSignedSDBase.json"));
        let (document, proof) = taken_apart(&base);
        let options = options_of(&proof);
        let (mandatory, selective) = (strings(&vectors.json(mandatory)), strings(&vectors.json(selective)));

        let prepared = selective_base(&document, &options, &mandatory, hmac).expect("statements");
        assert_eq!(prepared, expected_base(&vectors, &folder), "{folder}");

        // Made again, it is the very proof but for its signatures, and what is derived from it verifies.
        let made = sign_base_with_secrets(
            &document,
            &options,
            &mandatory,
            (&key).into(),
            hmac,
            pair("proofKeyPair"),
        );
        let made = made.expect("a proof");
        assert_eq!(
            without_signatures(&made["proofValue"]),
            without_signatures(&proof["proofValue"])
        );
        let mut ours: Map<String, Value> = serde_json::from_str(&document).expect("an object");
        attach(&mut ours, made);
        let ours = disclose(&Value::Object(ours).to_string(), Cryptosuite::EcdsaSd2023, &selective).expect("a proof");
        assert_eq!(
            verify(&Value::Object(ours).to_string(), key.public()),
            Ok(()),
            "{folder}"
        );

        // Deriving is deterministic.
        let derived = disclose(&base.to_string(), Cryptosuite::EcdsaSd2023, &selective).expect("a proof");
        let expected = vectors.json(&format!("{folder}derivedRevealDocument.json"));
        assert_eq!(Value::Object(derived), expected, "{folder}");
        let (shown, _) = taken_apart(&expected);
        let unsigned = vectors.json(&format!("{folder}derivedUnsignedReveal.json"));
        assert_eq!(serde_json::from_str::<Value>(&shown).expect("JSON"), unsigned);

        assert_eq!(verify(&expected.to_string(), key.public()), Ok(()), "{folder}");
        assert_eq!(
            verify(&base.to_string(), key.public()),
            Err(DataIntegrityError::BaseProof)
        );
        let mut changed = expected.clone();
        changed["validUntil"] = json!("2035-12-16T23:59:59Z");
        assert_eq!(
            verify(&changed.to_string(), key.public()),
            Err(DataIntegrityError::BadSignature)
        );
    }
}

#[test]
fn cs_005_bbs_proofs_are_made_derived_and_verified() {
    let Some(vectors) = Vectors::open("vc-di-bbs/TestVectors") else {
        return;
    };
    let material = vectors.json("BBSKeyMaterial.json");
    let key = BbsSecretKey::from_bytes(&bytes(&material["privateKeyHex"])).expect("a key");
    assert_eq!(key.public().to_bytes()[..], bytes(&material["publicKeyHex"]));
    let hmac = hash(&material["hmacKeyString"]);
    let header = bytes(&vectors.json("BBSDeriveMaterial.json")["presentationHeaderHex"]);
    for (folder, mandatory, selective) in [
        ("", "windMandatory.json", "windSelective.json"),
        ("prc/", "prCredMandatory.json", "prCredSelective.json"),
    ] {
        let base = vectors.json(&format!("{folder}addSignedSDBase.json"));
        let (document, proof) = taken_apart(&base);
        let options = options_of(&proof);
        let (mandatory, selective) = (strings(&vectors.json(mandatory)), strings(&vectors.json(selective)));
        let prepared = selective_base(&document, &options, &mandatory, hmac).expect("statements");
        assert_eq!(prepared, expected_base(&vectors, folder), "{folder}");

        // Signing is deterministic.
        let unused = SigningKey::generate();
        let made = sign_base_with_secrets(&document, &options, &mandatory, (&key).into(), hmac, unused);
        assert_eq!(Value::Object(made.expect("a proof")), proof, "{folder}");

        // Deriving is not; all but the proof itself is the same, and so is its length.
        let derived = disclose_for(&base.to_string(), Cryptosuite::Bbs2023, &selective, &header).expect("a proof");
        let derived = Value::Object(derived);
        let expected = vectors.json(&format!("{folder}derivedRevealDocument.json"));
        let ((shown, ours), (expected_shown, theirs)) = (taken_apart(&derived), taken_apart(&expected));
        let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(json(&shown), json(&expected_shown), "{folder}");
        assert_eq!(
            json(&shown),
            vectors.json(&format!("{folder}derivedUnsignedReveal.json"))
        );
        assert_eq!(without_proof(&ours["proofValue"]), without_proof(&theirs["proofValue"]));

        for text in [derived.to_string(), expected.to_string()] {
            assert_eq!(verify(&text, key.public()), Ok(()), "{folder}");
            let secured = Secured::parse(&text).expect("a document");
            let proofs = secured.proofs().expect("proofs");
            assert_eq!(proofs[0].presentation_header().as_ref(), Some(&header));
            // Its key is in its method.
            let (_, multikey) = proofs[0].verification_method().split_once('#').expect("a fragment");
            assert_eq!(ProofKey::from_multikey(multikey), Ok(key.public().into()));
        }
        assert_eq!(
            verify(&base.to_string(), key.public()),
            Err(DataIntegrityError::BaseProof)
        );
        let mut changed = expected.clone();
        changed["issuer"] = json!("https://vc.example/another");
        assert_eq!(
            verify(&changed.to_string(), key.public()),
            Err(DataIntegrityError::BadSignature)
        );
    }
}

#[test]
fn cs_005_bbs_features_beyond_the_baseline_are_refused_by_name() {
    let Some(vectors) = Vectors::open("vc-di-bbs/TestVectors") else {
        return;
    };
    let material = vectors.json("BBSKeyMaterial.json");
    let key = BbsPublicKey::from_bytes(&bytes(&material["publicKeyHex"])).expect("a key");
    for (folder, feature) in [
        ("HolderBinding", "anonymous_holder_binding"),
        // Wrong vector: its values begin with the header of the feature below, while `featureOption` says `pseudonym`.
        ("Pseudonym", "holder_binding_pseudonym"),
        ("PseudonymHB", "holder_binding_pseudonym"),
    ] {
        let refusal = DataIntegrityError::UnsupportedFeature(feature);
        let base = vectors.text(&format!("{folder}/addSignedSDBase.json"));
        assert_eq!(disclose(&base, Cryptosuite::Bbs2023, &[]), Err(refusal.clone()));
        let derived = vectors.text(&format!("{folder}/derivedRevealDocument.json"));
        assert_eq!(verify(&derived, &key), Err(refusal));
    }
}

#[test]
fn bbs_signatures_and_proofs_are_those_of_the_draft() {
    let Some(vectors) = Vectors::open("bbs-signatures/bls12-381-sha-256") else {
        return;
    };
    let pair = &vectors.json("keypair.json")["keyPair"];
    let key = BbsSecretKey::from_bytes(&bytes(&pair["secretKey"])).expect("a key");
    assert_eq!(key.public().to_bytes()[..], bytes(&pair["publicKey"]));
    let public = |hex: &Value| BbsPublicKey::from_bytes(&bytes(hex)).expect("a key");
    let messages_of = |case: &Value| -> Vec<Vec<u8>> {
        let messages = case["messages"].as_array().expect("messages");
        messages.iter().map(bytes).collect()
    };
    let signature_of =
        |case: &Value| -> [u8; SIGNATURE_BYTES] { bytes(&case["signature"]).try_into().expect("80 bytes") };
    let expected = |case: &Value| {
        let valid = case["result"]["valid"] == true;
        if valid { Ok(()) } else { Err(KeyError::BadSignature) }
    };

    for number in 1..=10 {
        let case = vectors.json(&format!("signature/signature{number:03}.json"));
        let (header, messages, signature) = (bytes(&case["header"]), messages_of(&case), signature_of(&case));
        let signer = &case["signerKeyPair"];
        let verified = public(&signer["publicKey"]).verify(&header, &messages, &signature);
        assert_eq!(verified, expected(&case), "{}", case["caseName"]);
        if verified.is_ok() {
            let signer = BbsSecretKey::from_bytes(&bytes(&signer["secretKey"])).expect("a key");
            assert_eq!(signer.sign(&header, &messages), Ok(signature), "{}", case["caseName"]);
        }
    }
    for number in 1..=15 {
        let case = vectors.json(&format!("proof/proof{number:03}.json"));
        let (header, presentation) = (bytes(&case["header"]), bytes(&case["presentationHeader"]));
        let disclosed: Vec<usize> = serde_json::from_value(case["disclosedIndexes"].clone()).expect("positions");
        let messages = messages_of(&case);
        let shown: Vec<&[u8]> = disclosed.iter().map(|index| messages[*index].as_slice()).collect();
        let public = public(&case["signerPublicKey"]);
        let verify = |proof: &[u8]| public.verify_proof(proof, &header, &presentation, &shown, &disclosed);
        let proof = bytes(&case["proof"]);
        assert_eq!(verify(&proof), expected(&case), "{}", case["caseName"]);
        if case["result"]["valid"] == true {
            let ours = public.prove(&signature_of(&case), &header, &presentation, &messages, &disclosed);
            let ours = ours.expect("a proof");
            assert_eq!(
                (ours.len(), verify(&ours)),
                (proof.len(), Ok(())),
                "{}",
                case["caseName"]
            );
        }
    }
}

/// The bytes of a derived proof of `bbs-2023`, the proof in it blanked.
fn without_proof(value: &Value) -> Vec<u8> {
    let digits = value
        .as_str()
        .and_then(|text| text.strip_prefix('u'))
        .expect("base64url");
    let mut bytes = URL_SAFE_NO_PAD.decode(digits).expect("base64url");
    // A byte string of 256 bytes or more begins with three.
    assert_eq!(bytes[4], 0x59);
    let length = usize::from(u16::from_be_bytes([bytes[5], bytes[6]]));
    bytes[7..7 + length].fill(0);
    bytes
}

/// The bytes of a base proof of `ecdsa-sd-2023`, each signature in it blanked.
fn without_signatures(value: &Value) -> Vec<u8> {
    const SIGNATURE: usize = 64;
    /// A byte string of less than 256 bytes begins with two.
    const HEAD: usize = 2;
    let digits = value
        .as_str()
        .and_then(|text| text.strip_prefix('u'))
        .expect("base64url");
    let mut bytes = URL_SAFE_NO_PAD.decode(digits).expect("base64url");
    let issuer = 4 + HEAD;
    bytes[issuer..issuer + SIGNATURE].fill(0);
    let list = issuer + SIGNATURE + HEAD + 35 + HEAD + 32;
    let (first, count) = match bytes[list] {
        0x98 => (list + 2, bytes[list + 1]),
        head => (list + 1, head - 0x80),
    };
    for signature in bytes[first..].chunks_mut(HEAD + SIGNATURE).take(count.into()) {
        assert_eq!(signature[..HEAD], [0x58, 0x40]);
        signature[HEAD..].fill(0);
    }
    bytes
}

#[test]
fn cs_004_documents_of_the_ecdsa_test_suite_are_disclosed() {
    let Some(vectors) = Vectors::open("vc-di-ecdsa-test-suite/tests/mocks") else {
        return;
    };
    let key = SigningKey::generate();
    let method = format!("did:key:{0}#{0}", key.public().to_multikey());
    let created = "2027-01-10T09:30:00Z".parse().expect("an instant");
    let options = ProofOptions::assertion(Cryptosuite::EcdsaSd2023, method, created);
    for folder in ["valid/vc1.1", "valid/vc2.0", "achievement/vc1.1", "achievement/vc2.0"] {
        let mut document = vectors.json(&format!("{folder}/document.json"));
        // The suite asks each implementation to put its issuer here.
        document["issuer"] = json!(format!("did:key:{}", key.public().to_multikey()));
        // Whoever signs a document of VCDM 1.1 adds the context of the proof (Data Integrity §2.4.1), the suite the date.
        if folder.ends_with("vc1.1") {
            document["issuanceDate"] = json!("2027-01-10T09:30:00Z");
            let contexts = document["@context"].as_array_mut().expect("contexts");
            contexts.push("https://w3id.org/security/data-integrity/v2".into());
        }
        let mandatory = strings(&vectors.json(&format!("{folder}/mandatoryPointers.json")));
        let selective = strings(&vectors.json(&format!("{folder}/selectivePointers.json")));
        let made = sign_base(&document.to_string(), &options, &mandatory, &key, &SystemEntropy).expect("a proof");
        let mut base = document.as_object().expect("an object").clone();
        attach(&mut base, made);
        let base = Value::Object(base).to_string();
        for pointers in [&selective[..], &selective[..1], &[]] {
            let shown = disclose(&base, Cryptosuite::EcdsaSd2023, pointers).expect("a proof");
            let shown = Value::Object(shown);
            assert_eq!(
                verify(&shown.to_string(), key.public()),
                Ok(()),
                "{folder} {pointers:?}"
            );
            for pointer in mandatory.iter().chain(&selective[..pointers.len()]) {
                // Positions in arrays change; the first is the first still.
                if !pointer.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
                    assert_eq!(shown.pointer(pointer), document.pointer(pointer), "{folder} {pointer}");
                }
            }
        }
    }
}

#[test]
fn a_badge_derived_elsewhere_verifies() {
    let Some(vectors) = Vectors::open("open-badges-3.0/1edtech-validator/test/resources/ob30/sd") else {
        return;
    };
    let text = vectors.text("derivedcredential.json");
    let method = vectors.json("derivedcredential.json")["proof"][0]["verificationMethod"].take();
    let (_, multikey) = method
        .as_str()
        .and_then(|method| method.split_once('#'))
        .expect("a fragment");
    assert_eq!(
        verify(&text, &PublicKey::from_multikey(multikey).expect("a key")),
        Ok(())
    );
}

#[test]
fn the_worked_example_is_disclosed() {
    let Some(vectors) = Vectors::open("../credential") else {
        return;
    };
    let key = SigningKey::generate();
    let created = "2027-01-10T09:30:00Z".parse().expect("an instant");
    let options = ProofOptions::assertion(
        Cryptosuite::EcdsaSd2023,
        "did:web:asso.example.org#key".to_owned(),
        created,
    );
    let document = vectors.json("activity-hours-credential.unsigned.json");
    let mandatory = strings(&vectors.json("ecdsa-sd-mandatory-pointers.json"));
    let mut base = document.as_object().expect("an object").clone();
    let made = sign_base(&document.to_string(), &options, &mandatory, &key, &SystemEntropy).expect("a proof");
    attach(&mut base, made);
    let base = Value::Object(base).to_string();

    let none = Value::Object(disclose(&base, Cryptosuite::EcdsaSd2023, &[]).expect("a proof"));
    assert_eq!(verify(&none.to_string(), key.public()), Ok(()));
    for pointer in &mandatory {
        assert_eq!(none.pointer(pointer), document.pointer(pointer), "{pointer}");
    }
    let all = pointers_of(&document["credentialSubject"], "/credentialSubject");
    assert!(all.len() > 10, "{all:?}");
    for pointer in all {
        let shown = disclose(&base, Cryptosuite::EcdsaSd2023, std::slice::from_ref(&pointer)).expect("a proof");
        let shown = Value::Object(shown).to_string();
        assert_eq!(verify(&shown, key.public()), Ok(()), "{pointer}");
    }
}

/// A pointer to each value that holds no other.
fn pointers_of(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| pointers_of(value, &format!("{at}/{name}")))
            .collect(),
        Value::Array(values) => (0..)
            .zip(values)
            .flat_map(|(index, value): (usize, _)| pointers_of(value, &format!("{at}/{index}")))
            .collect(),
        _ => vec![at.to_owned()],
    }
}
