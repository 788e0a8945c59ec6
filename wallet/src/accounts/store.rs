//! Accounts.

use chrono::{DateTime, Utc};
use shared::{
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{Account, AccountId, NewAccount};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, FIND_BY_NAME, SET_CODE];

const INSERT: &str = "INSERT INTO accounts (id, name_digest, sealed_name, sealed_code, created_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name_digest) DO NOTHING RETURNING id";
const FIND: &str = "SELECT id, sealed_name, sealed_code FROM accounts WHERE id = $1";
const FIND_BY_NAME: &str = "SELECT id FROM accounts WHERE name_digest = $1";
const SET_CODE: &str = "UPDATE accounts SET sealed_code = $2 WHERE id = $1";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    sealed_name: Vec<u8>,
    sealed_code: Option<Vec<u8>>,
}

impl TryFrom<Row> for Account {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        Ok(Self {
            id: rows::parsed(&row.id, "accounts", "id")?,
            sealed_name: row.sealed_name,
            sealed_code: row.sealed_code,
        })
    }
}

/// Stores an account; false when its name is taken.
pub(crate) async fn insert(tx: &mut Tx, account: &NewAccount, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(INSERT)
        .bind(account.id.as_str()).bind(&account.name_digest[..]).bind(&account.sealed_name[..])
        .bind(&account.sealed_code[..]).bind(now)
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// An account by id.
pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<Account>, sqlx::Error> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
    rows::optional(row)
}

/// The id behind a name.
pub(crate) async fn find_by_name(tx: &mut Tx, digest: &[u8]) -> Result<Option<AccountId>, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND_BY_NAME).bind(digest).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| rows::parsed(&id, "accounts", "id")).transpose()?)
}

/// Keeps a recovery code until it is confirmed, or forgets it.
pub(crate) async fn set_code(tx: &mut Tx, id: &str, sealed: Option<&[u8]>) -> Result<(), sqlx::Error> {
    on!(tx, c => sqlx::query(SET_CODE).bind(id).bind(sealed).execute(c).await.map(drop))
}
