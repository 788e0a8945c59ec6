//! did:web (DID-003): a domain name, perhaps a port and a path, in a DID. What did:webvh has after its SCID is the same.

use std::fmt::Write;

use url::{Host, Url};

use super::{Did, DidError};

/// The DID of a base URL.
pub(super) fn identifier(base: &Url) -> Result<Did, DidError> {
    let plain =
        base.username().is_empty() && base.password().is_none() && base.query().is_none() && base.fragment().is_none();
    if !plain {
        return Err(DidError::Invalid);
    }
    let Some(Host::Domain(host)) = base.host() else {
        return Err(DidError::ForbiddenHost);
    };
    match base.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        _ => return Err(DidError::ForbiddenHost),
    }
    let mut did = format!("did:web:{host}");
    if let Some(port) = base.port() {
        did = format!("{did}%3A{port}");
    }
    for segment in base.path().trim_end_matches('/').split('/').skip(1) {
        did.push(':');
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b".-_%".contains(&byte) {
                did.push(char::from(byte));
            } else {
                // Writing into a String does not fail.
                let _ = write!(did, "%{byte:02X}");
            }
        }
    }
    did.parse()
}

/// Where a file that `did:web:SPECIFIC` publishes is.
pub(super) fn file_url(specific: &str, file: &str, development: bool) -> Result<Url, DidError> {
    let mut sections = specific.split(':');
    let (host, port) = authority(sections.next().unwrap_or_default())?;
    let segments: Vec<&str> = sections.collect();
    if !segments.iter().copied().all(is_plain_segment) {
        return Err(DidError::Invalid);
    }
    let scheme = match (is_loopback(host), development) {
        (false, _) => "https",
        (true, true) => "http",
        (true, false) => return Err(DidError::ForbiddenHost),
    };
    let path = if segments.is_empty() {
        format!("/.well-known/{file}")
    } else {
        format!("/{}/{file}", segments.join("/"))
    };
    let mut url = Url::parse(&format!("{scheme}://{host}{path}")).map_err(|_| DidError::Invalid)?;
    url.set_port(port).map_err(|()| DidError::Invalid)?;
    // What the parser made of it is what will be fetched: a number is an IPv4 address for it, however it is written.
    match url.host() {
        Some(Host::Domain(domain)) if domain.eq_ignore_ascii_case(host) && url.path() == path => Ok(url),
        Some(Host::Domain(_)) => Err(DidError::Invalid),
        _ => Err(DidError::ForbiddenHost),
    }
}

/// `host` or `host%3Aport`.
fn authority(written: &str) -> Result<(&str, Option<u16>), DidError> {
    let (host, port) = match written.split_once('%') {
        None => (written, None),
        Some((host, escaped)) => {
            let digits = escaped
                .strip_prefix("3A")
                .or_else(|| escaped.strip_prefix("3a"))
                .ok_or(DidError::Invalid)?;
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(DidError::Invalid);
            }
            (host, Some(digits.parse().map_err(|_| DidError::Invalid)?))
        }
    };
    if host.is_empty() {
        Err(DidError::Invalid)
    } else {
        Ok((host, port))
    }
}

/// Not empty, and no way up or aside once percent-decoded (NEG-25).
fn is_plain_segment(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let digits = (byte == b'%').then(|| segment.get(place + 1..place + 3)).flatten();
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        place += if escaped.is_some() { 3 } else { 1 };
        decoded.push(escaped.unwrap_or(byte));
    }
    !matches!(decoded.as_slice(), b"" | b"." | b"..")
        && !decoded
            .iter()
            .any(|byte| matches!(byte, b'/' | b'\\' | b'%') || byte.is_ascii_control())
}

