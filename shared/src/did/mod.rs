//! Decentralised identifiers: did:jwk, did:key, did:web and did:webvh. `ssi` checks the syntax; what has to be fetched is
//! fetched by our own client, because the one of `ssi` would fetch 127.0.0.1.

mod document;
mod local;
mod web;
pub mod webvh;

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::document::{DidDocument, Purpose};
use self::webvh::WebvhError;
use crate::keys::Jwk;

/// The longest DID accepted, in bytes: a did:jwk with a few extra members fits.
const MAX_BYTES: usize = 2048;

/// Why a DID was refused or did not resolve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidError {
    /// DID Core §3.1: not a DID.
    #[error("not a valid DID")]
    Invalid,
    /// A method we do not resolve.
    #[error("this DID method is not supported")]
    UnsupportedMethod,
    /// did:web, did:webvh: IP addresses and plain http are refused outside development.
    #[error("this DID names a host that is not accepted")]
    ForbiddenHost,
    /// did:webvh: the log does not resolve.
    #[error(transparent)]
    Webvh(#[from] WebvhError),
    /// did:webvh: the DID is not used any more.
    #[error("this DID has been deactivated")]
    Deactivated,
    /// The document's `id` is not the DID that was resolved.
    #[error("the DID document belongs to another DID")]
    OtherDocument,
    /// No such verification method, or not listed for the purpose.
    #[error("the key is not listed for this purpose")]
    KeyNotListed,
    /// The key is of a kind we cannot use.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
}

/// A syntactically valid DID, without fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Did(String);

impl Did {
    /// `did:web` of a base URL: `https://host:8443/o/slug` gives `did:web:host%3A8443:o:slug`. IP addresses are
    /// refused, and so is `http` but for loopback names.
    pub fn web(base: &Url) -> Result<Self, DidError> {
        web::identifier(base)
    }

    /// `did:jwk` of a key: of its point alone, so that one key has one identifier.
    pub fn jwk(key: &Jwk) -> Self {
        Self(format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(key.required_members())))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The method: `web`, `jwk`, `key`…
    pub fn method(&self) -> &str {
        self.parts().0
    }

    /// Where the document of a did:web is: `…/did.json`, or `/.well-known/did.json` at the root. `http` only for a
    /// loopback host when `development` is true; a loopback host is refused otherwise.
    pub fn web_document_url(&self, development: bool) -> Result<Url, DidError> {
        match self.parts() {
            ("web", specific) => web::file_url(specific, "did.json", development),
            _ => Err(DidError::UnsupportedMethod),
        }
    }

    /// Where the log of a did:webvh is: `…/did.jsonl`, where a did:web has `…/did.json`. Same rules as for
    /// [`web_document_url`](Self::web_document_url).
    pub fn webvh_log_url(&self, development: bool) -> Result<Url, DidError> {
        let (_, place) = self.webvh_parts()?;
        web::file_url(place, "did.jsonl", development)
    }

    /// Where the witness proofs of a did:webvh are: `…/did-witness.json`.
    pub fn webvh_witness_url(&self, development: bool) -> Result<Url, DidError> {
        let (_, place) = self.webvh_parts()?;
        web::file_url(place, "did-witness.json", development)
    }

    /// Where whoever controls the DID publishes it: the document of a did:web, the log of a did:webvh. Other DIDs have no
    /// address.
    pub fn publication_url(&self, development: bool) -> Result<Url, DidError> {
        match self.method() {
            "webvh" => self.webvh_log_url(development),
            _ => self.web_document_url(development),
        }
    }

    /// The SCID of a did:webvh, and the rest: what a did:web would be made of.
    fn webvh_parts(&self) -> Result<(&str, &str), DidError> {
        match self.parts() {
            ("webvh", specific) => webvh::parts(specific).ok_or(DidError::Invalid),
            _ => Err(DidError::UnsupportedMethod),
        }
    }

