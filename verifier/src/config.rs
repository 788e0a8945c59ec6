//! Configuration: see [`shared::service::config`].

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::{
    service::config::{ConfigError, ServiceConfig, load},
    verification,
};
use url::Url;

pub use crate::vc_api::config::{InstanceConfig, VcApiConfig};

/// What applies when nothing is said: a service for one machine, on loopback.
pub(crate) const DEFAULTS: &str = r#"
name = "Guichet Musette"
wallet_url = "http://localhost:8082"
policy = "strict"

[service]
listen = "127.0.0.1:8083"
public_url = "http://localhost:8083"
database = "sqlite:verifier.sqlite"
key_file = "verifier.key"
"#;

/// The configuration of a verifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listening and storing.
    pub service: ServiceConfig,
    /// Who asks, as wallets show it.
    pub name: String,
    /// The wallet that « Ouvrir dans ma musette » opens.
    pub wallet_url: Url,
    /// Folder of rule files (TOML or JSON); absent: the rules this version ships with.
    #[serde(default)]
    pub rules: Option<PathBuf>,
    /// Where the trust list is; absent: no issuer can be recognised.
    #[serde(default)]
    pub trust: Option<TrustFiles>,
    /// File of the certificate authorities (PEM) whose word on keys is taken; absent: nothing that comes with certificates
    /// (`x5c`) can be checked.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// Which checks may be skipped.
    pub policy: Policy,
    /// The W3C VC-API; off when it is not there.
    #[serde(default)]
    pub vc_api: Option<VcApiConfig>,
}

/// The trust list, read again at each decision, and the key it must be signed with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFiles {
    /// The signed list.
    pub list: PathBuf,
    /// The authority's public JWK.
    pub authority: PathBuf,
}

/// Which checks may be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Everything must pass.
    Strict,
    /// A status that could not be checked is accepted with a warning.
    AcceptUncheckedStatus,
}

impl From<Policy> for verification::Policy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Strict => Self::Strict,
            Policy::AcceptUncheckedStatus => Self::AcceptUncheckedStatus,
        }
    }
}

impl Config {
    /// Reads `path` over the defaults, then the environment (`VERIFIER_SERVICE__PUBLIC_URL`…).
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        load(DEFAULTS, path, "VERIFIER", std::env::vars())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_outranks_the_defaults_and_unknown_keys_are_refused() {
        let environment = [("VERIFIER_POLICY".to_owned(), "accept_unchecked_status".to_owned())];
        let config: Config = load(DEFAULTS, None, "VERIFIER", environment).unwrap();
        assert_eq!(config.policy, Policy::AcceptUncheckedStatus);
        assert!(config.trust.is_none() && config.rules.is_none() && !config.service.is_secure());

        let environment = [("VERIFIER_POLICY".to_owned(), "anything_goes".to_owned())];
        assert!(load::<Config>(DEFAULTS, None, "VERIFIER", environment).is_err());
        let environment = [("VERIFIER_SERVICE__PORT".to_owned(), "80".to_owned())];
        assert!(load::<Config>(DEFAULTS, None, "VERIFIER", environment).is_err());
    }
}
