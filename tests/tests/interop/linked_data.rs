//! Data Integrity in every suite, and what it is made of: `@digitalbazaar/*` with `jsonld` in JavaScript, `openvc` with
//! `pyld` in Python.

use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    format::data_integrity::{Cryptosuite, Expected, ProofOptions, Secured, attach, sign},
    keys::{KeyKind, PublicKey, SigningKey},
    testing::linked_data::{canonical_json, canonical_json_ld},
    verification::{
        Fetched, Policy,
        w3c::{Surroundings, W3cDocument, W3cExpectation},
    },
};

use crate::peer::{Peer, did_key, method, public};

/// A way to break a document, by its name.
type Change = (&'static str, fn(&mut Value));

const SUITES: [(Cryptosuite, KeyKind); 6] = [
    (Cryptosuite::EddsaRdfc2022, KeyKind::Ed25519),
    (Cryptosuite::EddsaJcs2022, KeyKind::Ed25519),
    (Cryptosuite::EcdsaRdfc2019, KeyKind::P256),
    (Cryptosuite::EcdsaRdfc2019, KeyKind::P384),
    (Cryptosuite::EcdsaJcs2019, KeyKind::P256),
    (Cryptosuite::EcdsaJcs2019, KeyKind::P384),
];

/// Subjects with and without names, nested and listed; texts that need care; terms of the issuer's own, from a vocabulary.
/// In JavaScript also from definitions within the document, which `openvc` takes from a published context only.
fn documents(peer: &Peer, issuer: &PublicKey) -> Vec<Value> {
    let v2 = "https://www.w3.org/ns/credentials/v2";
    let plain = json!({
        "@context": [v2], "id": "urn:uuid:3f5c1c2e-2d5e-4f0e-9d5c-0d2b7c8f1a10", "type": ["VerifiableCredential"],
        "name": [{"@value": "Attestation", "@language": "fr"}, {"@value": "Record", "@language": "en"}],
        "issuer": {"id": did_key(issuer), "name": "Les Paniers du Vallon"}, "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": [
            {"id": "did:example:nadia", "name": "Nadia \"la trésorière\"\n\t\\ é 𝄞", "description": "x"},
            {"name": "a subject without a name of its own"},
        ],
    });
    let from_vocabulary = json!({
        "@context": [v2, {"@vocab": "https://issuer.example/terms#"}], "type": ["VerifiableCredential"],
        "issuer": did_key(issuer), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:nadia", "name": "Nadia", "minutes": 7800, "paid": false,
            "organisation": {"name": "Les Paniers du Vallon"},
        },
    });
    let defined = json!({
        "@context": [v2, {
            "ex": "https://issuer.example/terms#", "minutes": "ex:minutes", "years": {"@id": "ex:years", "@container": "@list"},
            "organisation": {"@id": "ex:organisation", "@type": "@id"},
        }],
        "type": ["VerifiableCredential"], "issuer": did_key(issuer), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:nadia", "name": "Nadia", "minutes": 7800, "years": [2024, 2025, 2024],
            "organisation": "https://issuer.example/o/paniers",
        },
    });
    if peer.language == "Python" {
        vec![plain, from_vocabulary]
    } else {
        vec![plain, from_vocabulary, defined]
    }
}

/// Those a library can check. Digital Bazaar's JCS suites compare contexts by identity, and so refuse every document with
/// a context of its own, signed by themselves or not. `pyld` names nodes by SHA-256 where P-384 wants SHA-384, and so agrees
/// by chance only on a document with several nodes without a name.
fn taken(peer: &Peer, suite: Cryptosuite, kind: KeyKind, documents: Vec<Value>) -> Vec<Value> {
    let is_plain = |document: &Value| {
        document["@context"]
            .as_array()
            .is_some_and(|contexts| contexts.len() == 1)
    };
    let takes_all = match peer.language {
        "Python" => (suite, kind) != (Cryptosuite::EcdsaRdfc2019, KeyKind::P384),
        _ => !suite.name().contains("jcs"),
    };
    documents
        .into_iter()
        .filter(|document| takes_all || is_plain(document))
        .collect()
}