    /// Resolves did:jwk and did:key, which carry their key. Kinds of keys we do not know are [`DidError::Key`].
    pub fn resolve_local(&self) -> Result<DidDocument, DidError> {
        match self.parts() {
            ("jwk", specific) => local::resolve_jwk(self, specific),
            ("key", specific) => local::resolve_key(self, specific),
            _ => Err(DidError::UnsupportedMethod),
        }
    }

    /// Method and method-specific identifier.
    fn parts(&self) -> (&str, &str) {
        self.0
            .strip_prefix("did:")
            .and_then(|rest| rest.split_once(':'))
            .unwrap_or_default()
    }
}

impl FromStr for Did {
    type Err = DidError;

    fn from_str(text: &str) -> Result<Self, DidError> {
        if text.len() > MAX_BYTES || ssi::dids::DID::new(text).is_err() {
            return Err(DidError::Invalid);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Did {
    type Error = DidError;

    fn try_from(text: String) -> Result<Self, DidError> {
        text.parse()
    }
}

impl From<Did> for String {
    fn from(did: Did) -> Self {
        did.0
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    #[test]
    fn what_is_no_did_is_refused() {
        for text in [
            "",
            "did",
            "did:",
            "did:web",
            "did:web:",
            "DID:web:example.org",
            "did:Web:example.org",
            "did:web:exa mple.org",
            "did:web:example.org#key",
            "did:web:example.org/path",
            "did:web:example.org?query",
            "did:web:example.org%3",
            "did:web:éxample.org",
            "https://example.org",
        ] {
            assert_eq!(text.parse::<Did>(), Err(DidError::Invalid), "{text}");
        }
        assert_eq!(
            format!("did:jwk:{}", "a".repeat(MAX_BYTES)).parse::<Did>(),
            Err(DidError::Invalid)
        );
        let did: Did = "did:web:example.org%3A3000:user:alice".parse().unwrap();
        assert_eq!((did.method(), did.to_string().as_str()), ("web", did.as_str()));
    }

    #[test]
    fn a_did_is_read_from_json_or_refused() {
        assert!(serde_json::from_str::<Did>(r#""did:web:example.org""#).is_ok());
        assert!(serde_json::from_str::<Did>(r#""example.org""#).is_err());
    }

    #[test]
    fn one_key_has_one_did_jwk() {
        let key = SigningKey::generate().public().to_jwk();
        let did = Did::jwk(&key);
        assert_eq!(Did::jwk(&key.clone().named("k1", "ES256", "sig")), did);
        assert_eq!(did.as_str().parse(), Ok(did.clone()));
        let found = did.resolve_local().unwrap().key("#0", Purpose::Authentication).unwrap();
        assert_eq!(found.thumbprint(), key.thumbprint());
    }

    #[test]
    fn methods_do_not_answer_for_one_another() {
        let web: Did = "did:web:example.org".parse().unwrap();
        assert_eq!(web.resolve_local(), Err(DidError::UnsupportedMethod));
        let jwk = Did::jwk(&SigningKey::generate().public().to_jwk());
        assert_eq!(jwk.web_document_url(true), Err(DidError::UnsupportedMethod));
        let unknown: Did = "did:ion:example.org".parse().unwrap();
        assert_eq!(unknown.resolve_local(), Err(DidError::UnsupportedMethod));
        for url in [
            Did::web_document_url,
            Did::webvh_log_url,
            Did::webvh_witness_url,
            Did::publication_url,
        ] {
            assert_eq!(url(&unknown, true), Err(DidError::UnsupportedMethod));
        }
        let webvh: Did = "did:webvh:QmPEQVM1JPTyrvEgBcDXwjK4TeyLGSX1PxjgyeAisdWM1p:example.org"
            .parse()
            .unwrap();
        assert_eq!(webvh.resolve_local(), Err(DidError::UnsupportedMethod));
        assert_eq!(webvh.web_document_url(true), Err(DidError::UnsupportedMethod));
        assert_eq!(web.webvh_log_url(true), Err(DidError::UnsupportedMethod));
        assert_eq!(web.publication_url(true), web.web_document_url(true));
        assert_eq!(webvh.publication_url(true), webvh.webvh_log_url(true));
    }
}
