//! `ecdsa-sd-2023` and `bbs-2023`: `@digitalbazaar/*` in JavaScript; the first of them in `openvc`, too.

use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    format::data_integrity::{BaseKey, Cryptosuite, Disclosure, ProofOptions, Secured, attach, derive, sign_base},
    keys::{BbsSecretKey, KeyKind, ProofKey, SigningKey},
    testing::SeededEntropy,
};

use crate::peer::Peer;

const MANDATORY: [&str; 2] = ["/issuer", "/validFrom"];
const CHOSEN: [&str; 3] = [
    "/credentialSubject/name",
    "/credentialSubject/minutes",
    "/credentialSubject/organisation",
];

/// A way to break a document, by its name.
type Change = (&'static str, fn(&mut Value));

/// Who has which suite.
fn libraries() -> Vec<(&'static Peer, Cryptosuite)> {
    let javascript = Peer::javascript().map(|peer| [(peer, Cryptosuite::EcdsaSd2023), (peer, Cryptosuite::Bbs2023)]);
    let python = Peer::python().map(|peer| (peer, Cryptosuite::EcdsaSd2023));
    javascript.into_iter().flatten().chain(python).collect()
}

/// A key of ours for a suite.
enum OurKey {
    Signing(SigningKey),
    Bbs(BbsSecretKey),
}

impl OurKey {
    fn new(suite: Cryptosuite) -> Self {
        match suite {
            Cryptosuite::Bbs2023 => Self::Bbs(BbsSecretKey::generate(&SeededEntropy::new(11))),
            _ => Self::Signing(SigningKey::generate()),
        }
    }

    fn base(&self) -> BaseKey<'_> {
        match self {
            Self::Signing(key) => key.into(),
            Self::Bbs(key) => key.into(),
        }
    }

    /// The public half, as both sides of the pipe write it.
    fn public(&self) -> Value {
        match self {
            Self::Signing(key) => crate::peer::public(key.public()),
            Self::Bbs(key) => json!({"multikey": key.public().to_multikey()}),
        }
    }
}

/// A key of theirs, its public half and its name on the other side.
fn generate(peer: &Peer, suite: Cryptosuite) -> (u64, Value) {
    if suite == Cryptosuite::Bbs2023 {
        let made = peer.answer("generate", &json!({"kind": "BBS"}));
        (
            made["handle"].as_u64().expect("a handle"),
            json!({"multikey": made["multikey"]}),
        )
    } else {
        let key = peer.generate(KeyKind::P256);
        (key.handle, crate::peer::public(&key.public))
    }
}

fn multikey(key: &Value) -> &str {
    key["multikey"].as_str().expect("a Multikey")
}

fn method(key: &Value) -> String {
    format!("did:key:{0}#{0}", multikey(key))
}

/// Nodes without a name make selective disclosure hard: JavaScript gets them. `openvc` does not derive from those it signed
/// itself.
fn document(peer: &Peer, key: &Value) -> Value {
    let mut document = unnamed(key);
    if peer.language == "Python" {
        document["credentialSubject"]["id"] = "did:example:nadia".into();
        document["credentialSubject"]["organisation"]["id"] = "did:example:paniers".into();
    }
    document
}

fn unnamed(key: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", {"@vocab": "https://issuer.example/terms#"}],
        "type": ["VerifiableCredential"], "issuer": format!("did:key:{}", multikey(key)), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "name": "Nadia", "description": "trésorière", "minutes": 7800,
            "organisation": {"name": "Les Paniers du Vallon", "description": "une association"},
        },
    })
}

fn sign_ours(suite: Cryptosuite, document: Value, key: &OurKey, public: &Value) -> Value {
    let options = ProofOptions::assertion(suite, method(public), SystemClock.now());
    let entropy = SeededEntropy::new(13);
    let proof = sign_base(&document.to_string(), &options, &MANDATORY, key.base(), &entropy).expect("a base proof");
    let Value::Object(mut document) = document else {
        panic!("a document")
    };
    attach(&mut document, proof);
    Value::Object(document)
}

fn derive_ours(suite: Cryptosuite, document: &Value) -> Value {
    let disclosure = Disclosure {
        suite,
        pointers: &CHOSEN,
        presentation_header: &[],
    };
    derive(&document.to_string(), &disclosure)
        .expect("a derived proof")
        .into()
}

fn derive_theirs(peer: &Peer, suite: Cryptosuite, document: &Value, key: &Value) -> Value {
    let with = json!({
        "suite": suite.name(), "document": document, "pointers": CHOSEN, "method": method(key), "key": key,
    });
    peer.answer("document/derive", &with)
}

