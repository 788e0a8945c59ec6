//! `credentialStatus` (§2.1).

use serde_json::{Map, Value, json};
use url::Url;

use super::{BitstringError, ENTRY_TYPE};

/// The most bits of an entry we read: it must name each of the 2^size values.
pub const MAX_SIZE: u8 = 8;

/// What a list tells (§2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The credential is void, for good.
    Revocation,
    /// The credential does not hold for now.
    Suspension,
    /// A newer credential can be had.
    Refresh,
    /// What the messages of the entry say.
    Message,
    /// Another specification's.
    Other(String),
}

/// What one value means (§2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMessage {
    /// The value.
    pub status: u16,
    /// In words, for developers.
    pub message: String,
}

/// Where a status of a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its own name; never the address of the list.
    pub id: Option<String>,
    /// What the status tells.
    pub purpose: Purpose,
    /// Index in the list.
    pub index: u64,
    /// Where the list credential is.
    pub list: String,
    /// Bits of a status: 1 to [`MAX_SIZE`].
    pub size: u8,
    /// What each value means; all of them, or none when a status is one bit.
    pub messages: Vec<StatusMessage>,
}

impl Purpose {
    /// From `statusPurpose`.
    pub fn from_name(name: &str) -> Self {
        match name {
            "revocation" => Self::Revocation,
            "suspension" => Self::Suspension,
            "refresh" => Self::Refresh,
            "message" => Self::Message,
            other => Self::Other(other.to_owned()),
        }
    }

    /// `statusPurpose`.
    pub fn name(&self) -> &str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
            Self::Refresh => "refresh",
            Self::Message => "message",
            Self::Other(name) => name,
        }
    }
}

impl Entry {
    /// An entry of one bit.
    pub fn new(purpose: Purpose, index: u64, list: String) -> Self {
        Self {
            id: Some(format!("{list}#{index}")),
            purpose,
            index,
            list,
            size: 1,
            messages: Vec::new(),
        }
    }

    /// Every entry of the `credentialStatus` of a credential. One of another mechanism is malformed for us: the credential
    /// may be revoked there.
    pub fn of_credential(credential: &Value) -> Result<Vec<Self>, BitstringError> {
        match credential.get("credentialStatus") {
            None => Ok(Vec::new()),
            Some(Value::Array(entries)) => entries.iter().map(Self::from_value).collect(),
            Some(entry) => Ok(vec![Self::from_value(entry)?]),
        }
    }

    /// Reads one (BSL-001, BSL-002).
    pub fn from_value(value: &Value) -> Result<Self, BitstringError> {
        Self::read(value).ok_or(BitstringError::MalformedEntry)
    }

    /// As the credential says it.
    pub fn to_value(&self) -> Value {
        let mut entry = Map::new();
        if let Some(id) = &self.id {
            entry.insert("id".to_owned(), id.as_str().into());
        }
        entry.insert("type".to_owned(), ENTRY_TYPE.into());
        entry.insert("statusPurpose".to_owned(), self.purpose.name().into());
        entry.insert("statusListIndex".to_owned(), self.index.to_string().into());
        entry.insert("statusListCredential".to_owned(), self.list.as_str().into());
        if self.size > 1 {
            entry.insert("statusSize".to_owned(), self.size.into());
        }
        if !self.messages.is_empty() {
            let messages = self.messages.iter().map(|told| {
                let status = format!("{:#x}", told.status);
                json!({ "status": status, "message": told.message })
            });
            entry.insert("statusMessage".to_owned(), messages.collect());
        }
        Value::Object(entry)
    }

    /// What a value means, when the entry says so.
    pub fn message(&self, status: u16) -> Option<&str> {
        self.messages
            .iter()
            .find_map(|told| (told.status == status).then_some(told.message.as_str()))
    }

    fn read(value: &Value) -> Option<Self> {
        let entry = value.as_object()?;
        let text = |name: &str| entry.get(name)?.as_str();
        if text("type")? != ENTRY_TYPE {
            return None;
        }
        let list = text("statusListCredential").filter(|list| Url::parse(list).is_ok())?;
        let id = match entry.get("id") {
            None => None,
            Some(id) => Some(
                id.as_str()
                    .filter(|id| *id != list && Url::parse(id).is_ok())?
                    .to_owned(),
            ),
        };
        let size = match entry.get("statusSize") {
            None => 1,
            Some(size) => u8::try_from(size.as_u64()?).ok()?,
        };
        if !(1..=MAX_SIZE).contains(&size) {
            return None;
        }
        let purpose = text("statusPurpose").filter(|purpose| !purpose.is_empty())?;
        Some(Self {
            id,
            purpose: Purpose::from_name(purpose),
            index: decimal(text("statusListIndex")?)?,
            list: list.to_owned(),
            size,
            messages: messages(entry, size)?,
        })
    }
}

/// `statusMessage`: one for each of the 2^size values. The Recommendation writes `statusMessages` once; both are read.
fn messages(entry: &Map<String, Value>, size: u8) -> Option<Vec<StatusMessage>> {
    let told = match (entry.get("statusMessage"), entry.get("statusMessages")) {
        (None, None) => return (size == 1).then(Vec::new),
        (Some(told), None) | (None, Some(told)) => told.as_array()?,
        (Some(_), Some(_)) => return None,
    };
    let mut messages = told.iter().map(message).collect::<Option<Vec<_>>>()?;
    messages.sort_by_key(|told| told.status);
    let expected = 0..1_u16 << size;
    messages.iter().map(|told| told.status).eq(expected).then_some(messages)
}

fn message(told: &Value) -> Option<StatusMessage> {
    let digits = told.get("status")?.as_str()?.strip_prefix("0x")?;
    // `from_str_radix` would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(StatusMessage {
        status: u16::from_str_radix(digits, 16).ok()?,
        message: told.get("message")?.as_str()?.to_owned(),
    })
}

/// Digits only: `parse` would take a sign.
fn decimal(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}
