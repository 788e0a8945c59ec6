//! Table `offers`.

use chrono::{DateTime, Utc};
use shared::{
    on,
    organisation::Slug,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
    text::Text,
};

use super::{EndReason, MAX_WRONG_CODES, Offer, OfferId, OfferState};
use crate::{attestations::AttestationId, register::CredentialId};

const INSERT: &str = "INSERT INTO offers (id, attestation, organisation, tx_code, state, wrong_codes, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, 'pending', 0, $5, $6)";
const FIND: &str = "SELECT id, attestation, organisation, tx_code, state, wrong_codes, redeemed_at, issued_at, credential, end_reason, expires_at \
     FROM offers WHERE id = $1 AND organisation = $2";
const REDEEM: &str = "UPDATE offers SET state = 'redeemed', redeemed_at = $2 WHERE id = $1 AND state = 'pending' AND expires_at > $2 RETURNING id";
const COUNT_WRONG_CODE: &str = "UPDATE offers SET wrong_codes = wrong_codes + 1, \
     state = CASE WHEN wrong_codes + 1 >= $2 THEN 'ended' ELSE state END, \
     end_reason = CASE WHEN wrong_codes + 1 >= $2 THEN 'wrong_codes' ELSE end_reason END \
     WHERE id = $1 AND state = 'pending' RETURNING wrong_codes";
const ISSUE: &str = "UPDATE offers SET state = 'issued', issued_at = $2, credential = $3 WHERE id = $1 AND state = 'redeemed' RETURNING attestation";
const WITHDRAW: &str = "UPDATE offers SET state = 'ended', end_reason = 'withdrawn', withdrawn_at = $2, withdrawn_for = $3 WHERE attestation = $1 AND state <> 'issued' \
     AND (end_reason IS NULL OR end_reason NOT IN ('withdrawn', 'replaced')) RETURNING id";
const REPLACE: &str = "UPDATE offers SET state = 'ended', end_reason = 'replaced' WHERE attestation = $1 AND state <> 'issued' \
     AND (end_reason IS NULL OR end_reason NOT IN ('withdrawn', 'replaced')) RETURNING id";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, REDEEM, COUNT_WRONG_CODE, ISSUE, WITHDRAW, REPLACE];

#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub(crate) enum StateColumn {
    Pending,
    Redeemed,
    Issued,
    Ended,
}

/// The columns of an offer; attestations read them beside their own.
#[derive(sqlx::FromRow)]
pub(crate) struct OfferRow {
    id: String,
    attestation: String,
    organisation: String,
    tx_code: bool,
    state: StateColumn,
    wrong_codes: i64,
    redeemed_at: Option<DateTime<Utc>>,
    issued_at: Option<DateTime<Utc>>,
    credential: Option<String>,
    end_reason: Option<EndReason>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<OfferRow> for Offer {
    type Error = Inconsistent;

    fn try_from(row: OfferRow) -> Result<Self, Inconsistent> {
        let state = match (
            row.state,
            row.redeemed_at,
            row.issued_at,
            row.credential,
            row.end_reason,
        ) {
            (StateColumn::Pending, None, None, None, None) => OfferState::Pending {
                wrong_codes: rows::unsigned(row.wrong_codes, "offers", "wrong_codes")?,
            },
            (StateColumn::Redeemed, Some(at), None, None, None) => OfferState::Redeemed { at },
            (StateColumn::Issued, Some(_), Some(at), Some(credential), None) => OfferState::Issued {
                at,
                credential: rows::parsed(&credential, "offers", "credential")?,
            },
            (StateColumn::Ended, _, None, None, Some(reason)) => OfferState::Ended { reason },
            _ => {
                return Err(Inconsistent {
                    table: "offers",
                    column: "state",
                });
            }
        };
        Ok(Self {
            id: rows::parsed(&row.id, "offers", "id")?,
            attestation: rows::parsed(&row.attestation, "offers", "attestation")?,
            organisation: rows::parsed(&row.organisation, "offers", "organisation")?,
            asks_tx_code: row.tx_code,
            state,
            expires_at: row.expires_at,
        })
    }
}

pub(crate) async fn insert(tx: &mut Tx, offer: &Offer, now: DateTime<Utc>) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT)
        .bind(offer.id.as_str())
        .bind(offer.attestation.as_str())
        .bind(offer.organisation.as_str())
        .bind(offer.asks_tx_code)
        .bind(now)
        .bind(offer.expires_at)
        .execute(c).await.map(drop))
}

pub(crate) async fn find(tx: &mut Tx, organisation: &Slug, offer: &OfferId) -> sqlx::Result<Option<Offer>> {
    let row: Option<OfferRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(offer.as_str()).bind(organisation.as_str()).fetch_optional(c).await)?;
    rows::optional(row)
}

/// Whether the offer was open, and is now redeemed.
pub(crate) async fn redeem(tx: &mut Tx, offer: &OfferId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let won: Option<String> =
        on!(tx, c => sqlx::query_scalar(REDEEM).bind(offer.as_str()).bind(now).fetch_optional(c).await)?;
    Ok(won.is_some())
}

/// Counts a wrong code; the last one ends the offer.
pub(crate) async fn count_wrong_code(tx: &mut Tx, offer: &OfferId) -> sqlx::Result<()> {
    let _: Option<i64> = on!(tx, c => sqlx::query_scalar(COUNT_WRONG_CODE).bind(offer.as_str()).bind(i64::from(MAX_WRONG_CODES)).fetch_optional(c).await)?;
    Ok(())
}

/// The attestation of an offer that was redeemed and is now issued.
pub(crate) async fn issue(
    tx: &mut Tx,
    offer: &OfferId,
    credential: &CredentialId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<AttestationId>> {
    let won: Option<String> = on!(tx, c => sqlx::query_scalar(ISSUE).bind(offer.as_str()).bind(now).bind(credential.as_str()).fetch_optional(c).await)?;
    Ok(won.map(|id| rows::parsed(&id, "offers", "attestation")).transpose()?)
}

/// Whether the current offer of an attestation was not issued, and is now withdrawn.
pub(crate) async fn withdraw(
    tx: &mut Tx,
    attestation: &AttestationId,
    reason: &Text<200>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let won: Option<String> = on!(tx, c => sqlx::query_scalar(WITHDRAW).bind(attestation.as_str()).bind(now).bind(reason.as_str()).fetch_optional(c).await)?;
    Ok(won.is_some())
}

/// Whether the current offer of an attestation was neither issued nor withdrawn, and now leaves its place.
pub(crate) async fn replace(tx: &mut Tx, attestation: &AttestationId) -> sqlx::Result<bool> {
    let won: Option<String> =
        on!(tx, c => sqlx::query_scalar(REPLACE).bind(attestation.as_str()).fetch_optional(c).await)?;
    Ok(won.is_some())
}
