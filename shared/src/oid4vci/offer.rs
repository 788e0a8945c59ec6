//! Credential offers (§4.1).

use serde::{Deserialize, Serialize};
use url::Url;

use crate::text::Text;

/// Why an offer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Not a link we read: see [`OfferLink`].
    #[error("this is not an invitation to collect")]
    NotAnOffer,
    /// VCI-W-002, NEG-26: both or neither parameter, or one twice.
    #[error("the invitation is contradictory")]
    Ambiguous,
    /// Not https (or loopback in development).
    #[error("the invitation points to an address that is not accepted")]
    ForbiddenAddress,
    /// Not the JSON of an offer.
    #[error("the invitation is malformed")]
    Malformed,
    /// Only the pre-authorized code grant can be used for now.
    #[error("the invitation uses a way to collect that this wallet does not know")]
    UnsupportedGrant,
    /// Larger than 16 KiB.
    #[error("the invitation is too large")]
    TooLarge,
}

/// What a person brings: a link, the text of a QR code, or the page address. `openid-credential-offer://?…`,
/// `haip-vci://?…`, or any `https:` link that carries `credential_offer` or `credential_offer_uri`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferLink {
    /// By reference: to be fetched, once the person agrees (VCI-W-003).
    Reference(Url),
    /// By value.
    Value(CredentialOffer),
}

impl OfferLink {
    /// Reads a link. `development` accepts `http` to loopback hosts.
    pub fn parse(text: &str, development: bool) -> Result<Self, OfferError> { todo!() }
}

/// A checked offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialOffer {
    /// Whose.
    pub credential_issuer: Url,
    /// What: non-empty, unique.
    pub configuration_ids: Vec<String>,
    /// The code.
    pub pre_authorized_code: String,
    /// Whether a code sent by another way is needed.
    pub tx_code: Option<TxCode>,
    /// `authorization_server` of the grant.
    pub authorization_server: Option<String>,
}

/// What the person must type (§4.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxCode {
    /// Digits only.
    pub numeric: bool,
    /// How many characters.
    pub length: Option<u8>,
    /// Where to find it.
    pub description: Option<String>,
}

impl CredentialOffer {
    /// Reads the JSON of an offer. `development` as above.
    pub fn from_value(value: &serde_json::Value, development: bool) -> Result<Self, OfferError> { todo!() }
    /// The JSON of an offer.
    pub fn to_value(&self) -> serde_json::Value { todo!() }
    /// `openid-credential-offer://?credential_offer=…`.
    pub fn link_by_value(&self) -> String { todo!() }
}

/// `openid-credential-offer://?credential_offer_uri=…`.
pub fn link_by_reference(offer: &Url) -> String { todo!() }
/// An https page that also carries `credential_offer_uri`, for phone cameras (`screens.md` §1.3).
pub fn page_link(page: &Url, offer: &Url) -> Url { todo!() }
