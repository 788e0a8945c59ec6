//! Pending offers, sealed.

use chrono::{DateTime, Utc};
use shared::{
    entropy::Entropy,
    on,
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};

use super::{Ending, Offer, OfferId, Progress, Sealed, State, Terms};
use crate::{accounts::AccountId, credentials::CredentialId, vault::Vault};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    FIND,
    FIND_BY_FINGERPRINT,
    FIND_BY_LINK,
    ADVANCE,
    COUNT,
    COLLECT,
    REFUSE,
    END,
    REOPEN,
];

const INSERT: &str = "INSERT INTO offers \
    (id, account, fingerprint, link_fingerprint, state, stage, revision, sealed, credential, created_at) \
    VALUES ($1, $2, $3, $4, 'pending', 0, 1, $5, NULL, $6) ON CONFLICT (account, fingerprint) DO NOTHING RETURNING id";
const FIND: &str = "SELECT id, state, stage, revision, sealed, credential FROM offers WHERE account = $1 AND id = $2";
const FIND_BY_FINGERPRINT: &str = "SELECT id FROM offers WHERE account = $1 AND fingerprint = $2";
const FIND_BY_LINK: &str =
    "SELECT id FROM offers WHERE account = $1 AND link_fingerprint = $2 ORDER BY created_at DESC LIMIT 1";
/// What the issuer gave is given once: it is written over whatever came meanwhile, a refusal too.
const ADVANCE: &str = "UPDATE offers SET state = 'pending', stage = $3, sealed = $4, revision = revision + 1 \
    WHERE account = $1 AND id = $2 AND state <> 'collected' AND stage < $3 RETURNING id";
const COUNT: &str = "UPDATE offers SET sealed = $4, revision = revision + 1 \
    WHERE account = $1 AND id = $2 AND state = 'pending' AND stage = 0 AND revision = $3 RETURNING id";
const COLLECT: &str = "UPDATE offers SET state = 'collected', sealed = $3, credential = $4, revision = revision + 1 \
    WHERE account = $1 AND id = $2 AND state <> 'collected' RETURNING id";
const REFUSE: &str = "UPDATE offers SET state = 'refused', sealed = $4, revision = revision + 1 \
    WHERE account = $1 AND id = $2 AND state = 'pending' AND revision = $3 RETURNING id";
const END: &str = "UPDATE offers SET state = 'ended', sealed = $4, revision = revision + 1 \
    WHERE account = $1 AND id = $2 AND state = 'pending' AND revision = $3 RETURNING id";
const REOPEN: &str = "UPDATE offers SET state = 'pending', sealed = $3, revision = revision + 1 \
    WHERE account = $1 AND id = $2 AND state = 'refused' AND stage = 0 RETURNING id";

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
enum StateCode {
    Pending,
    Collected,
    Refused,
    Ended,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    state: StateCode,
    stage: i64,
    revision: i64,
    sealed: Vec<u8>,
    credential: Option<String>,
}

impl TryFrom<(Row, &Vault)> for Offer {
    type Error = Inconsistent;

    fn try_from((row, vault): (Row, &Vault)) -> Result<Self, Inconsistent> {
        let id = rows::parsed(&row.id, "offers", "id")?;
        let credential: Option<CredentialId> = row
            .credential
            .map(|id| rows::parsed(&id, "offers", "credential"))
            .transpose()?;
        let sealed: Sealed = vault.open_value(&row.sealed, Self::place(&id))?;
        let state = match (row.state, sealed.progress, sealed.ending, credential) {
            (StateCode::Pending, Some(progress), None, None) => State::Pending(progress),
            (StateCode::Collected, None, None, credential) => State::Collected(credential),
            (StateCode::Refused, None, None, None) => State::Refused { spent: row.stage > 0 },
            (StateCode::Ended, None, Some(ending), None) => State::Ended(ending),
            _ => {
                return Err(Inconsistent {
                    table: "offers",
                    column: "state",
                });
            }
        };
        Ok(Self {
            id,
            state,
            terms: sealed.terms,
            revision: row.revision,
        })
    }
}

/// An offer that is not known yet.
pub(crate) struct NewOffer {
    pub(crate) id: OfferId,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) link_fingerprint: Option<Vec<u8>>,
    pub(crate) terms: Terms,
    pub(crate) progress: Progress,
}

