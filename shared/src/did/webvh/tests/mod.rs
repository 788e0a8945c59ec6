mod approvals;
mod entries;
mod histories;
mod places;

use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::{
    did::{DidDocument, DidError, Purpose},
    format::data_integrity::{ProofOptions, sign},
    keys::{KeyKind, SigningKey},
};

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::generate_of(KeyKind::Ed25519)
}

fn multikey(key: &SigningKey) -> String {
    key.public().to_multikey()
}

fn announced(key: &SigningKey) -> String {
    entry::multihash(multikey(key).as_bytes())
}

/// A log being written: one entry a day.
struct Author {
    time: DateTime<Utc>,
    document: Value,
    ids: Vec<String>,
    lines: Vec<String>,
}

impl Author {
    fn new() -> Self {
        Self {
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            document: json!({ "@context": ["https://www.w3.org/ns/did/v1"], "id": "did:webvh:{SCID}:example.org" }),
            ids: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// With a first entry that this key may follow.
    fn of(key: &SigningKey) -> Self {
        Self::new().then(json!({ "updateKeys": [multikey(key)] }), key)
    }

    fn then(mut self, parameters: Value, key: &SigningKey) -> Self {
        let Value::Object(parameters) = parameters else {
            panic!()
        };
        let entry = NewEntry {
            previous: self.ids.last().map(String::as_str),
            time: self.time,
            parameters,
            document: self.document.clone(),
            key,
        };
        let (id, line) = entry.write().unwrap();
        let written: Value = serde_json::from_str(&line).unwrap();
        self.document = written["state"].clone();
        self.time += TimeDelta::days(1);
        self.ids.push(id);
        self.lines.push(line);
        self
    }

    fn set(mut self, member: &str, value: Value) -> Self {
        self.document[member] = value;
        self
    }

    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// The name of the document in its last entry.
    fn did(&self) -> Did {
        self.document["id"].as_str().unwrap().parse().unwrap()
    }

    fn history(&self) -> Result<History, WebvhError> {
        history(&self.did(), &self.text(), None)
    }

    /// Why it does not resolve.
    fn refusal(&self) -> WebvhError {
        refusal(&self.did(), &self.text())
    }
}

fn history(did: &Did, text: &str, proofs: Option<&str>) -> Result<History, WebvhError> {
    Log::verify(did, text, now())?.witnessed(proofs, now())
}

fn refusal(did: &Did, text: &str) -> WebvhError {
    let resolved = history(did, text, None).and_then(|history| history.resolve(&VersionQuery::Latest));
    resolved.unwrap_err()
}

/// The record of witnesses that saw a version.
fn seen(version_id: &str, witnesses: &[&SigningKey]) -> Value {
    let proofs: Vec<_> = witnesses
        .iter()
        .map(|witness| {
            let own = multikey(witness);
            let method = format!("did:key:{own}#{own}");
            let options = ProofOptions::assertion(Cryptosuite::EddsaJcs2022, method, now());
            sign(&json!({ "versionId": version_id }).to_string(), &options, witness).unwrap()
        })
        .collect();
    json!({ "versionId": version_id, "proof": proofs })
}

fn witnesses(threshold: usize, keys: &[&SigningKey]) -> Value {
    let ids: Vec<_> = keys
        .iter()
        .map(|key| json!({ "id": format!("did:key:{}", multikey(key)) }))
        .collect();
    json!({ "threshold": threshold, "witnesses": ids })
}
