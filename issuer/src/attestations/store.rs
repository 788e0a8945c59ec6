//! Table `attestations`, read with the current offer and the register.

use chrono::{DateTime, NaiveDate, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::AttestationId;
use crate::{
    batches::BatchId,
    offers::{Offer, store::OfferRow},
    register::{self, Revocation},
};

/// The columns, and the one offer of an attestation that was not replaced. What was taken back was revoked in the register
/// once collected, and withdrawn with its offer before.
macro_rules! followed {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.attestation, o.organisation, o.tx_code, o.state, o.wrong_codes, o.redeemed_at, o.issued_at, o.credential, ",
            "o.end_reason, o.expires_at, a.batch, a.sealed, a.signed_on, COALESCE(r.revoked_at, o.withdrawn_at) AS revoked_at, ",
            "COALESCE(r.revoked_for, o.withdrawn_for) AS revoked_for FROM attestations a ",
            "JOIN offers o ON o.attestation = a.id AND (o.end_reason IS NULL OR o.end_reason <> 'replaced') ",
            "LEFT JOIN register r ON r.attestation = a.id ",
            $rest
        )
    };
}

const INSERT: &str =
    "INSERT INTO attestations (id, organisation, batch, position, sealed, signed_on) VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = followed!("WHERE a.id = $1 AND a.organisation = $2");
const OF_BATCH: &str = followed!("WHERE a.batch = $1 AND a.organisation = $2 ORDER BY a.position LIMIT $3 OFFSET $4");
const OF_ORGANISATION: &str =
    followed!("JOIN batches b ON b.id = a.batch WHERE a.organisation = $1 ORDER BY b.signed_at DESC, b.id, a.position");

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, OF_BATCH, OF_ORGANISATION];

/// An attestation as it rests.
pub(crate) struct Stored {
    pub(crate) offer: Offer,
    pub(crate) batch: BatchId,
    pub(crate) sealed: Vec<u8>,
    pub(crate) signed_on: NaiveDate,
    pub(crate) revocation: Option<Revocation>,
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    #[sqlx(flatten)]
    offer: OfferRow,
    batch: String,
    sealed: Vec<u8>,
    signed_on: NaiveDate,
    revoked_at: Option<DateTime<Utc>>,
    revoked_for: Option<String>,
}

impl TryFrom<StoredRow> for Stored {
    type Error = Inconsistent;

    fn try_from(row: StoredRow) -> Result<Self, Inconsistent> {
        Ok(Self {
            offer: row.offer.try_into()?,
            batch: rows::parsed(&row.batch, "attestations", "batch")?,
            sealed: row.sealed,
            signed_on: row.signed_on,
            revocation: register::store::revocation(row.revoked_at, row.revoked_for.as_deref())?,
        })
    }
}

/// An attestation to store.
pub(crate) struct NewAttestation<'a> {
    pub(crate) id: &'a AttestationId,
    pub(crate) batch: &'a BatchId,
    pub(crate) position: usize,
    pub(crate) sealed: &'a [u8],
    pub(crate) signed_on: NaiveDate,
}

pub(crate) async fn insert(tx: &mut Tx, organisation: &Slug, new: &NewAttestation<'_>) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT)
        .bind(new.id.as_str())
        .bind(organisation.as_str())
        .bind(new.batch.as_str())
        .bind(rows::stored(new.position))
        .bind(new.sealed)
        .bind(new.signed_on)
        .execute(c).await.map(drop))
}

pub(crate) async fn find(tx: &mut Tx, organisation: &Slug, id: &AttestationId) -> sqlx::Result<Option<Stored>> {
    let row: Option<StoredRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(id.as_str()).bind(organisation.as_str()).fetch_optional(c).await)?;
    rows::optional(row)
}

pub(crate) async fn of_batch(
    tx: &mut Tx,
    organisation: &Slug,
    batch: &BatchId,
    limit: usize,
    offset: usize,
) -> sqlx::Result<Vec<Stored>> {
    let found: Vec<StoredRow> = on!(tx, c => sqlx::query_as(OF_BATCH)
        .bind(batch.as_str())
        .bind(organisation.as_str())
        .bind(rows::stored(limit))
        .bind(rows::stored(offset))
        .fetch_all(c).await)?;
    rows::every(found)
}

pub(crate) async fn of_organisation(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Vec<Stored>> {
    let found: Vec<StoredRow> =
        on!(tx, c => sqlx::query_as(OF_ORGANISATION).bind(organisation.as_str()).fetch_all(c).await)?;
    rows::every(found)
}