fn verify(document: &Value, key: &Value) -> Result<(), String> {
    let text = document.to_string();
    let secured = Secured::parse(&text).map_err(|error| error.to_string())?;
    let key = ProofKey::from_multikey(multikey(key)).expect("a key");
    for proof in secured.proofs().map_err(|error| error.to_string())? {
        secured.verify(&proof, &key).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn theirs(peer: &Peer, suite: Cryptosuite, document: &Value, named: &Value, key: &Value) -> Result<Value, String> {
    let with = json!({"suite": suite.name(), "document": document, "method": method(named), "key": key});
    peer.call("document/verify", &with)
}

/// Both take what was derived and nothing made of it.
fn agree_on(peer: &Peer, suite: Cryptosuite, how: &str, derived: &Value, key: &Value) {
    let name = format!("{} {}, {how}", peer.language, suite.name());
    verify(derived, key).unwrap_or_else(|error| panic!("{name}: we refuse: {error}\n{derived}"));
    theirs(peer, suite, derived, key, key)
        .unwrap_or_else(|refusal| panic!("{name}: they refuse: {refusal}\n{derived}"));

    let subject = &derived["credentialSubject"];
    assert_eq!(
        (&subject["name"], &subject["minutes"]),
        (&json!("Nadia"), &json!(7800)),
        "{name}"
    );
    assert_eq!(subject["organisation"]["name"], "Les Paniers du Vallon", "{name}");
    assert_eq!(derived["validFrom"], "2026-01-01T00:00:00Z", "{name}");
    assert!(
        !derived.to_string().contains("trésorière"),
        "{name}: more is shown than was chosen"
    );

    let changes: [Change; 6] = [
        ("a changed claim", |document| {
            document["credentialSubject"]["minutes"] = 7801.into();
        }),
        ("a changed mandatory claim", |document| {
            document["validFrom"] = "2025-01-01T00:00:00Z".into();
        }),
        ("a mandatory claim less", |document| {
            document.as_object_mut().expect("members").remove("validFrom");
        }),
        ("a claim more", |document| {
            document["credentialSubject"]["description"] = "présidente".into();
        }),
        ("a changed date of the proof", |document| {
            document["proof"]["created"] = "2026-02-02T02:02:02Z".into();
        }),
        ("a changed proof value", |document| {
            let value = document["proof"]["proofValue"].as_str().expect("a proof").to_owned();
            // Within the signature of the issuer: after the header of the proof.
            let (before, after) = value.split_at(20);
            let changed = if after.starts_with('A') { "B" } else { "A" };
            document["proof"]["proofValue"] = format!("{before}{changed}{}", &after[1..]).into();
        }),
    ];
    for (what, change) in changes {
        let mut tampered = derived.clone();
        change(&mut tampered);
        assert_ne!(&tampered, derived);
        assert!(verify(&tampered, key).is_err(), "{name}: we take {what}");
        assert!(
            theirs(peer, suite, &tampered, key, key).is_err(),
            "{name}: they take {what}"
        );
    }
    let other = generate(peer, suite).1;
    assert!(verify(derived, &other).is_err(), "{name}: we take another key");
    assert!(
        theirs(peer, suite, derived, key, &other).is_err(),
        "{name}: they take another key"
    );
}

#[test]
fn base_proofs_of_ours() {
    for (peer, suite) in libraries() {
        let key = OurKey::new(suite);
        let public = key.public();
        let base = sign_ours(suite, document(peer, &public), &key, &public);
        agree_on(peer, suite, "ours derived by us", &derive_ours(suite, &base), &public);
        agree_on(
            peer,
            suite,
            "ours derived by them",
            &derive_theirs(peer, suite, &base, &public),
            &public,
        );
        assert!(verify(&base, &public).is_err(), "we take a base proof");
        assert!(
            theirs(peer, suite, &base, &public, &public).is_err(),
            "{} takes a base proof",
            peer.language
        );
    }
}

#[test]
fn base_proofs_of_theirs() {
    for (peer, suite) in libraries() {
        let (handle, public) = generate(peer, suite);
        let with = json!({
            "handle": handle, "suite": suite.name(), "document": document(peer, &public), "mandatory": MANDATORY,
        });
        let base = peer.answer("document/sign", &with);
        agree_on(peer, suite, "theirs derived by us", &derive_ours(suite, &base), &public);
        agree_on(
            peer,
            suite,
            "theirs derived by them",
            &derive_theirs(peer, suite, &base, &public),
            &public,
        );
        assert!(verify(&base, &public).is_err(), "we take a base proof");
    }
}

/// What `openvc` does not derive, we derive and it verifies.
#[test]
fn nodes_without_a_name_that_openvc_does_not_derive_from() {
    let Some(peer) = Peer::python() else { return };
    let suite = Cryptosuite::EcdsaSd2023;
    let (handle, public) = generate(peer, suite);
    let with = json!({"handle": handle, "suite": suite.name(), "document": unnamed(&public), "mandatory": MANDATORY});
    let base = peer.answer("document/sign", &with);
    let with = json!({
        "suite": suite.name(), "document": base, "pointers": CHOSEN, "method": method(&public), "key": public,
    });
    let refused = peer.call("document/derive", &with);
    assert!(refused.is_err_and(|refusal| refusal.contains("no matching base signature")));
    agree_on(peer, suite, "theirs derived by us", &derive_ours(suite, &base), &public);
}
