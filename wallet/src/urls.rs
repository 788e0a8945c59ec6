//! Paths of the wallet's pages, for routes and redirections. Templates write theirs out.

use std::fmt::Display;

use url::Url;

pub(crate) const HOME: &str = "/";
pub(crate) const CREATE: &str = "/create";
pub(crate) const OPEN: &str = "/open";
pub(crate) const CLOSE: &str = "/close";
pub(crate) const RECOVER: &str = "/recover";
pub(crate) const RECOVERY: &str = "/recovery";
pub(crate) const PATH: &str = "/path";
pub(crate) const ADD: &str = "/add";
pub(crate) const PRESENT: &str = "/present";
pub(crate) const OFFER: &str = "/offers/{id}";
pub(crate) const OFFER_ACCEPT: &str = "/offers/{id}/accept";
pub(crate) const OFFER_REFUSE: &str = "/offers/{id}/refuse";
pub(crate) const CREDENTIAL: &str = "/credentials/{id}";
pub(crate) const CREDENTIAL_CHECK: &str = "/credentials/{id}/check";
pub(crate) const CREDENTIAL_DELETE: &str = "/credentials/{id}/delete";
pub(crate) const BADGE: &str = "/badges/{id}";
pub(crate) const BADGE_FILE: &str = "/badges/{id}/file";
pub(crate) const BADGE_PICTURE: &str = "/badges/{id}/picture";
pub(crate) const BADGE_CHECK: &str = "/badges/{id}/check";
pub(crate) const BADGE_DELETE: &str = "/badges/{id}/delete";
pub(crate) const REQUEST: &str = "/requests/{id}";
pub(crate) const REQUEST_SHARE: &str = "/requests/{id}/share";
pub(crate) const REQUEST_REFUSE: &str = "/requests/{id}/refuse";
pub(crate) const PRESENTATIONS: &str = "/presentations";
pub(crate) const PRESENTATION: &str = "/presentations/{id}";

/// Page of a pending offer.
pub(crate) fn offer(id: impl Display) -> String {
    format!("/offers/{id}")
}

/// Page of a kept attestation.
pub(crate) fn credential(id: impl Display) -> String {
    format!("/credentials/{id}")
}

/// Page of a kept badge.
pub(crate) fn badge(id: impl Display) -> String {
    format!("/badges/{id}")
}

/// Page of a pending request.
pub(crate) fn request(id: impl Display) -> String {
    format!("/requests/{id}")
}

/// Page of a receipt.
pub(crate) fn presentation(id: impl Display) -> String {
    format!("/presentations/{id}")
}

/// The page that opens the vault, then leads to `next`.
pub(crate) fn open(next: &str) -> String {
    with_next(OPEN, next)
}

/// A page that leads to `next` afterwards, when there is one.
pub(crate) fn with_next(page: &str, next: &str) -> String {
    if next.is_empty() {
        return page.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    format!("{page}?{query}")
}

/// A path of this service, or `/path`: what another site could put in `next` leads nowhere else.
pub(crate) fn local(next: &str) -> String {
    local_path(next).unwrap_or_else(|| PATH.to_owned())
}

fn local_path(next: &str) -> Option<String> {
    if !next.starts_with('/') || next.starts_with("//") || next.contains(['\\', '\t', '\n', '\r']) {
        return None;
    }
    // What a browser would make of it, on an origin that no page of ours can name.
    let base = Url::parse("http://next.invalid").ok()?;
    let target = base.join(next).ok()?;
    let path = &target[url::Position::BeforePath..];
    (target.origin() == base.origin() && !path.starts_with("//")).then(|| path.to_owned())
}

/// Host and port as they are on the wire: ASCII, so that `xn--…` shows that letters are not what they look like.
pub(crate) fn host(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    match address.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_stays_on_this_service() {
        assert_eq!(local("/offers/abc?lang=en"), "/offers/abc?lang=en");
        for foreign in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "",
            "path",
            "\\\\evil.example",
            "/./..//evil.example",
        ] {
            assert_eq!(local(foreign), PATH, "{foreign}");
        }
    }

    #[test]
    fn a_homograph_shows_as_punycode() {
        let address = Url::parse("https://аmazon.example:8443/o/x").unwrap();
        assert_eq!(host(&address), "xn--mazon-3ve.example:8443");
    }

    #[test]
    fn the_opening_page_carries_next_whole() {
        assert_eq!(
            open("/add?credential_offer_uri=https://a/b&c=d"),
            "/open?next=%2Fadd%3Fcredential_offer_uri%3Dhttps%3A%2F%2Fa%2Fb%26c%3Dd"
        );
    }
}
