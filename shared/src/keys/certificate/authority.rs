//! Authorities of tests, and the certificates they give.

use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
    SanType, date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;

use super::{CertificateChain, CertificateError, TrustAnchors};
use crate::keys::SigningKey;

/// An authority with its certificate, and those above it.
pub(crate) struct Authority {
    params: CertificateParams,
    key: KeyPair,
    /// Its own first, the root last.
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// What a certificate of a signer says.
pub(crate) struct Leaf<'a> {
    pub(crate) hosts: &'a [&'a str],
    pub(crate) uris: &'a [&'a str],
    /// Years of its first and of its last day.
    pub(crate) years: (i32, i32),
    pub(crate) change: fn(&mut CertificateParams),
}

impl Default for Leaf<'_> {
    fn default() -> Self {
        Self {
            hosts: &["asso.example"],
            uris: &[],
            years: (2026, 2028),
            change: |_| {},
        }
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    params
}

pub(crate) fn pair(key: &SigningKey) -> KeyPair {
    let der = key.to_pkcs8();
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der.as_slice()), &PKCS_ECDSA_P256_SHA256).unwrap()
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        Self {
            params,
            key,
            certificates: vec![certificate.der().to_vec()],
        }
    }

    /// One below it.
    pub(crate) fn sub(&self, name: &str, change: fn(&mut CertificateParams)) -> Self {
        let (mut params, key) = (authority(name), KeyPair::generate().unwrap());
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer()).unwrap();
        let mut certificates = vec![certificate.der().to_vec()];
        certificates.extend(self.certificates.iter().cloned());
        Self {
            params,
            key,
            certificates,
        }
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    /// A certificate for a key.
    pub(crate) fn certify(&self, key: &KeyPair, leaf: &Leaf<'_>) -> Vec<u8> {
        let mut params = named("Les Paniers du vallon");
        let hosts = leaf
            .hosts
            .iter()
            .map(|host| SanType::DnsName((*host).try_into().unwrap()));
        let uris = leaf.uris.iter().map(|uri| SanType::URI((*uri).try_into().unwrap()));
        params.subject_alt_names = hosts.chain(uris).collect();
        (params.not_before, params.not_after) = (date_time_ymd(leaf.years.0, 1, 1), date_time_ymd(leaf.years.1, 1, 1));
        (leaf.change)(&mut params);
        params.signed_by(key, &self.issuer()).unwrap().der().to_vec()
    }

    /// A certificate for a key of ours, and those above it but the root.
    pub(crate) fn chain(&self, key: &SigningKey, leaf: &Leaf<'_>) -> Result<CertificateChain, CertificateError> {
        let mut chain = vec![self.certify(&pair(key), leaf)];
        chain.extend(self.certificates[..self.certificates.len() - 1].iter().cloned());
        CertificateChain::from_der(chain)
    }

    /// The root, trusted.
    pub(crate) fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_der(self.certificates.last().cloned().into_iter().collect()).unwrap()
    }
}
