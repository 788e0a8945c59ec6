//! Writing a log (“Create”, “Update”).

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::{METHOD, PLACEHOLDER, WebvhError, entry::multihash};
use crate::{
    format::data_integrity::{Cryptosuite, ProofOptions, sign},
    json::{self, Node, canonical},
    keys::{PublicKey, SigningKey},
};

/// What announces a key in `nextKeyHashes` (“Pre-Rotation Key Hash Generation and Verification”).
pub fn announcement(key: &PublicKey) -> String {
    multihash(key.to_multikey().as_bytes())
}

/// An entry to be written.
#[derive(Debug)]
pub struct NewEntry<'a> {
    /// `versionId` of the entry before; `None` for the first.
    pub previous: Option<&'a str>,
    /// When.
    pub time: DateTime<Utc>,
    /// What it sets. `method` and `scid` of the first entry are added.
    pub parameters: Map<String, Value>,
    /// The document. In the first entry `{SCID}` stands for the SCID, in the parameters too.
    pub document: Value,
    /// An Ed25519 key that may sign it.
    pub key: &'a SigningKey,
}

impl NewEntry<'_> {
    /// Its `versionId` and its line, without the line end. Whether the key and the parameters are right is for
    /// [`Log::verify`](super::Log::verify) to say.
    pub fn write(&self) -> Result<(String, String), WebvhError> {
        let mut entry = json!({
            "versionId": self.previous.unwrap_or(PLACEHOLDER),
            "versionTime": self.time.to_rfc3339_opts(SecondsFormat::Secs, true),
            "parameters": self.parameters,
            "state": self.document,
        });
        let number = if let Some(previous) = self.previous {
            let number = previous.split_once('-').and_then(|(number, _)| number.parse().ok());
            number.and_then(|number: usize| number.checked_add(1))
        } else {
            entry["parameters"]["method"] = METHOD.into();
            entry["parameters"]["scid"] = PLACEHOLDER.into();
            let preliminary = text(&entry)?;
            // The SCID is in place of the version before, too.
            let named = preliminary.replace(PLACEHOLDER, &multihash(preliminary.as_bytes()));
            entry = json::parse(named.as_bytes()).map_err(|_| WebvhError::Malformed)?;
            Some(1)
        };
        let number = number.ok_or(WebvhError::VersionNumber)?;
        let version_id = format!("{number}-{}", multihash(text(&entry)?.as_bytes()));
        entry["versionId"] = version_id.as_str().into();
        let key = self.key.public().to_multikey();
        let options = ProofOptions::assertion(Cryptosuite::EddsaJcs2022, format!("did:key:{key}#{key}"), self.time);
        let proof = sign(&text(&entry)?, &options, self.key)?;
        entry["proof"] = json!([proof]);
        Ok((version_id, entry.to_string()))
    }
}

fn text(entry: &Value) -> Result<String, WebvhError> {
    canonical(&Node::from(entry)).map_err(|_| WebvhError::Malformed)
}
