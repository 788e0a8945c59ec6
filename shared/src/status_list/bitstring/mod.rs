//! Bitstring Status List 1.0 (W3C Recommendation): the entry in a credential, the list credential, and what one says of the
//! other.
//!
//! Nothing here checks a proof. The caller fetches the list credential, has it checked by
//! [`format::data_integrity`](crate::format::data_integrity) or as a JWT, and hands over the unsecured document. Bits are
//! counted from the left-most, unlike those of a Token Status List, and the container is GZIP, not ZLIB.

mod bits;
mod credential;
mod entry;
mod kept;

pub use self::{
    bits::{Bitstring, MAX_INFLATED, MIN_ENTRIES},
    credential::{EntryStatus, StatusListCredential, StatusListTerms},
    entry::{Entry, MAX_SIZE, Purpose, StatusMessage},
    kept::KeptLists,
};

/// `type` of an entry.
pub const ENTRY_TYPE: &str = "BitstringStatusListEntry";
/// `type` of a list credential, beside `VerifiableCredential`.
pub const CREDENTIAL_TYPE: &str = "BitstringStatusListCredential";
/// `type` of the subject of a list credential.
pub const SUBJECT_TYPE: &str = "BitstringStatusList";

/// Why a status could not be told (§3.5, BSL-004): none of these is a statement about a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BitstringError {
    /// The list credential could not be fetched; for the caller, who fetches.
    #[error("the status list cannot be fetched")]
    Unreachable,
    /// The proof of the list credential does not hold; for the caller, who checks it.
    #[error("the proof of the status list does not hold")]
    Proof,
    /// The list is for none of the purposes of the entry (§3.2).
    #[error("the status list is for another purpose")]
    OtherPurpose,
    /// The list credential has another `id` than the address in the entry.
    #[error("the status list is another one")]
    OtherList,
    /// BSL-007: somebody else than the issuer of the credential made the list.
    #[error("the status list is of another issuer")]
    OtherIssuer,
    /// `validFrom` of the list credential is to come.
    #[error("the status list is not valid yet")]
    NotYetValid,
    /// `validUntil` of the list credential has passed.
    #[error("the status list has expired")]
    Expired,
    /// Fewer than [`MIN_ENTRIES`] entries (BSL-003).
    #[error("the status list is too short")]
    TooShort,
    /// The index is not in the list.
    #[error("the index is outside the status list")]
    OutOfRange,
    /// §2.1: the entry is not one.
    #[error("the status entry is malformed")]
    MalformedEntry,
    /// §2.2: the list credential is not one, or its list is not exactly one GZIP member in base64url after `u`.
    #[error("the status list is malformed")]
    MalformedList,
    /// BSL-007: inflates beyond [`MAX_INFLATED`], or would hold more.
    #[error("the status list is too large")]
    TooLarge,
}

impl BitstringError {
    /// Its standard name (§3.5).
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "STATUS_RETRIEVAL_ERROR",
            Self::Proof
            | Self::OtherPurpose
            | Self::OtherList
            | Self::OtherIssuer
            | Self::NotYetValid
            | Self::Expired => "STATUS_VERIFICATION_ERROR",
            Self::TooShort => "STATUS_LIST_LENGTH_ERROR",
            Self::OutOfRange => "RANGE_ERROR",
            Self::MalformedEntry | Self::MalformedList | Self::TooLarge => "MALFORMED_VALUE_ERROR",
        }
    }

    /// The `type` of its problem details (§3.5).
    pub fn type_url(self) -> String {
        format!("https://www.w3.org/ns/credentials/status-list#{}", self.name())
    }
}

#[cfg(test)]
mod tests;
