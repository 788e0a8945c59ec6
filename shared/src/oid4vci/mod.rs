//! OpenID for Verifiable Credential Issuance 1.0: messages, parsers and checks, for both sides.
//!
//! ```text
//! holder's side                                issuer's side
//! OfferLink ─ fetch ─► CredentialOffer         CredentialOffer ─► link, JSON
//! well_known(issuer) ─ fetch ─► IssuerMetadata IssuerMetadata
//! TokenRequest ─ POST ─► TokenResponse         TokenRequest::from_form
//! ─ POST ─► NonceResponse
//! proof::sign, CredentialRequest ─ POST ─►     proof::check ─► CredentialResponse
//! ```

pub mod error;
pub mod metadata;
pub mod offer;
pub mod proof;
pub mod token;

use serde::{Deserialize, Serialize};

pub use error::ErrorCode;

/// Grant type of the pre-authorized code flow (§3.5).
pub const PRE_AUTHORIZED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// §7.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonceResponse {
    /// To be put in the proof.
    pub c_nonce: String,
}

/// §8.2, as received: unknown members are ignored (VCI-I-085); what is contradictory is refused by [`CredentialRequest::from_value`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRequest {
    /// Which configuration.
    pub configuration: String,
    /// The `jwt` proofs, at least one.
    pub proofs: Vec<String>,
}

impl CredentialRequest {
    /// Reads the body. Refusals: `invalid_credential_request` (both or neither identifier, malformed, encryption asked),
    /// `unknown_credential_identifier` (we give none), `invalid_proof` (no proof, or another proof type than `jwt`).
    pub fn from_value(value: &serde_json::Value) -> Result<Self, ErrorCode> { todo!() }
    /// The body to send.
    pub fn to_value(&self) -> serde_json::Value { todo!() }
}

/// §8.3, immediate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialResponse {
    /// One a key.
    pub credentials: Vec<IssuedCredential>,
}

/// One issued credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCredential {
    /// The SD-JWT VC.
    pub credential: String,
}
