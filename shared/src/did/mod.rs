//! Decentralised identifiers: did:jwk, did:key and did:web. `ssi` reads did:key and did:jwk; did:web is fetched by our
//! own client (`crypto.md` §2: ssi's would fetch 127.0.0.1).

use serde::{Deserialize, Serialize};
use url::Url;

use crate::keys::{Jwk, PublicKey};

/// Why a DID was refused or did not resolve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidError {
    /// DID Core §3.1: not a DID.
    #[error("not a valid DID")]
    Invalid,
    /// A method we do not resolve.
    #[error("this DID method is not supported")]
    UnsupportedMethod,
    /// did:web: IP addresses and plain http are refused outside development.
    #[error("this did:web names a host that is not accepted")]
    ForbiddenHost,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Did(String);

impl Did {
    /// `did:web` of a base URL: `https://host:8443/o/slug` gives `did:web:host%3A8443:o:slug`.
    pub fn web(base: &Url) -> Result<Self, DidError> { todo!() }
    /// `did:jwk` of a key.
    pub fn jwk(key: &Jwk) -> Self { todo!() }
    /// As written.
    pub fn as_str(&self) -> &str { &self.0 }
    /// The method: `web`, `jwk`, `key`…
    pub fn method(&self) -> &str { todo!() }
    /// Where the document of a did:web is: `…/did.json`, or `/.well-known/did.json` at the root. `http` only for a loopback
    /// host when `development` is true.
    pub fn web_document_url(&self, development: bool) -> Result<Url, DidError> { todo!() }
    /// Resolves did:jwk and did:key, which carry their key.
    pub fn resolve_local(&self) -> Result<DidDocument, DidError> { todo!() }
}
impl std::str::FromStr for Did { type Err = DidError; fn from_str(text: &str) -> Result<Self, DidError> { todo!() } }
impl TryFrom<String> for Did { type Error = DidError; fn try_from(text: String) -> Result<Self, DidError> { text.parse() } }
impl From<Did> for String { fn from(did: Did) -> Self { did.0 } }
impl std::fmt::Display for Did { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }

/// The purpose a key is listed for (CID 1.0 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs credentials and requests.
    AssertionMethod,
    /// Authenticates.
    Authentication,
}

/// A DID document: what we read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DidDocument { #[serde(flatten)] members: serde_json::Map<String, serde_json::Value> }

impl DidDocument {
    /// The document we publish for `did`: each key a `JsonWebKey` method `#THUMBPRINT`, listed for both purposes.
    pub fn publish(did: &Did, keys: &[PublicKey]) -> Self { todo!() }
    /// Reads the document fetched for `did`; its `id` must be the same.
    pub fn read(did: &Did, json: serde_json::Value) -> Result<Self, DidError> { todo!() }
    /// The key of `kid` (a DID URL of this document, or its fragment), when it is listed for `purpose`.
    pub fn key(&self, kid: &str, purpose: Purpose) -> Result<PublicKey, DidError> { todo!() }
}
