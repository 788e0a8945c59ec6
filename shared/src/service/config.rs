//! Configuration: one TOML file, then `ISSUER_*` (`WALLET_*`, `VERIFIER_*`) environment variables, parsed into types once.
//! Unknown keys are errors; every field has a usable default.

use std::{net::SocketAddr, path::{Path, PathBuf}};

use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

/// The table `[service]`, the same in the three services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the outside reaches us: `https://…`, or `http://localhost…` in development. No path, no trailing slash issue: it is a
    /// base URL.
    pub public_url: Url,
    /// `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// File with the key-encryption key (43 characters of base64url); created with mode 600 when absent.
    pub key_file: PathBuf,
    /// Loopback over plain http is accepted: for development and tests only.
    #[serde(default)]
    pub development: bool,
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file does not read.
    #[error("cannot read {path}")]
    Unreadable { /// Which.
        path: PathBuf, /// Why.
        source: std::io::Error },
    /// It does not parse: the message names line, column and key.
    #[error("{0}")]
    Invalid(String),
}

/// Reads `path` over the defaults of `defaults` (TOML text), then the environment: `PREFIX_SERVICE__PUBLIC_URL` sets
/// `service.public_url`.
pub fn load<T: DeserializeOwned>(defaults: &str, path: Option<&Path>, prefix: &str, environment: impl IntoIterator<Item = (String, String)>) -> Result<T, ConfigError> { todo!() }
