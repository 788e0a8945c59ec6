//! Files of certificates (RFC 7468): what an operator writes is told apart by the number of the certificate.

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::{CertificateDer, TrustAnchor, pem::PemObject as _};
use webpki::anchor_from_trusted_cert;

use super::{
    ALGORITHMS, AnchorInChain, CertificateChain, CertificateError, MAX_ANCHORS, MAX_CERTIFICATE_BYTES,
    MAX_CERTIFICATES, TrustAnchors, parse,
};

/// Characters of base64 on a line (RFC 7468 §2).
const LINE: usize = 64;

/// Why a file of certificates was refused. They are counted from 1, as they stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// RFC 7468 §5: nothing between `BEGIN CERTIFICATE` and its end.
    #[error("there is no certificate in it (PEM: -----BEGIN CERTIFICATE-----)")]
    Empty,
    /// More than [`MAX_ANCHORS`] authorities, or than [`MAX_CERTIFICATES`] of a chain.
    #[error("there are more than {0} certificates in it")]
    TooMany(usize),
    /// RFC 7468 §2, RFC 5280 §4.1: no base64, or no certificate in it.
    #[error("certificate {0} does not read")]
    Malformed(usize),
    /// Larger than [`MAX_CERTIFICATE_BYTES`].
    #[error("certificate {0} is larger than 16 KiB")]
    TooLarge(usize),
    /// Nothing that it signs could be checked here; of a signer, HAIP 1.0 §7: ES256 alone.
    #[error(
        "the key of certificate {0} is not of a kind that is used here (P-256; of an authority, P-384 or Ed25519 too)"
    )]
    Key(usize),
    /// HAIP 1.0 §6.1.1: whoever signs does not vouch for itself.
    #[error("certificate 1 is signed by itself: the first must be the signer's, given by an authority")]
    SelfSigned,
    /// RFC 7515 §4.1.6: each is certified by the next.
    #[error(
        "certificate {0} was not given by whom the next one names: the signer's comes first, each giver's after it"
    )]
    Order(usize),
}

impl TrustAnchors {
    /// From the certificates of authorities in PEM, one after another. At least one. Refuses those by which nothing could ever be
    /// checked.
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        let certificates = certificates(text, MAX_ANCHORS)?;
        let anchors = certificates.iter().zip(1..).map(|(der, number)| {
            let anchor = anchor_from_trusted_cert(der).map_err(|_| PemError::Malformed(number))?;
            if can_sign(&anchor) {
                Ok(anchor.to_owned())
            } else {
                Err(PemError::Key(number))
            }
        });
        Ok(Self {
            anchors: anchors.collect::<Result<_, _>>()?,
            anchor_in_chain: AnchorInChain::default(),
        })
    }
}

impl CertificateChain {
    /// From certificates in PEM, the signer's first. A root at the end is left out: who believes it has it, and it does not
    /// travel (HAIP 1.0 §6.1.1).
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        let mut certificates = certificates(text, MAX_CERTIFICATES + 1)?;
        let names = |der: &CertificateDer<'_>, number| {
            let parsed = parse(der).map_err(|_| PemError::Malformed(number))?;
            Ok((parsed.subject().to_vec(), parsed.issuer().to_vec()))
        };
        let parties = certificates.iter().zip(1..).map(|(der, number)| names(der, number));
        let parties = parties.collect::<Result<Vec<_>, _>>()?;
        for (number, pair) in (1..).zip(parties.windows(2)) {
            if pair[0].1 != pair[1].0 {
                return Err(PemError::Order(number));
            }
        }
        if parties.len() > 1 && parties.last().is_some_and(|(subject, issuer)| subject == issuer) {
            certificates.pop();
        }
        if certificates.len() > MAX_CERTIFICATES {
            return Err(PemError::TooMany(MAX_CERTIFICATES));
        }
        Self::from_der(certificates.iter().map(|der| der.to_vec()).collect()).map_err(|error| match error {
            CertificateError::SelfSigned => PemError::SelfSigned,
            CertificateError::Key => PemError::Key(1),
            _ => PemError::Malformed(1),
        })
    }

    /// As files hold it.
    pub fn to_pem(&self) -> String {
        self.certificates.iter().map(|der| to_pem("CERTIFICATE", der)).collect()
    }
}

/// DER with a label, as files hold it.
pub(super) fn to_pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines + "-----END " + label + "-----\n"
}

/// The certificates of a text; what else is in it is passed over.
fn certificates(text: &str, most: usize) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let mut certificates = Vec::new();
    for (der, number) in CertificateDer::pem_slice_iter(text.as_bytes()).zip(1..) {
        let der = der.map_err(|_| PemError::Malformed(number))?;
        if number > most {
            return Err(PemError::TooMany(most));
        }
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(PemError::TooLarge(number));
        }
        certificates.push(der);
    }
    if certificates.is_empty() {
        return Err(PemError::Empty);
    }
    Ok(certificates)
}

/// Whether signatures of an authority can be checked: webpki gives its key without the outer SEQUENCE.
fn can_sign(anchor: &TrustAnchor<'_>) -> bool {
    let algorithm = anchor.subject_public_key_info.get(2..).unwrap_or_default();
    ALGORITHMS
        .iter()
        .any(|known| algorithm.starts_with(known.public_key_alg_id().as_ref()))
}
