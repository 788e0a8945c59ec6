//! Strict CSP (`default-src 'none'`), Trusted Types, `nosniff`, `no-referrer`, `frame-ancestors 'none'`, HSTS when https
//! (`screens.md` §4).
/// Adds the headers to every answer.
pub fn layer(router: axum::Router, secure: bool) -> axum::Router { todo!() }
