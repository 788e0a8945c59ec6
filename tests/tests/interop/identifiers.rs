//! DIDs: `@digitalbazaar/did-method-*` in JavaScript, `openvc` in Python.

use chrono::Duration;
use serde_json::{Map, Value, json};
use shared::{
    clock::{Clock, SystemClock},
    did::{
        Did, DidDocument, Purpose,
        webvh::{Log, NewEntry, VersionQuery},
    },
    keys::{Jwk, KeyKind, PublicKey, SigningKey},
};

use crate::peer::{Peer, did_key};

/// The keys that the other side finds listed for assertions.
fn theirs(peer: &Peer, did: &Did, published: &Value) -> Result<Vec<(String, PublicKey)>, String> {
    let mut with = json!({"did": did});
    if !published.is_null() {
        with["published"] = published.clone();
    }
    let found = peer.call("did/resolve", &with)?;
    assert_eq!(found["id"], did.as_str());
    let read = |(name, key): (&String, &Value)| {
        let public = match key["multikey"].as_str() {
            Some(multikey) => PublicKey::from_multikey(multikey),
            None => Jwk::from_value(key["jwk"].clone()).and_then(|jwk| PublicKey::from_jwk(&jwk)),
        };
        (name.clone(), public.expect("a key"))
    };
    Ok(found["keys"].as_object().expect("keys").iter().map(read).collect())
}

/// Both find this one key, under the same name.
fn agree_on(peer: &Peer, did: &Did, key: &PublicKey) {
    let document = did
        .resolve_local()
        .unwrap_or_else(|error| panic!("{}: {error}", did.as_str()));
    let found = theirs(peer, did, &Value::Null).unwrap_or_else(|refusal| panic!("{}: {refusal}", peer.language));
    let [(name, found)] = found.as_slice() else {
        panic!("{} finds {found:?}", peer.language)
    };
    assert_eq!(found, key);
    assert_eq!(document.key(name, Purpose::AssertionMethod).as_ref(), Ok(key), "{name}");
}

#[test]
fn did_key_and_did_jwk_resolve_to_the_same_key() {
    for peer in Peer::all() {
        for kind in KeyKind::ALL {
            let (ours, theirs) = (SigningKey::generate_of(kind), peer.generate(kind));
            for key in [ours.public(), &theirs.public] {
                agree_on(peer, &did_key(key), key);
                agree_on(peer, &Did::jwk(&key.to_jwk()), key);
            }
        }
        for broken in [
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doJ0",
            "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5",
            "did:jwk:bm90IEpTT04",
        ] {
            let did: Did = broken.parse().expect("a DID by its syntax");
            assert!(did.resolve_local().is_err(), "we resolve {broken}");
            assert!(
                theirs(peer, &did, &Value::Null).is_err(),
                "{} resolves {broken}",
                peer.language
            );
        }
    }
}

#[test]
fn did_jwk_made_by_them() {
    let Some(peer) = Peer::javascript() else { return };
    for kind in KeyKind::ALL {
        let key = peer.generate(kind);
        let did = peer.text(
            "did/make",
            &json!({"method": "jwk", "jwk": key.public.to_jwk().to_value()}),
        );
        agree_on(peer, &did.parse().expect("a DID"), &key.public);
    }
}

#[test]
fn did_web_is_at_the_same_address() {
    for base in [
        "https://issuer.example/o/paniers",
        "https://issuer.example",
        "https://issuer.example:8443/o/a",
        "https://issuer.example:8443",
    ] {
        let did = Did::web(&base.parse().expect("a URL")).expect("a DID");
        let address = did.web_document_url(false).expect("an address");
        if let Some(peer) = Peer::javascript() {
            assert_eq!(peer.text("did/address", &json!({"did": did})), address.as_str());
        }
        if let Some(peer) = Peer::python() {
            let keys = KeyKind::ALL.map(|kind| SigningKey::generate_of(kind).public().clone());
            let document = DidDocument::publish(&did, &keys);
            let published = json!({address.as_str(): document});
            let found = theirs(peer, &did, &published).expect("openvc takes it");
            assert_eq!(found.len(), keys.len());
            for (name, key) in found {
                assert!(keys.contains(&key));
                assert_eq!(document.key(&name, Purpose::AssertionMethod), Ok(key));
            }
            // The document of somebody else.
            let other = Did::web(&"https://other.example".parse().expect("a URL")).expect("a DID");
            let published = json!({address.as_str(): DidDocument::publish(&other, &keys)});
            assert!(theirs(peer, &did, &published).is_err());
        }
    }
}

/// A log of two versions that we wrote; the second has another key.
#[test]
fn did_webvh_replayed_by_them() {
    let Some(peer) = Peer::python() else { return };
    let (update, now) = (SigningKey::generate_of(KeyKind::Ed25519), SystemClock.now());
    let state = |did: &str, key: &SigningKey| {
        let method = json!({
            "id": format!("{did}#key"), "type": "Multikey", "controller": did, "publicKeyMultibase": key.public().to_multikey(),
        });
        json!({
            "@context": ["https://www.w3.org/ns/did/v1"], "id": did, "verificationMethod": [method],
            "assertionMethod": [format!("{did}#key")],
        })
    };
    let (former, present) = (SigningKey::generate(), SigningKey::generate_of(KeyKind::Ed25519));
    let parameters = json!({"updateKeys": [update.public().to_multikey()]});
    let mut entry = NewEntry {
        previous: None,
        time: now - Duration::days(2),
        parameters: parameters.as_object().expect("parameters").clone(),
        document: state("did:webvh:{SCID}:issuer.example:o:a", &former),
        key: &update,
    };
    let (id, first) = entry.write().expect("an entry");
    let written: Value = serde_json::from_str(&first).expect("JSON");
    let did: Did = written["state"]["id"].as_str().expect("an id").parse().expect("a DID");
    entry.previous = Some(&id);
    entry.time = now - Duration::days(1);
    entry.parameters = Map::new();
    entry.document = state(did.as_str(), &present);
    let (_, second) = entry.write().expect("an entry");

    let address = did.webvh_log_url(false).expect("an address");
    let ours = |log: &str| {
        let history = Log::verify(&did, log, now)?.witnessed(None, now)?;
        history.resolve(&VersionQuery::Latest)
    };
    let replayed = |log: &str| theirs(peer, &did, &json!({address.as_str(): log}));
    for (log, key) in [
        (format!("{first}\n"), &former),
        (format!("{first}\n{second}\n"), &present),
    ] {
        let found = replayed(&log).expect("openvc takes it");
        let kid = format!("{}#key", did.as_str());
        assert_eq!(found, [(kid.clone(), key.public().clone())]);
        let document = ours(&log).expect("we take it").document;
        assert_eq!(document.key(&kid, Purpose::AssertionMethod).as_ref(), Ok(key.public()));
    }
    for (what, log) in [
        ("a first version that is missing", format!("{second}\n")),
        ("versions in another order", format!("{second}\n{first}\n")),
        (
            "a changed state",
            format!("{first}\n{}\n", second.replace("#key", "#kez")),
        ),
        (
            "a changed time",
            format!(
                "{first}\n{}\n",
                second.replacen("versionTime\":\"2", "versionTime\":\"1", 1)
            ),
        ),
        ("a changed key", {
            let other = SigningKey::generate_of(KeyKind::Ed25519).public().to_multikey();
            format!("{}\n", first.replace(&update.public().to_multikey(), &other))
        }),
    ] {
        assert!(ours(&log).is_err(), "we take {what}");
        assert!(replayed(&log).is_err(), "openvc takes {what}");
    }
}
