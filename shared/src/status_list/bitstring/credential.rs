//! The list credential (§2.2), and what it says of an entry (§3.2).

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::{Bitstring, BitstringError, CREDENTIAL_TYPE, Entry, Purpose, SUBJECT_TYPE};
use crate::credential::members::{has_type, party};

/// What surrounds a list that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusListTerms<'a> {
    /// Where it is published.
    pub id: &'a str,
    /// Who signs it: the issuer of the credentials.
    pub issuer: &'a str,
    /// What it tells.
    pub purposes: &'a [Purpose],
    /// From when.
    pub valid_from: DateTime<Utc>,
    /// Until when.
    pub valid_until: Option<DateTime<Utc>>,
    /// How long it may be kept; whole milliseconds.
    pub ttl: Option<Duration>,
}

/// A list credential whose proof somebody checked, read once and asked as often as needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusListCredential {
    id: Option<String>,
    issuer: String,
    purposes: Vec<Purpose>,
    valid_from: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
    ttl: Option<Duration>,
    list: Bitstring,
}

/// How far other clocks may be from ours (NEG-18). A list that was signed when it was asked for is younger than the question.
const MAX_SKEW: Duration = Duration::seconds(60);

/// A status (§3.2, step 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryStatus<'a> {
    /// The value.
    pub status: u16,
    /// BSL-005: whether it is 0.
    pub is_valid: bool,
    /// What the entry says the value means.
    pub message: Option<&'a str>,
}

impl StatusListTerms<'_> {
    /// The list credential, to be signed (§3.3).
    pub fn unsigned(&self, list: &Bitstring) -> Value {
        let purpose = match self.purposes {
            [purpose] => json!(purpose.name()),
            purposes => purposes.iter().map(Purpose::name).collect(),
        };
        let mut subject = Map::new();
        subject.insert("id".to_owned(), format!("{}#list", self.id).into());
        subject.insert("type".to_owned(), SUBJECT_TYPE.into());
        subject.insert("statusPurpose".to_owned(), purpose);
        subject.insert("encodedList".to_owned(), list.encode().into());
        if let Some(ttl) = self.ttl {
            subject.insert("ttl".to_owned(), ttl.num_milliseconds().into());
        }
        let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut credential = Map::new();
        credential.insert("@context".to_owned(), json!(["https://www.w3.org/ns/credentials/v2"]));
        credential.insert("id".to_owned(), self.id.into());
        credential.insert("type".to_owned(), json!(["VerifiableCredential", CREDENTIAL_TYPE]));
        credential.insert("issuer".to_owned(), self.issuer.into());
        credential.insert("validFrom".to_owned(), instant(self.valid_from).into());
        if let Some(until) = self.valid_until {
            credential.insert("validUntil".to_owned(), instant(until).into());
        }
        credential.insert("credentialSubject".to_owned(), Value::Object(subject));
        Value::Object(credential)
    }
}

impl StatusListCredential {
    /// Reads a list credential **whose proof the caller checked**, without that proof (BSL-003).
    pub fn from_unsecured(credential: &Value) -> Result<Self, BitstringError> {
        let malformed = BitstringError::MalformedList;
        let members = credential.as_object().ok_or(malformed)?;
        if !has_type(members, "VerifiableCredential") || !has_type(members, CREDENTIAL_TYPE) {
            return Err(malformed);
        }
        let subject = credential.get("credentialSubject").ok_or(malformed)?;
        if !subject
            .as_object()
            .is_some_and(|subject| has_type(subject, SUBJECT_TYPE))
        {
            return Err(malformed);
        }
        let issuer = party(members, "issuer");
        let id = match credential.get("id") {
            None => None,
            Some(id) => Some(id.as_str().ok_or(malformed)?.to_owned()),
        };
        let ttl = match subject.get("ttl") {
            None => None,
            Some(ttl) => {
                let milliseconds = ttl.as_u64().and_then(|ttl| i64::try_from(ttl).ok());
                Some(milliseconds.and_then(Duration::try_milliseconds).ok_or(malformed)?)
            }
        };
        let encoded = subject.get("encodedList").and_then(Value::as_str).ok_or(malformed)?;
        Ok(Self {
            id,
            issuer: issuer.ok_or(malformed)?.to_owned(),
            purposes: purposes(subject).ok_or(malformed)?,
            valid_from: instant(credential, "validFrom")?,
            valid_until: instant(credential, "validUntil")?,
            ttl,
            list: Bitstring::decode(encoded)?,
        })
    }

    /// Who made the list.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The list.
    pub fn list(&self) -> &Bitstring {
        &self.list
    }

    /// BSL-007: refuses a list of somebody else than the issuer of the credential. Left out by a caller that was told to
    /// believe another status issuer.
    pub fn expect_issuer(&self, issuer: &str) -> Result<(), BitstringError> {
        if self.issuer == issuer {
            Ok(())
        } else {
            Err(BitstringError::OtherIssuer)
        }
    }

    /// Until when it may be kept when it came at `received_at`: `ttl` or `validUntil`, whichever is first, since `ttl` never
    /// extends validity (BSL-005). `None`: nothing is said.
    pub fn keep_until(&self, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ttl = self
            .ttl
            .map(|ttl| received_at.checked_add_signed(ttl).unwrap_or(DateTime::<Utc>::MAX_UTC));
        ttl.into_iter().chain(self.valid_until).min()
    }

    /// What it says of `entry` at `now` (§3.2). Takes the same time wherever the entry is, and copies nothing.
    pub fn status<'a>(&self, entry: &'a Entry, now: DateTime<Utc>) -> Result<EntryStatus<'a>, BitstringError> {
        if self.id.as_ref().is_some_and(|id| *id != entry.list) {
            return Err(BitstringError::OtherList);
        }
        if !self.purposes.contains(&entry.purpose) {
            return Err(BitstringError::OtherPurpose);
        }
        if self.valid_from.is_some_and(|from| from > now + MAX_SKEW) {
            return Err(BitstringError::NotYetValid);
        }
        if self.valid_until.is_some_and(|until| until <= now) {
            return Err(BitstringError::Expired);
        }
        self.list.check_length(entry.size)?;
        let status = self.list.value(entry.index, entry.size)?;
        Ok(EntryStatus {
            status,
            is_valid: status == 0,
            message: entry.message(status),
        })
    }
}

/// `statusPurpose`: one, or several.
fn purposes(subject: &Value) -> Option<Vec<Purpose>> {
    let name = |name: &Value| name.as_str().filter(|name| !name.is_empty()).map(Purpose::from_name);
    match subject.get("statusPurpose")? {
        Value::Array(names) if !names.is_empty() => names.iter().map(name).collect(),
        one => Some(vec![name(one)?]),
    }
}

fn instant(credential: &Value, name: &str) -> Result<Option<DateTime<Utc>>, BitstringError> {
    let read = |value: &Value| DateTime::parse_from_rfc3339(value.as_str()?).ok();
    match credential.get(name) {
        None => Ok(None),
        Some(value) => match read(value) {
            Some(instant) => Ok(Some(instant.to_utc())),
            None => Err(BitstringError::MalformedList),
        },
    }
}
