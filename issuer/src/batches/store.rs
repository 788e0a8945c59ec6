//! Tables `batches`, `signed_sessions`.

use chrono::{DateTime, NaiveDate, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{
    Batch, BatchId, BatchState, Figures, Summary,
    marks::{Mark, Signed},
};
use crate::attestations::AttestationId;

const INSERT: &str = "INSERT INTO batches (id, organisation, file_name, digest, sealed, accepted_rows, refused_rows, attestations, state, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9)";
const FIND: &str = "SELECT id, file_name, digest, sealed, accepted_rows, refused_rows, attestations, state, signed_at \
     FROM batches WHERE id = $1 AND organisation = $2";
const SIGNED_WITH: &str = "SELECT id FROM batches WHERE organisation = $1 AND digest = $2 AND state = 'signed' ORDER BY signed_at DESC LIMIT 1";
const SIGN: &str =
    "UPDATE batches SET state = 'signed', signed_at = $2, sealed = $3 WHERE id = $1 AND state = 'draft' RETURNING id";
const DISCARD: &str = "UPDATE batches SET state = 'discarded', sealed = NULL WHERE id = $1 AND organisation = $2 AND state = 'draft' RETURNING id";
const LIST: &str = "SELECT b.id, b.file_name, b.refused_rows, b.attestations, b.created_at, b.signed_at, \
     (SELECT COUNT(*) FROM attestations a JOIN register r ON r.attestation = a.id WHERE a.batch = b.id) AS collected \
     FROM batches b WHERE b.organisation = $1 AND b.state <> 'discarded' ORDER BY b.created_at DESC, b.id LIMIT 100";

const COLLECTED: &str =
    "SELECT COUNT(*) FROM attestations a JOIN register r ON r.attestation = a.id WHERE a.batch = $1";
const FIGURES: &str = "SELECT (SELECT COUNT(*) FROM attestations WHERE organisation = $1), \
     (SELECT COUNT(*) FROM register WHERE organisation = $1), \
     (SELECT COUNT(*) FROM offers WHERE organisation = $1 AND state <> 'issued' \
     AND (end_reason IS NULL OR end_reason NOT IN ('withdrawn', 'replaced')))";

const MARK: &str = "INSERT INTO signed_sessions (organisation, session, address, attestation) VALUES ($1, $2, $3, $4)";
const MARKS: &str = "SELECT s.session, s.address, a.signed_on FROM signed_sessions s JOIN attestations a ON a.id = s.attestation \
     WHERE s.organisation = $1";
const UNMARK: &str = "DELETE FROM signed_sessions WHERE attestation = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    FIND,
    SIGNED_WITH,
    SIGN,
    DISCARD,
    LIST,
    COLLECTED,
    FIGURES,
    MARK,
    MARKS,
    UNMARK,
];

#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
enum StateColumn {
    Draft,
    Signed,
    Discarded,
}

#[derive(sqlx::FromRow)]
struct BatchRow {
    id: String,
    file_name: String,
    digest: Vec<u8>,
    sealed: Option<Vec<u8>>,
    accepted_rows: i64,
    refused_rows: i64,
    attestations: i64,
    state: StateColumn,
    signed_at: Option<DateTime<Utc>>,
}

impl TryFrom<BatchRow> for Batch {
    type Error = Inconsistent;

