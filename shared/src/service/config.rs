//! Configuration: one TOML file, then `ISSUER_*` (`WALLET_*`, `VERIFIER_*`) environment variables, parsed into types once.
//! Unknown keys are errors; every field has a usable default.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};
use toml::{Table, Value};
use url::Url;

use crate::address::is_loopback;

/// The table `[service]`, the same in the three services. Checked when it is read: see [`ServiceConfig::check`].
#[derive(Clone, Deserialize)]
#[serde(try_from = "Unchecked")]
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
    /// Loopback over plain http is accepted: for development and tests only. When nothing is said, it goes with
    /// `public_url`: true on `http://localhost`, false on https; true on https is refused.
    pub development: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    listen: SocketAddr,
    public_url: Url,
    database: String,
    key_file: PathBuf,
    development: Option<bool>,
}

/// What `[service]` must not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceConfigError {
    /// Plain http is for loopback in development.
    #[error("public_url must be https:// (or http://localhost when development = true)")]
    Insecure,
    /// What the outside reaches must not fetch from its own loopback.
    #[error("development = true is for http://localhost, not for an https:// public_url")]
    OpenDevelopment,
    /// Identifiers are made from it: a path, a query or a name would end in them.
    #[error("public_url must be a scheme, a host and perhaps a port, nothing more")]
    NotABase,
    /// Neither of the two databases.
    #[error("database must begin with sqlite: or postgres://")]
    UnknownDatabase,
}

impl ServiceConfig {
    /// Refuses what could not work or would not be safe.
    pub fn check(&self) -> Result<(), ServiceConfigError> {
        let url = &self.public_url;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if url.scheme() != "https" && !(url.scheme() == "http" && self.development && is_loopback(url)) {
            return Err(ServiceConfigError::Insecure);
        }
        if url.scheme() == "https" && self.development {
            return Err(ServiceConfigError::OpenDevelopment);
        }
        if !bare {
            return Err(ServiceConfigError::NotABase);
        }
        if !["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|kind| self.database.starts_with(kind))
        {
            return Err(ServiceConfigError::UnknownDatabase);
        }
        Ok(())
    }

    /// Whether the outside reaches us over https: cookies are `Secure` then.
    pub fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// `database` without its password, to be printed.
    pub fn redacted_database(&self) -> String {
        match Url::parse(&self.database) {
            Ok(mut url) if url.password().is_some() => {
                let redacted = url.set_password(Some("***"));
                if redacted.is_ok() { url.into() } else { "***".to_owned() }
            }
            _ => self.database.clone(),
        }
    }
}

impl TryFrom<Unchecked> for ServiceConfig {
    type Error = ServiceConfigError;

    fn try_from(read: Unchecked) -> Result<Self, ServiceConfigError> {
        let Unchecked {
            listen,
            public_url,
            database,
            key_file,
            development,
        } = read;
        let development = development.unwrap_or(public_url.scheme() == "http");
        let config = Self {
            listen,
            public_url,
            database,
            key_file,
            development,
        };
        config.check()?;
        Ok(config)
    }
}

/// As `check` prints it: TOML, without the password of the database.
impl fmt::Display for ServiceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[service]")?;
        writeln!(f, "listen = \"{}\"", self.listen)?;
        writeln!(f, "public_url = \"{}\"", self.public_url)?;
        writeln!(f, "database = \"{}\"", self.redacted_database())?;
        writeln!(f, "key_file = \"{}\"", self.key_file.display())?;
        writeln!(f, "development = {}", self.development)
    }
}

impl fmt::Debug for ServiceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceConfig")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url.as_str())
            .field("database", &self.redacted_database())
            .field("key_file", &self.key_file)
            .field("development", &self.development)
            .finish()
    }
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file does not read.
    #[error("cannot read {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It does not parse: the message names line, column and key.
    #[error("{0}")]
    Invalid(String),
}

