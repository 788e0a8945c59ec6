//! Tables `vc_api_keys`, `vc_api_lists`, `vc_api_entries`.

use chrono::{DateTime, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{db::Tx, rows},
    status_list::bitstring::Purpose,
};

use super::config::InstanceKey;
use crate::status::ListId;

const KEY: &str = "SELECT sealed FROM vc_api_keys WHERE instance = $1 AND kind = $2";
const INSERT_KEY: &str = "INSERT INTO vc_api_keys (instance, kind, sealed, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (instance, kind) DO NOTHING";
const NEWEST_LIST: &str =
    "SELECT id FROM vc_api_lists WHERE instance = $1 AND purpose = $2 ORDER BY created_at DESC, id LIMIT 1";
const INSERT_LIST: &str = "INSERT INTO vc_api_lists (id, instance, purpose, created_at) VALUES ($1, $2, $3, $4)";
const PURPOSE: &str = "SELECT purpose FROM vc_api_lists WHERE id = $1 AND instance = $2";
const TAKE: &str = "INSERT INTO vc_api_entries (list, entry, credential, status) VALUES ($1, $2, $3, FALSE) \
     ON CONFLICT (list, entry) DO NOTHING RETURNING entry";
const SET: &str = "UPDATE vc_api_entries SET status = $4 WHERE credential = $3 \
     AND list IN (SELECT id FROM vc_api_lists WHERE instance = $1 AND purpose = $2)";
const ARE_SET: &str = "SELECT entry FROM vc_api_entries WHERE list = $1 AND status = TRUE ORDER BY entry";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[KEY, INSERT_KEY, NEWEST_LIST, INSERT_LIST, PURPOSE, TAKE, SET, ARE_SET];

/// The sealed key of an instance: PKCS#8, or the scalar of a key for BBS.
pub(super) async fn key(tx: &mut Tx, instance: &Slug, kind: InstanceKey) -> sqlx::Result<Option<Vec<u8>>> {
    on!(tx, c => sqlx::query_scalar(KEY).bind(instance.as_str()).bind(kind.name()).fetch_optional(c).await)
}

/// Keeps a key, unless there is one by now.
pub(super) async fn insert_key(
    tx: &mut Tx,
    instance: &Slug,
    kind: InstanceKey,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT_KEY)
        .bind(instance.as_str())
        .bind(kind.name())
        .bind(sealed)
        .bind(now)
        .execute(c).await.map(drop))
}

pub(super) async fn newest_list(tx: &mut Tx, instance: &Slug, purpose: &Purpose) -> sqlx::Result<Option<ListId>> {
    let id: Option<String> = on!(tx, c => sqlx::query_scalar(NEWEST_LIST)
        .bind(instance.as_str())
        .bind(purpose.name())
        .fetch_optional(c).await)?;
    Ok(id.map(|id| rows::parsed(&id, "vc_api_lists", "id")).transpose()?)
}

pub(super) async fn insert_list(
    tx: &mut Tx,
    list: &ListId,
    instance: &Slug,
    purpose: &Purpose,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT_LIST)
        .bind(list.as_str())
        .bind(instance.as_str())
        .bind(purpose.name())
        .bind(now)
        .execute(c).await.map(drop))
}

/// What a list of this instance tells.
pub(super) async fn purpose(tx: &mut Tx, instance: &Slug, list: &ListId) -> sqlx::Result<Option<Purpose>> {
    let name: Option<String> =
        on!(tx, c => sqlx::query_scalar(PURPOSE).bind(list.as_str()).bind(instance.as_str()).fetch_optional(c).await)?;
    Ok(name.map(|name| Purpose::from_name(&name)))
}

/// Whether the place was free, and is now taken by this credential.
pub(super) async fn take(tx: &mut Tx, list: &ListId, entry: u32, credential: &str) -> sqlx::Result<bool> {
    let taken: Option<i64> = on!(tx, c => sqlx::query_scalar(TAKE)
        .bind(list.as_str())
        .bind(i64::from(entry))
        .bind(credential)
        .fetch_optional(c).await)?;
    Ok(taken.is_some())
}

/// Sets or lifts a status of every credential of this name; how many there are.
pub(super) async fn set(
    tx: &mut Tx,
    instance: &Slug,
    purpose: &Purpose,
    credential: &str,
    status: bool,
) -> sqlx::Result<u64> {
    on!(tx, c => sqlx::query(SET)
        .bind(instance.as_str())
        .bind(purpose.name())
        .bind(credential)
        .bind(status)
        .execute(c).await.map(|done| done.rows_affected()))
}

/// The entries whose status is set.
pub(super) async fn are_set(tx: &mut Tx, list: &ListId) -> sqlx::Result<Vec<u64>> {
    let entries: Vec<i64> = on!(tx, c => sqlx::query_scalar(ARE_SET).bind(list.as_str()).fetch_all(c).await)?;
    let read = |entry| rows::unsigned(entry, "vc_api_entries", "entry");
    Ok(entries.into_iter().map(read).collect::<Result<_, _>>()?)
}
