//! Status lists: `@sd-jwt/jwt-status-list` and `@digitalbazaar/vc-bitstring-status-list` in JavaScript, `openvc` in Python.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use serde_json::{Map, Value, json};
use shared::{
    clock::{Clock, SystemClock},
    format::{
        data_integrity::{Cryptosuite, ProofOptions, Secured, attach, sign},
        vc_jose::CONTEXT,
    },
    keys::{KeyKind, PublicKey, SigningKey, jws},
    status_list::{
        bitstring::{Bitstring, Entry, MIN_ENTRIES, Purpose, StatusListCredential, StatusListTerms},
        token::StatusList,
    },
};

use crate::peer::{Peer, did_key, method, public};

const URI: &str = "https://issuer.example/status/1";

/// The token of a credential at this place of the list: nobody asks who signed it.
fn credential_at(idx: usize, uri: &str) -> String {
    let claims = json!({"iss": "https://issuer.example", "status": {"status_list": {"idx": idx, "uri": uri}}});
    jws::sign("dc+sd-jwt", Map::new(), &claims, &SigningKey::generate())
}

fn values(bits: u8) -> Vec<u8> {
    let most = u8::MAX >> (8 - bits);
    (0..200_u8).map(|index| index.wrapping_mul(37) & most).collect()
}

fn agree_on_token(peer: &Peer, token: &str, key: &PublicKey, values: &[u8]) {
    let name = peer.language;
    let theirs = |token: &str, key: &PublicKey, idx: usize, uri: &str| {
        let with = json!({"token": token, "jwk": key.to_jwk().to_value(), "credential": credential_at(idx, uri)});
        peer.call("status-list/check", &with)
    };
    let now = SystemClock.now();
    let list = StatusList::verify(token, URI, key, now).unwrap_or_else(|error| panic!("we refuse {name}: {error}"));
    for (index, value) in values.iter().enumerate() {
        assert_eq!(list.value(index as u64), Ok(*value), "{index} of {name}");
        if index % 20 < 3 {
            assert_eq!(theirs(token, key, index, URI), Ok(json!(value)), "{name} reads {index}");
        }
    }
    assert!(list.value(100_000).is_err());
    assert!(theirs(token, key, 100_000, URI).is_err(), "{name} reads beyond the end");

    let segments: Vec<&str> = token.split('.').collect();
    let mut signature = URL_SAFE_NO_PAD.decode(segments[2]).expect("base64url");
    signature[9] ^= 1;
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(segments[1]).expect("base64url")).expect("UTF-8");
    let later = payload.replacen("\"iat\":1", "\"iat\":0", 1);
    assert_ne!(payload, later, "{payload}");
    for (what, tampered) in [
        (
            "a changed signature",
            format!("{}.{}.{}", segments[0], segments[1], URL_SAFE_NO_PAD.encode(signature)),
        ),
        (
            "a changed claim",
            format!("{}.{}.{}", segments[0], URL_SAFE_NO_PAD.encode(later), segments[2]),
        ),
    ] {
        assert!(
            StatusList::verify(&tampered, URI, key, now).is_err(),
            "we take {what} of {name}"
        );
        assert!(theirs(&tampered, key, 0, URI).is_err(), "{name} takes {what}");
    }
    let other = SigningKey::generate();
    assert!(StatusList::verify(token, URI, other.public(), now).is_err());
    assert!(
        theirs(token, other.public(), 0, URI).is_err(),
        "{name} takes another key"
    );
    let elsewhere = "https://issuer.example/status/2";
    assert!(StatusList::verify(token, elsewhere, key, now).is_err());
    assert!(
        theirs(token, key, 0, elsewhere).is_err(),
        "{name} takes the list of another address"
    );
}

#[test]
fn tokens_signed_by_us() {
    for peer in Peer::all() {
        for bits in [1, 2, 4, 8] {
            let (key, values) = (SigningKey::generate(), values(bits));
            let mut list = StatusList::new(bits, values.len()).expect("a list");
            for (index, value) in values.iter().enumerate() {
                list.set(index as u64, *value).expect("a place");
            }
            let token = list.sign(
                URI,
                SystemClock.now(),
                Duration::days(1),
                Duration::minutes(5),
                "k",
                &key,
            );
            agree_on_token(peer, &token, key.public(), &values);
        }
    }
}

#[test]
fn tokens_signed_by_them() {
    for peer in Peer::all() {
        for bits in [1, 2, 4, 8] {
            let (key, values) = (peer.generate(KeyKind::P256), values(bits));
            let with = json!({"handle": key.handle, "values": values, "bits": bits, "uri": URI});
            agree_on_token(peer, &peer.text("status-list/sign", &with), &key.public, &values);
        }
    }
}

const REVOKED: [u64; 4] = [0, 9, 4242, MIN_ENTRIES - 1];
const ASKED: [u64; 8] = [0, 1, 8, 9, 10, 4242, 4243, MIN_ENTRIES - 1];

