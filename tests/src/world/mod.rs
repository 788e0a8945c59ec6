//! The three services, really listening, on one clock that stands still.

mod files;

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use shared::{
    clock::Clock,
    entropy::{Entropy, SystemEntropy},
    keys::SigningKey,
    service::serve::serve,
    testing::FixedClock,
    trust::TrustList,
};
use sqlx::{AssertSqlSafe, Executor};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

pub use self::files::has_postgres;
use self::files::{Files, postgres};
use crate::{
    fixtures::{self, Organisation},
    people::{self, Clerk, Invitation, Question, Treasurer, Volunteer},
};

/// When every story begins.
pub const START: &str = "2026-03-15T10:00:00Z";
/// Passphrase of every treasurer and of the counter.
pub const PASSPHRASE: &str = "quatre saisons bien remplies";
/// The association of most stories.
pub const PANIERS: &str = "les-paniers-du-vallon";
/// The other one.
pub const CYCLO: &str = "cyclo-repar";
/// What the counter asks in most stories.
pub const QUESTION: Question<'static> = Question {
    rule: "fr-cec-benevolat",
    year: "2025",
    declared_on: "2026-03-15",
};

/// Which database the services use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In the world's folder.
    Sqlite,
    /// On the server that `MUSETTE_TEST_POSTGRES` names.
    Postgres,
}

/// The world. Everything ends when it is dropped, but for databases of PostgreSQL: see [`World::close`].
pub struct World {
    /// The clock of all three.
    pub clock: FixedClock,
    /// The issuer, for its commands.
    pub issuer: issuer::App,
    /// The wallet.
    pub wallet: wallet::App,
    /// The verifier, for its commands.
    pub verifier: verifier::App,
    /// Where they listen.
    pub addresses: Addresses,
    authority: SigningKey,
    organisations: Vec<Organisation>,
    faults: Faults,
    servers: Vec<JoinHandle<()>>,
    databases: Vec<String>,
    folder: TempDir,
}

/// The public addresses of the three services.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Issuer.
    pub issuer: Url,
    /// Wallet.
    pub wallet: Url,
    /// Verifier.
    pub verifier: Url,
}

impl Addresses {
    /// The identifier of an organisation as issuer.
    pub fn organisation(&self, slug: &str) -> Url {
        let mut url = self.issuer.clone();
        url.set_path(&format!("/o/{slug}"));
        url
    }
}

/// Parts of paths that answer 503 instead of being served.
#[derive(Debug, Clone, Default)]
struct Faults(Arc<Mutex<Vec<String>>>);

impl World {
    /// The three services on SQLite, with the organisations of the fixtures, and a trust list that names them all.
    pub async fn start() -> Result<Self> {
        Self::start_on(Engine::Sqlite).await
    }

    /// The same on either database.
    pub async fn start_on(engine: Engine) -> Result<Self> {
        Self::start_with(engine, None).await
    }

    /// On SQLite, with a wallet and a verifier that believe these certificate authorities (PEM).
    pub async fn believing(authorities: &str) -> Result<Self> {
        Self::start_with(Engine::Sqlite, Some(authorities)).await
    }

    async fn start_with(engine: Engine, authorities: Option<&str>) -> Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let authorities = match authorities {
            None => String::new(),
            Some(text) => {
                let file = folder.path().join("authorities.pem");
                fs::write(&file, text).context("cannot write the certificate authorities")?;
                format!("authorities = \"{}\"\n", file.display())
            }
        };
        let clock = FixedClock::at_rfc3339(START);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let shared_clock: Arc<dyn Clock> = Arc::new(clock.clone());

        let listeners = [listener().await?, listener().await?, listener().await?];
        let [issuer_url, wallet_url, verifier_url] = [
            public_url(&listeners[0])?,
            public_url(&listeners[1])?,
            public_url(&listeners[2])?,
        ];
        let addresses = Addresses {
            issuer: issuer_url,
            wallet: wallet_url,
            verifier: verifier_url,
        };

        let mut databases = Vec::new();
        let files = Files {
            folder: folder.path(),
            engine,
        };
        let issuer_file = files
            .write(
                "issuer",
                &addresses.issuer,
                &mut databases,
                &wallet_line(&addresses),
                "",
            )
            .await?;
        let wallet_file = files
            .write("wallet", &addresses.wallet, &mut databases, &authorities, "")
            .await?;
        let verifier_file = files
            .write(
                "verifier",
                &addresses.verifier,
                &mut databases,
                &(wallet_line(&addresses) + &authorities),
                &files.verifier(),
            )
            .await?;

