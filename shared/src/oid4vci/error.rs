//! Error codes: RFC 6749 §5.2, RFC 6750 §3.1, OpenID4VCI 1.0 §8.3.1.2.

use serde::{Deserialize, Serialize};

/// What `error` says. Each endpoint answers only the codes its table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the specifications' tables")]
pub enum ErrorCode {
    #[error("invalid_request")]
    InvalidRequest,
    #[error("invalid_client")]
    InvalidClient,
    #[error("invalid_grant")]
    InvalidGrant,
    #[error("unsupported_grant_type")]
    UnsupportedGrantType,
    #[error("invalid_token")]
    InvalidToken,
    #[error("invalid_credential_request")]
    InvalidCredentialRequest,
    #[error("unknown_credential_configuration")]
    UnknownCredentialConfiguration,
    #[error("unknown_credential_identifier")]
    UnknownCredentialIdentifier,
    #[error("invalid_proof")]
    InvalidProof,
    #[error("invalid_nonce")]
    InvalidNonce,
    #[error("invalid_encryption_parameters")]
    InvalidEncryptionParameters,
    #[error("credential_request_denied")]
    CredentialRequestDenied,
}
