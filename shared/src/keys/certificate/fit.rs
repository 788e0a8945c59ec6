//! What must hold of certificates before they go with what their key signs.

use chrono::{DateTime, Utc};
use webpki::anchor_from_trusted_cert;

use super::{CertificateChain, CertificateError, PublicKey};

/// Why certificates cannot go with a signature: whoever checks it would refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// RFC 7515 §4.1.6: the first is of the key that signs.
    #[error("the first certificate is of another key than the one that signs")]
    OtherKey,
    /// SD-JWT VC §2.5: it names the issuer, as a URI or by the host of an https URL.
    #[error(
        "the first certificate does not have the issuer among its alternative names (URI, or DNS of an https address)"
    )]
    OtherName,
    /// RFC 7515 §4.1.6: each certifies the one before.
    #[error("the certificates are not signed by one another, in order")]
    Unlinked,
    /// RFC 5280 §4.1.2.5.
    #[error("a certificate has expired or is not valid yet")]
    Period,
}

impl CertificateChain {
    /// Whether what `key` signs at `now` as `issuer` may carry them. Who vouches for the last is for whoever checks to know.
    pub fn fit(&self, key: &PublicKey, issuer: &str, now: DateTime<Utc>) -> Result<(), Unfit> {
        if self.key != *key {
            return Err(Unfit::OtherKey);
        }
        if !self.names(issuer) {
            return Err(Unfit::OtherName);
        }
        if !self.lasts(now) {
            return Err(Unfit::Period);
        }
        // With the last as the authority, the signatures below it are those of a path.
        match self.certificates.as_slice() {
            [_] => Ok(()),
            [.., last] => {
                let last = anchor_from_trusted_cert(last).map_err(|_| Unfit::Unlinked)?;
                self.lead_to(&[last], now).map_err(|_| Unfit::Unlinked)
            }
            [] => Err(Unfit::Unlinked),
        }
    }

    /// Whether all of them are within their validity at `at`.
    pub fn lasts(&self, at: DateTime<Utc>) -> bool {
        // No path leads to the signer itself: every period is looked at before that is found.
        let nobody = self.certificates.first().map(anchor_from_trusted_cert);
        match nobody {
            Some(Ok(nobody)) => self.lead_to(&[nobody], at) != Err(CertificateError::Period),
            _ => false,
        }
    }
}
