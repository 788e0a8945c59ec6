//! Tables `did_log_entries`, `did_log_keys`.

use chrono::{DateTime, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{db::Tx, rows},
};

const LINES: &str = "SELECT line FROM did_log_entries WHERE organisation = $1 ORDER BY number";
const INSERT: &str = "INSERT INTO did_log_entries (organisation, number, line, created_at) VALUES ($1, $2, $3, $4)";
const KEY: &str = "SELECT sealed FROM did_log_keys WHERE organisation = $1 AND number = $2";
const INSERT_KEY: &str = "INSERT INTO did_log_keys (organisation, number, sealed, created_at) VALUES ($1, $2, $3, $4)";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[LINES, INSERT, KEY, INSERT_KEY];

/// The lines of a log, the first version first.
pub(crate) async fn lines(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Vec<String>> {
    on!(tx, c => sqlx::query_scalar(LINES).bind(organisation.as_str()).fetch_all(c).await)
}

/// Adds the line of this number, which no other has.
pub(crate) async fn insert(
    tx: &mut Tx,
    organisation: &Slug,
    number: usize,
    line: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT)
        .bind(organisation.as_str())
        .bind(rows::stored(number))
        .bind(line)
        .bind(now)
        .execute(c).await.map(drop))
}

/// The sealed PKCS#8 of the key that signs the entry of this number.
pub(crate) async fn key(tx: &mut Tx, organisation: &Slug, number: usize) -> sqlx::Result<Option<Vec<u8>>> {
    on!(tx, c => sqlx::query_scalar(KEY)
        .bind(organisation.as_str())
        .bind(rows::stored(number))
        .fetch_optional(c).await)
}

pub(crate) async fn insert_key(
    tx: &mut Tx,
    organisation: &Slug,
    number: usize,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT_KEY)
        .bind(organisation.as_str())
        .bind(rows::stored(number))
        .bind(sealed)
        .bind(now)
        .execute(c).await.map(drop))
}
