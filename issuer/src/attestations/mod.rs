//! Signed attestations: what the organisation stands behind, person by person, waiting to be collected or collected.
//!
//! What they say of people rests sealed: only the id, the batch and the day of signature can be queried. The credential is
//! made from it when the person collects, because only then is the person's key known.

pub(crate) mod pages;
pub(crate) mod store;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use shared::{
    activity::{ActivityAttestation, ActivityRef, AttestationError},
    keys::seal::Unopenable,
    organisation::{Organisation, Slug},
    service::db::Tx,
    text::Text,
};

use crate::{
    App,
    authorization::TOKEN_LIFETIME,
    batches::{self, BatchId, sheet::Draft},
    offers::{self, EndReason, Offer, OfferState},
    organisations::HostedOrganisation,
    register::{self, Revocation},
};

shared::id! {
    /// Names an attestation, for its organisation.
    pub struct AttestationId;
}

/// A signed attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAttestation {
    /// Its name.
    pub id: AttestationId,
    /// The batch it was signed in.
    pub batch: BatchId,
    /// The day of signature.
    pub signed_on: NaiveDate,
    /// Stable name of the activity.
    pub reference: ActivityRef,
    /// Who did what.
    pub draft: Draft,
}

impl SignedAttestation {
    /// As the organisation signs it.
    pub fn attestation(&self, organisation: Organisation) -> Result<ActivityAttestation, AttestationError> {
        self.draft
            .attestation(organisation, self.reference.clone(), self.signed_on)
    }
}

/// An attestation, its current offer, and its revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// What was signed.
    pub signed: SignedAttestation,
    /// How it is collected.
    pub offer: Offer,
    /// When and why it was taken back, collected or not.
    pub revocation: Option<Revocation>,
}

/// Where an attestation stands, for its organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The invitation waits for the person.
    Waiting,
    /// A wallet is collecting.
    Collecting,
    /// A wallet began to collect and its time is over.
    Interrupted,
    /// In the person's wallet.
    Collected,
    /// Collected, then revoked.
    Revoked,
    /// Nobody came in time.
    Expired,
    /// Five wrong codes.
    WrongCodes,
    /// Taken back before it was collected.
    Withdrawn,
}

impl Progress {
    /// Message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "progress-pending",
            Self::Collecting => "progress-redeemed",
            Self::Interrupted => "progress-interrupted",
            Self::Collected => "progress-issued",
            Self::Revoked => "progress-revoked",
            Self::Expired => "progress-expired",
            Self::WrongCodes => "progress-wrong-codes",
            Self::Withdrawn => "progress-withdrawn",
        }
    }

    /// Its code, in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "pending",
            Self::Collecting => "redeemed",
            Self::Interrupted => "interrupted",
            Self::Collected => "issued",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::WrongCodes => "wrong_codes",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether a new invitation can be made: nothing was collected nor taken back.
    pub fn can_be_invited(self) -> bool {
        matches!(
            self,
            Self::Waiting | Self::Collecting | Self::Interrupted | Self::Expired | Self::WrongCodes
        )
    }

    /// Whether it can be taken back.
    pub fn can_be_revoked(self) -> bool {
        !matches!(self, Self::Revoked | Self::Withdrawn)
    }
}

impl Followed {
    /// Where it stands at `now`.
    pub fn progress(&self, now: DateTime<Utc>) -> Progress {
        match (&self.offer.state, &self.revocation) {
            (OfferState::Issued { .. }, Some(_)) => Progress::Revoked,
            (OfferState::Issued { .. }, None) => Progress::Collected,
            (OfferState::Redeemed { at }, _) if now >= *at + TOKEN_LIFETIME => Progress::Interrupted,
            (OfferState::Redeemed { .. }, _) => Progress::Collecting,
            (OfferState::Pending { .. }, _) if self.offer.is_expired(now) => Progress::Expired,
            (OfferState::Pending { .. }, _) => Progress::Waiting,
            (
                OfferState::Ended {
                    reason: EndReason::WrongCodes,
                },
                _,
            ) => Progress::WrongCodes,
            (
                OfferState::Ended {
                    reason: EndReason::Withdrawn | EndReason::Replaced,
                },
                _,
            ) => Progress::Withdrawn,
        }
    }
}

