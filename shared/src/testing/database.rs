//! Databases that live as long as a test.

use std::any::Any;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, migrate::Migrator};
use url::Url;

use super::TemporaryDirectory;
use crate::{
    entropy::SystemEntropy,
    id,
    service::{db::Database, serve},
};

/// Names a PostgreSQL server where databases may be created: `postgres://user@host:port/postgres`.
const POSTGRES: &str = "MUSETTE_TEST_POSTGRES";

/// Runs a test body on SQLite in a temporary file, then on PostgreSQL in a database of its own. Without
/// `MUSETTE_TEST_POSTGRES` the second half is skipped loudly, or fails when `CI=true`.
///
/// ```text
/// static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
/// static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
///
/// #[tokio::test]
/// async fn an_offer_is_redeemed_once() {
///     shared::on_every_database!(SQLITE, POSTGRES, |db| {
///         let mut tx = db.write().await.unwrap();
///         …
///     });
/// }
/// ```
#[macro_export]
macro_rules! on_every_database {
    ($sqlite:expr, $postgres:expr, |$db:ident| $body:block) => {
        for throw_away in $crate::testing::every_database().await {
            let $db = throw_away.open(&$sqlite, &$postgres).await;
            let pool = $db.clone();
            let outcome = $crate::testing::survive(async { $body }).await;
            pool.close().await;
            throw_away.remove().await;
            if let Err(panic) = outcome {
                eprintln!("the body failed on {throw_away:?}");
                std::panic::resume_unwind(panic);
            }
        }
    };
}

/// An empty database for one test.
#[derive(Debug)]
pub struct ThrowAwayDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite { _directory: TemporaryDirectory },
    Postgres { server: String, name: String },
}

impl ThrowAwayDatabase {
    /// A file of SQLite, in a directory that goes with this value.
    ///
    /// # Panics
    /// When there is no room for it.
    pub fn sqlite() -> Self {
        let directory = TemporaryDirectory::new();
        Self {
            url: format!("sqlite:{}", directory.path().join("test.sqlite").display()),
            place: Place::Sqlite { _directory: directory },
        }
    }

    /// A database of PostgreSQL, to be dropped with [`Self::remove`]; `None` when no server is named.
    ///
    /// # Panics
    /// When the server does not answer, or none is named and `CI=true`.
    #[expect(clippy::print_stderr, reason = "a test that did not run must be seen")]
    #[expect(clippy::expect_used, reason = "a test without its database must stop")]
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES) else {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "{POSTGRES} must be set when CI=true"
            );
            eprintln!("SKIPPED: the PostgreSQL half of this test did not run; set {POSTGRES}");
            return None;
        };
        let name = format!("musette_{}", id::random(&SystemEntropy));
        let mut url = Url::parse(&server).expect("a postgres:// URL");
        url.set_path(&name);
        execute(&server, format!("CREATE DATABASE {name}"))
            .await
            .expect("a new database");
        Some(Self {
            url: url.into(),
            place: Place::Postgres { server, name },
        })
    }

    /// As `database` in a configuration.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens it and runs the migrations of its kind.
    ///
    /// # Panics
    /// When a migration fails.
    #[expect(clippy::expect_used, reason = "a test without its database must stop")]
    pub async fn open(&self, sqlite: &Migrator, postgres: &Migrator) -> Database {
        Database::open(&self.url, sqlite, postgres)
            .await
            .expect("a migrated database")
    }

    /// Removes what the server keeps.
    ///
    /// # Panics
    /// When the server refuses.
    #[expect(clippy::expect_used, reason = "databases must not pile up unseen")]
    pub async fn remove(&self) {
        if let Place::Postgres { server, name } = &self.place {
            execute(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await
                .expect("the database dropped");
        }
    }
}

/// One empty database of each kind that can be had.
///
/// # Panics
/// As [`ThrowAwayDatabase::postgres`].
pub async fn every_database() -> Vec<ThrowAwayDatabase> {
    let mut all = vec![ThrowAwayDatabase::sqlite()];
    all.extend(ThrowAwayDatabase::postgres().await);
    all
}

/// Runs a future to its end, or to its panic, so that what follows can clean up.
pub async fn survive<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    serve::survive(future).await
}

async fn execute(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    connection.execute(AssertSqlSafe(statement).into_sql_str()).await?;
    connection.close().await
}