    fn try_from(row: BatchRow) -> Result<Self, Inconsistent> {
        let state = match (row.state, row.sealed, row.signed_at) {
            (StateColumn::Draft, Some(sheet), None) => BatchState::Draft { sheet },
            (StateColumn::Signed, Some(refusals), Some(at)) => BatchState::Signed { at, refusals },
            (StateColumn::Discarded, None, None) => BatchState::Discarded,
            _ => {
                return Err(Inconsistent {
                    table: "batches",
                    column: "state",
                });
            }
        };
        Ok(Self {
            id: rows::parsed(&row.id, "batches", "id")?,
            file_name: rows::parsed(&row.file_name, "batches", "file_name")?,
            digest: row.digest.try_into().map_err(|_| Inconsistent {
                table: "batches",
                column: "digest",
            })?,
            accepted_rows: rows::unsigned(row.accepted_rows, "batches", "accepted_rows")?,
            refused_rows: rows::unsigned(row.refused_rows, "batches", "refused_rows")?,
            attestations: rows::unsigned(row.attestations, "batches", "attestations")?,
            state,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: String,
    file_name: String,
    refused_rows: i64,
    attestations: i64,
    created_at: DateTime<Utc>,
    signed_at: Option<DateTime<Utc>>,
    collected: i64,
}

impl TryFrom<SummaryRow> for Summary {
    type Error = Inconsistent;

    fn try_from(row: SummaryRow) -> Result<Self, Inconsistent> {
        Ok(Self {
            id: rows::parsed(&row.id, "batches", "id")?,
            file_name: rows::parsed(&row.file_name, "batches", "file_name")?,
            refused_rows: rows::unsigned(row.refused_rows, "batches", "refused_rows")?,
            attestations: rows::unsigned(row.attestations, "batches", "attestations")?,
            collected: rows::unsigned(row.collected, "batches", "collected")?,
            created_at: row.created_at,
            signed_at: row.signed_at,
        })
    }
}

/// Stores a draft.
pub(crate) async fn insert(tx: &mut Tx, organisation: &Slug, batch: &Batch, now: DateTime<Utc>) -> sqlx::Result<()> {
    let BatchState::Draft { sheet } = &batch.state else {
        return Err(Inconsistent {
            table: "batches",
            column: "state",
        }
        .into());
    };
    on!(tx, c => sqlx::query(INSERT)
        .bind(batch.id.as_str())
        .bind(organisation.as_str())
        .bind(batch.file_name.as_str())
        .bind(batch.digest.as_slice())
        .bind(sheet)
        .bind(rows::stored(batch.accepted_rows))
        .bind(rows::stored(batch.refused_rows))
        .bind(rows::stored(batch.attestations))
        .bind(now)
        .execute(c).await.map(drop))
}

pub(crate) async fn find(tx: &mut Tx, organisation: &Slug, id: &BatchId) -> sqlx::Result<Option<Batch>> {
    let row: Option<BatchRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(id.as_str()).bind(organisation.as_str()).fetch_optional(c).await)?;
    rows::optional(row)
}

/// The last signed batch of a file.
pub(crate) async fn signed_with(tx: &mut Tx, organisation: &Slug, digest: &[u8; 32]) -> sqlx::Result<Option<BatchId>> {
    let id: Option<String> = on!(tx, c => sqlx::query_scalar(SIGNED_WITH).bind(organisation.as_str()).bind(digest.as_slice()).fetch_optional(c).await)?;
    Ok(id.map(|id| rows::parsed(&id, "batches", "id")).transpose()?)
}

/// Whether the batch was a draft, and is now signed.
pub(crate) async fn sign(tx: &mut Tx, id: &BatchId, refusals: &[u8], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let won: Option<String> =
        on!(tx, c => sqlx::query_scalar(SIGN).bind(id.as_str()).bind(now).bind(refusals).fetch_optional(c).await)?;
    Ok(won.is_some())
}

/// Whether the batch was a draft, and is now discarded.
pub(crate) async fn discard(tx: &mut Tx, organisation: &Slug, id: &BatchId) -> sqlx::Result<bool> {
    let won: Option<String> = on!(tx, c => sqlx::query_scalar(DISCARD).bind(id.as_str()).bind(organisation.as_str()).fetch_optional(c).await)?;
    Ok(won.is_some())
}

/// The newest batches, discarded ones left out.
pub(crate) async fn list(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Vec<Summary>> {
    let found: Vec<SummaryRow> = on!(tx, c => sqlx::query_as(LIST).bind(organisation.as_str()).fetch_all(c).await)?;
    rows::every(found)
}

/// Number of attestations of a batch that people collected.
pub(crate) async fn collected(tx: &mut Tx, id: &BatchId) -> sqlx::Result<usize> {
    let count: i64 = on!(tx, c => sqlx::query_scalar(COLLECTED).bind(id.as_str()).fetch_one(c).await)?;
    Ok(rows::unsigned(count, "register", "attestation")?)
}

/// Numbers of attestations of an organisation.
pub(crate) async fn figures(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Figures> {
    let (signed, collected, waiting): (i64, i64, i64) =
        on!(tx, c => sqlx::query_as(FIGURES).bind(organisation.as_str()).fetch_one(c).await)?;
    Ok(Figures {
        signed: rows::unsigned(signed, "attestations", "id")?,
        collected: rows::unsigned(collected, "register", "id")?,
        waiting: rows::unsigned(waiting, "offers", "id")?,
    })
}

/// Remembers a session as signed. Fails on the primary key when it is signed already.
pub(crate) async fn mark(
    tx: &mut Tx,
    organisation: &Slug,
    mark: &Mark,
    attestation: &AttestationId,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(MARK)
        .bind(organisation.as_str())
        .bind(mark.session.as_slice())
        .bind(mark.address.as_slice())
        .bind(attestation.as_str())
        .execute(c).await.map(drop))
}

/// The sessions that an organisation signed and did not take back.
pub(crate) async fn signed_sessions(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Signed> {
    let found: Vec<(Vec<u8>, Vec<u8>, NaiveDate)> =
        on!(tx, c => sqlx::query_as(MARKS).bind(organisation.as_str()).fetch_all(c).await)?;
    let marks = found.into_iter().map(|(session, address, day)| {
        let session = session.try_into().map_err(|_| Inconsistent {
            table: "signed_sessions",
            column: "session",
        })?;
        Ok((Mark { session, address }, day))
    });
    Ok(marks.collect::<Result<Signed, Inconsistent>>()?)
}

/// Forgets the sessions of an attestation that is taken back: they may be signed again.
pub(crate) async fn unmark(tx: &mut Tx, attestation: &AttestationId) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(UNMARK).bind(attestation.as_str()).execute(c).await.map(drop))
}