/// Names that never leave the machine (RFC 6761 §6.3).
fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(did: &str, development: bool) -> Result<String, DidError> {
        did.parse::<Did>()?.web_document_url(development).map(String::from)
    }

    fn refusal(did: &str) -> DidError {
        document(did, true).unwrap_err()
    }

    #[test]
    fn did_003_documents_are_where_the_method_says() {
        for (did, url) in [
            (
                "did:web:w3c-ccg.github.io",
                "https://w3c-ccg.github.io/.well-known/did.json",
            ),
            (
                "did:web:w3c-ccg.github.io:user:alice",
                "https://w3c-ccg.github.io/user/alice/did.json",
            ),
            (
                "did:web:example.com%3A3000:user:alice",
                "https://example.com:3000/user/alice/did.json",
            ),
            (
                "did:web:example.com%3A3000",
                "https://example.com:3000/.well-known/did.json",
            ),
            ("did:web:example.com:a%20b", "https://example.com/a%20b/did.json"),
        ] {
            assert_eq!(document(did, false).as_deref(), Ok(url));
        }
    }

    #[test]
    fn a_base_url_and_its_did_lead_to_one_another() {
        for (base, did) in [
            ("https://musette.example", "did:web:musette.example"),
            ("https://musette.example/", "did:web:musette.example"),
            (
                "https://musette.example:8443/o/paniers",
                "did:web:musette.example%3A8443:o:paniers",
            ),
            (
                "https://musette.example/o/paniers/",
                "did:web:musette.example:o:paniers",
            ),
            ("http://localhost:8081/o/paniers", "did:web:localhost%3A8081:o:paniers"),
            ("https://musette.example/~a:b", "did:web:musette.example:%7Ea%3Ab"),
        ] {
            let found = Did::web(&base.parse().unwrap()).unwrap();
            assert_eq!(found.as_str(), did);
            assert!(found.web_document_url(true).is_ok());
        }
        assert_eq!(
            document("did:web:localhost%3A8081", true).as_deref(),
            Ok("http://localhost:8081/.well-known/did.json")
        );
    }

    #[test]
    fn neg_25_ip_addresses_are_refused() {
        for did in [
            "did:web:127.0.0.1",
            "did:web:127.0.0.1%3A8080",
            "did:web:169.254.169.254",
            "did:web:2130706433",
            "did:web:0x7f000001",
            "did:web:0177.0.0.1",
            "did:web:127.1",
            "did:web:127.0.0.1.",
        ] {
            assert_eq!(refusal(did), DidError::ForbiddenHost, "{did}");
        }
        for did in ["did:web:%5B%3A%3A1%5D", "did:web:[::1]"] {
            assert_eq!(refusal(did), DidError::Invalid, "{did}");
        }
        for base in [
            "https://127.0.0.1/o/a",
            "https://[::1]/",
            "http://musette.example/",
            "ftp://musette.example/",
        ] {
            assert_eq!(Did::web(&base.parse().unwrap()), Err(DidError::ForbiddenHost), "{base}");
        }
    }

    #[test]
    fn neg_25_loopback_is_for_development() {
        for did in [
            "did:web:localhost",
            "did:web:LOCALHOST",
            "did:web:localhost.",
            "did:web:a.localhost%3A80",
        ] {
            assert_eq!(document(did, false), Err(DidError::ForbiddenHost), "{did}");
            assert!(document(did, true).unwrap().starts_with("http://"), "{did}");
        }
        assert!(document("did:web:example.com", true).unwrap().starts_with("https://"));
    }

    #[test]
    fn neg_25_paths_do_not_climb() {
        for did in [
            "did:web:example.com:..:admin",
            "did:web:example.com:.",
            "did:web:example.com:%2e%2e",
            "did:web:example.com:%2E%2e:x",
            "did:web:example.com:.%2e",
            "did:web:example.com:a%2fb",
            "did:web:example.com:a%5Cb",
            "did:web:example.com:a%00",
            "did:web:example.com:a%252e",
            "did:web:example.com::a",
        ] {
            assert_eq!(refusal(did), DidError::Invalid, "{did}");
        }
    }

    #[test]
    fn neg_25_authorities_have_one_form() {
        for did in [
            "did:web:example.com%3A",
            "did:web:example.com%3A65536",
            "did:web:example.com%3A80%3A81",
            "did:web:example.com%40evil.example",
            "did:web:user%40example.com",
            "did:web:example.com%2Fpath",
            "did:web:%65xample.com",
            "did:web:%3A80",
        ] {
            assert_eq!(refusal(did), DidError::Invalid, "{did}");
        }
        for base in [
            "https://user@musette.example/",
            "https://musette.example/?a",
            "https://musette.example/#a",
        ] {
            assert_eq!(Did::web(&base.parse().unwrap()), Err(DidError::Invalid), "{base}");
        }
    }
}
