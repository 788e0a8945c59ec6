//! `GET /o/{organisation}/offers/{offer}`: an offer by reference (OpenID4VCI 1.0 §4.1.3). Reading never consumes it.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use shared::service::problem::Problem;

use super::{OfferId, store};
use crate::{App, organisations::api::Named};

/// The offer while it can be redeemed; 404 when unknown, 410 once it cannot.
pub(crate) async fn by_reference(State(app): State<App>, Named(organisation): Named, Path((_, offer)): Path<(String, String)>) -> Result<Response, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "unknown-offer", "this organisation has no such offer");
    let offer: OfferId = offer.parse().map_err(|_| unknown())?;
    let mut tx = app.db.read().await?;
    let offer = store::find(&mut tx, &organisation.slug, &offer).await?.ok_or_else(unknown)?;
    if !offer.is_open(app.now()) {
        return Err(Problem::new(StatusCode::GONE, "offer-over", "this offer was collected, or can no longer be"));
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(super::credential_offer(&app, &offer).to_value())).into_response())
}
