//! Two pools, one SQL text (`design.md` §7).
//!
//! ```ignore
//! let mut tx = app.db.write().await?;
//! let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
//! tx.commit().await?;
//! ```

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction, migrate::Migrator};

/// A database of one of the two kinds.
#[derive(Debug, Clone)]
pub enum Database {
    /// Embedded.
    Sqlite(SqlitePool),
    /// For many processes.
    Postgres(PgPool),
}

/// An open transaction. Begun and ended in `api`, `pages`, `cli`; never around a network call.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one statement on whichever database the transaction is of.
#[macro_export]
macro_rules! on {
    ($tx:expr, $connection:ident => $query:expr) => {
        match &mut *$tx {
            $crate::service::db::Tx::Sqlite(tx) => { let $connection = &mut **tx; $query }
            $crate::service::db::Tx::Postgres(tx) => { let $connection = &mut **tx; $query }
        }
    };
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…` and runs the migrations of its kind.
    pub async fn open(url: &str, sqlite: &Migrator, postgres: &Migrator) -> Result<Self, sqlx::Error> { todo!() }
    /// A transaction that reads.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> { todo!() }
    /// A transaction that writes: `BEGIN IMMEDIATE` on SQLite.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> { todo!() }
    /// Prepares a statement, to prove that it is valid on this database.
    pub async fn prepare(&self, statement: &str) -> Result<(), sqlx::Error> { todo!() }
    /// Closes every connection.
    pub async fn close(&self) { todo!() }
}

impl Tx {
    /// Makes it last.
    pub async fn commit(self) -> Result<(), sqlx::Error> { todo!() }
}

/// A stored row says what cannot be.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent row in {table}.{column}")]
pub struct Inconsistent { /// Table.
    pub table: &'static str, /// Column.
    pub column: &'static str }
impl From<Inconsistent> for sqlx::Error { fn from(inconsistent: Inconsistent) -> Self { Self::Decode(Box::new(inconsistent)) } }

/// Whether an error says that a unique constraint was violated.
pub fn is_unique_violation(error: &sqlx::Error) -> bool { error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) }
