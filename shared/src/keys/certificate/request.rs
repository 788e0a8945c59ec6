//! Asking an authority for a certificate (PKCS#10, RFC 2986).

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, SanType};
use rustls_pki_types::PrivatePkcs8KeyDer;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::pem::to_pem;
use crate::keys::{KeyKind, SigningKey};

/// Why no certificate can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// HAIP 1.0 §7: ES256 alone.
    #[error("certificates are asked for keys on P-256")]
    Key,
    /// RFC 5280 §4.2.1.6: a URI and a DNS name are of ASCII, and not longer than a certificate holds.
    #[error("the address or the name cannot stand in a certificate")]
    Name,
}

/// By which names an issuer is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertifiedNames {
    /// By its URL: it is certified, and nobody else of its host.
    Address,
    /// By the host of its https URL as well, and so everybody there: for authorities that know no other names.
    AddressAndHost,
}

/// A request in PEM, signed with the key it is for: it names the issuer as
/// [`CertificateChain::names`](super::CertificateChain::names) looks for it. `organisation` is what people call it.
pub fn request(
    key: &SigningKey,
    issuer: &Url,
    names: CertifiedNames,
    organisation: &str,
) -> Result<String, RequestError> {
    if key.public().kind() != KeyKind::P256 {
        return Err(RequestError::Key);
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, organisation);
    params.distinguished_name.push(DnType::CommonName, organisation);
    let uri = issuer.as_str().try_into().map_err(|_| RequestError::Name)?;
    params.subject_alt_names.push(SanType::URI(uri));
    if names == CertifiedNames::AddressAndHost {
        let Some(Host::Domain(host)) = issuer.host().filter(|_| issuer.scheme() == "https") else {
            return Err(RequestError::Name);
        };
        let host = host.try_into().map_err(|_| RequestError::Name)?;
        params.subject_alt_names.push(SanType::DnsName(host));
    }
    let der = key.to_pkcs8();
    let der = PrivatePkcs8KeyDer::from(der.as_slice());
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256);
    let pair = Zeroizing::new(pair.map_err(|_| RequestError::Key)?);
    let request = params.serialize_request(&*pair).map_err(|_| RequestError::Name)?;
    Ok(to_pem("CERTIFICATE REQUEST", request.der()))
}
