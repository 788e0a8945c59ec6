//! What every handler is given.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Duration, Utc};
use shared::{
    clock::Clock,
    entitlement::RuleSet,
    entropy::Entropy,
    keys::{certificate::TrustAnchors, seal::SealingKey},
    service::{authorities, db::Database, http_client::HttpClient, keyring, locale::Locale, session::SessionPolicy},
    status_list::{bitstring::KeptLists, token::Editions},
    verification::Rules,
};

use crate::{config::Config, identity, identity::Identity, rules, urls::Urls, vc_api::VcApi};

pub(crate) static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// A running verifier. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where everything rests.
    pub db: Database,
    /// Seals what rests there.
    pub keys: Arc<SealingKey>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// Fetches issuer keys and status lists.
    pub http: HttpClient,
    /// Status lists that need not be fetched again.
    pub(crate) editions: Arc<Editions>,
    /// Bitstring status lists that need not be fetched again.
    pub(crate) lists: Arc<KeptLists>,
    /// Whose certificates are believed.
    pub(crate) authorities: Option<Arc<TrustAnchors>>,
    /// The VC-API, when it is open.
    pub(crate) vc_api: Option<Arc<VcApi>>,
    /// Our addresses.
    pub urls: Urls,
    /// The configuration.
    pub config: Arc<Config>,
    /// The messages.
    pub locale: Arc<Locale>,
    /// Sessions of clerks.
    pub sessions: Arc<SessionPolicy>,
    /// Who we are to wallets.
    pub(crate) identity: Arc<Identity>,
    /// The rights that can be decided.
    pub(crate) rules: Arc<RuleSet>,
}

impl App {
    /// Opens the database, brings its tables up to date, opens the key file and our signing key (both made on first
    /// start), and reads the rules and the certificate authorities.
    pub async fn open(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Self> {
        let db = Database::open(&config.service.database, &SQLITE, &POSTGRES)
            .await
            .context("cannot open the database")?;
        let keys = keyring::open(&config.service.key_file, entropy.as_ref())
            .with_context(|| format!("cannot open the key file {}", config.service.key_file.display()))?;
        Self::assemble(db, keys, config, clock, entropy).await
    }

    pub(crate) async fn assemble(
        db: Database,
        keys: SealingKey,
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> anyhow::Result<Self> {
        let rules = rules::load(config.rules.as_deref()).context("cannot read the rules")?;
        let authorities = config.authorities.as_deref().map(authorities::read).transpose()?;
        let vc_api = config.vc_api.as_ref();
        let vc_api = vc_api.map(|vc_api| VcApi::open(&config.service, vc_api)).transpose()?;
        let mut tx = db.write().await?;
        let identity = identity::open(
            &mut tx,
            &keys,
            &config.service.public_url,
            entropy.as_ref(),
            clock.now(),
        )
        .await
        .context("cannot open our signing key")?;
        tx.commit().await?;
        Ok(Self {
            http: HttpClient::new(config.service.development),
            editions: Arc::default(),
            lists: Arc::default(),
            authorities: authorities.map(Arc::new),
            vc_api: vc_api.map(Arc::new),
            urls: Urls::new(&config.service.public_url),
            locale: Arc::new(locale()),
            sessions: Arc::new(SessionPolicy {
                name: "verifier",
                secure: config.service.is_secure(),
                idle: Duration::minutes(60),
                lifetime: Duration::hours(12),
            }),
            identity: Arc::new(identity),
            rules: Arc::new(rules),
            db,
            keys: Arc::new(keys),
            clock,
            entropy,
            config: Arc::new(config),
        })
    }

    /// What this verifier takes beyond what everybody has to.
    pub(crate) fn verification_rules(&self) -> Rules<'_> {
        believing(self.authorities.as_deref())
    }

    /// The present instant.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// The rules of a verifier that believes these authorities.
pub(crate) fn believing(authorities: Option<&TrustAnchors>) -> Rules<'_> {
    Rules {
        anchors: authorities,
        ..Rules::default()
    }
}

/// The messages of this service.
pub(crate) fn locale() -> Locale {
    Locale::new(include_str!("../locales/fr.ftl"), include_str!("../locales/en.ftl"))
}
