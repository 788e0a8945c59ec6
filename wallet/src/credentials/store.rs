//! Kept attestations, sealed.

use chrono::{DateTime, Utc};
use shared::{
    entropy::Entropy,
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{Credential, CredentialId, Kept};
use crate::{accounts::AccountId, vault::Vault};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, LIST, UPDATE, DELETE];

const INSERT: &str = "INSERT INTO credentials (id, account, sealed, collected_at) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT id, sealed, collected_at FROM credentials WHERE account = $1 AND id = $2";
const LIST: &str =
    "SELECT id, sealed, collected_at FROM credentials WHERE account = $1 ORDER BY collected_at DESC, id LIMIT 1000";
const UPDATE: &str = "UPDATE credentials SET sealed = $3 WHERE account = $1 AND id = $2";
const DELETE: &str = "DELETE FROM credentials WHERE account = $1 AND id = $2 RETURNING id";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    sealed: Vec<u8>,
    collected_at: DateTime<Utc>,
}

impl TryFrom<(Row, &Vault)> for Credential {
    type Error = Inconsistent;

    fn try_from((row, vault): (Row, &Vault)) -> Result<Self, Inconsistent> {
        let id: CredentialId = rows::parsed(&row.id, "credentials", "id")?;
        let kept = vault.open_value(&row.sealed, Kept::place(&id))?;
        Self::read(id, row.collected_at, kept).map_err(|_| Inconsistent {
            table: "credentials",
            column: "sealed",
        })
    }
}

/// Keeps an attestation.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &CredentialId,
    kept: &Kept,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal_value(kept, Kept::place(id), entropy);
    on!(tx, c => sqlx::query(INSERT)
        .bind(id.as_str()).bind(account.as_str()).bind(&sealed[..]).bind(now)
        .execute(c).await.map(drop))
}

/// One attestation of this person.
pub(crate) async fn find(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &CredentialId,
) -> Result<Option<Credential>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(FIND).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    rows::optional(row.map(|row| (row, vault)))
}

/// Every attestation of this person, the latest first.
pub(crate) async fn list(tx: &mut Tx, account: &AccountId, vault: &Vault) -> Result<Vec<Credential>, sqlx::Error> {
    let found: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(account.as_str()).fetch_all(c).await)?;
    rows::every(found.into_iter().map(|row| (row, vault)))
}

/// Replaces what is kept of an attestation.
pub(crate) async fn update(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &CredentialId,
    kept: &Kept,
    entropy: &dyn Entropy,
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal_value(kept, Kept::place(id), entropy);
    on!(tx, c => sqlx::query(UPDATE)
        .bind(account.as_str()).bind(id.as_str()).bind(&sealed[..])
        .execute(c).await.map(drop))
}

/// Forgets an attestation and its key; false when there is none.
pub(crate) async fn delete(tx: &mut Tx, account: &AccountId, id: &CredentialId) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> =
        on!(tx, c => sqlx::query_as(DELETE).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    Ok(row.is_some())
}