/// Stores a new offer; false when this person has it already.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: NewOffer,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let NewOffer {
        id,
        fingerprint,
        link_fingerprint,
        terms,
        progress,
    } = offer;
    let sealed = vault.seal_value(&Sealed::pending(terms, progress), Offer::place(&id), entropy);
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(INSERT)
        .bind(id.as_str()).bind(account.as_str()).bind(&fingerprint[..]).bind(link_fingerprint.as_deref())
        .bind(&sealed[..]).bind(now)
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// One offer of this person.
pub(crate) async fn find(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &OfferId,
) -> Result<Option<Offer>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(FIND).bind(account.as_str()).bind(id.as_str()).fetch_optional(c).await)?;
    rows::optional(row.map(|row| (row, vault)))
}

/// The offer of this issuer and code.
pub(crate) async fn find_by_fingerprint(
    tx: &mut Tx,
    account: &AccountId,
    fingerprint: &[u8],
) -> Result<Option<OfferId>, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND_BY_FINGERPRINT)
        .bind(account.as_str()).bind(fingerprint).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| rows::parsed(&id, "offers", "id")).transpose()?)
}

/// The latest offer that came by this link.
pub(crate) async fn find_by_link(
    tx: &mut Tx,
    account: &AccountId,
    fingerprint: &[u8],
) -> Result<Option<OfferId>, sqlx::Error> {
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND_BY_LINK)
        .bind(account.as_str()).bind(fingerprint).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| rows::parsed(&id, "offers", "id")).transpose()?)
}

/// Stores what the issuer gave, whatever another request made of the offer meanwhile; false when one gave as much already.
pub(crate) async fn advance(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: &Offer,
    progress: &Progress,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    let sealed = sealed_progress(vault, offer, progress, entropy);
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(ADVANCE)
        .bind(account.as_str()).bind(offer.id.as_str()).bind(progress.stage()).bind(&sealed[..])
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// Stores how many wrong codes were typed; false when another request changed the offer since it was read.
pub(crate) async fn count(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: &Offer,
    waiting: &Progress,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    let sealed = sealed_progress(vault, offer, waiting, entropy);
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(COUNT)
        .bind(account.as_str()).bind(offer.id.as_str()).bind(offer.revision).bind(&sealed[..])
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

fn sealed_progress(vault: &Vault, offer: &Offer, progress: &Progress, entropy: &dyn Entropy) -> Vec<u8> {
    let sealed = Sealed::pending(offer.terms.clone(), progress.clone());
    vault.seal_value(&sealed, Offer::place(&offer.id), entropy)
}

/// Marks an offer as collected and forgets its code, token and key; false when it was before.
pub(crate) async fn collect(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: &Offer,
    credential: &CredentialId,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    let sealed = Sealed::over(offer.terms.clone(), None);
    let sealed = vault.seal_value(&sealed, Offer::place(&offer.id), entropy);
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(COLLECT)
        .bind(account.as_str()).bind(offer.id.as_str()).bind(&sealed[..]).bind(credential.as_str())
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// Marks an offer as refused and forgets its code, token, key and text; false when it is no longer as it was seen.
pub(crate) async fn refuse(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: &Offer,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    close(REFUSE, tx, account, vault, offer, None, entropy).await
}

/// Marks an offer as ended and forgets its code, token, key and text; false when it is no longer as it was seen.
pub(crate) async fn end(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: &Offer,
    ending: Ending,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    close(END, tx, account, vault, offer, Some(ending), entropy).await
}

async fn close(
    statement: &'static str,
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    offer: &Offer,
    ending: Option<Ending>,
    entropy: &dyn Entropy,
) -> Result<bool, sqlx::Error> {
    let sealed = Sealed::over(offer.terms.clone(), ending);
    let sealed = vault.seal_value(&sealed, Offer::place(&offer.id), entropy);
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(statement)
        .bind(account.as_str()).bind(offer.id.as_str()).bind(offer.revision).bind(&sealed[..])
        .fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// Makes a refused offer pending again, since the person brought it once more; not one whose code is spent.
pub(crate) async fn reopen(
    tx: &mut Tx,
    account: &AccountId,
    vault: &Vault,
    id: &OfferId,
    terms: Terms,
    progress: Progress,
    entropy: &dyn Entropy,
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal_value(&Sealed::pending(terms, progress), Offer::place(id), entropy);
    on!(tx, c => sqlx::query_as::<_, (String,)>(REOPEN)
        .bind(account.as_str()).bind(id.as_str()).bind(&sealed[..])
        .fetch_optional(c).await.map(drop))
}
