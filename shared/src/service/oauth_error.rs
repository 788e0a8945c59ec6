//! `{"error": …, "error_description": …}` exactly as the specifications' tables, `Cache-Control: no-store`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::telemetry;
use crate::oid4vci::ErrorCode;

/// An OAuth error: 400, or 401 with `WWW-Authenticate: Bearer error="invalid_token"` for `invalid_token`, or 500 without body details.
#[derive(Debug, Clone)]
pub struct OAuthError(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Coded { code: ErrorCode, description: String },
    Unauthenticated,
    Internal,
}

impl OAuthError {
    /// With the code's own description.
    pub fn new(code: ErrorCode) -> Self {
        Self::described(code, describe(code))
    }

    /// With a description (ASCII of RFC 6749 §5.2; other characters are replaced).
    pub fn described(code: ErrorCode, description: &str) -> Self {
        let allowed = |c: char| {
            if matches!(c, ' '..='~') && c != '"' && c != '\\' {
                c
            } else {
                '?'
            }
        };
        Self(Kind::Coded {
            code,
            description: description.chars().map(allowed).collect(),
        })
    }

    /// No token at all (RFC 6750 §3.1): 401 without `error`.
    pub fn unauthenticated() -> Self {
        Self(Kind::Unauthenticated)
    }

    /// A bare 500; `error` is logged once.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        telemetry::failure(error);
        Self(Kind::Internal)
    }
}

impl From<ErrorCode> for OAuthError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, challenge, body) = match self.0 {
            Kind::Coded { code, description } => {
                let body = json!({ "error": code, "error_description": description }).to_string();
                match code {
                    ErrorCode::InvalidToken => (
                        StatusCode::UNAUTHORIZED,
                        Some("Bearer error=\"invalid_token\""),
                        Some(body),
                    ),
                    _ => (StatusCode::BAD_REQUEST, None, Some(body)),
                }
            }
            Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, Some("Bearer"), None),
            Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, None, None),
        };
        let mut response = match body {
            Some(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
            None => status.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// What a developer on the other side should look at.
fn describe(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequest => "a parameter is missing, repeated or malformed",
        ErrorCode::InvalidClient => "the client is not accepted",
        ErrorCode::InvalidGrant => "the code is unknown, used or expired, or the transaction code is wrong",
        ErrorCode::UnsupportedGrantType => "only the pre-authorized code grant is supported",
        ErrorCode::InvalidToken => "the access token is unknown or expired",
        ErrorCode::InvalidCredentialRequest => "the credential request is malformed",
        ErrorCode::UnknownCredentialConfiguration => "the credential configuration is unknown",
        ErrorCode::UnknownCredentialIdentifier => "no credential identifier was given",
        ErrorCode::InvalidProof => "the key proof is missing or does not hold",
        ErrorCode::InvalidNonce => "the nonce of the proof is unknown, used or expired",
        ErrorCode::InvalidEncryptionParameters => "encrypted responses are not supported",
        ErrorCode::CredentialRequestDenied => "the credential will not be issued",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::body;

    async fn read(error: OAuthError) -> (StatusCode, Option<String>, String) {
        let response = error.into_response();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let status = response.status();
        let challenge = response
            .headers()
            .get("www-authenticate")
            .map(|value| value.to_str().unwrap().to_owned());
        let body = body::limited(axum::extract::Request::new(response.into_body()), 1024)
            .await
            .unwrap();
        (status, challenge, String::from_utf8(body.into()).unwrap())
    }

    #[tokio::test]
    async fn a_code_is_400_with_its_name() {
        let (status, challenge, body) = read(ErrorCode::InvalidGrant.into()).await;
        assert_eq!((status, challenge), (StatusCode::BAD_REQUEST, None));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&body).unwrap()["error"],
            "invalid_grant"
        );
    }

    #[tokio::test]
    async fn a_bad_token_is_401_and_no_token_says_no_error() {
        let (status, challenge, body) = read(ErrorCode::InvalidToken.into()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(challenge.as_deref(), Some("Bearer error=\"invalid_token\""));
        assert!(body.contains("invalid_token"));
        let (status, challenge, body) = read(OAuthError::unauthenticated()).await;
        assert_eq!(
            (status, challenge.as_deref(), body.as_str()),
            (StatusCode::UNAUTHORIZED, Some("Bearer"), "")
        );
    }

    #[tokio::test]
    async fn descriptions_keep_to_the_characters_of_rfc_6749() {
        let (_, _, body) = read(OAuthError::described(ErrorCode::InvalidRequest, "clé \"a\\b\"\n")).await;
        assert!(body.contains("cl? ?a?b??"), "{body}");
    }

    #[tokio::test]
    async fn what_failed_inside_is_not_told() {
        let (status, _, body) = read(sqlx::Error::Protocol("the secret table".to_owned()).into()).await;
        assert_eq!((status, body.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, ""));
    }
}
