//! Cross-site request forgery: a POST to a page must come from our own pages (`Sec-Fetch-Site`, else `Origin`), and carry the
//! session's token.
//!
//! This layer is the first half; the second is [`Session::accepts`](super::session::Session::accepts), which handlers ask.
//! A request with neither header comes from no browser, and so brings nobody's cookies along: it passes. (Our own
//! `Referrer-Policy: no-referrer` makes browsers send `Origin: null` even from our pages; all that do so send
//! `Sec-Fetch-Site` too.)

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use url::Url;

use super::page::{PageContext, PageError};

/// Refuses cross-site POSTs with a page. To be laid on routers of pages only, never on protocol endpoints. Goes inside
/// `page::layer`.
pub fn layer(router: Router, public_url: &Url) -> Router {
    let origin: Arc<str> = public_url.origin().ascii_serialization().into();
    router.layer(middleware::from_fn_with_state(origin, refuse_foreign))
}

async fn refuse_foreign(State(origin): State<Arc<str>>, page: PageContext, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_ours(request.headers(), &origin) {
        next.run(request).await
    } else {
        PageError::new(&page, StatusCode::FORBIDDEN, "error-cross-site", "/").into_response()
    }
}

/// Whether a request that changes something comes from a page of `origin`, or from no page at all.
fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    match (headers.get("sec-fetch-site"), headers.get(header::ORIGIN)) {
        (Some(site), _) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        (None, Some(sender)) => sender.as_bytes() == origin.as_bytes(),
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    header::HeaderValue::from_static(value),
                )
            })
            .collect();
        is_ours(&headers, "https://musette.example")
    }

    #[test]
    fn our_own_pages_pass() {
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(ours(&[("sec-fetch-site", "none")]));
        assert!(ours(&[("origin", "https://musette.example")]));
        assert!(ours(&[]));
    }

    #[test]
    fn other_sites_do_not() {
        assert!(!ours(&[("sec-fetch-site", "cross-site")]));
        assert!(!ours(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://musette.example")
        ]));
        assert!(!ours(&[("origin", "https://evil.example")]));
        assert!(!ours(&[("origin", "https://musette.example.evil.example")]));
        assert!(!ours(&[("origin", "http://musette.example")]));
        assert!(!ours(&[("origin", "null")]));
    }
}
