//! Table `register`.

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

use super::{Entry, Revocation};
use crate::{attestations::AttestationId, status::Place};

const INSERT: &str = "INSERT INTO register (id, attestation, organisation, digest, kid, status_list, status_entry, issued_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const REVOKE: &str = "UPDATE register SET revoked_at = $2, revoked_for = $3 WHERE attestation = $1 AND revoked_at IS NULL \
     RETURNING status_list, status_entry";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, REVOKE];

/// When and why a credential was revoked, from its columns.
pub(crate) fn revocation(at: Option<DateTime<Utc>>, reason: Option<&str>) -> Result<Option<Revocation>, Inconsistent> {
    match (at, reason) {
        (None, None) => Ok(None),
        (Some(at), Some(reason)) => Ok(Some(Revocation {
            at,
            reason: rows::parsed(reason, "register", "revoked_for")?,
        })),
        _ => Err(Inconsistent {
            table: "register",
            column: "revoked_at",
        }),
    }
}

fn place(list: &str, entry: i64) -> Result<Place, Inconsistent> {
    Ok(Place {
        list: rows::parsed(list, "register", "status_list")?,
        entry: rows::unsigned(entry, "register", "status_entry")?,
    })
}

pub(crate) async fn insert(tx: &mut Tx, organisation: &Slug, entry: &Entry) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT)
        .bind(entry.id.as_str())
        .bind(entry.attestation.as_str())
        .bind(organisation.as_str())
        .bind(entry.digest.as_slice())
        .bind(&entry.kid)
        .bind(entry.place.list.as_str())
        .bind(i64::from(entry.place.entry))
        .bind(entry.issued_at)
        .bind(entry.expires_at)
        .execute(c).await.map(drop))
}

/// The place of a credential that was not revoked, and is now.
pub(crate) async fn revoke(
    tx: &mut Tx,
    attestation: &AttestationId,
    reason: &Text<200>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Place>> {
    let row: Option<(String, i64)> = on!(tx, c => sqlx::query_as(REVOKE).bind(attestation.as_str()).bind(now).bind(reason.as_str()).fetch_optional(c).await)?;
    Ok(row.map(|(list, entry)| place(&list, entry)).transpose()?)
}
