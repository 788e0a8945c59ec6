//! A batch from file to follow-up.

use axum::{
    extract::{Path, RawQuery, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::service::{
    form::{Form, TokenForm, Upload},
    page::{PageError, render},
};

use super::{
    BatchError, BatchId, BatchState, refused_rows, sheet, store,
    views::{FollowedPage, NewPage, SHOWN, draft_page, followed_line, refusal_line},
    words,
};
use crate::{App, attestations, organisations::pages::Treasurer, query::parameter, urls};

/// People on one page of the follow-up.
const PAGE: usize = 100;

/// `GET /batches/new`.
pub(crate) async fn new(treasurer: Treasurer) -> Response {
    render(&NewPage {
        page: treasurer.page,
        pasted: String::new(),
        error: None,
    })
}

/// `POST /batches`: reads the sheet and keeps it as a draft.
pub(crate) async fn create(
    State(app): State<App>,
    treasurer: Treasurer,
    mut upload: Upload,
) -> Result<Response, PageError> {
    treasurer.check(upload.field("csrf"))?;
    let page = &treasurer.page;
    let pasted = upload.fields.remove("pasted").unwrap_or_default();
    let (name, bytes) = match upload.file {
        Some((name, bytes)) if !bytes.is_empty() => (name, bytes.to_vec()),
        _ => (page.t("batch-pasted"), pasted.clone().into_bytes()),
    };
    let today = app.today();
    let digest = super::digest(&bytes);
    let read = tokio::task::spawn_blocking(move || sheet::read(&bytes, today))
        .await
        .map_err(|error| treasurer.internal(&error))?;
    let rows = match read {
        Ok(rows) => rows,
        Err(error) => {
            let error = Some(words::sheet_error(page, &error));
            return Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                render(&NewPage {
                    page: treasurer.page,
                    pasted,
                    error,
                }),
            )
                .into_response());
        }
    };
    let name = words::file_name(page, &name);
    let slug = &treasurer.organisation.slug;
    let mut tx = app.db.read().await.map_err(|error| treasurer.internal(&error))?;
    let sheet = super::gather(&app, &mut tx, slug, rows)
        .await
        .map_err(|error| treasurer.internal(&error))?;
    drop(tx);
    let batch = super::draft(&app, name, digest, &sheet).map_err(|error| page_error(&treasurer, &error))?;
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::keep(&app, &mut tx, slug, &batch)
        .await
        .map_err(|error| page_error(&treasurer, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(&urls::batch(&batch.id)).into_response())
}

/// `GET /batches/{id}`: the check of a draft, the follow-up of a signed batch.
pub(crate) async fn show(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let internal = |error: sqlx::Error| treasurer.internal(&error);
    let id = known(&treasurer, &id)?;
    let slug = &treasurer.organisation.slug;
    let mut tx = app.db.read().await.map_err(internal)?;
    let batch = store::find(&mut tx, slug, &id)
        .await
        .map_err(internal)?
        .ok_or_else(|| treasurer.unknown())?;
    let refused = super::refusals(&app, &batch).map_err(|error| page_error(&treasurer, &error))?;
    let refusals = refused
        .iter()
        .take(SHOWN)
        .map(|refusal| refusal_line(&treasurer.page, refusal))
        .collect();
    match &batch.state {
        BatchState::Draft { .. } => {
            let sheet = super::opened(&app, &batch)
                .map_err(|error| page_error(&treasurer, &error))?
                .ok_or_else(|| treasurer.unknown())?;
            Ok(render(&draft_page(treasurer.page, batch, &sheet, refusals)))
        }
        BatchState::Signed { at, .. } => {
            let number = parameter(query.as_deref(), "page").and_then(|number| number.parse().ok());
            let number = number.unwrap_or(1usize).clamp(1, 1_000);
            let mut followed = attestations::of_batch(&app, &mut tx, slug, &id, PAGE + 1, (number - 1) * PAGE)
                .await
                .map_err(|error| treasurer.internal(&error))?;
            let next = (followed.len() > PAGE).then(|| urls::batch_page(&id, number + 1));
            followed.truncate(PAGE);
            let collected = store::collected(&mut tx, &id).await.map_err(internal)?;
            Ok(render(&FollowedPage {
                signed_on: treasurer.page.date(at.date_naive()),
                collected,
                lines: followed
                    .iter()
                    .map(|followed| followed_line(&app, &treasurer, followed))
                    .collect(),
                refusals,
                previous: (number > 1).then(|| urls::batch_page(&id, number - 1)),
                next,
                batch,
                page: treasurer.page,
            }))
        }
        BatchState::Discarded => Err(PageError::new(
            &treasurer.page,
            StatusCode::GONE,
            "error-discarded",
            urls::HOME,
        )),
    }
}

/// Fields of the form that signs.
#[derive(Deserialize)]
pub(crate) struct SignForm {
    csrf: String,
    tx_code: Option<String>,
}

/// `POST /batches/{id}/sign`.
pub(crate) async fn sign(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    Form(form): Form<SignForm>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let id = known(&treasurer, &id)?;
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::sign(&app, &mut tx, &treasurer.organisation, &id, form.tx_code.is_some())
        .await
        .map_err(|error| page_error(&treasurer, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(&urls::batch(&id)).into_response())
}

/// `POST /batches/{id}/discard`.
pub(crate) async fn discard(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let id = known(&treasurer, &id)?;
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::discard(&mut tx, &treasurer.organisation.slug, &id)
        .await
        .map_err(|error| page_error(&treasurer, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(urls::HOME).into_response())
}

/// `GET /batches/{id}/refused.csv`: the refused rows as a sheet that French spreadsheets open.
pub(crate) async fn refused(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = known(&treasurer, &id)?;
    let mut tx = app.db.read().await.map_err(|error| treasurer.internal(&error))?;
    let batch = store::find(&mut tx, &treasurer.organisation.slug, &id)
        .await
        .map_err(|error| treasurer.internal(&error))?
        .ok_or_else(|| treasurer.unknown())?;
    let refusals = super::refusals(&app, &batch).map_err(|error| page_error(&treasurer, &error))?;
    let sheet = refused_rows::sheet(&treasurer.page, &refusals).map_err(|error| treasurer.internal(&error))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"lignes-refusees.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, sheet).into_response())
}

fn known(treasurer: &Treasurer, id: &str) -> Result<BatchId, PageError> {
    id.parse().map_err(|_| treasurer.unknown())
}

fn page_error(treasurer: &Treasurer, error: &BatchError) -> PageError {
    let refused = |status, key, back: String| PageError::new(&treasurer.page, status, key, back);
    match error {
        BatchError::AlreadySigned(batch) => refused(StatusCode::CONFLICT, "error-already-signed", urls::batch(batch)),
        BatchError::SignedSince => refused(StatusCode::CONFLICT, "error-signed-since", urls::NEW_BATCH.to_owned()),
        BatchError::Unknown => treasurer.unknown(),
        BatchError::NotADraft => refused(StatusCode::CONFLICT, "error-not-a-draft", urls::HOME.to_owned()),
        BatchError::NothingToSign => refused(
            StatusCode::CONFLICT,
            "error-nothing-to-sign",
            urls::NEW_BATCH.to_owned(),
        ),
        BatchError::Sign(_) | BatchError::Unopenable(_) | BatchError::Malformed(_) | BatchError::Database(_) => {
            treasurer.internal(error)
        }
    }
}

#[cfg(test)]
mod tests;
