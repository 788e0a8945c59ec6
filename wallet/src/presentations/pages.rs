//! Pages of receipts.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use shared::service::page::{PageContext, PageError, render};

use super::{Outcome, Presentation, PresentationId};
use crate::{app::App, credentials::words, holder::Holder, urls};

#[derive(Template)]
#[template(path = "presentations.html")]
pub(crate) struct ListPage {
    pub(crate) page: PageContext,
    pub(crate) entries: Vec<Entry>,
}

/// One receipt in a list.
pub(crate) struct Entry {
    pub(crate) link: String,
    pub(crate) who: String,
    pub(crate) on: String,
    /// The key of how it ended.
    pub(crate) outcome: &'static str,
}

#[derive(Template)]
#[template(path = "presentation.html")]
pub(crate) struct ReceiptPage {
    pub(crate) page: PageContext,
    pub(crate) host: String,
    pub(crate) name: Option<String>,
    pub(crate) on: String,
    pub(crate) purpose: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) request: String,
    pub(crate) shared: Vec<SharedLines>,
}

/// What one attestation told, in words.
pub(crate) struct SharedLines {
    pub(crate) organisation: String,
    pub(crate) lines: Vec<words::Line>,
}

/// `GET /presentations`
pub(crate) async fn list(State(app): State<App>, holder: Holder) -> Result<Response, PageError> {
    let found = async {
        let mut tx = app.db.read().await?;
        super::store::list(&mut tx, &holder.account, &holder.vault).await
    };
    let presentations = found.await.map_err(|error| holder.internal(&error))?;
    let page = holder.page;
    let entries = presentations
        .iter()
        .map(|presentation| Entry::new(&page, presentation))
        .collect();
    Ok(render(&ListPage { page, entries }))
}

/// `GET /presentations/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: PresentationId = holder.named(id)?;
    let found = async {
        let mut tx = app.db.read().await?;
        super::store::find(&mut tx, &holder.account, &holder.vault, &id).await
    };
    let presentation = found
        .await
        .map_err(|error| holder.internal(&error))?
        .ok_or_else(|| holder.not_found())?;
    Ok(render(&ReceiptPage::new(holder.page, presentation)))
}

impl Entry {
    pub(crate) fn new(page: &PageContext, presentation: &Presentation) -> Self {
        let verifier = &presentation.receipt.verifier;
        Self {
            link: urls::presentation(&presentation.id),
            who: verifier.name.clone().unwrap_or_else(|| verifier.host.clone()),
            on: page.date(presentation.created_at.date_naive()),
            outcome: presentation.receipt.outcome.key(),
        }
    }
}

impl ReceiptPage {
    pub(crate) fn new(page: PageContext, presentation: Presentation) -> Self {
        let Presentation {
            receipt,
            request,
            created_at,
            ..
        } = presentation;
        let shared = receipt.shared.iter().map(|shared| SharedLines {
            organisation: shared.organisation.clone(),
            lines: words::lines(&page, &shared.facts),
        });
        Self {
            shared: shared.collect(),
            on: page.date(created_at.date_naive()),
            purpose: receipt.purpose(page.language).map(ToOwned::to_owned),
            host: receipt.verifier.host,
            name: receipt.verifier.name,
            outcome: receipt.outcome,
            request: urls::request(request),
            page,
        }
    }

    /// Where the verifier wants the person to go next.
    fn next(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Shared { next } | Outcome::Refused { next } => next.as_ref().map(url::Url::as_str),
            Outcome::Unconfirmed => None,
        }
    }

    fn is_unconfirmed(&self) -> bool {
        self.outcome == Outcome::Unconfirmed
    }
}

impl Outcome {
    /// The key of the heading of its receipt.
    pub(crate) fn title_key(&self) -> &'static str {
        match self {
            Self::Unconfirmed => "receipt-unconfirmed",
            Self::Shared { .. } => "receipt-shared",
            Self::Refused { .. } => "receipt-refused",
        }
    }

    /// The key of its word: `share-…`.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Unconfirmed => "share-unconfirmed",
            Self::Shared { .. } => "share-shared",
            Self::Refused { .. } => "share-refused",
        }
    }
}
