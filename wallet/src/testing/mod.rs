//! What the wallet's own tests stand on: a wallet in a throw-away database with a browser, an issuer and a verifier that
//! can be told to misbehave.

mod issuer;
mod verifier;
mod visitor;

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use shared::{
    clock::Clock,
    entropy::Entropy,
    language::Language,
    service::{config::ServiceConfig, page::PageContext},
    testing::{FixedClock, SeededEntropy, TemporaryDirectory, ThrowAwayDatabase},
};
use tokio::net::TcpListener;

pub(crate) use issuer::{Deed, TestIssuer};
pub(crate) use verifier::TestVerifier;
pub(crate) use visitor::{Reply, Visitor};

use crate::{App, Config, config::SessionConfig, router};

/// The instant at which every test begins.
pub(crate) const NOW: &str = "2026-03-15T10:00:00Z";
pub(crate) const PASSPHRASE: &str = "des tomates en hiver";

/// A page outside any request.
pub(crate) fn page(language: Language) -> PageContext {
    PageContext::new(language, Arc::new(crate::app::locale()))
}

/// A wallet that listens, on SQLite.
pub(crate) struct TestWallet {
    pub(crate) app: App,
    pub(crate) clock: FixedClock,
    address: SocketAddr,
    _files: (TemporaryDirectory, ThrowAwayDatabase),
}

impl TestWallet {
    pub(crate) async fn start() -> Self {
        let directory = TemporaryDirectory::new();
        let database = ThrowAwayDatabase::sqlite();
        let (listener, address) = listen().await;
        let config = Config {
            service: ServiceConfig {
                listen: address,
                public_url: format!("http://localhost:{}", address.port()).parse().unwrap(),
                database: database.url().to_owned(),
                key_file: directory.path().join("wallet.key"),
                development: true,
            },
            authorities: None,
            session: SessionConfig::default(),
        };
        let clock = FixedClock::at_rfc3339(NOW);
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(11));
        let given: Arc<dyn Clock> = Arc::new(clock.clone());
        let app = App::open(config, given, entropy).await.unwrap();
        serve(listener, router(app.clone()));
        Self {
            app,
            clock,
            address,
            _files: (directory, database),
        }
    }

    /// A browser that has no musette open.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::of(&format!("http://localhost:{}", self.address.port()))
    }

    /// A browser whose person just created a musette of this name.
    pub(crate) async fn holder(&self, name: &str) -> Visitor {
        let mut visitor = self.visitor();
        let form = [
            ("name", name),
            ("passphrase", PASSPHRASE),
            ("passphrase_again", PASSPHRASE),
        ];
        let reply = visitor.post("/create", &form).await;
        assert_eq!(reply.location(), "/recovery", "{}", reply.body);
        visitor
    }

    /// Every stored byte, from every table: what a thief of the database reads.
    pub(crate) async fn everything_stored(&self) -> Vec<u8> {
        let shared::service::db::Database::Sqlite(pool) = &self.app.db else {
            panic!("a SQLite database")
        };
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(pool)
            .await
            .unwrap();
        let file = self
            .app
            .config
            .service
            .database
            .strip_prefix("sqlite:")
            .unwrap()
            .to_owned();
        std::fs::read(file).unwrap()
    }
}

/// A listener on a free port of this machine.
pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Serves until the test ends.
pub(crate) fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}