/// Reads `path` over the defaults of `defaults` (TOML text), then the environment: `PREFIX_SERVICE__PUBLIC_URL` sets
/// `service.public_url`. A variable takes the type of the value it replaces; without one, `true`, `false` and whole numbers
/// are themselves and everything else is text. `PREFIX_CONFIG` is the path of the file, and no key.
pub fn load<T: DeserializeOwned>(
    defaults: &str,
    path: Option<&Path>,
    prefix: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, ConfigError> {
    let invalid = |error: toml::de::Error| ConfigError::Invalid(error.to_string());
    let mut table: Table = toml::from_str(defaults).map_err(invalid)?;
    let mut file = None;
    if let Some(path) = path {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let read = toml::from_str(&text)
            .map_err(|error: toml::de::Error| ConfigError::Invalid(format!("{}: {error}", path.display())))?;
        merge(&mut table, read);
        file = Some((path, text));
    }
    let prefix = format!("{prefix}_");
    for (name, value) in environment {
        if let Some(key) = name.strip_prefix(&prefix).filter(|key| *key != "CONFIG") {
            set(&mut table, &key.to_lowercase(), &name, value)?;
        }
    }
    table.try_into().map_err(|error: toml::de::Error| {
        // The merged table has lost its lines: when the file alone says the same, it also says where.
        let located = file.and_then(|(path, text)| {
            let alone = toml::from_str::<T>(&text).err()?;
            (alone.message() == error.message()).then(|| format!("{}: {alone}", path.display()))
        });
        ConfigError::Invalid(located.unwrap_or_else(|| error.to_string()))
    })
}

/// Lays `over` on `table`, table by table.
fn merge(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// Sets `a__b` to what `text` means there.
fn set(table: &mut Table, key: &str, name: &str, text: String) -> Result<(), ConfigError> {
    if let Some((outer, inner)) = key.split_once("__") {
        return match table.entry(outer).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(table) => set(table, inner, name, text),
            _ => Err(ConfigError::Invalid(format!("{name}: {outer} is not a table"))),
        };
    }
    let value = match table.get(key) {
        Some(Value::String(_)) => Value::String(text),
        Some(Value::Array(_)) => Value::Array(text.split(',').map(|item| Value::String(item.trim().into())).collect()),
        _ => match (text.parse(), text.parse()) {
            (Ok(boolean), _) => Value::Boolean(boolean),
            (_, Ok(integer)) => Value::Integer(integer),
            _ => Value::String(text),
        },
    };
    table.insert(key.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TemporaryDirectory;

    const DEFAULTS: &str = r#"
        wallet_url = "http://localhost:7002"
        [service]
        listen = "127.0.0.1:7001"
        public_url = "http://localhost:7001"
        database = "sqlite:issuer.sqlite"
        key_file = "issuer.key"
    "#;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        service: ServiceConfig,
        wallet_url: Url,
        rows: Option<u32>,
    }

    fn load_with(file: Option<&str>, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let directory = TemporaryDirectory::new();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, file.unwrap_or_default()).unwrap();
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load(DEFAULTS, file.map(|_| path.as_path()), "ISSUER", environment)
    }

    fn refusal(file: &str) -> String {
        load_with(Some(file), &[]).unwrap_err().to_string()
    }

    #[test]
    fn defaults_then_file_then_environment() {
        let config = load_with(
            Some("rows = 5\n[service]\ndatabase = \"sqlite:file.sqlite\"\nlisten = \"127.0.0.1:1\""),
            &[
                ("ISSUER_SERVICE__LISTEN", "127.0.0.1:2"),
                ("ISSUER_ROWS", "6"),
                ("ISSUER_CONFIG", "elsewhere"),
                ("WALLET_ROWS", "7"),
            ],
        )
        .unwrap();
        assert_eq!(config.service.listen.port(), 2);
        assert_eq!(config.service.database, "sqlite:file.sqlite");
        assert_eq!(config.service.key_file, Path::new("issuer.key"));
        assert_eq!(config.wallet_url.as_str(), "http://localhost:7002/");
        assert_eq!(config.rows, Some(6));
        assert!(config.service.development && !config.service.is_secure());
    }

    #[test]
    fn unknown_and_wrong_keys_are_named_with_their_line() {
        let unknown = refusal("\n[service]\nlissen = \"127.0.0.1:1\"");
        assert!(unknown.contains("lissen") && unknown.contains("line 3"), "{unknown}");
        let wrong = refusal("rows = \"many\"");
        assert!(wrong.contains("rows") && wrong.contains("line 1"), "{wrong}");
        let broken = refusal("rows = \n");
        assert!(broken.contains("line 1"), "{broken}");
        assert!(
            load_with(None, &[("ISSUER_NOTHING", "1")])
                .unwrap_err()
                .to_string()
                .contains("nothing")
        );
    }

    #[test]
    fn an_absent_file_is_named() {
        let error = load::<Config>(DEFAULTS, Some(Path::new("absent.toml")), "ISSUER", []).unwrap_err();
        assert_eq!(error.to_string(), "cannot read absent.toml");
    }

    #[test]
    fn public_urls_that_are_not_safe_bases_are_refused() {
        let with = |public_url: &str, development: bool| {
            let file = format!("[service]\npublic_url = \"{public_url}\"\ndevelopment = {development}");
            load_with(Some(&file), &[])
        };
        assert!(with("https://attestations.example", false).unwrap().service.is_secure());
        assert!(with("http://localhost:7001", true).is_ok());
        for (url, development) in [
            ("http://localhost:7001", false),
            ("http://attestations.example", true),
            ("ftp://localhost", true),
            ("https://attestations.example/issuer", false),
            ("https://attestations.example/?a", false),
            ("https://name@attestations.example", false),
        ] {
            let error = with(url, development).unwrap_err().to_string();
            assert!(error.contains("public_url"), "{url}: {error}");
        }
        assert!(refusal("[service]\ndatabase = \"mysql://a\"").contains("database"));
    }

    #[test]
    fn the_password_of_the_database_is_never_printed() {
        let file = "[service]\ndatabase = \"postgres://musette:s3cret@db.example/musette\"";
        let config = load_with(Some(file), &[]).unwrap();
        for printed in [format!("{:?}", config.service), config.service.to_string()] {
            assert!(
                printed.contains("db.example") && !printed.contains("s3cret"),
                "{printed}"
            );
        }
    }

    #[test]
    fn development_goes_with_the_address_and_never_with_https() {
        assert!(load_with(None, &[]).unwrap().service.development);
        let https = "[service]\npublic_url = \"https://musette.example\"";
        assert!(!load_with(Some(https), &[]).unwrap().service.development);
        assert!(refusal(&format!("{https}\ndevelopment = true")).contains("development"));
        assert!(refusal("[service]\ndevelopment = false").contains("https"));
    }
}
