//! One line of a log.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{PLACEHOLDER, WebvhError};
use crate::{
    base58,
    did::Did,
    json::{Node, canonical},
    keys::seal::digest,
};

/// The members of an entry; `proof` is for [`Secured`](crate::format::data_integrity::Secured) to read.
const MEMBERS: [&str; 5] = ["versionId", "versionTime", "parameters", "state", "proof"];

/// An entry, **unverified**.
pub(super) struct Entry<'a> {
    /// Without its proofs.
    unsecured: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Entry<'a> {
    pub(super) fn parse(line: &'a str) -> Result<Self, WebvhError> {
        let Ok(Node::Object(mut members)) = Node::parse(line) else {
            return Err(WebvhError::Malformed);
        };
        // No name is there twice, so that all are.
        if members.len() != MEMBERS.len() || !members.iter().all(|(name, _)| MEMBERS.contains(&name.as_ref())) {
            return Err(WebvhError::Malformed);
        }
        members.retain(|(name, _)| name != "proof");
        let entry = Self { unsecured: members };
        let is_object = |name| matches!(entry.member(name), Node::Object(_));
        if entry.member("versionId").text().is_none() || !is_object("parameters") || !is_object("state") {
            return Err(WebvhError::Malformed);
        }
        Ok(entry)
    }

    pub(super) fn version_id(&self) -> &str {
        self.member("versionId").text().unwrap_or_default()
    }

    /// “Read” step 4: a time in UTC.
    pub(super) fn time(&self) -> Result<DateTime<Utc>, WebvhError> {
        self.member("versionTime")
            .text()
            .and_then(instant)
            .ok_or(WebvhError::VersionTime)
    }

    pub(super) fn parameters(&self) -> &Node<'a> {
        self.member("parameters")
    }

    /// “Verify SCID”: what the SCID of this first entry is, when it is written as `scid` in it.
    pub(super) fn scid(&self, scid: &str) -> Result<String, WebvhError> {
        multihash_of(&blank(&self.following(PLACEHOLDER), scid))
    }

    /// “Verify The Entry Hash”: after the version `previous`, or the SCID.
    pub(super) fn hash(&self, previous: &str) -> Result<String, WebvhError> {
        multihash_of(&self.following(previous))
    }

    /// The `id` of the document: a did:webvh of this SCID that can be published somewhere.
    pub(super) fn did(&self, scid: &str) -> Result<Did, WebvhError> {
        let id = self.member("state").member("id").and_then(Node::text);
        let id = id.ok_or(WebvhError::Malformed)?;
        let found = id.strip_prefix("did:webvh:").and_then(|rest| rest.split_once(':'));
        if found.is_some_and(|(found, _)| found != scid) {
            return Err(WebvhError::Scid);
        }
        let did: Did = id.parse().map_err(|_| WebvhError::Renamed)?;
        did.webvh_log_url(true).map_err(|_| WebvhError::Renamed)?;
        Ok(did)
    }

    pub(super) fn is_also_known_as(&self, did: &Did) -> bool {
        let names = self.member("state").member("alsoKnownAs");
        names.is_some_and(|names| names.each().iter().any(|name| name.text() == Some(did.as_str())))
    }

    pub(super) fn into_state(self) -> Result<Map<String, Value>, WebvhError> {
        let state = self.unsecured.into_iter().find(|(name, _)| name == "state");
        match state.map(|(_, node)| node.into_value()) {
            Some(Ok(Value::Object(members))) => Ok(members),
            _ => Err(WebvhError::Malformed),
        }
    }

    fn member(&self, name: &str) -> &Node<'a> {
        let found = self.unsecured.iter().find(|(found, _)| found == name);
        found.map_or(&Node::Null, |(_, node)| node)
    }

    /// The entry with another `versionId`.
    fn following<'b>(&'b self, version_id: &'b str) -> Node<'b> {
        let members = self.unsecured.iter().map(|(name, node)| {
            let node = if name == "versionId" {
                Node::Text(version_id.into())
            } else {
                node.clone()
            };
            (Cow::Borrowed(name.as_ref()), node)
        });
        Node::Object(members.collect())
    }
}

/// ISO 8601, as RFC 3339 has it, and in UTC.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    (instant.offset().local_minus_utc() == 0).then(|| instant.to_utc())
}

/// “Generate Entry Hash”: base58btc(multihash(JCS(entry), SHA-256)).
fn multihash_of(node: &Node<'_>) -> Result<String, WebvhError> {
    let text = canonical(node).map_err(|_| WebvhError::Malformed)?;
    Ok(multihash(text.as_bytes()))
}

/// base58btc(multihash(bytes, SHA-256)).
pub(super) fn multihash(bytes: &[u8]) -> String {
    let mut hash = vec![0x12, 0x20];
    hash.extend(digest(bytes));
    base58::encode(&hash)
}

/// The same value with the placeholder wherever the SCID is written, in names too.
fn blank<'a>(node: &Node<'a>, scid: &str) -> Node<'a> {
    let text = |text: &Cow<'a, str>| {
        if text.contains(scid) {
            Cow::Owned(text.replace(scid, PLACEHOLDER))
        } else {
            text.clone()
        }
    };
    match node {
        Node::Text(written) => Node::Text(text(written)),
        Node::Array(nodes) => Node::Array(nodes.iter().map(|node| blank(node, scid)).collect()),
        Node::Object(members) => Node::Object(
            members
                .iter()
                .map(|(name, node)| (text(name), blank(node, scid)))
                .collect(),
        ),
        other => other.clone(),
    }
}
