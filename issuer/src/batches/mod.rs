//! Batches: an hours sheet is read, checked by the treasurer, and signed in one go.
//!
//! ```text
//! file ──read──► Draft ──sign──► Signed (an attestation and an offer for each person)
//!                  └──discard──► Discarded (nothing of the sheet remains)
//! ```
//! A session is signed once: reading leaves out those of earlier batches, and signing marks its own.

mod marks;
pub(crate) mod pages;
mod refused_rows;
pub mod sheet;
pub(crate) mod store;
mod views;
pub(crate) mod words;

use chrono::{DateTime, Utc};
use shared::{
    keys::seal::{self, Unopenable},
    organisation::Slug,
    service::db::{Tx, is_unique_violation},
    text::Text,
};

use self::{
    marks::Mark,
    sheet::{Refusal, Rows, Sheet},
};
use crate::{App, attestations, organisations::HostedOrganisation};

shared::id! {
    /// Names a batch.
    pub struct BatchId;
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its name.
    pub id: BatchId,
    /// Name of the file, as sent.
    pub file_name: Text<200>,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Rows counted in its attestations.
    pub accepted_rows: usize,
    /// Rows left out.
    pub refused_rows: usize,
    /// Attestations it makes.
    pub attestations: usize,
    /// Where it stands.
    pub state: BatchState,
}

/// Where a batch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchState {
    /// To be checked by the treasurer.
    Draft {
        /// The [`Sheet`], sealed.
        sheet: Vec<u8>,
    },
    /// Signed.
    Signed {
        /// When.
        at: DateTime<Utc>,
        /// The refused rows, sealed. What was accepted lives on in the attestations.
        refusals: Vec<u8>,
    },
    /// Discarded.
    Discarded,
}

/// A line of the list of batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its name.
    pub id: BatchId,
    /// Name of the file.
    pub file_name: Text<200>,
    /// Rows left out.
    pub refused_rows: usize,
    /// Attestations it makes.
    pub attestations: usize,
    /// Those that people collected.
    pub collected: usize,
    /// When it was read.
    pub created_at: DateTime<Utc>,
    /// When it was signed; `None`: a draft.
    pub signed_at: Option<DateTime<Utc>>,
}

/// Numbers of attestations of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// All of them.
    pub signed: usize,
    /// Those that people collected.
    pub collected: usize,
    /// Those that can still be collected: neither collected nor taken back.
    pub waiting: usize,
}

