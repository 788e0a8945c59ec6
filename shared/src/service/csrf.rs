//! Cross-site request forgery: a POST to a page must come from our own pages (`Sec-Fetch-Site`, else `Origin`), and carry the
//! session's token.
/// Refuses cross-site POSTs with a page. To be laid on routers of pages only, never on protocol endpoints. Goes inside `page::layer`.
pub fn layer(router: axum::Router, public_url: &url::Url) -> axum::Router { todo!() }