/// What a verifier of ours checks of a document that somebody with this did:key signed.
fn verify(document: &Value, key: &PublicKey) -> Result<(), String> {
    let text = document.to_string();
    let secured = Secured::parse(&text).map_err(|error| error.to_string())?;
    let expected = Expected {
        purpose: "assertionMethod",
        domain: None,
        challenge: None,
        now: SystemClock.now(),
    };
    for proof in secured.proofs().map_err(|error| error.to_string())? {
        Secured::check(&proof, &expected).map_err(|error| error.to_string())?;
        secured.verify(&proof, key).map_err(|error| error.to_string())?;
        if proof.verification_method() != method(key) {
            return Err("the proof names another key".to_owned());
        }
    }
    Ok(())
}

fn theirs(peer: &Peer, suite: Cryptosuite, document: &Value, method: &str, key: &PublicKey) -> Result<Value, String> {
    let with = json!({"suite": suite.name(), "document": document, "method": method, "key": public(key)});
    peer.call("document/verify", &with)
}

fn signed(document: Value, suite: Cryptosuite, key: &SigningKey) -> Value {
    let options = ProofOptions::assertion(suite, method(key.public()), SystemClock.now());
    let proof = sign(&document.to_string(), &options, key).expect("a proof");
    let Value::Object(mut document) = document else {
        panic!("a document")
    };
    attach(&mut document, proof);
    Value::Object(document)
}

/// Every way to break a signed document, each by its name.
fn tampered(document: &Value) -> Vec<(&'static str, Value)> {
    let change = |change: &dyn Fn(&mut Value)| {
        let mut changed = document.clone();
        change(&mut changed);
        assert_ne!(&changed, document);
        changed
    };
    vec![
        (
            "a changed claim",
            change(&|document| {
                let subject = &mut document["credentialSubject"];
                let subject = if subject.is_array() { &mut subject[0] } else { subject };
                subject["name"] = "Sonia".into();
            }),
        ),
        (
            "a claim more",
            change(&|document| document["description"] = "more".into()),
        ),
        (
            "a claim less",
            change(&|document| {
                document.as_object_mut().expect("members").remove("validFrom");
            }),
        ),
        (
            "a changed proof value",
            change(&|document| {
                let value = document["proof"]["proofValue"].as_str().expect("a proof").to_owned();
                let (kept, last) = value.split_at(value.len() - 1);
                document["proof"]["proofValue"] = format!("{kept}{}", if last == "2" { "3" } else { "2" }).into();
            }),
        ),
        (
            "a changed date of the proof",
            change(&|document| document["proof"]["created"] = "2026-02-02T02:02:02Z".into()),
        ),
        (
            "another purpose",
            change(&|document| document["proof"]["proofPurpose"] = "authentication".into()),
        ),
        (
            "a proof without its value",
            change(&|document| {
                document["proof"].as_object_mut().expect("a proof").remove("proofValue");
            }),
        ),
    ]
}

fn agree_on(peer: &Peer, suite: Cryptosuite, document: &Value, key: &PublicKey) {
    let (name, suite_name, names) = (peer.language, suite.name(), method(key));
    verify(document, key).unwrap_or_else(|error| panic!("we refuse {suite_name} of {name}: {error}\n{document}"));
    theirs(peer, suite, document, &names, key)
        .unwrap_or_else(|refusal| panic!("{name} refuses {suite_name}: {refusal}\n{document}"));
    for (what, tampered) in tampered(document) {
        assert!(
            verify(&tampered, key).is_err(),
            "we take {what} in {suite_name} of {name}"
        );
        assert!(
            theirs(peer, suite, &tampered, &names, key).is_err(),
            "{name} takes {what} in {suite_name}"
        );
    }
    let other = SigningKey::generate_of(key.kind());
    assert!(verify(document, other.public()).is_err());
    assert!(
        theirs(peer, suite, document, &names, other.public()).is_err(),
        "{name} takes another key in {suite_name}"
    );
    let of_another_kind = SigningKey::generate_of(match key.kind() {
        KeyKind::Ed25519 => KeyKind::P256,
        KeyKind::P256 | KeyKind::P384 => KeyKind::Ed25519,
    });
    assert!(verify(document, of_another_kind.public()).is_err());
    assert!(
        theirs(peer, suite, document, &names, of_another_kind.public()).is_err(),
        "{name} takes a key of another kind in {suite_name}"
    );
}

