//! Strict CSP (`default-src 'none'`), Trusted Types, `nosniff`, `no-referrer`, `frame-ancestors 'none'`, HSTS when https
//! (`screens.md` §4).
//!
//! `form-action 'self'` also refuses a form whose answer redirects to another origin: hand-overs between services are
//! links.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::Response,
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
     trusted-types musette";

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Adds the headers to every answer; one that is already there stays.
pub fn layer(router: Router, secure: bool) -> Router {
    router.layer(middleware::from_fn_with_state(secure, add))
}

async fn add(State(secure): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if secure {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Exchange;

    #[tokio::test]
    async fn every_answer_has_the_headers() {
        let exchange = Exchange::with(layer(Router::new(), true)).await;
        let answer = exchange.get("/absent").await;
        assert_eq!(answer.status, 404);
        let policy = answer.header("content-security-policy").unwrap();
        for directive in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert!(answer.header("strict-transport-security").is_some());
    }

    #[tokio::test]
    async fn no_strict_transport_security_over_plain_http() {
        let exchange = Exchange::with(layer(Router::new(), false)).await;
        assert!(exchange.get("/").await.header("strict-transport-security").is_none());
    }
}
