//! Certificates (RFC 5280) that travel in `x5c` (RFC 7515 §4.1.6), and the authorities they are checked against.
//!
//! A chain says whose key signed when nobody publishes it. It is worth what the authorities are worth that vouch for it:
//! they are the reader's to choose, and none is built in. Paths are built and signatures checked by `rustls-webpki`;
//! revocation lists are not read, since what a credential is worth is told by its own status.

mod fit;
mod pem;
mod request;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use rustls_pki_types::{CertificateDer, DnsName, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use serde_json::Value;
use url::{Host, Url};
use webpki::{
    EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert, aws_lc_rs as algorithms,
};

pub use self::{
    fit::Unfit,
    pem::PemError,
    request::{CertifiedNames, RequestError, request},
};
use super::PublicKey;

/// The most certificates in a chain.
pub const MAX_CERTIFICATES: usize = 5;
/// The largest certificate, in bytes of DER.
pub const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;
/// The most authorities.
pub const MAX_ANCHORS: usize = 256;

/// How certificates may be signed: the curves of our own keys, and no RSA.
const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ED25519,
];

/// Why a chain of certificates was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// RFC 7515 §4.1.6: one or several certificates, in base64, each certified by the next.
    #[error("the chain of certificates is malformed")]
    Malformed,
    /// More than [`MAX_CERTIFICATES`] or [`MAX_ANCHORS`], or one larger than [`MAX_CERTIFICATE_BYTES`].
    #[error("the chain of certificates is too large")]
    TooLarge,
    /// HAIP 1.0 §6.1.1: whoever signs does not vouch for itself.
    #[error("the signing certificate is signed by itself")]
    SelfSigned,
    /// HAIP 1.0 §6.1.1: the authority is known already, and not sent.
    #[error("the chain of certificates holds its own authority")]
    AnchorSent,
    /// HAIP 1.0 §7: ES256 alone.
    #[error("the certified key is not one we can use")]
    Key,
    /// RFC 5280 §6: no path to an authority we trust, or one that breaks their rules.
    #[error("no authority we trust vouches for the certificate")]
    UnknownAuthority,
    /// RFC 5280 §4.1.2.5: outside its validity, or that of a certificate above it.
    #[error("a certificate has expired or is not valid yet")]
    Period,
}

/// A parsed, **unverified** chain, the certificate of the signer first.
#[derive(Clone)]
pub struct CertificateChain {
    /// Never empty.
    certificates: Vec<CertificateDer<'static>>,
    key: PublicKey,
}

impl CertificateChain {
    /// Reads `x5c`. Checks shape, order and key; says nothing of who vouches for it.
    pub fn from_x5c(x5c: &Value) -> Result<Self, CertificateError> {
        let texts = x5c.as_array().ok_or(CertificateError::Malformed)?;
        if texts.len() > MAX_CERTIFICATES {
            return Err(CertificateError::TooLarge);
        }
        let certificates = texts.iter().map(|text| {
            let text = text.as_str().ok_or(CertificateError::Malformed)?;
            if text.len() > MAX_CERTIFICATE_BYTES.div_ceil(3) * 4 {
                return Err(CertificateError::TooLarge);
            }
            STANDARD.decode(text).map_err(|_| CertificateError::Malformed)
        });
        Self::from_der(certificates.collect::<Result<_, _>>()?)
    }

    /// From certificates in DER, the signer's first.
    pub fn from_der(certificates: Vec<Vec<u8>>) -> Result<Self, CertificateError> {
        if certificates.len() > MAX_CERTIFICATES || certificates.iter().any(|der| der.len() > MAX_CERTIFICATE_BYTES) {
            return Err(CertificateError::TooLarge);
        }
        let certificates: Vec<_> = certificates.into_iter().map(CertificateDer::from).collect();
        let parsed = certificates.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let leaf = parsed.first().ok_or(CertificateError::Malformed)?;
        if leaf.issuer() == leaf.subject() {
            return Err(CertificateError::SelfSigned);
        }
        if parsed.windows(2).any(|pair| pair[0].issuer() != pair[1].subject()) {
            return Err(CertificateError::Malformed);
        }
        let key = PublicKey::from_p256_spki(&leaf.subject_public_key_info()).map_err(|_| CertificateError::Key)?;
        drop(parsed);
        Ok(Self { certificates, key })
    }

    /// As it travels in `x5c`.
    pub fn to_x5c(&self) -> Value {
        let texts = self.certificates.iter().map(|der| STANDARD.encode(der));
        texts.collect()
    }

    /// The key of the signer. Whoever made the chain says it is theirs: see [`CertificateChain::verify`].
    pub fn unverified_key(&self) -> &PublicKey {
        &self.key
    }

    /// The key of the signer, once a path leads from it to one of `anchors` at `now` (RFC 5280 §6). Whatever else the key
    /// may be used for (extended key usage) is not asked: no purpose is registered for signing credentials.
    pub fn verify(&self, anchors: &TrustAnchors, now: DateTime<Utc>) -> Result<&PublicKey, CertificateError> {
        if anchors.anchor_in_chain == AnchorInChain::Refused && self.certificates.iter().any(|der| anchors.holds(der)) {
            return Err(CertificateError::AnchorSent);
        }
        self.lead_to(&anchors.anchors, now)?;
        Ok(&self.key)
    }

