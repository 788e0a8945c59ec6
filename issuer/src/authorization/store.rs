//! Tables `access_tokens`, `nonces`. Expired rows go when new ones come.

use chrono::{DateTime, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{db::Tx, rows},
};

use crate::offers::OfferId;

const INSERT_TOKEN: &str =
    "INSERT INTO access_tokens (digest, offer, organisation, expires_at) VALUES ($1, $2, $3, $4)";
const OFFER_OF_TOKEN: &str =
    "SELECT offer FROM access_tokens WHERE digest = $1 AND organisation = $2 AND expires_at > $3";
const DELETE_TOKEN: &str = "DELETE FROM access_tokens WHERE digest = $1";
const PURGE_TOKENS: &str = "DELETE FROM access_tokens WHERE expires_at <= $1";
const INSERT_NONCE: &str = "INSERT INTO nonces (digest, organisation, expires_at) VALUES ($1, $2, $3)";
const CONSUME_NONCE: &str =
    "DELETE FROM nonces WHERE digest = $1 AND organisation = $2 AND expires_at > $3 RETURNING organisation";
const PURGE_NONCES: &str = "DELETE FROM nonces WHERE expires_at <= $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    INSERT_TOKEN,
    OFFER_OF_TOKEN,
    DELETE_TOKEN,
    PURGE_TOKENS,
    INSERT_NONCE,
    CONSUME_NONCE,
    PURGE_NONCES,
];

pub(crate) async fn insert_token(
    tx: &mut Tx,
    digest: &[u8; 32],
    offer: &OfferId,
    organisation: &Slug,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(PURGE_TOKENS).bind(now).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(INSERT_TOKEN)
        .bind(digest.as_slice())
        .bind(offer.as_str())
        .bind(organisation.as_str())
        .bind(expires_at)
        .execute(c).await.map(drop))
}

pub(crate) async fn offer_of_token(
    tx: &mut Tx,
    digest: &[u8; 32],
    organisation: &Slug,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<OfferId>> {
    let offer: Option<String> = on!(tx, c => sqlx::query_scalar(OFFER_OF_TOKEN).bind(digest.as_slice()).bind(organisation.as_str()).bind(now).fetch_optional(c).await)?;
    Ok(offer
        .map(|offer| rows::parsed(&offer, "access_tokens", "offer"))
        .transpose()?)
}

pub(crate) async fn delete_token(tx: &mut Tx, digest: &[u8; 32]) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(DELETE_TOKEN).bind(digest.as_slice()).execute(c).await.map(drop))
}

pub(crate) async fn insert_nonce(
    tx: &mut Tx,
    digest: &[u8; 32],
    organisation: &Slug,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(PURGE_NONCES).bind(now).execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query(INSERT_NONCE).bind(digest.as_slice()).bind(organisation.as_str()).bind(expires_at).execute(c).await.map(drop))
}

pub(crate) async fn consume_nonce(
    tx: &mut Tx,
    digest: &[u8; 32],
    organisation: &Slug,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let consumed: Option<String> = on!(tx, c => sqlx::query_scalar(CONSUME_NONCE).bind(digest.as_slice()).bind(organisation.as_str()).bind(now).fetch_optional(c).await)?;
    Ok(consumed.is_some())
}