        let authority = SigningKey::generate();
        let public = serde_json::to_vec(&authority.public().to_jwk()).context("the authority's key does not write")?;
        fs::write(folder.path().join("authority.json"), public).context("cannot write the authority's key")?;

        let issuer_app = issuer::App::open(
            issuer::Config::load(Some(&issuer_file))?,
            Arc::clone(&shared_clock),
            Arc::clone(&entropy),
        )
        .await?;
        let wallet_app = wallet::App::open(
            wallet::Config::load(Some(&wallet_file))?,
            Arc::clone(&shared_clock),
            Arc::clone(&entropy),
        )
        .await?;
        let faults = Faults::default();
        let mut world = Self {
            organisations: fixtures::organisations()?,
            verifier: verifier::App::open(verifier::Config::load(Some(&verifier_file))?, shared_clock, entropy).await?,
            clock,
            issuer: issuer_app,
            wallet: wallet_app,
            addresses,
            authority,
            faults,
            servers: Vec::new(),
            databases,
            folder,
        };
        world.publish_trust(|_, _| {})?;
        world.introduce_everybody().await?;
        let [issuer_listener, wallet_listener, verifier_listener] = listeners;
        world.listen(issuer_listener, issuer::router(world.issuer.clone()));
        world.listen(wallet_listener, wallet::router(world.wallet.clone()));
        world.listen(verifier_listener, verifier::router(world.verifier.clone()));
        Ok(world)
    }

    /// Drops the databases made on PostgreSQL.
    pub async fn close(mut self) -> Result<()> {
        for server in &self.servers {
            server.abort();
        }
        if self.databases.is_empty() {
            return Ok(());
        }
        let mut server = postgres().await?;
        for database in std::mem::take(&mut self.databases) {
            server
                .execute(AssertSqlSafe(format!("DROP DATABASE {database} WITH (FORCE)")))
                .await?;
        }
        Ok(())
    }

    /// Answers 503 on every path that holds `part`, from now on.
    pub fn cut(&self, part: &str) {
        self.faults
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(part.to_owned());
    }

    /// Heals every [`World::cut`].
    pub fn heal(&self) {
        self.faults.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Publishes an edition of the trust list.
    pub fn publish_trust(&self, edit: impl FnOnce(&mut TrustList, &Addresses)) -> Result<()> {
        let mut list = trust_list(&self.organisations, &self.addresses, &self.clock)?;
        list.sequence += 1;
        edit(&mut list, &self.addresses);
        fs::write(self.path("trust.jwt"), list.sign(&self.authority)).context("cannot write the trust list")
    }

    /// A file of the world.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The treasurer of an organisation, signed in.
    pub async fn treasurer(&self, organisation: &str) -> Result<Treasurer> {
        Treasurer::sign_in(&self.addresses.issuer, organisation, PASSPHRASE).await
    }

    /// A volunteer with a new wallet.
    pub async fn volunteer(&self, name: &str) -> Result<Volunteer> {
        Volunteer::new(&self.addresses.wallet, name, people::PASSPHRASE).await
    }

    /// The clerk, signed in at the counter.
    pub async fn clerk(&self) -> Result<Clerk> {
        Clerk::sign_in(&self.addresses.verifier, PASSPHRASE).await
    }

    /// Imports and signs a batch through the command line.
    pub async fn import(&self, organisation: &str, sheet: &[u8], with_codes: bool) -> Result<Vec<Offer>> {
        let file = self.path("import.csv");
        fs::write(&file, sheet).context("cannot write the sheet")?;
        let file = file.to_string_lossy();
        let mut arguments = vec!["batch", "import", &file, "--organisation", organisation];
        if with_codes {
            arguments.push("--tx-code");
        }
        issuer::cli::execute(&self.issuer, &arguments).await?;
        self.offers(organisation).await
    }

    /// What `offer list --json` says.
    pub async fn offers(&self, organisation: &str) -> Result<Vec<Offer>> {
        let listed = issuer::cli::execute(
            &self.issuer,
            &["offer", "list", "--organisation", organisation, "--json"],
        )
        .await?;
        let listed: serde_json::Value = serde_json::from_str(&listed).context("the list of offers is not JSON")?;
        listed
            .as_array()
            .context("the list of offers is no list")?
            .iter()
            .map(Offer::read)
            .collect()
    }

    /// One offer, for one person with 130 hours as a leader, without a code.
    pub async fn one_offer(&self) -> Result<Offer> {
        self.one_offer_with(false).await
    }

    /// The same, with a code.
    pub async fn one_offer_with(&self, code: bool) -> Result<Offer> {
        let offers = self.import(PANIERS, fixtures::ONE_PERSON.as_bytes(), code).await?;
        offers.into_iter().next().context("no offer was made")
    }

    async fn introduce_everybody(&self) -> Result<()> {
        let passphrase = self.path("passphrase");
        fs::write(&passphrase, PASSPHRASE).context("cannot write the passphrase")?;
        let passphrase = passphrase.to_string_lossy();
        // The others of the fixtures are on the trust list only: each account costs a passphrase's stretching.
        for organisation in self
            .organisations
            .iter()
            .filter(|one| [PANIERS, CYCLO].contains(&one.slug.as_str()))
        {
            issuer::cli::execute(&self.issuer, &organisation.creation(&passphrase)).await?;
        }
        verifier::cli::execute(
            &self.verifier,
            &["desk", "passphrase", "--passphrase-file", &passphrase],
        )
        .await?;
        Ok(())
    }

    fn listen(&mut self, listener: TcpListener, router: Router) {
        let faults = self.faults.clone();
        let router = router.layer(from_fn(move |request: Request, next: Next| {
            let broken = faults.hit(request.uri().path());
            async move {
                if broken {
                    StatusCode::SERVICE_UNAVAILABLE.into_response()
                } else {
                    next.run(request).await
                }
            }
        }));
        self.servers.push(tokio::spawn(async move {
            if let Err(error) = serve(listener, router, std::future::pending()).await {
                panic!("a service stopped: {error}");
            }
        }));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

impl Faults {
    fn hit(&self, path: &str) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|part| path.contains(part))
    }
}

