//! Authorities of tests, and the certificates they give.
#![expect(clippy::unwrap_used, reason = "a test without its certificates must stop")]
#![expect(
    clippy::missing_panics_doc,
    reason = "what is here serves tests: it panics to fail them"
)]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, SanType, SignatureAlgorithm, date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;

use super::{CertificateChain, CertificateError, TrustAnchors, pem::to_pem};
use crate::keys::{PublicKey, SigningKey};

/// An authority with its certificate, and those above it.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    /// Its own first, the root last.
    pub certificates: Vec<Vec<u8>>,
}

/// What a certificate of a signer says.
pub struct Leaf<'a> {
    /// DNS names.
    pub hosts: &'a [&'a str],
    /// URIs.
    pub uris: &'a [&'a str],
    /// Years of its first and of its last day.
    pub years: (i32, i32),
    /// Anything else.
    pub change: fn(&mut CertificateParams),
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

/// When tests happen.
pub fn now() -> DateTime<Utc> {
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

/// A key of ours, as a certificate is made for it.
pub fn pair(key: &SigningKey) -> KeyPair {
    let der = key.to_pkcs8();
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der.as_slice()), &PKCS_ECDSA_P256_SHA256).unwrap()
}

impl Authority {
    /// One that nobody is above, from 2020 to 2040.
    pub fn root(name: &str) -> Self {
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        Self {
            params,
            key,
            certificates: vec![certificate.der().to_vec()],
        }
    }

    /// One below it.
    #[must_use]
    pub fn sub(&self, name: &str, change: fn(&mut CertificateParams)) -> Self {
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
    pub fn certify(&self, key: &impl PublicKeyData, leaf: &Leaf<'_>) -> Vec<u8> {
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
    pub fn chain(&self, key: &SigningKey, leaf: &Leaf<'_>) -> Result<CertificateChain, CertificateError> {
        self.chain_of(key.public(), leaf)
    }

    /// The same for a key that others have.
    pub fn chain_of(&self, key: &PublicKey, leaf: &Leaf<'_>) -> Result<CertificateChain, CertificateError> {
        let mut chain = vec![self.certify(&Point::of(key), leaf)];
        chain.extend(self.certificates[..self.certificates.len() - 1].iter().cloned());
        CertificateChain::from_der(chain)
    }

    /// The root, trusted.
    pub fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_der(self.certificates.last().cloned().into_iter().collect()).unwrap()
    }

    /// The root, in PEM.
    pub fn root_pem(&self) -> String {
        to_pem("CERTIFICATE", self.certificates.last().unwrap())
    }
}

/// A point of P-256, uncompressed.
struct Point(Vec<u8>);

impl Point {
    fn of(key: &PublicKey) -> Self {
        let jwk = key.to_jwk().to_value();
        let coordinates = ["x", "y"].map(|name| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap());
        Self([&[4][..], &coordinates[0], &coordinates[1]].concat())
    }
}

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}
