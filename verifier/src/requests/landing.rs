//! What people see who follow the code of a request.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;
use shared::service::page::{PageContext, PageError, render};
use url::Url;

use super::{
    State as RequestState,
    pages::{load, right, unknown},
};
use crate::{App, urls};

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage<'a> {
    page: &'a PageContext,
    asker: String,
    host: &'a str,
    right: String,
    waiting: bool,
    wallet_link: Url,
    scheme_link: String,
}

#[derive(Template)]
#[template(path = "done.html")]
struct DonePage<'a> {
    page: &'a PageContext,
    asker: String,
}

/// `GET /q/{id}`: what the QR code opens. Shows who asks; fetching it changes nothing. The parameters in the address are for
/// wallets; the links here are ours.
pub(crate) async fn landing(
    State(app): State<App>,
    Path(id): Path<String>,
    page: PageContext,
) -> Result<Response, PageError> {
    let request = load(&app, &page, &id, urls::COUNTER).await?;
    let link = request.link(&app);
    let mut wallet = app.config.wallet_url.clone();
    wallet.set_path("/present");
    Ok(render(&LandingPage {
        page: &page,
        asker: app.config.name.clone(),
        host: app.urls.base().host_str().unwrap_or_default(),
        right: right(&app, &request).to_owned(),
        waiting: request.state(app.now()) == RequestState::Waiting,
        wallet_link: link.to_page_link(&wallet),
        scheme_link: link.to_scheme_link(),
    }))
}

/// The query of [`done`].
#[derive(Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    response_code: String,
}

/// `GET /q/{id}/done`: thanks, and nothing of the result (VP-V-023: that is for the clerk's session).
pub(crate) async fn done(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<DoneQuery>,
    page: PageContext,
) -> Result<Response, PageError> {
    let request = load(&app, &page, &id, urls::COUNTER).await?;
    if !request.accepts_response_code(&query.response_code) {
        return Err(unknown(&page, urls::COUNTER));
    }
    Ok(render(&DonePage {
        page: &page,
        asker: app.config.name.clone(),
    }))
}
