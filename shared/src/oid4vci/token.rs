//! Token endpoint messages (§6).

use serde::{Deserialize, Serialize};

use super::ErrorCode;

/// A token request of the pre-authorized flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The code.
    pub pre_authorized_code: String,
    /// What the person typed.
    pub tx_code: Option<String>,
}

impl TokenRequest {
    /// Reads a form body; repeated parameters are refused (RFC 6749 §3.2), unknown ones ignored.
    pub fn from_form(body: &[u8]) -> Result<Self, ErrorCode> { todo!() }
    /// The form to send.
    pub fn to_form(&self) -> Vec<(&'static str, String)> { todo!() }
}

/// §6.2.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenResponse {
    /// Bearer token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
}
