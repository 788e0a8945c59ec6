//! did:webvh 1.0 (DID-004, [specification](https://identity.foundation/didwebvh/v1.0/)): a did:web whose every version is
//! in one log, each entry chained to the one before it and signed by a key that one allowed.
//!
//! ```text
//! did.jsonl ─ Log::verify ─► Log ─ witnessed (did-witness.json) ─► History ─ resolve, document ─►
//! ```
//! Nothing is fetched here and nothing can be resolved before the witnesses were looked at.

mod entry;
mod parameters;
mod query;
mod resolution;
mod witness;
mod writing;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};

use self::{
    entry::Entry,
    parameters::{Parameters, Witnesses},
};
pub use self::{
    query::VersionQuery,
    resolution::{History, Metadata, Resolution},
    writing::{NewEntry, announcement},
};
use super::Did;
use crate::{
    format::data_integrity::{Cryptosuite, DataIntegrityError, Expected, Proof, Secured},
    keys::PublicKey,
};

/// The largest log, and the largest file of witness proofs, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The longest log, in entries.
pub const MAX_ENTRIES: usize = 1024;
/// How long an SCID is: a multihash of SHA-256 in base 58.
const SCID_CHARACTERS: usize = 46;
/// The one method version there is.
const METHOD: &str = "did:webvh:1.0";
/// What stands for the SCID until it is known.
const PLACEHOLDER: &str = "{SCID}";
/// How far other clocks may be from ours (NEG-18).
const MAX_SKEW: Duration = Duration::seconds(60);

/// Why a log does not resolve. Sections are those of did:webvh 1.0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebvhError {
    /// More than [`MAX_BYTES`] or [`MAX_ENTRIES`], or more keys, witnesses or proofs than anybody has.
    #[error("the DID log is larger than we read")]
    TooLarge,
    /// “The DID Log File”: not the five members of an entry, in unambiguous JSON.
    #[error("an entry of the DID log is malformed")]
    Malformed,
    /// “DID Method Parameters”: this one is missing, unknown, misplaced or of the wrong shape.
    #[error("the parameter {0} of the DID log is not acceptable")]
    Parameter(&'static str),
    /// “DID Method Parameters”, `method`: another version of the method.
    #[error("the DID log follows a version of the method that we do not know")]
    UnknownMethod,
    /// “Read” step 3: the version number is not the next one.
    #[error("the versions of the DID log do not count up from 1")]
    VersionNumber,
    /// “Verify The Entry Hash”.
    #[error("an entry of the DID log is not what its hash says, or does not follow the one before")]
    EntryHash,
    /// “Verify SCID”, “DID Portability”: the SCID is not the hash of the first entry, or not everywhere the same.
    #[error("the DID log does not belong to the self-certifying identifier")]
    Scid,
    /// “Read” step 4: not a time in UTC, or not after the one before.
    #[error("the times of the DID log do not go forward")]
    VersionTime,
    /// “Read” step 4: later than now.
    #[error("the DID log is from the future")]
    Future,
    /// “DID Portability”: the DID was renamed without `portable`, without its former name in `alsoKnownAs`, or to
    /// something that is no did:webvh.
    #[error("the DID was renamed, and may not be")]
    Renamed,
    /// “Pre-Rotation Key Hash Generation and Verification”: the keys or the next hashes are missing, or a key was not
    /// announced.
    #[error("the keys of the DID log are not those announced before")]
    PreRotation,
    /// “Authorized Keys”: signed by a key that is not in the active `updateKeys`.
    #[error("an entry of the DID log is signed by a key that may not")]
    UnauthorizedKey,
    /// “Authorized Keys”: the proof itself.
    #[error("the proof of an entry of the DID log: {0}")]
    Proof(#[from] DataIntegrityError),
    /// “DID Method Parameters”, `deactivated`: an entry follows the deactivation.
    #[error("the DID log goes on after the deactivation")]
    AfterDeactivation,
    /// “The Witness Proofs File”.
    #[error("the file of witness proofs is malformed")]
    WitnessFile,
    /// “Verifying Witness Proofs During Resolution”: fewer approvals than the threshold.
    #[error("too few witnesses approve the DID log")]
    TooFewWitnesses,
    /// “Read” step 6.1: no version bears the DID that is resolved.
    #[error("the DID log is of another DID")]
    OtherDid,
    /// “Reading did:webvh DID URLs”: no such version.
    #[error("the DID has no such version")]
    NoSuchVersion,
}

impl WebvhError {
    /// The `error` of DID resolution metadata (“Read”).
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchVersion => "notFound",
            _ => "invalidDid",
        }
    }
}

/// A log whose entries hold together; whether its witnesses approve was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    did: Did,
    scid: String,
    /// At least one.
    versions: Vec<Version>,
    /// Why the entry after them is not one: the versions before it are still there to be asked for (“Read” step 11.2).
    failure: Option<WebvhError>,
}

/// One verified entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    id: String,
    time: DateTime<Utc>,
    /// The `id` of its document.
    did: Did,
    state: Map<String, Value>,
    /// Those in force after it.
    parameters: Parameters,
    /// Who had to approve it.
    witnesses: Arc<Witnesses>,
}

