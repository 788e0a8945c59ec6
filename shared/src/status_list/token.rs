//! Token Status List (draft-ietf-oauth-status-list-20), JWT form.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::keys::{PublicKey, SigningKey};

/// `typ` of a status list token.
pub const TYPE: &str = "statuslist+jwt";
/// Media type of a status list token.
pub const MEDIA_TYPE: &str = "application/statuslist+jwt";
/// The largest list after inflation, in bytes (TSL-011).
pub const MAX_INFLATED: usize = 1024 * 1024;

/// TSL-004.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status { /// 0.
    Valid, /// 1.
    Invalid, /// 2.
    Suspended, /// 3 and above.
    Other(u8) }

/// Where a credential's status is (`status.status_list`, TSL-003).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReference {
    /// Index in the list.
    pub idx: u64,
    /// The list.
    pub uri: String,
}

impl StatusReference {
    /// From `status` in the claims of a credential: `Ok(None)` when there is none.
    pub fn from_claims(claims: &serde_json::Value) -> Result<Option<Self>, StatusListError> { todo!() }
}

/// Why a status list was refused. Any of these means: could not check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusListError {
    /// The JWS layer refused it.
    #[error(transparent)]
    Jws(#[from] crate::keys::jws::JwsError),
    /// Claims are missing or of the wrong type, `bits` not 1, 2, 4 or 8, or not ZLIB.
    #[error("the status list is malformed")]
    Malformed,
    /// Inflates beyond [`MAX_INFLATED`].
    #[error("the status list is too large")]
    TooLarge,
    /// `sub` is not the URI it was fetched from (TSL-006).
    #[error("the status list is of another address")]
    OtherList,
    /// `exp` has passed.
    #[error("the status list has expired")]
    Expired,
    /// The index is not in the list.
    #[error("the index is outside the status list")]
    OutOfRange,
}

/// A list of statuses, `bits` each, packed from the least significant bit (§4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList { _todo: () }

impl StatusList {
    /// A list of `size` entries, all valid. `bits` is 1, 2, 4 or 8.
    pub fn new(bits: u8, size: usize) -> Result<Self, StatusListError> { todo!() }
    /// Sets an entry to a raw value.
    pub fn set(&mut self, index: u64, value: u8) -> Result<(), StatusListError> { todo!() }
    /// The raw value of an entry.
    pub fn value(&self, index: u64) -> Result<u8, StatusListError> { todo!() }
    /// The status of an entry.
    pub fn status(&self, index: u64) -> Result<Status, StatusListError> { todo!() }
    /// `{"bits": …, "lst": …}` (§4.2).
    pub fn encode(&self) -> serde_json::Value { todo!() }
    /// Reads `{"bits": …, "lst": …}` within the limits.
    pub fn decode(value: &serde_json::Value) -> Result<Self, StatusListError> { todo!() }
    /// Signs it as a token for `uri` (§5.1).
    pub fn sign(&self, uri: &str, issued_at: DateTime<Utc>, lifetime: Duration, ttl: Duration, kid: &str, key: &SigningKey) -> String { todo!() }
    /// Checks and reads the token fetched from `uri` (§8.3), at `now`.
    pub fn verify(token: &str, uri: &str, key: &PublicKey, now: DateTime<Utc>) -> Result<Self, StatusListError> { todo!() }
}

/// The `kid` of a status list token, to find its key; nothing is checked.
pub fn unverified_kid(token: &str) -> Result<Option<String>, StatusListError> { todo!() }
