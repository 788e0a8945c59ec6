//! The table `keys`.

use chrono::{DateTime, Utc};
use shared::{on, service::db::Tx};

const FIND: &str = "SELECT sealed FROM keys WHERE purpose = $1";
const INSERT: &str =
    "INSERT INTO keys (purpose, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (purpose) DO NOTHING";

/// For the test that prepares them.
#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[FIND, INSERT];

pub(super) async fn find(tx: &mut Tx, purpose: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(FIND).bind(purpose).fetch_optional(c).await)
}

pub(super) async fn insert(tx: &mut Tx, purpose: &str, sealed: &[u8], now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    on!(tx, c => sqlx::query(INSERT).bind(purpose).bind(sealed).bind(now).execute(c).await.map(drop))
}
