//! `POST /o/{organisation}/token` (OpenID4VCI 1.0 §6) and `POST /o/{organisation}/nonce` (§7).

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use shared::{
    oid4vci::{
        ErrorCode, NonceResponse,
        token::{TokenRequest, TokenResponse},
    },
    service::oauth_error::OAuthError,
};

use super::{Redemption, TOKEN_LIFETIME};
use crate::{App, organisations::api::Named};

/// The token endpoint.
pub(crate) async fn token(State(app): State<App>, Named(organisation): Named, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Response, OAuthError> {
    if !is_media_type(&headers, "application/x-www-form-urlencoded") {
        return Err(OAuthError::described(ErrorCode::InvalidRequest, "a form is expected"));
    }
    let body = body.map_err(|_| OAuthError::described(ErrorCode::InvalidRequest, "the request is too large or was cut"))?;
    let request = TokenRequest::from_form(&body)?;
    let mut tx = app.db.write().await?;
    let redemption = super::redeem(&app, &mut tx, &organisation.slug, &request).await?;
    // A refusal may have counted a wrong code.
    tx.commit().await?;
    match redemption {
        Redemption::Granted(access_token) => {
            let expires_in = u64::try_from(TOKEN_LIFETIME.num_seconds()).unwrap_or_default();
            let response = TokenResponse { access_token, token_type: "Bearer".to_owned(), expires_in };
            Ok(([(CACHE_CONTROL, "no-store")], Json(response)).into_response())
        }
        Redemption::Refused(refusal) => Err(OAuthError::described(refusal.into(), &refusal.to_string())),
    }
}

/// The nonce endpoint (VCI-I-060).
pub(crate) async fn nonce(State(app): State<App>, Named(organisation): Named) -> Result<Response, OAuthError> {
    let mut tx = app.db.write().await?;
    let c_nonce = super::nonce(&app, &mut tx, &organisation.slug).await?;
    tx.commit().await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(NonceResponse { c_nonce })).into_response())
}

/// Whether the body is of this media type, parameters aside.
pub(crate) fn is_media_type(headers: &HeaderMap, expected: &str) -> bool {
    let written = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    written.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
}
