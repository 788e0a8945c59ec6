//! Configuration of the wallet: a TOML file, then `WALLET_*` environment variables.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use chrono::Duration;
use serde::Deserialize;
use shared::service::config::{self, ConfigError, ServiceConfig};

const DEFAULTS: &str = include_str!("../defaults.toml");

/// What the wallet is told when it starts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen, how to be reached, where to store.
    pub service: ServiceConfig,
    /// File of the certificate authorities (PEM) whose word on keys is taken; absent: nothing that comes with certificates
    /// (`x5c`) can be checked, so none of it is kept.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// How long a vault stays open.
    #[serde(default)]
    pub session: SessionConfig,
}

/// The table `[session]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionConfig {
    /// Minutes without a request after which the vault closes.
    pub idle_minutes: u16,
    /// Hours after which it closes in any case.
    pub lifetime_hours: u16,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            idle_minutes: 15,
            lifetime_hours: 12,
        }
    }
}

impl SessionConfig {
    /// Time without a request after which the vault closes.
    pub fn idle(self) -> Duration {
        Duration::minutes(self.idle_minutes.into())
    }

    /// Time after which the vault closes in any case.
    pub fn lifetime(self) -> Duration {
        Duration::hours(self.lifetime_hours.into())
    }
}

impl Config {
    /// Reads `path` over the defaults, then the environment of this program.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        config::load(DEFAULTS, path, "WALLET", std::env::vars())
    }
}

/// The configuration as understood, passwords hidden.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "listen = {}", self.service.listen)?;
        writeln!(f, "public_url = {}", self.service.public_url)?;
        writeln!(f, "database = {}", self.service.redacted_database())?;
        writeln!(f, "key_file = {}", self.service.key_file.display())?;
        writeln!(f, "development = {}", self.service.development)?;
        if let Some(authorities) = &self.authorities {
            writeln!(f, "authorities = {}", authorities.display())?;
        }
        writeln!(f, "session.idle_minutes = {}", self.session.idle_minutes)?;
        write!(f, "session.lifetime_hours = {}", self.session.lifetime_hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_configuration_hides_the_password() {
        let mut config: Config = config::load(DEFAULTS, None, "WALLET", []).unwrap();
        config.service.database = "postgres://musette:s3cret@db.example/wallet".to_owned();
        let printed = config.to_string();
        assert!(!printed.contains("s3cret"), "{printed}");
        assert!(
            printed.contains("postgres://musette:***@db.example/wallet"),
            "{printed}"
        );
    }

    #[tokio::test]
    async fn authorities_that_do_not_read_stop_the_wallet_when_it_starts() {
        use std::sync::Arc;

        use shared::{entropy::SystemEntropy, testing::FixedClock};

        let environment = [("WALLET_AUTHORITIES".to_owned(), "absent.pem".to_owned())];
        let config: Config = config::load(DEFAULTS, None, "WALLET", environment).unwrap();
        assert!(config.to_string().contains("authorities = absent.pem"));
        let clock = Arc::new(FixedClock::at_rfc3339("2026-03-15T10:00:00Z"));
        let refused = crate::App::open(config, clock, Arc::new(SystemEntropy)).await;
        let error = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("absent.pem"), "{error}");
    }

    #[test]
    fn the_defaults_close_the_vault_after_fifteen_minutes() {
        let config: Config = config::load(DEFAULTS, None, "WALLET", []).unwrap();
        assert_eq!(config.session.idle(), Duration::minutes(15));
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let environment = [("WALLET_SESSION__IDEL_MINUTES".to_owned(), "3".to_owned())];
        assert!(config::load::<Config>(DEFAULTS, None, "WALLET", environment).is_err());
    }
}
