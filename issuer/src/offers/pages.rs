//! `GET /o/{organisation}/invitation`: what a phone's camera opens. It shows who gives something and the ways to collect
//! it; it never consumes the offer (mail scanners open links too) and shows nothing of its content.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use shared::{
    oid4vci::offer::link_by_reference,
    organisation::Slug,
    service::{
        page::{PageContext, PageError, render},
        qr,
    },
};

use super::{EndReason, Offer, OfferState, store};
use crate::{App, organisations, urls};

/// Query of an invitation. Unknown parameters are ignored.
#[derive(Deserialize)]
pub(crate) struct Invitation {
    #[serde(default)]
    credential_offer_uri: String,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    page: PageContext,
    organisation: String,
    asks_tx_code: bool,
    expires_on: String,
    wallet: String,
    other: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "invitation_over.html")]
struct OverPage {
    page: PageContext,
    organisation: String,
    /// Prefix of the messages that say why.
    key: &'static str,
}

impl OverPage {
    fn message(&self, part: &str) -> String {
        self.page.t1(&format!("{}-{part}", self.key), "organisation", &self.organisation)
    }
}

/// The page of an invitation.
pub(crate) async fn invitation(State(app): State<App>, page: PageContext, Path(organisation): Path<String>, Query(query): Query<Invitation>) -> Result<Response, PageError> {
    let unknown = || PageError::new(&page, StatusCode::NOT_FOUND, "error-invitation", urls::HOME);
    let internal = |error: sqlx::Error| PageError::internal(&page, &error);
    let slug: Slug = organisation.parse().map_err(|_| unknown())?;
    let offer = app.urls.offer_of_invitation(&slug, &query.credential_offer_uri).ok_or_else(unknown)?;
    let mut tx = app.db.read().await.map_err(internal)?;
    let organisation = organisations::store::find(&mut tx, &slug).await.map_err(internal)?.ok_or_else(unknown)?;
    let offer = store::find(&mut tx, &slug, &offer).await.map_err(internal)?.ok_or_else(unknown)?;
    drop(tx);
    let organisation = organisation.legal.name.to_string();
    if let Some(key) = over(&offer, app.now()) {
        return Ok((StatusCode::GONE, render(&OverPage { page, organisation, key })).into_response());
    }
    let by_reference = app.urls.offer(&slug, &offer.id);
    let other = link_by_reference(&by_reference);
    let qr = qr::svg(&other, &page.t1("invitation-qr", "organisation", &organisation)).map_err(|error| PageError::internal(&page, &error))?;
    let page = InvitationPage {
        organisation,
        asks_tx_code: offer.asks_tx_code,
        expires_on: page.date(offer.expires_at.date_naive()),
        wallet: urls::wallet_add(&app.config.wallet_url, &by_reference).into(),
        other,
        qr,
        page,
    };
    Ok(([(CACHE_CONTROL, "no-store")], render(&page)).into_response())
}

/// Why an invitation can no longer be used: prefix of its messages.
fn over(offer: &Offer, now: chrono::DateTime<chrono::Utc>) -> Option<&'static str> {
    match offer.state {
        OfferState::Pending { .. } => offer.is_expired(now).then_some("invitation-expired"),
        OfferState::Redeemed { .. } | OfferState::Issued { .. } => Some("invitation-collected"),
        OfferState::Ended { reason: EndReason::WrongCodes } => Some("invitation-wrong-codes"),
        OfferState::Ended { reason: EndReason::Withdrawn } => Some("invitation-withdrawn"),
        OfferState::Ended { reason: EndReason::Replaced } => Some("invitation-replaced"),
    }
}
