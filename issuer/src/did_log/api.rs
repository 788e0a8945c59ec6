//! `GET /o/{organisation}/did.jsonl`: where did:webvh looks for the log.

use axum::{
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use shared::service::problem::Problem;

use crate::{App, organisations::api::Named};

/// The log, when the organisation has one.
pub(crate) async fn log(State(app): State<App>, Named(organisation): Named) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let log = super::text(&mut tx, &organisation.slug).await?.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no-did-log",
            "this organisation has no did:webvh",
        )
    })?;
    let headers = [(CONTENT_TYPE, "text/jsonl"), (CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, log).into_response())
}
