//! What witnesses approved (“DID Witnesses”).

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use chrono::{DateTime, Utc};

use super::{MAX_BYTES, Version, WebvhError, key_of};
use crate::{
    format::data_integrity::Secured,
    json::{Node, canonical},
    keys::PublicKey,
};

/// The most proofs of one log's own witnesses that are looked at.
const MAX_PROOFS: usize = 1024;

/// The last version, by its index, that each witness of the log approves; with it, it approves all before. Proofs that do
/// not hold, of strangers and of versions not in the log count for nothing.
pub(super) fn approvals<'a>(
    text: Option<&str>,
    versions: &'a [Version],
    now: DateTime<Utc>,
) -> Result<HashMap<&'a str, usize>, WebvhError> {
    let text = text.unwrap_or("[]");
    if text.len() > MAX_BYTES {
        return Err(WebvhError::TooLarge);
    }
    let Ok(Node::Array(records)) = Node::parse(text) else {
        return Err(WebvhError::WitnessFile);
    };
    let indices: HashMap<&str, usize> = versions
        .iter()
        .enumerate()
        .map(|(index, version)| (version.id.as_str(), index))
        .collect();
    let own: HashSet<&str> = versions
        .iter()
        .flat_map(|version| version.witnesses.keys.iter().map(String::as_str))
        .collect();
    let mut approved: HashMap<&str, usize> = HashMap::new();
    let mut looked_at = 0;
    for record in &records {
        let version_id = record.member("versionId").and_then(Node::text);
        let version_id = version_id.ok_or(WebvhError::WitnessFile)?;
        let Some(&index) = indices.get(version_id) else {
            continue;
        };
        for proof in record.member("proof").map(Node::each).unwrap_or_default() {
            let Some(&key) = named(proof).and_then(|key| own.get(key)) else {
                continue;
            };
            looked_at += 1;
            if looked_at > MAX_PROOFS {
                return Err(WebvhError::TooLarge);
            }
            if holds(version_id, proof, key, now) {
                let last = approved.entry(key).or_insert(index);
                *last = index.max(*last);
            }
        }
    }
    Ok(approved)
}

/// The key that a proof says it is made with.
fn named<'a>(proof: &'a Node<'_>) -> Option<&'a str> {
    let method = proof.member("verificationMethod").and_then(Node::text)?;
    method.split_once('#').map(|(_, key)| key)
}

/// Whether a proof that a version was seen holds, made with this key.
fn holds(version_id: &str, proof: &Node<'_>, key: &str, now: DateTime<Utc>) -> bool {
    let seen = Node::Object(vec![
        (Cow::Borrowed("versionId"), Node::Text(version_id.into())),
        (Cow::Borrowed("proof"), proof.clone()),
    ]);
    let Ok(text) = canonical(&seen) else { return false };
    let Ok(secured) = Secured::parse(&text) else {
        return false;
    };
    let (Ok(proofs), Ok(public)) = (secured.proofs(), PublicKey::from_multikey(key)) else {
        return false;
    };
    proofs
        .iter()
        .all(|proof| key_of(proof, now) == Ok(key) && secured.verify(proof, &public).is_ok())
}
