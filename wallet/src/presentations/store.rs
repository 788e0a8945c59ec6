//! Receipts, sealed.

use chrono::{DateTime, Utc};
use shared::{
    entropy::Entropy,
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{Presentation, PresentationId, Receipt};
use crate::{accounts::AccountId, requests::RequestId, vault::Vault};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, LIST, UPDATE];

const INSERT: &str = "INSERT INTO presentations (id, account, request, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT id, request, sealed, created_at FROM presentations WHERE account = $1 AND id = $2";
const LIST: &str = "SELECT id, request, sealed, created_at FROM presentations WHERE account = $1 \
    ORDER BY created_at DESC, id LIMIT 500";
const UPDATE: &str = "UPDATE presentations SET sealed = $3 WHERE account = $1 AND id = $2";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    request: String,
    sealed: Vec<u8>,
    created_at: DateTime<Utc>,
}

impl TryFrom<(Row, &Vault)> for Presentation {
    type Error = Inconsistent;

    fn try_from((row, vault): (Row, &Vault)) -> Result<Self, Inconsistent> {
        let id: PresentationId = rows::parsed(&row.id, "presentations", "id")?;
        let receipt = vault.open_value(&row.sealed, Receipt::place(&id))?;
        Ok(Self {
            id,
            request: row.request,
            created_at: row.created_at,
            receipt,
        })
    }
}

/// Keeps a receipt.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    (id, request): (&PresentationId, &RequestId),
    receipt: &Receipt,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal_value(receipt, Receipt::place(id), entropy);
    on!(tx, c => sqlx::query(INSERT)
        .bind(id.as_str()).bind(account.as_str()).bind(request.as_str()).bind(&sealed[..]).bind(now)
        .execute(c).await.map(drop))
}

/// One receipt of this person.
pub(crate) async fn find(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &PresentationId,
) -> Result<Option<Presentation>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(FIND).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    rows::optional(row.map(|row| (row, vault)))
}

/// Every receipt of this person, the latest first.
pub(crate) async fn list(tx: &mut Tx, account: &AccountId, vault: &Vault) -> Result<Vec<Presentation>, sqlx::Error> {
    let found: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(account.as_str()).fetch_all(c).await)?;
    rows::every(found.into_iter().map(|row| (row, vault)))
}

/// Says how it ended.
pub(crate) async fn update(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &PresentationId,
    receipt: &Receipt,
    entropy: &dyn Entropy,
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal_value(receipt, Receipt::place(id), entropy);
    on!(tx, c => sqlx::query(UPDATE)
        .bind(account.as_str()).bind(id.as_str()).bind(&sealed[..])
        .execute(c).await.map(drop))
}
