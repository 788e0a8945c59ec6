//! Which address leads where.

use std::sync::Arc;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use shared::service::{assets, csrf, page, security_headers};

use crate::{App, counter, decisions, desk, identity, requests, urls, vc_api};

/// The whole service.
pub fn router(app: App) -> Router {
    let (config, locale) = (Arc::clone(&app.config), Arc::clone(&app.locale));
    let pages = Router::new()
        .route(urls::COUNTER, get(counter::pages::counter))
        .route(urls::SIGN_IN, get(desk::pages::sign_in_page).post(desk::pages::sign_in))
        .route(urls::SIGN_OUT, post(desk::pages::sign_out))
        .route(urls::REQUESTS, post(counter::pages::start))
        .route(urls::REQUEST, get(requests::pages::request))
        .route(urls::AGAIN, post(requests::pages::again))
        .route(urls::EVENTS, get(requests::live::events))
        .route(urls::LANDING, get(requests::landing::landing))
        .route(urls::DONE, get(requests::landing::done))
        .with_state(app.clone());
    // Wallets call these: they come from anywhere, with no session.
    let protocol = Router::new()
        .route(urls::DID_DOCUMENT, get(identity::api::document))
        .route(
            urls::OBJECT,
            get(requests::api::object).post(requests::api::object_for_wallet),
        )
        .route(urls::RESPONSE, post(requests::api::response))
        .route(urls::DECISION, get(decisions::api::decision))
        .route(urls::LIVE_SCRIPT, get(live_script))
        .with_state(app.clone());
    let vc_api = vc_api::api::routes(&app);
    let router = csrf::layer(pages, &config.service.public_url)
        .merge(protocol)
        .merge(vc_api.with_state(app))
        .merge(assets::routes());
    security_headers::layer(page::layer(router, locale), config.service.is_secure())
}

async fn live_script() -> Response {
    assets::file("text/javascript; charset=utf-8", include_bytes!("../assets/live.js"))
}
