//! Kept badges, sealed.

use chrono::{DateTime, Utc};
use shared::{
    entropy::Entropy,
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};
use zeroize::Zeroizing;

use super::{Badge, BadgeId, Kept};
use crate::{accounts::AccountId, vault::Vault};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, PICTURE, LIST, UPDATE, REPLACE, DELETE];

const INSERT: &str =
    "INSERT INTO badges (id, account, sealed, sealed_picture, collected_at) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT id, sealed, collected_at FROM badges WHERE account = $1 AND id = $2";
const PICTURE: &str = "SELECT sealed_picture FROM badges WHERE account = $1 AND id = $2";
const LIST: &str =
    "SELECT id, sealed, collected_at FROM badges WHERE account = $1 ORDER BY collected_at DESC, id LIMIT 1000";
const UPDATE: &str = "UPDATE badges SET sealed = $3 WHERE account = $1 AND id = $2";
const REPLACE: &str =
    "UPDATE badges SET sealed = $3, sealed_picture = $4, collected_at = $5 WHERE account = $1 AND id = $2";
const DELETE: &str = "DELETE FROM badges WHERE account = $1 AND id = $2 RETURNING id";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    sealed: Vec<u8>,
    collected_at: DateTime<Utc>,
}

impl TryFrom<(Row, &Vault)> for Badge {
    type Error = Inconsistent;

    fn try_from((row, vault): (Row, &Vault)) -> Result<Self, Inconsistent> {
        let id: BadgeId = rows::parsed(&row.id, "badges", "id")?;
        let kept = vault.open_value(&row.sealed, Kept::place(&id))?;
        Ok(Self {
            id,
            collected_at: row.collected_at,
            kept,
        })
    }
}

/// A badge to be written: what is kept, and the picture it came in.
pub(crate) struct Entry<'a> {
    pub(crate) id: &'a BadgeId,
    pub(crate) kept: &'a Kept,
    pub(crate) picture: Option<&'a [u8]>,
    pub(crate) now: DateTime<Utc>,
}

impl Entry<'_> {
    fn sealed(&self, vault: &Vault, entropy: &dyn Entropy) -> (Vec<u8>, Option<Vec<u8>>) {
        let picture = self
            .picture
            .map(|picture| vault.seal(picture, Kept::picture_place(self.id), entropy));
        (vault.seal_value(self.kept, Kept::place(self.id), entropy), picture)
    }
}

/// Keeps a badge.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    entry: &Entry<'_>,
    entropy: &dyn Entropy,
) -> Result<(), sqlx::Error> {
    let (sealed, picture) = entry.sealed(vault, entropy);
    on!(tx, c => sqlx::query(INSERT)
        .bind(entry.id.as_str()).bind(account.as_str()).bind(&sealed[..]).bind(picture.as_deref()).bind(entry.now)
        .execute(c).await.map(drop))
}

/// Keeps another edition of a badge in its place.
pub(crate) async fn replace(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    entry: &Entry<'_>,
    entropy: &dyn Entropy,
) -> Result<(), sqlx::Error> {
    let (sealed, picture) = entry.sealed(vault, entropy);
    on!(tx, c => sqlx::query(REPLACE)
        .bind(account.as_str()).bind(entry.id.as_str()).bind(&sealed[..]).bind(picture.as_deref()).bind(entry.now)
        .execute(c).await.map(drop))
}

/// One badge of this person.
pub(crate) async fn find(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &BadgeId,
) -> Result<Option<Badge>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(FIND).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    rows::optional(row.map(|row| (row, vault)))
}

/// The picture it came in, when it did.
pub(crate) async fn picture(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &BadgeId,
) -> Result<Option<Zeroizing<Vec<u8>>>, sqlx::Error> {
    let row: Option<(Option<Vec<u8>>,)> =
        on!(tx, c => sqlx::query_as(PICTURE).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    let Some(sealed) = row.and_then(|(sealed,)| sealed) else {
        return Ok(None);
    };
    Ok(Some(vault.open(&sealed, Kept::picture_place(id))?))
}

/// Every badge of this person, the latest first.
pub(crate) async fn list(tx: &mut Tx, account: &AccountId, vault: &Vault) -> Result<Vec<Badge>, sqlx::Error> {
    let found: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(account.as_str()).fetch_all(c).await)?;
    rows::every(found.into_iter().map(|row| (row, vault)))
}

/// Replaces what is kept beside the picture.
pub(crate) async fn update(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &BadgeId,
    kept: &Kept,
    entropy: &dyn Entropy,
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal_value(kept, Kept::place(id), entropy);
    on!(tx, c => sqlx::query(UPDATE)
        .bind(account.as_str()).bind(id.as_str()).bind(&sealed[..])
        .execute(c).await.map(drop))
}

/// Forgets a badge; false when there is none.
pub(crate) async fn delete(tx: &mut Tx, account: &AccountId, id: &BadgeId) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> =
        on!(tx, c => sqlx::query_as(DELETE).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    Ok(row.is_some())
}
