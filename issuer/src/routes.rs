//! Every route, once.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{
        HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_MAX_AGE,
        },
    },
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use shared::service::{assets, csrf, page, security_headers};

use crate::{
    App, attestations, authorization, batches, did_log, issuance, offers, organisations, status, urls, vc_api,
};

/// The largest form at the token endpoint, in bytes.
const MAX_TOKEN_REQUEST: usize = 16 * 1024;
/// The largest body at the credential endpoint, in bytes.
const MAX_CREDENTIAL_REQUEST: usize = 64 * 1024;

/// The issuer's router.
pub fn router(app: App) -> Router {
    let secure = app.config.service.is_secure();
    let public_url = app.config.service.public_url.clone();
    let locale = app.locale.clone();
    let pages = csrf::layer(pages().with_state(app.clone()), &public_url);
    let router = Router::new()
        .merge(vc_api::api::routes(&app))
        .merge(published())
        .merge(protocol())
        .merge(assets::routes())
        .with_state(app)
        .merge(pages);
    security_headers::layer(page::layer(router, locale), secure)
}

/// What anyone may read from anywhere, other sites' scripts included.
fn published() -> Router<App> {
    let mut router = Router::new()
        .route(
            "/o/{organisation}/did.json",
            readable(get(organisations::api::did_document)),
        )
        .route("/o/{organisation}/did.jsonl", readable(get(did_log::api::log)))
        .route(urls::ACTIVITY_TYPE, readable(get(issuance::api::activity_type)));
    for (name, handler) in [
        ("openid-credential-issuer", get(organisations::api::issuer_metadata)),
        (
            "oauth-authorization-server",
            get(organisations::api::authorization_server_metadata),
        ),
        ("jwt-vc-issuer", get(organisations::api::jwt_vc_issuer_metadata)),
    ] {
        // Between host and path, as specified, and appended, as some wallets look.
        router = router
            .route(
                &format!("/.well-known/{name}/o/{{organisation}}"),
                readable(handler.clone()),
            )
            .route(&format!("/o/{{organisation}}/.well-known/{name}"), readable(handler));
    }
    router
        .route("/o/{organisation}/status", readable(get(status::api::all)))
        .route("/o/{organisation}/status/{list}", readable(get(status::api::list)))
        .layer(middleware::map_response(any_origin))
}

fn protocol() -> Router<App> {
    Router::new()
        .route("/o/{organisation}/offers/{offer}", get(offers::api::by_reference))
        .route(
            "/o/{organisation}/token",
            post(authorization::api::token).layer(DefaultBodyLimit::max(MAX_TOKEN_REQUEST)),
        )
        .route("/o/{organisation}/nonce", post(authorization::api::nonce))
        .route(
            "/o/{organisation}/credential",
            post(issuance::api::credential).layer(DefaultBodyLimit::max(MAX_CREDENTIAL_REQUEST)),
        )
}

fn pages() -> Router<App> {
    Router::new()
        .route("/o/{organisation}/invitation", get(offers::pages::invitation))
        .route(urls::HOME, get(organisations::pages::home))
        .route(
            urls::SIGN_IN,
            get(organisations::pages::sign_in_page).post(organisations::pages::sign_in),
        )
        .route(
            urls::MODEL_SHEET,
            get(async || assets::file("text/csv; charset=utf-8", include_bytes!("../assets/modele-heures.csv"))),
        )
        .route(urls::SIGN_OUT, post(organisations::pages::sign_out))
        .route(urls::BATCHES, post(batches::pages::create))
        .route(urls::NEW_BATCH, get(batches::pages::new))
        .route("/batches/{id}", get(batches::pages::show))
        .route("/batches/{id}/sign", post(batches::pages::sign))
        .route("/batches/{id}/discard", post(batches::pages::discard))
        .route("/batches/{id}/refused.csv", get(batches::pages::refused))
        .route("/attestations/{id}", get(attestations::pages::show))
        .route("/attestations/{id}/revoke", post(attestations::pages::revoke))
        .route("/attestations/{id}/invite", post(attestations::pages::invite))
}

fn readable(handler: MethodRouter<App>) -> MethodRouter<App> {
    handler.options(preflight)
}

/// The answer to a browser that asks whether a script of another site may read.
async fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "accept"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn any_origin(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
