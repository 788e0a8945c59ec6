//! Wrapped vault keys.

use chrono::{DateTime, Utc};
use shared::{
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{Wrap, WrapKind};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, REPLACE];

const INSERT: &str = "INSERT INTO wraps (account, kind, salt, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT salt, sealed FROM wraps WHERE account = $1 AND kind = $2";
const REPLACE: &str = "UPDATE wraps SET salt = $3, sealed = $4, created_at = $5 \
    WHERE account = $1 AND kind = $2 AND sealed = $6 RETURNING account";

#[derive(sqlx::FromRow)]
struct Row {
    salt: Vec<u8>,
    sealed: Vec<u8>,
}

impl TryFrom<Row> for Wrap {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let salt = row.salt.try_into().map_err(|_| Inconsistent {
            table: "wraps",
            column: "salt",
        })?;
        Ok(Self {
            salt,
            sealed: row.sealed,
        })
    }
}

/// Stores the first wrap of a kind.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &str,
    kind: WrapKind,
    wrap: &Wrap,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    on!(tx, c => sqlx::query(INSERT)
        .bind(account).bind(kind).bind(&wrap.salt[..]).bind(&wrap.sealed[..]).bind(now)
        .execute(c).await.map(drop))
}

/// The wrap of a kind.
pub(crate) async fn find(tx: &mut Tx, account: &str, kind: WrapKind) -> Result<Option<Wrap>, sqlx::Error> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(account).bind(kind).fetch_optional(c).await)?;
    rows::optional(row)
}

/// Puts `new` in place of `old`; false when `old` is no longer there.
pub(crate) async fn replace(
    tx: &mut Tx,
    account: &str,
    kind: WrapKind,
    old: &Wrap,
    new: &Wrap,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(REPLACE)
        .bind(account).bind(kind).bind(&new.salt[..]).bind(&new.sealed[..]).bind(now).bind(&old.sealed[..])
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}