/// A credential with these entries.
fn credential(issuer: &PublicKey, entries: &[u64], list: &str) -> Value {
    let entry = |index: &u64| Entry::new(Purpose::Revocation, *index, list.to_owned()).to_value();
    json!({
        "@context": [CONTEXT], "type": ["VerifiableCredential"], "issuer": did_key(issuer),
        "credentialSubject": {"id": "did:example:nadia"},
        "credentialStatus": entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// Our reading of a list credential for a credential's entries.
fn read(list: &Value, credential: &Value, key: &PublicKey) -> Result<Vec<bool>, String> {
    let text = list.to_string();
    let secured = Secured::parse(&text).map_err(|error| error.to_string())?;
    for proof in secured.proofs().map_err(|error| error.to_string())? {
        secured.verify(&proof, key).map_err(|error| error.to_string())?;
    }
    let unsecured = secured.unsecured().map_err(|error| error.to_string())?;
    let list = StatusListCredential::from_unsecured(&unsecured).map_err(|error| error.to_string())?;
    list.expect_issuer(did_key(key).as_str())
        .map_err(|error| error.to_string())?;
    let entries = Entry::of_credential(credential).map_err(|error| error.to_string())?;
    let status = |entry: &Entry| list.status(entry, SystemClock.now()).map(|status| !status.is_valid);
    entries
        .iter()
        .map(|entry| status(entry).map_err(|error| error.to_string()))
        .collect()
}

fn agree_on_bitstring(peer: &Peer, list: &Value, key: &PublicKey) {
    let name = peer.language;
    let theirs = |list: &Value, credential: &Value, key: &PublicKey, method: &str| {
        let with = json!({"credential": credential, "published": list, "method": method, "key": public(key)});
        peer.call("bitstring/check", &with)
    };
    let method = method(key);
    let asked = credential(key, &ASKED, URI);
    let expected: Vec<bool> = ASKED.iter().map(|index| REVOKED.contains(index)).collect();
    assert_eq!(read(list, &asked, key).as_ref(), Ok(&expected), "{name}");
    assert_eq!(theirs(list, &asked, key, &method), Ok(json!(expected)), "{name}");

    let change = |change: &dyn Fn(&mut Value)| {
        let mut changed = list.clone();
        change(&mut changed);
        assert_ne!(&changed, list);
        changed
    };
    let empty = Bitstring::new(1, MIN_ENTRIES).expect("a list").encode();
    for (what, tampered) in [
        (
            "another list",
            change(&|list| list["credentialSubject"]["encodedList"] = empty.as_str().into()),
        ),
        (
            "another purpose",
            change(&|list| list["credentialSubject"]["statusPurpose"] = "suspension".into()),
        ),
        (
            "a changed proof",
            change(&|list| list["proof"]["created"] = "2026-02-02T02:02:02Z".into()),
        ),
    ] {
        assert!(read(&tampered, &asked, key).is_err(), "we take {what} of {name}");
        assert!(theirs(&tampered, &asked, key, &method).is_err(), "{name} takes {what}");
    }
    let other = SigningKey::generate_of(KeyKind::Ed25519);
    assert!(read(list, &asked, other.public()).is_err());
    assert!(
        theirs(list, &asked, other.public(), &method).is_err(),
        "{name} takes another key"
    );
    let beyond = credential(key, &[1 << 40], URI);
    assert!(read(list, &beyond, key).is_err());
    assert!(
        theirs(list, &beyond, key, &method).is_err(),
        "{name} reads beyond the end"
    );
    let elsewhere = credential(key, &ASKED, "https://issuer.example/status/2");
    assert!(read(list, &elsewhere, key).is_err());
    assert!(
        theirs(list, &elsewhere, key, &method).is_err(),
        "{name} takes the list of another address"
    );
}

#[test]
fn bitstrings_signed_by_us() {
    for peer in Peer::all() {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let mut list = Bitstring::new(1, MIN_ENTRIES).expect("a list");
        for index in REVOKED {
            list.set(index, 1, 1).expect("a place");
        }
        let issuer = did_key(key.public());
        let now = SystemClock.now();
        let terms = StatusListTerms {
            id: URI,
            issuer: issuer.as_str(),
            purposes: &[Purpose::Revocation],
            valid_from: now - Duration::hours(1),
            valid_until: Some(now + Duration::days(1)),
            ttl: Some(Duration::minutes(5)),
        };
        let mut unsigned = terms.unsigned(&list);
        let options = ProofOptions::assertion(Cryptosuite::EddsaRdfc2022, method(key.public()), now);
        let proof = sign(&unsigned.to_string(), &options, &key).expect("a proof");
        attach(unsigned.as_object_mut().expect("a document"), proof);
        agree_on_bitstring(peer, &unsigned, key.public());
    }
}

#[test]
fn bitstrings_signed_by_them() {
    for peer in Peer::all() {
        let key = peer.generate(KeyKind::Ed25519);
        let with = json!({
            "handle": key.handle, "uri": URI, "issuer": key.did(), "length": MIN_ENTRIES, "revoked": REVOKED,
        });
        agree_on_bitstring(peer, &peer.answer("bitstring/sign", &with), &key.public);
    }
}