/// Why a sheet did not become a batch, or a batch was not signed or discarded.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The same file, byte for byte, was signed already, and nothing in it is new.
    #[error("this file was signed already, as batch {0}")]
    AlreadySigned(BatchId),
    /// Another batch signed some of its sessions since it was read, or is signing them: they would count twice.
    #[error("some of these sessions were signed in another batch since this one was read")]
    SignedSince,
    /// This organisation has no such batch.
    #[error("this organisation has no such batch")]
    Unknown,
    /// Signed or discarded before.
    #[error("the batch is no longer a draft")]
    NotADraft,
    /// No row was accepted.
    #[error("the batch has nothing to sign")]
    NothingToSign,
    /// An attestation could not be signed: then none is.
    #[error(transparent)]
    Sign(#[from] attestations::SignError),
    /// Sealed by another key file, or moved.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// What is sealed does not read.
    #[error("a sealed sheet is malformed")]
    Malformed(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What identifies a file.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    seal::digest(bytes)
}

/// Adds the rows of a sheet up, without the sessions that earlier batches signed.
pub(crate) async fn gather(app: &App, tx: &mut Tx, organisation: &Slug, rows: Rows) -> sqlx::Result<Sheet> {
    let signed = store::signed_sessions(tx, organisation).await?;
    Ok(rows.gather(|session| signed.on(&Mark::of(&app.keys, organisation, session))))
}

/// The draft of a sheet, sealed, to be kept.
pub(crate) fn draft(app: &App, file_name: Text<200>, digest: [u8; 32], sheet: &Sheet) -> Result<Batch, BatchError> {
    let id = BatchId::random(app.entropy.as_ref());
    let sealed = app
        .keys
        .seal(&serde_json::to_vec(sheet)?, &place(&id), app.entropy.as_ref());
    Ok(Batch {
        id,
        file_name,
        digest,
        accepted_rows: sheet.accepted(),
        refused_rows: sheet.refusals.len(),
        attestations: sheet.drafts.len(),
        state: BatchState::Draft { sheet: sealed },
    })
}

/// Keeps a draft, unless its file was signed already and has nothing new.
pub(crate) async fn keep(app: &App, tx: &mut Tx, organisation: &Slug, batch: &Batch) -> Result<(), BatchError> {
    if batch.attestations == 0
        && let Some(signed) = store::signed_with(tx, organisation, &batch.digest).await?
    {
        return Err(BatchError::AlreadySigned(signed));
    }
    Ok(store::insert(tx, organisation, batch, app.now()).await?)
}

/// Signs a draft: every attestation with its offer, or nothing.
pub(crate) async fn sign(
    app: &App,
    tx: &mut Tx,
    organisation: &HostedOrganisation,
    id: &BatchId,
    asks_tx_code: bool,
) -> Result<usize, BatchError> {
    let slug = &organisation.slug;
    let batch = store::find(tx, slug, id).await?.ok_or(BatchError::Unknown)?;
    let sheet = opened(app, &batch)?.ok_or(BatchError::NotADraft)?;
    if sheet.drafts.is_empty() {
        return Err(BatchError::NothingToSign);
    }
    let signed = store::signed_sessions(tx, slug).await?;
    let mut marks: Vec<(Mark, usize)> = sheet
        .sessions
        .iter()
        .map(|(draft, session)| (Mark::of(&app.keys, slug, session), *draft))
        .collect();
    if marks.iter().any(|(mark, _)| signed.on(mark).is_some()) {
        return Err(BatchError::SignedSince);
    }
    let refusals = app
        .keys
        .seal(&serde_json::to_vec(&sheet.refusals)?, &place(id), app.entropy.as_ref());
    if !store::sign(tx, id, &refusals, app.now()).await? {
        return Err(BatchError::NotADraft);
    }
    let mut attestations = Vec::with_capacity(sheet.drafts.len());
    for (position, draft) in sheet.drafts.into_iter().enumerate() {
        attestations.push(attestations::sign(app, tx, organisation, id, position, draft, asks_tx_code).await?);
    }
    // In one order, so that of two batches with the same sessions the second waits for the first, and never both.
    marks.sort();
    for (mark, draft) in &marks {
        match store::mark(tx, slug, mark, &attestations[*draft]).await {
            Ok(()) => {}
            Err(error) if is_unique_violation(&error) => return Err(BatchError::SignedSince),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(attestations.len())
}

/// Discards a draft and erases its sheet.
pub(crate) async fn discard(tx: &mut Tx, organisation: &Slug, id: &BatchId) -> Result<(), BatchError> {
    if store::discard(tx, organisation, id).await? {
        Ok(())
    } else if store::find(tx, organisation, id).await?.is_some() {
        Err(BatchError::NotADraft)
    } else {
        Err(BatchError::Unknown)
    }
}

/// The sheet of a draft; `None` when it is one no longer.
pub(crate) fn opened(app: &App, batch: &Batch) -> Result<Option<Sheet>, BatchError> {
    let BatchState::Draft { sheet } = &batch.state else {
        return Ok(None);
    };
    Ok(Some(serde_json::from_slice(&app.keys.open(sheet, &place(&batch.id))?)?))
}

/// The refused rows of a batch.
pub(crate) fn refusals(app: &App, batch: &Batch) -> Result<Vec<Refusal>, BatchError> {
    match &batch.state {
        BatchState::Draft { .. } => Ok(opened(app, batch)?.map(|sheet| sheet.refusals).unwrap_or_default()),
        BatchState::Signed { refusals, .. } => {
            Ok(serde_json::from_slice(&app.keys.open(refusals, &place(&batch.id))?)?)
        }
        BatchState::Discarded => Ok(Vec::new()),
    }
}

fn place(id: &BatchId) -> String {
    format!("batches.sealed/{id}")
}
