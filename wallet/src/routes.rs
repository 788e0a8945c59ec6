//! Which page is where.

use axum::{
    Router,
    routing::{get, post},
};
use shared::service::{assets, csrf, page, security_headers};

use crate::{accounts, app::App, arrivals, badges, credentials, offers, path, presentations, requests, urls};

/// The whole wallet: pages only, in one layer of protections.
pub fn router(app: App) -> Router {
    let public_url = app.config.service.public_url.clone();
    let locale = app.locale.clone();
    let pages = Router::new()
        .route(urls::HOME, get(accounts::pages::landing))
        .route(
            urls::CREATE,
            get(accounts::pages::create_form).post(accounts::pages::create),
        )
        .route(urls::OPEN, get(accounts::pages::open_form).post(accounts::pages::open))
        .route(urls::CLOSE, post(accounts::pages::close))
        .route(
            urls::RECOVER,
            get(accounts::pages::recover_form).post(accounts::pages::recover),
        )
        .route(
            urls::RECOVERY,
            get(accounts::pages::recovery).post(accounts::pages::confirm_code),
        )
        .route(urls::PATH, get(path::pages::show))
        .route(urls::ADD, get(arrivals::pages::add_form).post(arrivals::pages::add))
        .route(
            urls::PRESENT,
            get(arrivals::pages::present_form).post(arrivals::pages::present),
        )
        .route(urls::OFFER, get(offers::pages::show))
        .route(urls::OFFER_ACCEPT, post(offers::pages::accept))
        .route(urls::OFFER_REFUSE, post(offers::pages::refuse))
        .route(urls::CREDENTIAL, get(credentials::pages::show))
        .route(urls::CREDENTIAL_CHECK, post(credentials::pages::check))
        .route(urls::CREDENTIAL_DELETE, post(credentials::pages::delete))
        .route(urls::BADGE, get(badges::pages::show))
        .route(urls::BADGE_FILE, get(badges::pages::file))
        .route(urls::BADGE_PICTURE, get(badges::pages::picture))
        .route(urls::BADGE_CHECK, post(badges::pages::check))
        .route(urls::BADGE_DELETE, post(badges::pages::delete))
        .route(urls::REQUEST, get(requests::pages::show))
        .route(urls::REQUEST_SHARE, post(requests::pages::share))
        .route(urls::REQUEST_REFUSE, post(requests::pages::refuse))
        .route(urls::PRESENTATIONS, get(presentations::pages::list))
        .route(urls::PRESENTATION, get(presentations::pages::show))
        .merge(assets::routes())
        .with_state(app);
    let pages = page::layer(csrf::layer(pages, &public_url), locale);
    security_headers::layer(pages, public_url.scheme() == "https")
}
