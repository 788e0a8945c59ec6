//! `POST /o/{organisation}/credential` (OpenID4VCI 1.0 §8).

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{
        HeaderMap,
        header::{AUTHORIZATION, CACHE_CONTROL},
    },
    response::{IntoResponse, Response},
};
use shared::{
    oid4vci::{CredentialRequest, CredentialResponse, ErrorCode, IssuedCredential},
    service::oauth_error::OAuthError,
};

use super::IssuanceError;
use crate::{App, authorization::api::is_media_type, organisations::api::Named};

/// The credential endpoint.
pub(crate) async fn credential(State(app): State<App>, Named(organisation): Named, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Response, OAuthError> {
    let token = bearer(&headers).ok_or_else(OAuthError::unauthenticated)?;
    let request = request(&headers, body);
    let mut tx = app.db.write().await?;
    let credential = super::issue(&app, &mut tx, &organisation, token, request).await?;
    tx.commit().await?;
    let response = CredentialResponse { credentials: vec![IssuedCredential { credential }] };
    Ok(([(CACHE_CONTROL, "no-store")], Json(response)).into_response())
}

impl From<IssuanceError> for OAuthError {
    fn from(error: IssuanceError) -> Self {
        let code = match &error {
            IssuanceError::Token => ErrorCode::InvalidToken,
            IssuanceError::Request(code) => return Self::new(*code),
            IssuanceError::UnknownConfiguration => ErrorCode::UnknownCredentialConfiguration,
            IssuanceError::ManyProofs => ErrorCode::InvalidCredentialRequest,
            IssuanceError::Proof(refusal) => ErrorCode::from(*refusal),
            IssuanceError::Nonce => ErrorCode::InvalidNonce,
            IssuanceError::Open(_)
            | IssuanceError::Attestation(_)
            | IssuanceError::Key(_)
            | IssuanceError::Format(_)
            | IssuanceError::Database(_) => return Self::internal(&error),
        };
        Self::described(code, &error.to_string())
    }
}

/// The bearer token, in the header only (RFC 6750 §2.1): never in the query or the body.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("Bearer") && !token.trim().is_empty()).then(|| token.trim())
}

fn request(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<CredentialRequest, ErrorCode> {
    if !is_media_type(headers, "application/json") {
        return Err(ErrorCode::InvalidCredentialRequest);
    }
    let body = body.map_err(|_| ErrorCode::InvalidCredentialRequest)?;
    let value = serde_json::from_slice(&body).map_err(|_| ErrorCode::InvalidCredentialRequest)?;
    CredentialRequest::from_value(&value)
}
