//! What a verified log resolves to.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::{Log, Version, VersionQuery, WebvhError};
use crate::did::{DidDocument, DidError};

/// A log verified in full, witnesses included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History(pub(super) Log);

/// A version of the document, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The document, exactly as in the log: the services that the method implies are not added.
    pub document: DidDocument,
    /// The DID document metadata.
    pub metadata: Metadata,
}

/// DID document metadata (“Read”). What is not about the version is what the last valid entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Of the version.
    pub version_id: String,
    /// Of the version, from 1.
    pub version_number: usize,
    /// Of the version.
    pub version_time: DateTime<Utc>,
    /// Of the first entry.
    pub created: DateTime<Utc>,
    /// Of the last valid entry.
    pub updated: DateTime<Utc>,
    /// The self-certifying identifier.
    pub scid: String,
    /// Whether the DID may still be renamed.
    pub portable: bool,
    /// Whether the DID has been deactivated.
    pub deactivated: bool,
    /// How long to keep what was resolved, in seconds.
    pub ttl: u32,
    /// How many witnesses must approve; 0 without witnesses.
    pub witness_threshold: usize,
    /// The witnesses, as did:key.
    pub witnesses: Vec<String>,
    /// Addresses of watchers.
    pub watchers: Arc<[String]>,
}

impl History {
    /// The version asked for. When the log is broken further on, the versions before are found by their name, and by any
    /// time before the last of them.
    pub fn resolve(&self, query: &VersionQuery) -> Result<Resolution, WebvhError> {
        let versions = &self.0.versions;
        let last = versions.len() - 1;
        let broken = || self.0.failure.clone().map_or(Ok(()), Err);
        let index = match query {
            VersionQuery::Latest => {
                broken()?;
                Some(last)
            }
            VersionQuery::Id(id) => versions.iter().position(|version| version.id == *id),
            VersionQuery::Number(number) => number.checked_sub(1).filter(|index| *index <= last),
            VersionQuery::Time(time) => {
                let index = versions.iter().rposition(|version| version.time <= *time);
                if index == Some(last) {
                    broken()?;
                }
                index
            }
        };
        let Some(index) = index else {
            broken()?;
            return Err(WebvhError::NoSuchVersion);
        };
        let version = &versions[index];
        let document = Value::Object(version.state.clone());
        Ok(Resolution {
            document: DidDocument::read(&version.did, document).map_err(|_| WebvhError::OtherDid)?,
            metadata: self.metadata(index),
        })
    }

    /// The document to rely on now: of a DID that is not deactivated (DID-004), under the name it was asked for by. What
    /// it was called before is no name of its keys any more.
    pub fn document(&self) -> Result<DidDocument, DidError> {
        let Resolution { document, metadata } = self.resolve(&VersionQuery::Latest)?;
        if metadata.deactivated {
            return Err(DidError::Deactivated);
        }
        if document.id() != self.0.did.as_str() {
            return Err(DidError::OtherDocument);
        }
        Ok(document)
    }

    fn metadata(&self, index: usize) -> Metadata {
        let versions = &self.0.versions;
        let (version, last): (&Version, &Version) = (&versions[index], &versions[versions.len() - 1]);
        Metadata {
            version_id: version.id.clone(),
            version_number: index + 1,
            version_time: version.time,
            created: versions[0].time,
            updated: last.time,
            scid: self.0.scid.clone(),
            portable: last.parameters.portable,
            deactivated: last.parameters.deactivated,
            ttl: last.parameters.ttl,
            witness_threshold: last.parameters.witness.threshold,
            witnesses: last
                .parameters
                .witness
                .keys
                .iter()
                .map(|key| format!("did:key:{key}"))
                .collect(),
            watchers: Arc::clone(&last.parameters.watchers),
        }
    }
}

impl Metadata {
    /// As DID resolution shows it. There are no integers in DID document metadata: they are written as texts.
    pub fn to_value(&self) -> Value {
        let instant = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut witness = Map::new();
        if !self.witnesses.is_empty() {
            witness.insert("threshold".to_owned(), self.witness_threshold.to_string().into());
            let witnesses = self.witnesses.iter().map(|id| json!({ "id": id })).collect();
            witness.insert("witnesses".to_owned(), Value::Array(witnesses));
        }
        json!({
            "versionId": self.version_id,
            "versionTime": instant(self.version_time),
            "versionNumber": self.version_number.to_string(),
            "created": instant(self.created),
            "updated": instant(self.updated),
            "scid": self.scid,
            "portable": self.portable,
            "deactivated": self.deactivated,
            "ttl": self.ttl.to_string(),
            "witness": witness,
            "watchers": self.watchers.as_ref(),
        })
    }
}