#[test]
fn documents_signed_by_us() {
    for peer in Peer::all() {
        for (suite, kind) in SUITES {
            let key = SigningKey::generate_of(kind);
            for document in taken(peer, suite, kind, documents(peer, key.public())) {
                agree_on(peer, suite, &signed(document, suite, &key), key.public());
            }
        }
    }
}

#[test]
fn documents_signed_by_them() {
    for peer in Peer::all() {
        for (suite, kind) in SUITES {
            let key = peer.generate(kind);
            for document in taken(peer, suite, kind, documents(peer, &key.public)) {
                let with = json!({"handle": key.handle, "suite": suite.name(), "document": document});
                let mut signed = peer.answer("document/sign", &with);
                // EdDSA cryptosuites §3.3.1 step 2: the proof carries the context that is signed in it. `openvc` signs it and
                // leaves it out.
                if peer.language == "Python" && suite.name().contains("jcs") {
                    assert!(
                        verify(&signed, &key.public).is_err(),
                        "openvc writes the context: let us take its proofs"
                    );
                    signed["proof"]["@context"] = signed["@context"].clone();
                }
                agree_on(peer, suite, &signed, &key.public);
                // The whole road of a credential that lies in a file.
                let document = W3cDocument::parse(signed.to_string().as_bytes()).expect("a credential");
                let controller = key.did().resolve_local().expect("a document");
                let surroundings = Surroundings {
                    documents: [(key.did(), Fetched::Found(controller))].into(),
                    ..Surroundings::default()
                };
                let verdict = document.verify(&surroundings, &W3cExpectation::FOUND, SystemClock.now());
                assert!(verdict.accepted(Policy::Strict), "{verdict:?}");
            }
        }
    }
}

/// What is not signed must not be there: a term that no context defines, a relative IRI. `pyld` drops them, and `openvc`
/// compares what is left with what was there.
#[test]
fn what_no_statement_says_is_refused_by_all() {
    for peer in Peer::all() {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let foreign = peer.generate(KeyKind::Ed25519);
        let suite = Cryptosuite::EddsaRdfc2022;
        let changes: [Change; 3] = [
            ("an undefined term", |document| {
                document["credentialSubject"][0]["undefined"] = "x".into();
            }),
            ("a relative IRI", |document| {
                document["credentialSubject"][0]["id"] = "not-a-url".into();
            }),
            ("an undefined type", |document| {
                document["type"] = json!(["VerifiableCredential", "Undefined"]);
            }),
        ];
        for (what, change) in changes {
            let mut document = documents(peer, key.public()).remove(0);
            change(&mut document);
            let options = ProofOptions::assertion(suite, method(key.public()), SystemClock.now());
            assert!(sign(&document.to_string(), &options, &key).is_err(), "we sign {what}");
            let with = json!({"handle": foreign.handle, "suite": suite.name(), "document": document});
            assert!(
                peer.call("document/sign", &with).is_err(),
                "{} signs {what}",
                peer.language
            );

            // Added to what is signed already.
            let document = documents(peer, key.public()).remove(0);
            let mut signed = signed(document, suite, &key);
            change(&mut signed);
            assert!(verify(&signed, key.public()).is_err(), "we take {what}");
            assert!(
                theirs(peer, suite, &signed, &method(key.public()), key.public()).is_err(),
                "{} takes {what}",
                peer.language
            );
        }
    }
}

/// The direction of a text is signed as a datatype of the text, by Digital Bazaar as by us: each takes the other's.
#[test]
fn the_direction_of_a_text() {
    let Some(peer) = Peer::javascript() else { return };
    let key = peer.generate(KeyKind::Ed25519);
    let suite = Cryptosuite::EddsaRdfc2022;
    let mut document = documents(peer, &key.public).remove(0);
    document["name"] = json!({"@value": "Record", "@language": "en", "@direction": "ltr"});
    let with = json!({"handle": key.handle, "suite": suite.name(), "document": document});
    let signed = peer.answer("document/sign", &with);
    assert!(theirs(peer, suite, &signed, &key.method(), &key.public).is_ok());
    assert_eq!(verify(&signed, &key.public), Ok(()));
    document["name"]["@direction"] = json!("rtl");
    let ours = SigningKey::generate_of(KeyKind::Ed25519);
    let mut signed = self::signed(document, suite, &ours);
    let check = |signed: &Value| theirs(peer, suite, signed, &method(ours.public()), ours.public());
    assert!(check(&signed).is_ok());
    signed["name"]["@direction"] = json!("ltr");
    assert!(check(&signed).is_err() && verify(&signed, ours.public()).is_err());
}