impl Log {
    /// Verifies the log of a DID. An error when already its first entry does not stand, or none is of this DID.
    pub fn verify(did: &Did, text: &str, now: DateTime<Utc>) -> Result<Self, WebvhError> {
        let (scid, _) = did.webvh_parts().map_err(|_| WebvhError::OtherDid)?;
        if text.len() > MAX_BYTES {
            return Err(WebvhError::TooLarge);
        }
        let mut versions: Vec<Version> = Vec::new();
        let mut failure = None;
        for line in text.trim_end().lines() {
            if versions.len() == MAX_ENTRIES {
                return Err(WebvhError::TooLarge);
            }
            match Version::verify(scid, &versions, line, now) {
                Ok(version) => versions.push(version),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        if versions.is_empty() {
            return Err(failure.unwrap_or(WebvhError::Malformed));
        }
        if !versions.iter().any(|version| version.did == *did) {
            return Err(failure.unwrap_or(WebvhError::OtherDid));
        }
        Ok(Self {
            did: did.clone(),
            scid: scid.to_owned(),
            versions,
            failure,
        })
    }

    /// Whether a version needs the approval of witnesses, and with it the file of their proofs.
    pub fn has_witnesses(&self) -> bool {
        self.versions.iter().any(|version| version.witnesses.are_active())
    }

    /// Verifies the approvals: `proofs` is `did-witness.json`, needed when the log [has witnesses](Self::has_witnesses).
    pub fn witnessed(mut self, proofs: Option<&str>, now: DateTime<Utc>) -> Result<History, WebvhError> {
        if self.has_witnesses() {
            let approved = witness::approvals(proofs, &self.versions, now)?;
            let unapproved = self
                .versions
                .iter()
                .enumerate()
                .position(|(index, version)| !version.witnesses.approve(index, &approved));
            if let Some(index) = unapproved {
                self.versions.truncate(index);
                self.failure = Some(WebvhError::TooFewWitnesses);
            }
            if !self.versions.iter().any(|version| version.did == self.did) {
                return Err(WebvhError::TooFewWitnesses);
            }
        }
        Ok(History(self))
    }
}

impl Version {
    /// “Read”, for one entry. The signature is last: everything else is cheaper.
    fn verify(scid: &str, before: &[Self], line: &str, now: DateTime<Utc>) -> Result<Self, WebvhError> {
        let previous = before.last();
        if previous.is_some_and(|previous| previous.parameters.deactivated) {
            return Err(WebvhError::AfterDeactivation);
        }
        let entry = Entry::parse(line)?;
        let written = entry.parameters();
        let parameters = match previous {
            None => Parameters::first(written, scid)?,
            Some(previous) => previous.parameters.next(written)?,
        };
        let hash = entry
            .version_id()
            .strip_prefix(&format!("{}-", before.len() + 1))
            .ok_or(WebvhError::VersionNumber)?;
        let time = entry.time()?;
        if previous.is_some_and(|previous| time <= previous.time) {
            return Err(WebvhError::VersionTime);
        }
        if time > now + MAX_SKEW {
            return Err(WebvhError::Future);
        }
        if previous.is_none() && entry.scid(scid)? != scid {
            return Err(WebvhError::Scid);
        }
        if entry.hash(previous.map_or(scid, |previous| &previous.id))? != hash {
            return Err(WebvhError::EntryHash);
        }
        let did = entry.did(scid)?;
        if let Some(previous) = previous
            && previous.did != did
            && !(parameters.portable && entry.is_also_known_as(&previous.did))
        {
            return Err(WebvhError::Renamed);
        }
        // “Authorized Keys”: the keys allowed before, or those announced before and shown now.
        let keys = match previous {
            Some(previous) if !previous.parameters.is_pre_rotated() => &previous.parameters.update_keys,
            _ => &parameters.update_keys,
        };
        let secured = Secured::parse(line)?;
        for proof in secured.proofs()? {
            let key = key_of(&proof, now)?;
            if !keys.iter().any(|allowed| allowed == key) {
                return Err(WebvhError::UnauthorizedKey);
            }
            let key = PublicKey::from_multikey(key).map_err(|_| WebvhError::UnauthorizedKey)?;
            secured.verify(&proof, &key)?;
        }
        // “witness”: who was to approve before approves the change too; the first witnesses approve their own arrival.
        let witnesses = match previous {
            Some(previous) if previous.parameters.witness.are_active() => &previous.parameters.witness,
            _ => &parameters.witness,
        };
        Ok(Self {
            id: entry.version_id().to_owned(),
            time,
            did,
            witnesses: Arc::clone(witnesses),
            parameters,
            state: entry.into_state()?,
        })
    }
}

/// The key, a Multikey, that a proof names, when it is for what proofs are for here. The signature is not looked at.
fn key_of<'a>(proof: &Proof<'a>, now: DateTime<Utc>) -> Result<&'a str, WebvhError> {
    if proof.suite() != Cryptosuite::EddsaJcs2022 {
        return Err(DataIntegrityError::UnknownSuite.into());
    }
    let expected = Expected {
        purpose: "assertionMethod",
        domain: None,
        challenge: None,
        now,
    };
    Secured::check(proof, &expected)?;
    // did:key §3.1: the one method of such a DID is named after its key.
    proof
        .verification_method()
        .strip_prefix("did:key:")
        .and_then(|url| url.split_once('#'))
        .filter(|(key, fragment)| key == fragment)
        .map(|(key, _)| key)
        .ok_or(WebvhError::UnauthorizedKey)
}

/// The SCID and where it is published, of `did:webvh:SPECIFIC`.
pub(super) fn parts(specific: &str) -> Option<(&str, &str)> {
    let is_base58 = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
    specific
        .split_once(':')
        .filter(|(scid, _)| scid.len() == SCID_CHARACTERS && scid.bytes().all(is_base58))
}

#[cfg(test)]
mod tests;
