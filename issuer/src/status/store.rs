//! Tables `status_lists`, `status_entries`.

use chrono::{DateTime, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{db::Tx, rows},
};

use super::{ListId, Place};

/// What is known of a list without its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Number of entries.
    pub(crate) size: usize,
    /// How often its statuses changed.
    pub(crate) revision: u64,
}

const NEWEST: &str = "SELECT id FROM status_lists WHERE organisation = $1 ORDER BY created_at DESC, id LIMIT 1";
const INSERT: &str = "INSERT INTO status_lists (id, organisation, size, created_at) VALUES ($1, $2, $3, $4)";
const TAKE: &str = "INSERT INTO status_entries (list, entry, revoked) VALUES ($1, $2, FALSE) ON CONFLICT (list, entry) DO NOTHING RETURNING entry";
const REVOKE: &str = "UPDATE status_entries SET revoked = TRUE WHERE list = $1 AND entry = $2";
const CHANGE: &str = "UPDATE status_lists SET revision = revision + 1 WHERE id = $1";
const FIND: &str = "SELECT size, revision FROM status_lists WHERE id = $1 AND organisation = $2";
const OF_ORGANISATION: &str = "SELECT id FROM status_lists WHERE organisation = $1 ORDER BY created_at, id";
const REVOKED: &str = "SELECT entry FROM status_entries WHERE list = $1 AND revoked = TRUE ORDER BY entry";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[NEWEST, INSERT, TAKE, REVOKE, CHANGE, FIND, OF_ORGANISATION, REVOKED];

pub(crate) async fn newest(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Option<ListId>> {
    let id: Option<String> =
        on!(tx, c => sqlx::query_scalar(NEWEST).bind(organisation.as_str()).fetch_optional(c).await)?;
    Ok(id.map(|id| rows::parsed(&id, "status_lists", "id")).transpose()?)
}

pub(crate) async fn insert(
    tx: &mut Tx,
    list: &ListId,
    organisation: &Slug,
    size: u32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT).bind(list.as_str()).bind(organisation.as_str()).bind(i64::from(size)).bind(now).execute(c).await.map(drop))
}

/// Whether the place was free, and is now taken.
pub(crate) async fn take(tx: &mut Tx, list: &ListId, entry: u32) -> sqlx::Result<bool> {
    let taken: Option<i64> =
        on!(tx, c => sqlx::query_scalar(TAKE).bind(list.as_str()).bind(i64::from(entry)).fetch_optional(c).await)?;
    Ok(taken.is_some())
}

/// Revokes a place; whoever reads the list afterwards finds another revision.
pub(crate) async fn revoke(tx: &mut Tx, place: &Place) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(REVOKE).bind(place.list.as_str()).bind(i64::from(place.entry)).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(CHANGE).bind(place.list.as_str()).execute(c).await.map(drop))
}

/// A list of this organisation. On PostgreSQL it may be older than what is read after it, never newer.
pub(crate) async fn find(tx: &mut Tx, organisation: &Slug, list: &ListId) -> sqlx::Result<Option<Listed>> {
    let row: Option<(i64, i64)> =
        on!(tx, c => sqlx::query_as(FIND).bind(list.as_str()).bind(organisation.as_str()).fetch_optional(c).await)?;
    let listed = row.map(|(size, revision)| {
        Ok::<_, sqlx::Error>(Listed {
            size: rows::unsigned(size, "status_lists", "size")?,
            revision: rows::unsigned(revision, "status_lists", "revision")?,
        })
    });
    listed.transpose()
}

/// Every list of an organisation, the oldest first.
pub(crate) async fn of_organisation(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Vec<ListId>> {
    let ids: Vec<String> =
        on!(tx, c => sqlx::query_scalar(OF_ORGANISATION).bind(organisation.as_str()).fetch_all(c).await)?;
    let ids = ids.iter().map(|id| rows::parsed(id, "status_lists", "id"));
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(crate) async fn revoked(tx: &mut Tx, list: &ListId) -> sqlx::Result<Vec<u64>> {
    let entries: Vec<i64> = on!(tx, c => sqlx::query_scalar(REVOKED).bind(list.as_str()).fetch_all(c).await)?;
    Ok(entries
        .into_iter()
        .map(|entry| rows::unsigned(entry, "status_entries", "entry"))
        .collect::<Result<_, _>>()?)
}
