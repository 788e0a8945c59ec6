//! What every part of the wallet is given: database, keys, time, randomness, network, messages.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use shared::{
    clock::Clock,
    entropy::Entropy,
    keys::{certificate::TrustAnchors, seal::SealingKey},
    service::{authorities, db::Database, http_client::HttpClient, keyring, locale::Locale, session::SessionPolicy},
    status_list::{bitstring::KeptLists, token::Editions},
    verification::Rules,
};

use crate::config::Config;

/// The wallet, cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) db: Database,
    /// The service's own key: it opens no vault by itself, but none opens by passphrase without it.
    pub(crate) keys: Arc<SealingKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) http: HttpClient,
    /// Status lists that need not be fetched again.
    pub(crate) editions: Arc<Editions>,
    /// The same, for badges.
    pub(crate) lists: Arc<KeptLists>,
    /// Whose certificates are believed.
    authorities: Option<Arc<TrustAnchors>>,
    pub(crate) locale: Arc<Locale>,
    pub(crate) sessions: SessionPolicy,
    pub(crate) config: Arc<Config>,
}

impl App {
    /// Reads the certificate authorities, opens the database, brings it to the present schema, opens or makes the key file.
    pub async fn open(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Self> {
        let service = &config.service;
        let authorities = config.authorities.as_deref().map(authorities::read).transpose()?;
        let keys = keyring::open(&service.key_file, &*entropy)
            .with_context(|| format!("cannot open the key file {}", service.key_file.display()))?;
        let db = Database::open(
            &service.database,
            &sqlx::migrate!("migrations/sqlite"),
            &sqlx::migrate!("migrations/postgres"),
        )
        .await
        .context("cannot open the database")?;
        let sessions = SessionPolicy {
            name: "wallet",
            secure: service.is_secure(),
            idle: config.session.idle(),
            lifetime: config.session.lifetime(),
        };
        Ok(Self {
            db,
            keys: Arc::new(keys),
            clock,
            entropy,
            http: HttpClient::new(service.development),
            editions: Arc::default(),
            lists: Arc::default(),
            authorities: authorities.map(Arc::new),
            locale: Arc::new(locale()),
            sessions,
            config: Arc::new(config),
        })
    }

    /// What this wallet takes beyond what everybody has to.
    pub(crate) fn verification_rules(&self) -> Rules<'_> {
        Rules {
            anchors: self.authorities.as_deref(),
            ..Rules::default()
        }
    }

    /// The present instant.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether loopback over plain http is accepted.
    pub(crate) fn is_development(&self) -> bool {
        self.config.service.development
    }
}

/// The messages of the wallet's pages.
pub(crate) fn locale() -> Locale {
    Locale::new(include_str!("../locales/fr.ftl"), include_str!("../locales/en.ftl"))
}
