//! `GET /o/{organisation}/status/{list}` (TSL-005).

use axum::{
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use shared::{service::problem::Problem, status_list::token::MEDIA_TYPE};

use super::ListId;
use crate::{App, organisations::api::Named};

/// The list, signed now. Its `ttl` says how long it may be kept (TSL-007).
pub(crate) async fn list(State(app): State<App>, Named(organisation): Named, Path((_, list)): Path<(String, String)>) -> Result<Response, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "unknown-status-list", "this organisation has no such status list");
    let list: ListId = list.parse().map_err(|_| unknown())?;
    let mut tx = app.db.read().await?;
    let token = super::token(&app, &mut tx, &organisation.slug, &list).await.map_err(|error| Problem::internal(&error))?;
    let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, token.ok_or_else(unknown)?).into_response())
}