/// A line of `offer list --json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Id of the attestation.
    pub attestation: String,
    /// Whose.
    pub family_name: String,
    /// Coded.
    pub role: String,
    /// How long.
    pub minutes: u64,
    /// As the issuer calls it.
    pub state: String,
    /// The page in the QR code; `None` when it can no longer be collected.
    pub link: Option<String>,
    /// The offer itself, likewise.
    pub offer_uri: Option<Url>,
    /// The offer by value, likewise.
    pub by_value: Option<String>,
    /// Sent by another way.
    pub tx_code: Option<String>,
}

impl Offer {
    /// Reads one.
    pub fn read(value: &serde_json::Value) -> Result<Self> {
        let text = |name: &str| {
            value[name]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("no {name} in {value}"))
        };
        Ok(Self {
            attestation: text("attestation")?,
            family_name: text("family_name")?,
            role: text("role")?,
            minutes: value["minutes"].as_u64().context("no minutes")?,
            state: text("state")?,
            link: value["link"].as_str().map(str::to_owned),
            offer_uri: value["offer_uri"]
                .as_str()
                .map(str::parse)
                .transpose()
                .context("the offer's address is malformed")?,
            by_value: value["offer_by_value"].as_str().map(str::to_owned),
            tx_code: value["tx_code"].as_str().map(str::to_owned),
        })
    }

    /// Where a waiting offer is.
    #[expect(
        clippy::expect_used,
        reason = "a test that looks for an offer that has ended must stop"
    )]
    pub fn uri(&self) -> &Url {
        self.offer_uri.as_ref().expect("an offer that can be collected")
    }

    /// As a person receives it.
    #[expect(
        clippy::expect_used,
        reason = "a test that looks for an offer that has ended must stop"
    )]
    pub fn invitation(&self) -> Invitation {
        let link = self.link.clone().expect("an offer that can be collected");
        Invitation {
            link,
            tx_code: self.tx_code.clone(),
            page: self.uri().clone(),
        }
    }
}

fn wallet_line(addresses: &Addresses) -> String {
    format!("wallet_url = \"{}\"\n", addresses.wallet)
}

fn trust_list(organisations: &[Organisation], addresses: &Addresses, clock: &FixedClock) -> Result<TrustList> {
    fixtures::trust_list(organisations, clock.now(), |slug| addresses.organisation(slug))
}

async fn listener() -> Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await.context("no free port")
}

/// By name: did:web knows no addresses.
fn public_url(listener: &TcpListener) -> Result<Url> {
    let port = listener.local_addr().context("no local address")?.port();
    Url::parse(&format!("http://localhost:{port}")).context("not a URL")
}
