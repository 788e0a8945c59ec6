//! Which addresses a protocol message may name. Whether a host may be reached at all (private networks) is for the HTTP
//! client to say: names resolve only there.

use url::{Host, Url};

/// Whether `url` is `https`, without user name or password; `http` only to a loopback host when `development` is true.
pub(crate) fn is_accepted(url: &Url, development: bool) -> bool {
    let scheme = match url.scheme() {
        "https" => true,
        "http" => development && is_loopback(url),
        _ => false,
    };
    scheme && url.host().is_some() && url.username().is_empty() && url.password().is_none()
}

/// Reads an address that came in a message. Control characters, which the WHATWG parser would silently drop, are refused.
pub(crate) fn parse(text: &str, development: bool) -> Option<Url> {
    if text
        .chars()
        .any(|character| character.is_control() || character.is_whitespace())
    {
        return None;
    }
    Url::parse(text).ok().filter(|url| is_accepted(url, development))
}

/// The text of an identifier: what the URL parser adds to a bare host (`https://host/`) is taken away again, since
/// issuer identifiers are compared byte for byte.
pub(crate) fn identifier(url: &Url) -> &str {
    let text = url.as_str();
    if url.path() == "/" && url.query().is_none() && url.fragment().is_none() {
        text.strip_suffix('/').unwrap_or(text)
    } else {
        text
    }
}

/// Whether the host of `url` is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_accepted_but_for_loopback_in_development() {
        assert!(parse("https://issuer.example/o/a", false).is_some());
        assert!(parse("http://localhost:8001/o/a", true).is_some());
        assert!(parse("http://[::1]:8001/", true).is_some());
        for refused in [
            "http://localhost:8001/",
            "http://issuer.example/",
            "ftp://issuer.example/",
            "data:,x",
            "/o/a",
        ] {
            assert!(parse(refused, false).is_none(), "{refused}");
        }
        assert!(parse("http://issuer.example/", true).is_none());
        assert!(parse("http://localhost.example/", true).is_none());
    }

    #[test]
    fn neg_26_credentials_and_control_characters_in_an_address_are_refused() {
        for refused in [
            "https://issuer.example@evil.example/",
            "https://iss\nuer.example/",
            "https://issuer.example/\0",
        ] {
            assert!(parse(refused, false).is_none(), "{refused:?}");
        }
    }

    #[test]
    fn the_identifier_of_a_bare_host_has_no_slash() {
        let identifier_of = |text: &str| identifier(&Url::parse(text).unwrap()).to_owned();
        assert_eq!(identifier_of("https://issuer.example"), "https://issuer.example");
        assert_eq!(
            identifier_of("https://issuer.example/o/a"),
            "https://issuer.example/o/a"
        );
        assert_eq!(
            identifier_of("https://issuer.example/o/a/"),
            "https://issuer.example/o/a/"
        );
    }
}
