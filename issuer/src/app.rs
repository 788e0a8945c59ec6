//! What every handler is given.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use shared::{
    clock::Clock,
    entropy::Entropy,
    keys::seal::SealingKey,
    service::{db::Database, keyring, locale::Locale, session::SessionPolicy},
};

use crate::{config::Config, status::SignedLists, urls::Urls, vc_api::VcApi};

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// A running issuer. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where everything rests.
    pub db: Database,
    /// Seals what rests there, and derives codes.
    pub keys: Arc<SealingKey>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// Our addresses.
    pub urls: Urls,
    /// The configuration.
    pub config: Arc<Config>,
    /// The messages.
    pub locale: Arc<Locale>,
    /// Sessions of treasurers.
    pub sessions: Arc<SessionPolicy>,
    /// Status lists that need not be signed again.
    pub(crate) signed_lists: Arc<SignedLists>,
    /// The VC-API, when it is open.
    pub(crate) vc_api: Option<Arc<VcApi>>,
}

impl App {
    /// Opens the database, brings its tables up to date, and opens the key file (made on first start).
    pub async fn open(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Self> {
        let db = Database::open(&config.service.database, &SQLITE, &POSTGRES)
            .await
            .context("cannot open the database")?;
        let keys = keyring::open(&config.service.key_file, entropy.as_ref())
            .with_context(|| format!("cannot open the key file {}", config.service.key_file.display()))?;
        Self::assemble(db, keys, config, clock, entropy)
    }

    pub(crate) fn assemble(
        db: Database,
        keys: SealingKey,
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> anyhow::Result<Self> {
        let vc_api = config.vc_api.as_ref();
        let vc_api = vc_api.map(|vc_api| VcApi::open(&config.service, vc_api)).transpose()?;
        Ok(Self {
            vc_api: vc_api.map(Arc::new),
            db,
            keys: Arc::new(keys),
            clock,
            entropy,
            urls: Urls::new(&config.service.public_url),
            locale: Arc::new(locale()),
            sessions: Arc::new(SessionPolicy {
                name: "issuer",
                secure: config.service.is_secure(),
                idle: Duration::minutes(30),
                lifetime: Duration::hours(12),
            }),
            signed_lists: Arc::default(),
            config: Arc::new(config),
        })
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The present day.
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

/// The messages of this service.
pub(crate) fn locale() -> Locale {
    Locale::new(include_str!("../locales/fr.ftl"), include_str!("../locales/en.ftl"))
}
