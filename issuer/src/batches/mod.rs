//! Batches: an hours sheet is read, checked by the treasurer, and signed in one go.
//!
//! ```text
//! file ──sheet::parse──► Draft ──sign──► Signed (an attestation and an offer for each person)
//!                          └──discard──► Discarded (nothing of the sheet remains)
//! ```

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

use self::sheet::{Refusal, Sheet};
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
    /// The same file, byte for byte, was signed already: its hours would count twice.
    #[error("this file was signed already, as batch {0}")]
    AlreadySigned(BatchId),
    /// The same file is being signed at this instant.
    #[error("this file is being signed already")]
    BeingSigned,
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

/// Keeps a sheet as a draft.
pub(crate) async fn draft(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    file_name: Text<200>,
    digest: [u8; 32],
    sheet: &Sheet,
) -> Result<BatchId, BatchError> {
    if let Some(signed) = store::signed_with(tx, organisation, &digest).await? {
        return Err(BatchError::AlreadySigned(signed));
    }
    let id = BatchId::random(app.entropy.as_ref());
    let sealed = app
        .keys
        .seal(&serde_json::to_vec(sheet)?, &place(&id), app.entropy.as_ref());
    let batch = Batch {
        id: id.clone(),
        file_name,
        digest,
        accepted_rows: sheet.accepted(),
        refused_rows: sheet.refusals.len(),
        attestations: sheet.drafts.len(),
        state: BatchState::Draft { sheet: sealed },
    };
    store::insert(tx, organisation, &batch, app.now()).await?;
    Ok(id)
}

/// Signs a draft: every attestation with its offer, or nothing.
pub(crate) async fn sign(
    app: &App,
    tx: &mut Tx,
    organisation: &HostedOrganisation,
    id: &BatchId,
    asks_tx_code: bool,
) -> Result<usize, BatchError> {
    let batch = store::find(tx, &organisation.slug, id)
        .await?
        .ok_or(BatchError::Unknown)?;
    let sheet = opened(app, &batch)?.ok_or(BatchError::NotADraft)?;
    if sheet.drafts.is_empty() {
        return Err(BatchError::NothingToSign);
    }
    if let Some(signed) = store::signed_with(tx, &organisation.slug, &batch.digest).await? {
        return Err(BatchError::AlreadySigned(signed));
    }
    let refusals = app
        .keys
        .seal(&serde_json::to_vec(&sheet.refusals)?, &place(id), app.entropy.as_ref());
    match store::sign(tx, id, &refusals, app.now()).await {
        Ok(true) => {}
        Ok(false) => return Err(BatchError::NotADraft),
        Err(error) if is_unique_violation(&error) => return Err(BatchError::BeingSigned),
        Err(error) => return Err(error.into()),
    }
    let count = sheet.drafts.len();
    for (position, draft) in sheet.drafts.into_iter().enumerate() {
        attestations::sign(app, tx, organisation, id, position, draft, asks_tx_code).await?;
    }
    Ok(count)
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
