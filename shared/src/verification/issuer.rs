//! Whose key signed. The way to the key follows from the credential, and only leads to keys of the issuer it names: who
//! forges one has no choice between them (SDVC-005).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Fetched, Materials, Outcome, Reason, Rules};
use crate::{
    did::{Did, DidDocument, Purpose},
    keys::{
        JwkSet, KeyKind, PublicKey,
        certificate::{CertificateChain, CertificateError, TrustAnchors},
    },
};

/// Where the key of an issuer is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In the certificates that come with the credential (`x5c`): nothing is fetched, and whoever verifies knows the
    /// authorities. The issuer is one that the certificate names.
    Certificates,
    /// In the DID document of an `iss` that is a DID, among the keys listed for assertions; `kid` is a DID URL. SD-JWT VC
    /// leaves DIDs to profiles: this is ours.
    Document(Did),
    /// In the JWT VC Issuer Metadata of an https `iss`.
    Metadata,
}

/// The keys of an issuer, as they were fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerKeys {
    /// Of its metadata.
    Published(JwkSet),
    /// Its DID document.
    Document(DidDocument),
}

impl From<JwkSet> for IssuerKeys {
    fn from(keys: JwkSet) -> Self {
        Self::Published(keys)
    }
}

impl From<DidDocument> for IssuerKeys {
    fn from(document: DidDocument) -> Self {
        Self::Document(document)
    }
}

/// Who issued a credential, as it says itself.
pub(super) struct Issuer {
    /// `iss`, or the first name of the certificate when there is none.
    pub(super) name: Option<String>,
    chain: Option<Result<CertificateChain, CertificateError>>,
}

impl Issuer {
    pub(super) fn of(header: &Map<String, Value>, claims: &Value) -> Self {
        let chain = header.get("x5c").map(CertificateChain::from_x5c);
        let name = match (claims.get("iss"), &chain) {
            (Some(issuer), _) => issuer.as_str().map(str::to_owned),
            (None, Some(Ok(chain))) => chain.unverified_issuer(),
            (None, _) => None,
        };
        Self { name, chain }
    }

    pub(super) fn key_source(&self) -> KeySource {
        if self.chain.is_some() {
            return KeySource::Certificates;
        }
        match self.name.as_deref().map(str::parse) {
            Some(Ok(did)) => KeySource::Document(did),
            _ => KeySource::Metadata,
        }
    }

    /// The keys that are this issuer's, or how the check of the signature ends without them.
    pub(super) fn keys<'a>(
        &'a self,
        materials: &'a Materials,
        rules: &Rules<'a>,
        now: DateTime<Utc>,
    ) -> Result<KnownKeys<'a>, Outcome> {
        let name = self.name.as_deref().ok_or(Outcome::Failed(Reason::Malformed))?;
        if let Some(chain) = &self.chain {
            let anchors = rules.anchors.ok_or(Outcome::Skipped(Reason::NoAuthority))?;
            let certified = Certified { name, anchors, now };
            let key = match chain {
                Ok(chain) => certified.key(chain)?,
                Err(_) => return Err(Outcome::Failed(Reason::WrongCertificate)),
            };
            return Ok(KnownKeys::Certified(certified, key));
        }
        match &materials.issuer_keys {
            Fetched::Found(IssuerKeys::Published(keys)) => Ok(KnownKeys::Published(keys)),
            Fetched::Found(IssuerKeys::Document(document)) if document.id() == name => {
                Ok(KnownKeys::Document(document))
            }
            Fetched::Found(IssuerKeys::Document(_)) => Err(Outcome::Failed(Reason::UnknownKey)),
            Fetched::Unreachable => Err(Outcome::Skipped(Reason::IssuerUnreachable)),
            Fetched::Unusable => Err(Outcome::Skipped(Reason::IssuerUnusable)),
            Fetched::Forbidden => Err(Outcome::Failed(Reason::IssuerRefused)),
            Fetched::NotAsked => Err(Outcome::Skipped(Reason::NotNeeded)),
        }
    }
}

/// Keys that are known to be the issuer's.
pub(super) enum KnownKeys<'a> {
    Published(&'a JwkSet),
    Document(&'a DidDocument),
    /// Of the credential's certificate; others with a certificate of the same name.
    Certified(Certified<'a>, PublicKey),
}

/// How certificates are checked for one issuer.
pub(super) struct Certified<'a> {
    name: &'a str,
    anchors: &'a TrustAnchors,
    now: DateTime<Utc>,
}

impl Certified<'_> {
    fn key(&self, chain: &CertificateChain) -> Result<PublicKey, Outcome> {
        let key = chain.verify(self.anchors, self.now).map_err(|error| {
            Outcome::Failed(match error {
                CertificateError::UnknownAuthority => Reason::UnknownAuthority,
                _ => Reason::WrongCertificate,
            })
        })?;
        if chain.names(self.name) {
            Ok(key.clone())
        } else {
            Err(Outcome::Failed(Reason::WrongCertificate))
        }
    }
}

impl KnownKeys<'_> {
    /// The key that the header of a token of this issuer means: `kid` selects within its keys, and nowhere else (NEG-03); a
    /// chain of certificates counts where the credential came with one.
    pub(super) fn of_token(&self, header: &Map<String, Value>) -> Option<PublicKey> {
        let kid = header.get("kid").and_then(Value::as_str);
        match self {
            Self::Published(keys) => {
                let key = keys.select(KeyKind::P256, kid)?;
                PublicKey::from_jwk(key).ok()
            }
            Self::Document(document) => {
                let kid = kid.filter(|kid| kid.contains('#'))?;
                document.key(kid, Purpose::AssertionMethod).ok()
            }
            Self::Certified(certified, key) => match header.get("x5c") {
                Some(x5c) => certified.key(&CertificateChain::from_x5c(x5c).ok()?).ok(),
                None => Some(key.clone()),
            },
        }
    }
}