    /// Whether a path leads from the certificate of the signer to one of `anchors`.
    fn lead_to(&self, anchors: &[TrustAnchor<'_>], now: DateTime<Utc>) -> Result<(), CertificateError> {
        let seconds = u64::try_from(now.timestamp()).map_err(|_| CertificateError::Period)?;
        let (leaf, above) = self.certificates.split_first().ok_or(CertificateError::Malformed)?;
        parse(leaf)?
            .verify_for_usage(
                ALGORITHMS,
                anchors,
                above,
                UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
                AnyPurpose,
                None,
                None,
            )
            .map_err(|error| match error {
                webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. } => CertificateError::Period,
                _ => CertificateError::UnknownAuthority,
            })
            .map(drop)
    }

    /// Whether the certificate of the signer names `issuer`: as a URI, or by the host of an https URL. Only what stands among
    /// its alternative names counts (RFC 6125 §6.4.4).
    pub fn names(&self, issuer: &str) -> bool {
        let Some(leaf) = self.certificates.first().and_then(|leaf| parse(leaf).ok()) else {
            return false;
        };
        if leaf.valid_uri_names().any(|name| name == issuer) {
            return true;
        }
        let Some(Host::Domain(host)) = https(issuer).and_then(|url| url.host().map(|host| host.to_owned())) else {
            return false;
        };
        DnsName::try_from(host).is_ok_and(|host| {
            leaf.verify_is_valid_for_subject_name(&ServerName::DnsName(host))
                .is_ok()
        })
    }

    /// Who the certificate of the signer names, when a credential does not say who issued it: its first URI, or else the https
    /// URL of its first host.
    pub fn unverified_issuer(&self) -> Option<String> {
        let leaf = parse(self.certificates.first()?).ok()?;
        let uri = leaf.valid_uri_names().next().map(str::to_owned);
        uri.or_else(|| {
            let host = leaf.valid_dns_names().find(|host| !host.starts_with('*'))?;
            Some(format!("https://{}", host.to_ascii_lowercase()))
        })
    }
}

impl fmt::Debug for CertificateChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateChain({} of {:?})", self.certificates.len(), self.key)
    }
}

impl PartialEq for CertificateChain {
    fn eq(&self, other: &Self) -> bool {
        self.certificates == other.certificates
    }
}

impl Eq for CertificateChain {}

/// Whether a chain may hold the certificate of its authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnchorInChain {
    /// It is of no use and of no harm.
    #[default]
    Tolerated,
    /// HAIP 1.0 §6.1.1 forbids it.
    Refused,
}

/// The authorities whose certificates are believed.
#[derive(Clone)]
pub struct TrustAnchors {
    anchors: Vec<TrustAnchor<'static>>,
    anchor_in_chain: AnchorInChain,
}

impl TrustAnchors {
    /// From the certificates of authorities in DER. At least one.
    pub fn from_der(certificates: Vec<Vec<u8>>) -> Result<Self, CertificateError> {
        let certificates: Vec<_> = certificates.into_iter().map(CertificateDer::from).collect();
        Self::new(&certificates)
    }

    /// The same, with another rule for authorities that are sent.
    #[must_use]
    pub fn with(self, anchor_in_chain: AnchorInChain) -> Self {
        Self {
            anchor_in_chain,
            ..self
        }
    }

    fn new(certificates: &[CertificateDer<'static>]) -> Result<Self, CertificateError> {
        if certificates.is_empty() {
            return Err(CertificateError::Malformed);
        }
        if certificates.len() > MAX_ANCHORS || certificates.iter().any(|der| der.len() > MAX_CERTIFICATE_BYTES) {
            return Err(CertificateError::TooLarge);
        }
        let anchors = certificates.iter().map(|der| {
            let anchor = anchor_from_trusted_cert(der).map_err(|_| CertificateError::Malformed)?;
            Ok(anchor.to_owned())
        });
        Ok(Self {
            anchors: anchors.collect::<Result<_, _>>()?,
            anchor_in_chain: AnchorInChain::default(),
        })
    }

    /// Whether a certificate is that of an authority: same name, same key.
    fn holds(&self, der: &CertificateDer<'_>) -> bool {
        anchor_from_trusted_cert(der).is_ok_and(|sent| {
            self.anchors.iter().any(|anchor| {
                anchor.subject == sent.subject && anchor.subject_public_key_info == sent.subject_public_key_info
            })
        })
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustAnchors({})", self.anchors.len())
    }
}

/// Any extended key usage that can be read, and none.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, mut purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        purposes.try_for_each(|purpose| purpose.map(drop))
    }
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<EndEntityCert<'a>, CertificateError> {
    EndEntityCert::try_from(der).map_err(|_| CertificateError::Malformed)
}

fn https(issuer: &str) -> Option<Url> {
    Url::parse(issuer).ok().filter(|url| url.scheme() == "https")
}

#[cfg(any(test, feature = "testing"))]
pub mod authority;
#[cfg(test)]
mod tests;
