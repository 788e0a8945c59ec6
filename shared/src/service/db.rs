//! Two pools, one SQL text (`design.md` §7).
//!
//! ```ignore
//! let mut tx = app.db.write().await?;
//! let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
//! tx.commit().await?;
//! ```

use std::{fs::OpenOptions, path::Path, str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, Executor, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// How long a writer waits for another one, and a request for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
const SQLITE_CONNECTIONS: u32 = 8;
const POSTGRES_CONNECTIONS: u32 = 16;

/// A database of one of the two kinds.
#[derive(Debug, Clone)]
pub enum Database {
    /// Embedded.
    Sqlite(SqlitePool),
    /// For many processes.
    Postgres(PgPool),
}

/// An open transaction. Begun and ended in `api`, `pages`, `cli`; never around a network call. Dropped without
/// [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one statement on whichever database the transaction is of. `tx` is a [`Tx`] or a `&mut Tx`; both arms must give
/// the same type: after `execute`, map to `rows_affected`.
#[macro_export]
macro_rules! on {
    ($tx:expr, $connection:ident => $query:expr) => {
        match $tx.reborrow() {
            $crate::service::db::Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $query
            }
            $crate::service::db::Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $query
            }
        }
    };
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…` and runs the migrations of its kind.
    pub async fn open(url: &str, sqlite: &Migrator, postgres: &Migrator) -> Result<Self, sqlx::Error> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(PATIENCE);
            keep_private(options.get_filename())?;
            let pool = SqlitePoolOptions::new()
                .max_connections(SQLITE_CONNECTIONS)
                .acquire_timeout(PATIENCE * 2)
                .connect_with(options)
                .await?;
            sqlite.run(&pool).await?;
            Ok(Self::Sqlite(pool))
        } else {
            let options = PgConnectOptions::from_str(url)?.application_name("musette");
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(PATIENCE * 2)
                .connect_with(options)
                .await?;
            postgres.run(&pool).await?;
            Ok(Self::Postgres(pool))
        }
    }

    /// A transaction that reads.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite(pool) => pool.begin().await.map(Tx::Sqlite),
            Self::Postgres(pool) => pool.begin_with("BEGIN READ ONLY").await.map(Tx::Postgres),
        }
    }

    /// A transaction that writes: `BEGIN IMMEDIATE` on SQLite, where a transaction that reads first and writes later
    /// fails as soon as another one wrote in between.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite(pool) => pool.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        }
    }

    /// Prepares a statement, to prove that it is valid on this database.
    pub async fn prepare(&self, statement: &str) -> Result<(), sqlx::Error> {
        let statement = AssertSqlSafe(statement).into_sql_str();
        match self {
            Self::Sqlite(pool) => pool.prepare(statement).await.map(drop),
            Self::Postgres(pool) => pool.prepare(statement).await.map(drop),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes it last.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// The transaction itself, whether one has it or borrows it: what `on!` needs.
    pub fn reborrow(&mut self) -> &mut Self {
        self
    }
}

/// Makes the file for its owner only, when there is none yet: SQLite gives the same mode to the files beside it.
fn keep_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// A stored row says what cannot be.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent row in {table}.{column}")]
pub struct Inconsistent {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
}

impl From<Inconsistent> for sqlx::Error {
    fn from(inconsistent: Inconsistent) -> Self {
        Self::Decode(Box::new(inconsistent))
    }
}

/// Whether an error says that a unique constraint was violated.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// The tables that services make for this layer.
#[cfg(test)]
pub(crate) mod test_migrations {
    use sqlx::migrate::Migrator;

    pub(crate) static SQLITE: Migrator = sqlx::migrate!("src/service/test_migrations/sqlite");
    pub(crate) static POSTGRES: Migrator = sqlx::migrate!("src/service/test_migrations/postgres");
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::{
        test_migrations::{POSTGRES, SQLITE},
        *,
    };

    const INSERT: &str = "INSERT INTO throttles (key, tries, window_started_at) VALUES ($1, $2, $3)";
    const TRIES: &str = "SELECT tries FROM throttles WHERE key = $1";
    const ADD: &str = "UPDATE throttles SET tries = $2 WHERE key = $1";

    fn instant() -> DateTime<Utc> {
        "2026-03-15T10:00:00.25Z".parse().unwrap()
    }

    async fn insert(tx: &mut Tx, key: &str) -> Result<u64, sqlx::Error> {
        on!(tx, c => sqlx::query(INSERT).bind(key).bind(1i64).bind(instant()).execute(c).await.map(|done| done.rows_affected()))
    }

    #[tokio::test]
    async fn what_is_committed_lasts_and_what_is_dropped_does_not() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            assert_eq!(insert(&mut tx, "kept").await.unwrap(), 1);
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            insert(&mut tx, "lost").await.unwrap();
            drop(tx);
            let mut tx = db.read().await.unwrap();
            let mut found = Vec::new();
            for key in ["kept", "lost"] {
                let tries: Option<i64> =
                    on!(tx, c => sqlx::query_scalar(TRIES).bind(key).fetch_optional(c).await).unwrap();
                found.push(tries);
            }
            assert_eq!(found, [Some(1), None]);
        });
    }

    #[tokio::test]
    async fn a_second_row_of_one_key_is_a_unique_violation() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            insert(&mut tx, "key").await.unwrap();
            let error = insert(&mut tx, "key").await.unwrap_err();
            assert!(is_unique_violation(&error), "{error}");
        });
    }

    #[tokio::test]
    async fn readers_then_writers_do_not_trip_over_one_another() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            insert(&mut tx, "key").await.unwrap();
            tx.commit().await.unwrap();
            let mut writers = tokio::task::JoinSet::new();
            for _ in 0..16 {
                let db = db.clone();
                writers.spawn(async move {
                    let mut tx = db.write().await?;
                    let tries: i64 = on!(tx, c => sqlx::query_scalar(TRIES).bind("key").fetch_one(c).await)?;
                    on!(tx, c => sqlx::query(ADD).bind("key").bind(tries + 1).execute(c).await.map(drop))?;
                    tx.commit().await
                });
            }
            while let Some(outcome) = writers.join_next().await {
                outcome.unwrap().unwrap();
            }
        });
    }

    #[tokio::test]
    async fn a_wrong_statement_does_not_prepare() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            for statement in [INSERT, TRIES, ADD] {
                db.prepare(statement).await.unwrap();
            }
            assert!(db.prepare("SELECT nothing FROM nowhere").await.is_err());
        });
    }
}
