//! `{"error": …, "error_description": …}` exactly as the specifications' tables, `Cache-Control: no-store`.
use axum::response::Response;
use crate::oid4vci::ErrorCode;
/// An OAuth error: 400, or 401 with `WWW-Authenticate: Bearer error="invalid_token"` for `invalid_token`, or 500 without body details.
#[derive(Debug, Clone)]
pub struct OAuthError { _code: Option<ErrorCode> }
impl OAuthError {
    /// With the code's own description.
    pub fn new(code: ErrorCode) -> Self { todo!() }
    /// With a description (ASCII of RFC 6749 §5.2; other characters are replaced).
    pub fn described(code: ErrorCode, description: &str) -> Self { todo!() }
    /// No token at all (RFC 6750 §3.1): 401 without `error`.
    pub fn unauthenticated() -> Self { todo!() }
    /// A bare 500; `error` is logged once.
    pub fn internal(error: &dyn std::error::Error) -> Self { todo!() }
}
impl From<ErrorCode> for OAuthError { fn from(code: ErrorCode) -> Self { Self::new(code) } }
impl From<sqlx::Error> for OAuthError { fn from(error: sqlx::Error) -> Self { Self::internal(&error) } }
impl axum::response::IntoResponse for OAuthError { fn into_response(self) -> Response { todo!() } }
