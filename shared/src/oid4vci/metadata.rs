//! Issuer metadata (§12.2), authorization server metadata (RFC 8414), JWT VC issuer metadata (SD-JWT VC §4).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{keys::JwkSet, language::Language};

/// Why metadata was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Missing or malformed members.
    #[error("the issuer's description is malformed")]
    Malformed,
    /// VCI-W-004: `credential_issuer` (or `issuer`) is not the identifier it was fetched for.
    #[error("the issuer's description is of another issuer")]
    OtherIssuer,
    /// No configuration of that name.
    #[error("the issuer does not offer this credential")]
    UnknownConfiguration,
    /// A format or proof we cannot do.
    #[error("the credential is in a format this wallet does not know")]
    UnsupportedFormat,
}

/// Where a well-known document is: `/.well-known/NAME` inserted between host and path (VCI-I-001).
pub fn well_known(issuer: &Url, name: &str) -> Url { todo!() }

/// Issuer metadata: what both sides use of it. `raw` keeps everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerMetadata {
    /// The whole document.
    pub raw: Value,
    /// `credential_issuer`.
    pub credential_issuer: String,
    /// `authorization_servers`: empty means the issuer itself.
    pub authorization_servers: Vec<String>,
    /// `credential_endpoint`.
    pub credential_endpoint: Url,
    /// `nonce_endpoint`.
    pub nonce_endpoint: Option<Url>,
}

/// One supported configuration, as a wallet needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// `format`.
    pub format: String,
    /// `vct`.
    pub vct: String,
    /// Name for the person.
    pub name: Option<String>,
}

/// What our issuer publishes (§12.2.4) for one organisation. `base` is its identifier.
pub fn publish_issuer_metadata(base: &Url, name: &str, logo: Option<&str>) -> Value { todo!() }
/// What our authorization server publishes (RFC 8414): token endpoint, grant, anonymous access.
pub fn publish_authorization_server_metadata(base: &Url) -> Value { todo!() }
/// What our issuer publishes for its keys (SDVC-005): `issuer` and `jwks`.
pub fn publish_jwt_vc_issuer_metadata(base: &Url, keys: &JwkSet) -> Value { todo!() }

impl IssuerMetadata {
    /// Reads the metadata fetched for `issuer`.
    pub fn read(issuer: &str, document: Value) -> Result<Self, MetadataError> { todo!() }
    /// The configuration of this id, when we can collect it (`dc+sd-jwt`, `jwk` binding, `jwt` proof with ES256).
    pub fn configuration(&self, id: &str, language: Language) -> Result<Configuration, MetadataError> { todo!() }
    /// Name of the issuer for people, from `display`, in the best language.
    pub fn display_name(&self, language: Language) -> Option<String> { todo!() }
}

/// The token endpoint in authorization server metadata fetched for `server`.
pub fn token_endpoint(server: &str, document: &Value) -> Result<Url, MetadataError> { todo!() }
/// The keys in JWT VC issuer metadata fetched for `issuer` (`jwks` by value only).
pub fn issuer_keys(issuer: &str, document: Value) -> Result<JwkSet, MetadataError> { todo!() }
