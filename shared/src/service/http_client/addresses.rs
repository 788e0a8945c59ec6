//! Which addresses are fetched: public ones, and loopback in development (RFC 6890, SDVC-006).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// A name resolved to nothing but addresses that are not fetched.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name resolves to an address that is not fetched")]
pub(super) struct ForbiddenAddress;

/// Whether this URL may be fetched, as far as can be said before its name is resolved: https to a name, without
/// credentials. In development also http and loopback addresses, to loopback only.
pub(super) fn is_fetchable(url: &Url, development: bool) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let named = matches!(url.host(), Some(Host::Domain(_)));
    let anonymous = url.username().is_empty() && url.password().is_none();
    anonymous
        && match url.scheme() {
            "https" => named || (development && loopback),
            "http" => development && loopback,
            _ => false,
        }
}

/// Resolves names and gives only the addresses that may be fetched: the connection is then made to one of those and to
/// no other, whatever the name says next time (DNS rebinding).
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) development: bool,
}

impl Guard {
    pub(super) fn shared(development: bool) -> Arc<Self> {
        Arc::new(Self { development })
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let development = self.development;
        Box::pin(async move {
            // Services in development listen on IPv4 loopback, while many systems put ::1 first.
            if development && is_localhost(name.as_str()) {
                let both = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
                return Ok(Box::new(both.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs);
            }
            let allowed: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| is_allowed(address.ip(), development))
                .collect();
            if allowed.is_empty() {
                return Err(ForbiddenAddress.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

fn is_allowed(address: IpAddr, development: bool) -> bool {
    (development && address.is_loopback())
        || match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _) // this network, private, loopback, multicast and reserved
            | (100, 64..=127, _)         // carrier-grade NAT
            | (169, 254, _)              // link-local: the metadata of clouds lives there
            | (172, 16..=31, _)          // private
            | (192, 168, _)              // private
            | (192, 0, 0 | 2)            // protocol assignments, documentation
            | (192, 88, 99)              // 6to4 relays
            | (198, 18 | 19, _)          // benchmarks
            | (198, 51, 100)             // documentation
            | (203, 0, 113) // documentation
    )
}

/// Global unicast (2000::/3) alone, without what carries an IPv4 address or is for documentation. Loopback, unique local,
/// link-local, multicast, IPv4-mapped and NAT64 addresses all lie outside it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&a);
    let special = matches!(
        (a, b),
        (0x2001, 0..=0x01ff | 0x0db8)  // protocol assignments (Teredo among them), documentation
            | (0x2002, _)              // 6to4
            | (0x3fff, 0..=0x0fff) // documentation
    );
    global && !special
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allowed(address: &str, development: bool) -> bool {
        is_allowed(address.parse().unwrap(), development)
    }

    #[test]
    fn neg_24_special_addresses_are_not_fetched() {
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!allowed(address, false), "{address}");
        }
        for address in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "2a01:e0a::1",
            "2606::1",
        ] {
            assert!(allowed(address, false), "{address}");
        }
    }

    #[test]
    fn development_adds_loopback_and_nothing_else() {
        for address in ["127.0.0.1", "127.1.2.3", "::1"] {
            assert!(allowed(address, true), "{address}");
        }
        for address in [
            "10.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "::ffff:127.0.0.1",
            "fd00::1",
        ] {
            assert!(!allowed(address, true), "{address}");
        }
    }

    #[test]
    fn neg_25_urls_that_are_not_fetched() {
        let fetchable = |url: &str, development| is_fetchable(&url.parse().unwrap(), development);
        for url in [
            "http://issuer.example/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://8.8.8.8/",
            "https://a:b@issuer.example/",
            "ftp://issuer.example/",
            "file:///etc/passwd",
            "data:application/json,{}",
            "https://[::ffff:7f00:1]/",
        ] {
            assert!(!fetchable(url, false), "{url}");
        }
        assert!(fetchable("https://issuer.example/.well-known/jwt-vc-issuer", false));
        for url in [
            "http://localhost:7001/",
            "http://127.0.0.1:7001/",
            "http://[::1]/",
            "https://localhost/",
        ] {
            assert!(fetchable(url, true), "{url}");
        }
        for url in [
            "http://issuer.example/",
            "http://192.168.1.1/",
            "https://10.0.0.1/",
            "http://localhost.evil.example/",
        ] {
            assert!(!fetchable(url, true), "{url}");
        }
    }

    proptest! {
        #[test]
        fn an_embedded_ipv4_address_is_never_public(address: u32) {
            let address = Ipv4Addr::from(address);
            prop_assert!(!is_public_v6(address.to_ipv6_mapped()));
            prop_assert!(!is_public_v6(address.to_ipv6_compatible()));
            if is_public_v4(address) {
                prop_assert!(!address.is_private() && !address.is_loopback() && !address.is_link_local());
                prop_assert!(!address.is_multicast() && !address.is_broadcast() && !address.is_documentation());
            }
        }
    }
}