/// See [`taken`].
#[test]
fn contexts_within_a_document_under_jcs() {
    let Some(peer) = Peer::javascript() else { return };
    let key = peer.generate(KeyKind::Ed25519);
    let suite = Cryptosuite::EddsaJcs2022;
    let document = documents(peer, &key.public).remove(1);
    let with = json!({"handle": key.handle, "suite": suite.name(), "document": document});
    let signed = peer.answer("document/sign", &with);
    assert_eq!(verify(&signed, &key.public), Ok(()));
    let refused = theirs(peer, suite, &signed, &key.method(), &key.public);
    assert!(refused.is_err_and(|refusal| refusal.contains("does not start with proof.@context")));
}

/// ECDSA cryptosuites §3.2.3: RDFC-1.0 hashes with SHA-384 under P-384. Digital Bazaar does, and `pyld` does not.
#[test]
fn nodes_without_a_name_under_p384() {
    let suite = Cryptosuite::EcdsaRdfc2019;
    for peer in Peer::all() {
        let key = SigningKey::generate_of(KeyKind::P384);
        let mut document = documents(peer, key.public()).remove(0);
        document["credentialSubject"] = (0..12).map(|number| json!({"name": format!("{number}")})).collect();
        let signed = signed(document, suite, &key);
        let theirs = theirs(peer, suite, &signed, &method(key.public()), key.public());
        assert_eq!(
            theirs.is_ok(),
            peer.language == "JavaScript",
            "{}: {theirs:?}",
            peer.language
        );
    }
}

/// Terms defined within the document: `openvc` wants them in a context of their own.
#[test]
fn terms_defined_within_a_document() {
    let Some(peer) = Peer::python() else { return };
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let suite = Cryptosuite::EddsaRdfc2022;
    let mut document = documents(peer, key.public()).remove(0);
    document["@context"] = json!([document["@context"][0], {"minutes": "https://issuer.example/terms#minutes"}]);
    let signed = signed(document, suite, &key);
    assert_eq!(verify(&signed, key.public()), Ok(()));
    let refused = theirs(peer, suite, &signed, &method(key.public()), key.public());
    assert!(refused.is_err_and(|refusal| refusal.contains("@vocab")));
}

#[test]
fn statements_are_the_same_byte_for_byte() {
    let Some(peer) = Peer::javascript() else { return };
    for document in documents(peer, SigningKey::generate().public()) {
        let theirs = peer.text("document/statements", &json!({"document": document}));
        assert_eq!(canonical_json_ld(&document.to_string()).as_ref(), Ok(&theirs));
    }
}

#[test]
fn canonical_json_is_the_same_byte_for_byte() {
    let texts = [
        r#"{"b":1,"a":2,"":3,"é":4,"𝄞":5,"ﬀ":6,"\u0000":7,"A":8}"#,
        "[0,-0,1e21,1e-7,1.2345678901234568e20,0.1,-1.5,1e23,5e-324,1.7976931348623157e308,9007199254740991,333333333.33333329]",
        r#"["\b\t\n\f\r\"\\\/","\u001f\u007f\u0080\u2028\ud83d\ude00","é"]"#,
        r#"{"nested":{"list":[{},[],null,true,false]},"n":1.0}"#,
        r#" [ 1 , { "a" : [ ] } ] "#,
    ];
    let calls = [
        (Peer::javascript(), "canonicalize"),
        (Peer::python(), "canonicalize"),
        (Peer::python(), "canonicalize/openvc"),
    ];
    for (peer, call) in calls {
        let Some(peer) = peer else { continue };
        for text in texts {
            let ours = canonical_json(text).expect("JSON");
            assert_eq!(
                peer.text(call, &json!({"text": text})),
                ours,
                "{} {call} of {text}",
                peer.language
            );
        }
    }
}
