//! Tables `status_lists`, `status_entries`.

use chrono::{DateTime, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{db::Tx, rows},
};

use super::{ListId, Place};

const NEWEST: &str = "SELECT id FROM status_lists WHERE organisation = $1 ORDER BY created_at DESC, id LIMIT 1";
const INSERT: &str = "INSERT INTO status_lists (id, organisation, size, created_at) VALUES ($1, $2, $3, $4)";
const TAKE: &str = "INSERT INTO status_entries (list, entry, revoked) VALUES ($1, $2, FALSE) ON CONFLICT (list, entry) DO NOTHING RETURNING entry";
const REVOKE: &str = "UPDATE status_entries SET revoked = TRUE WHERE list = $1 AND entry = $2";
const SIZE: &str = "SELECT size FROM status_lists WHERE id = $1 AND organisation = $2";
const REVOKED: &str = "SELECT entry FROM status_entries WHERE list = $1 AND revoked = TRUE ORDER BY entry";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[NEWEST, INSERT, TAKE, REVOKE, SIZE, REVOKED];

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

pub(crate) async fn revoke(tx: &mut Tx, place: &Place) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(REVOKE).bind(place.list.as_str()).bind(i64::from(place.entry)).execute(c).await.map(drop))
}

/// Number of entries of a list of this organisation.
pub(crate) async fn size(tx: &mut Tx, organisation: &Slug, list: &ListId) -> sqlx::Result<Option<usize>> {
    let size: Option<i64> =
        on!(tx, c => sqlx::query_scalar(SIZE).bind(list.as_str()).bind(organisation.as_str()).fetch_optional(c).await)?;
    Ok(size
        .map(|size| rows::unsigned(size, "status_lists", "size"))
        .transpose()?)
}

pub(crate) async fn revoked(tx: &mut Tx, list: &ListId) -> sqlx::Result<Vec<u64>> {
    let entries: Vec<i64> = on!(tx, c => sqlx::query_scalar(REVOKED).bind(list.as_str()).fetch_all(c).await)?;
    Ok(entries
        .into_iter()
        .map(|entry| rows::unsigned(entry, "status_entries", "entry"))
        .collect::<Result<_, _>>()?)
}
