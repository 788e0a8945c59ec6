//! Configuration: see [`shared::service::config`].

use std::path::Path;

use serde::Deserialize;
use shared::service::config::{ConfigError, ServiceConfig, load};
use url::Url;

pub use crate::vc_api::config::{InstanceConfig, InstanceKey, VcApiConfig};

/// What applies when nothing is said: a service for one machine, on loopback.
pub const DEFAULTS: &str = r#"
wallet_url = "http://localhost:8082"

[service]
listen = "127.0.0.1:8081"
public_url = "http://localhost:8081"
database = "sqlite:issuer.sqlite"
key_file = "issuer.key"
"#;

/// The configuration of an issuer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listening and storing.
    pub service: ServiceConfig,
    /// The wallet that « Ajouter à ma musette » opens.
    pub wallet_url: Url,
    /// The W3C VC-API; off when it is not there.
    #[serde(default)]
    pub vc_api: Option<VcApiConfig>,
}

impl Config {
    /// Reads `path` over the defaults, then the environment (`ISSUER_SERVICE__PUBLIC_URL`…).
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        load(DEFAULTS, path, "ISSUER", std::env::vars())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_outranks_the_defaults_and_unknown_keys_are_refused() {
        let environment = [("ISSUER_WALLET_URL".to_owned(), "https://musette.example".to_owned())];
        let config: Config = load(DEFAULTS, None, "ISSUER", environment).unwrap();
        assert_eq!(config.wallet_url.as_str(), "https://musette.example/");
        assert!(!config.service.is_secure());
        let unknown = [("ISSUER_SERVICE__PORT".to_owned(), "80".to_owned())];
        assert!(load::<Config>(DEFAULTS, None, "ISSUER", unknown).is_err());
    }
}
