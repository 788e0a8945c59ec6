//! Requests, sealed.

use chrono::{DateTime, Utc};
use shared::{
    entropy::Entropy,
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{Choice, Received, Request, RequestId, Sealed, State};
use crate::{accounts::AccountId, presentations::PresentationId, vault::Vault};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, FIND_BY_FINGERPRINT, CONSENT, SHARED, REFUSE];

const INSERT: &str = "INSERT INTO requests (id, account, fingerprint, state, sealed, presentation, created_at) \
    VALUES ($1, $2, $3, 'pending', $4, NULL, $5) ON CONFLICT (account, fingerprint) DO NOTHING RETURNING id";
const FIND: &str = "SELECT id, state, sealed, presentation FROM requests WHERE account = $1 AND id = $2";
const FIND_BY_FINGERPRINT: &str = "SELECT id FROM requests WHERE account = $1 AND fingerprint = $2";
const CONSENT: &str = "UPDATE requests SET state = 'sending', sealed = $3, presentation = $4 \
    WHERE account = $1 AND id = $2 AND state = 'pending' RETURNING id";
const SHARED: &str =
    "UPDATE requests SET state = 'shared' WHERE account = $1 AND id = $2 AND state = 'sending' RETURNING id";
const REFUSE: &str = "UPDATE requests SET state = 'refused', presentation = $3 \
    WHERE account = $1 AND id = $2 AND state = 'pending' RETURNING id";

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
enum StateCode {
    Pending,
    Sending,
    Shared,
    Refused,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    state: StateCode,
    sealed: Vec<u8>,
    presentation: Option<String>,
}

impl TryFrom<(Row, &Vault)> for Request {
    type Error = Inconsistent;

    fn try_from((row, vault): (Row, &Vault)) -> Result<Self, Inconsistent> {
        let id = rows::parsed(&row.id, "requests", "id")?;
        let presentation: Option<PresentationId> = row
            .presentation
            .map(|id| rows::parsed(&id, "requests", "presentation"))
            .transpose()?;
        let sealed: Sealed = vault.open_value(&row.sealed, Self::place(&id))?;
        let state = match (row.state, presentation) {
            (StateCode::Pending, None) => State::Pending,
            (StateCode::Sending, Some(presentation)) => State::Sending(sealed.consent, presentation),
            (StateCode::Shared, Some(presentation)) => State::Shared(presentation),
            (StateCode::Refused, Some(presentation)) => State::Refused(presentation),
            _ => {
                return Err(Inconsistent {
                    table: "requests",
                    column: "state",
                });
            }
        };
        Ok(Self {
            id,
            state,
            received: sealed.received,
        })
    }
}

/// Stores a request; gives the id of the one this person has already, when there is one.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    received: Received,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<RequestId, sqlx::Error> {
    let id = RequestId::random(entropy);
    let fingerprint = super::fingerprint(vault, &received.client_id, &received.request_uri);
    let sealed = vault.seal_value(
        &Sealed {
            received,
            consent: Vec::new(),
        },
        Request::place(&id),
        entropy,
    );
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(INSERT)
        .bind(id.as_str()).bind(account.as_str()).bind(&fingerprint[..]).bind(&sealed[..]).bind(now)
        .fetch_optional(c).await)?;
    match row {
        Some(_) => Ok(id),
        None => find_by_fingerprint(tx, account, &fingerprint)
            .await?
            .ok_or(sqlx::Error::RowNotFound),
    }
}

/// One request made to this person.
pub(crate) async fn find(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &RequestId,
) -> Result<Option<Request>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(FIND).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    rows::optional(row.map(|row| (row, vault)))
}

/// The request of this verifier and address.
pub(crate) async fn find_by_fingerprint(
    tx: &mut Tx,
    account: &AccountId,
    fingerprint: &[u8],
) -> Result<Option<RequestId>, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND_BY_FINGERPRINT)
        .bind(account.as_str()).bind(fingerprint).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| rows::parsed(&id, "requests", "id")).transpose()?)
}

/// Stores what the person agreed to share; false when the request is no longer pending.
pub(crate) async fn consent(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    request: &Request,
    consent: Vec<Choice>,
    presentation: &PresentationId,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    let sealed = Sealed {
        received: request.received.clone(),
        consent,
    };
    let sealed = vault.seal_value(&sealed, Request::place(&request.id), entropy);
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(CONSENT)
        .bind(account.as_str()).bind(request.id.as_str()).bind(&sealed[..]).bind(presentation.as_str())
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// Marks a request as answered; false when it was already.
pub(crate) async fn shared(tx: &mut Tx, account: &AccountId, id: &RequestId) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> =
        on!(tx, c => sqlx::query_as(SHARED).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// Marks a pending request as refused; false when it is no longer pending.
pub(crate) async fn refuse(
    tx: &mut Tx,
    account: &AccountId,
    id: &RequestId,
    presentation: &PresentationId,
) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(REFUSE)
        .bind(account.as_str()).bind(id.as_str()).bind(presentation.as_str())
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}
