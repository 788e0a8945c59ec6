//! The response, `direct_post.jwt` (§8).

use std::collections::BTreeMap;

use super::RequestObject;
use crate::keys::jwe::{DecryptionKey, JweError};

/// What a wallet answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Presentations by credential query id, each a non-empty list (VP-V-021), and `state`.
    Presented {
        /// By query id.
        vp_token: BTreeMap<String, Vec<String>>,
        /// As asked.
        state: Option<String>,
    },
    /// §8.5.
    Refused {
        /// `access_denied`…
        error: String,
        /// As asked.
        state: Option<String>,
    },
}

/// Why a response was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// Neither `response` nor `error`, both, or one twice.
    #[error("the response is malformed")]
    Malformed,
    /// The JWE layer.
    #[error(transparent)]
    Jwe(#[from] JweError),
    /// VP-V-021: `vp_token` is not an object of non-empty arrays of strings.
    #[error("the presentations are malformed")]
    VpToken,
}

/// The form to post: `response=JWE`, or `error=…` in the clear (VP-W-012).
pub fn to_form(response: &Response, request: &RequestObject) -> Result<Vec<(&'static str, String)>, ResponseError> { todo!() }
/// Reads a posted form with the request's key. A clear `vp_token` is refused: the answer must be encrypted.
pub fn from_form(body: &[u8], key: &DecryptionKey) -> Result<Response, ResponseError> { todo!() }

/// What the verifier answers (§8.2): `{}` or `{"redirect_uri": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// Where the person goes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<url::Url>,
}