/// Why a sealed attestation does not read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Sealed by another key file, or moved.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// Not what was sealed.
    #[error("a sealed attestation is malformed")]
    Malformed(#[from] serde_json::Error),
    /// Its reference is not one.
    #[error("a sealed attestation has no valid reference")]
    Reference(#[from] shared::id::NotAnId),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Why an attestation was not revoked or not offered again.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// This organisation has no such attestation.
    #[error("this organisation has no such attestation")]
    Unknown,
    /// Revoked or withdrawn already.
    #[error("the attestation was revoked already")]
    Revoked,
    /// Collected: there is nothing to invite to.
    #[error("the attestation was collected already")]
    Collected,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    reference: String,
    draft: Draft,
}

/// Signs a draft: checks that it makes an attestation, stores it sealed, and makes its offer.
pub(crate) async fn sign(
    app: &App,
    tx: &mut Tx,
    organisation: &HostedOrganisation,
    batch: &BatchId,
    position: usize,
    draft: Draft,
    asks_tx_code: bool,
) -> Result<AttestationId, SignError> {
    let reference = ActivityRef::random(app.entropy.as_ref());
    let signed_on = app.today();
    draft.attestation(organisation.legal.clone(), reference.clone(), signed_on)?;
    let id = AttestationId::random(app.entropy.as_ref());
    let plain = serde_json::to_vec(&Sealed {
        reference: reference.to_string(),
        draft,
    })?;
    let sealed = app.keys.seal(&plain, &place(&id), app.entropy.as_ref());
    store::insert(
        tx,
        &organisation.slug,
        &store::NewAttestation {
            id: &id,
            batch,
            position,
            sealed: &sealed,
            signed_on,
        },
    )
    .await?;
    offers::create(app, tx, &id, &organisation.slug, asks_tx_code).await?;
    Ok(id)
}

/// Why a draft was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It does not make an attestation.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// It does not write as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What was signed, to be issued.
pub(crate) async fn open(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    id: &AttestationId,
) -> Result<Option<SignedAttestation>, OpenError> {
    Ok(find(app, tx, organisation, id).await?.map(|followed| followed.signed))
}

/// An attestation of this organisation.
pub(crate) async fn find(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    id: &AttestationId,
) -> Result<Option<Followed>, OpenError> {
    store::find(tx, organisation, id)
        .await?
        .map(|stored| unsealed(app, stored))
        .transpose()
}

/// Attestations of a batch, in its order: `limit` of them from the `offset`th.
pub(crate) async fn of_batch(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    batch: &BatchId,
    limit: usize,
    offset: usize,
) -> Result<Vec<Followed>, OpenError> {
    store::of_batch(tx, organisation, batch, limit, offset)
        .await?
        .into_iter()
        .map(|stored| unsealed(app, stored))
        .collect()
}

/// Every attestation of an organisation, the newest batch first.
pub(crate) async fn of_organisation(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Vec<Followed>, OpenError> {
    store::of_organisation(tx, organisation)
        .await?
        .into_iter()
        .map(|stored| unsealed(app, stored))
        .collect()
}

/// Takes an attestation back: revokes its credential once collected, ends its offer before. Its sessions may be signed
/// again.
pub(crate) async fn revoke(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    id: &AttestationId,
    reason: &Text<200>,
) -> Result<(), ChangeError> {
    if store::find(tx, organisation, id).await?.is_none() {
        return Err(ChangeError::Unknown);
    }
    // The offer first: the update waits for an issuance under way, which then is seen in the register. It also waits for a
    // new invitation under way, whose offer only a second look sees.
    for _ in 0..2 {
        if offers::store::withdraw(tx, id, reason, app.now()).await? || register::revoke(app, tx, id, reason).await? {
            return Ok(batches::store::unmark(tx, id).await?);
        }
    }
    Err(ChangeError::Revoked)
}

/// Makes a new invitation in place of the current one, whose link stops working.
pub(crate) async fn invite(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    id: &AttestationId,
) -> Result<Offer, ChangeError> {
    let current = store::find(tx, organisation, id).await?.ok_or(ChangeError::Unknown)?;
    if !offers::store::replace(tx, id).await? {
        let collected = matches!(current.offer.state, OfferState::Issued { .. });
        return Err(if collected {
            ChangeError::Collected
        } else {
            ChangeError::Revoked
        });
    }
    Ok(offers::create(app, tx, id, organisation, current.offer.asks_tx_code).await?)
}

fn unsealed(app: &App, stored: store::Stored) -> Result<Followed, OpenError> {
    let id = stored.offer.attestation.clone();
    let plain = app.keys.open(&stored.sealed, &place(&id))?;
    let Sealed { reference, draft } = serde_json::from_slice(&plain)?;
    let signed = SignedAttestation {
        id,
        batch: stored.batch,
        signed_on: stored.signed_on,
        reference: reference.parse()?,
        draft,
    };
    Ok(Followed {
        signed,
        offer: stored.offer,
        revocation: stored.revocation,
    })
}

fn place(id: &AttestationId) -> String {
    format!("attestations.sealed/{id}")
}
