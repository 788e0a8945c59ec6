//! Files every page uses, compiled in: `/static/musette.css`, `/static/favicon.svg`. Services add their own.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::keys::seal::digest;

const STYLE: &[u8] = include_bytes!("../../assets/musette.css");
const ICON: &[u8] = include_bytes!("../../assets/favicon.svg");

/// Routes of the shared assets.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/static/musette.css",
            get(async || file("text/css; charset=utf-8", STYLE)),
        )
        .route("/static/favicon.svg", get(async || file("image/svg+xml", ICON)))
}

/// An answer with a compiled-in file, cacheable for an hour, with an `ETag`. `serve` answers 304 to who has it already.
pub fn file(media_type: &'static str, body: &'static [u8]) -> Response {
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest(body)[..12]));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    let mut response = (headers, body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Answers 304 when the answer is the one the client already has (RFC 9110 §13.1.2).
pub(crate) async fn revalidate(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let mut response = next.run(request).await;
    let fresh = response
        .headers()
        .get(header::ETAG)
        .zip(known.as_ref())
        .is_some_and(|(tag, known)| {
            let tag = tag.as_bytes();
            known
                .as_bytes()
                .split(|byte| *byte == b',')
                .any(|known| known.trim_ascii() == tag)
        });
    if fresh && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}
