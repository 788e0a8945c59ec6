//! Requests to present (OpenID4VP 1.0 §5): who asks, what for, and what this person has that answers.
//!
//! ```text
//! link ─ fetch ─► Pending ─ consent ─► Sending ─ answered ─► Shared
//!                    └─► Refused
//! ```
//! The consent is stored, with its receipt, before anything leaves: a lost network is retried without asking again, and
//! nothing that may have been shared goes unrecorded.

pub(crate) mod answer;
pub(crate) mod fetch;
pub(crate) mod matching;
pub(crate) mod pages;
pub(crate) mod store;
mod views;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    did::DidDocument,
    oid4vp::{ClientId, RequestError, RequestObject},
};
use url::Url;

use crate::{
    credentials::CredentialId,
    presentations::PresentationId,
    vault::{Place, Vault},
};

shared::id! {
    /// Names a request in this wallet.
    pub(crate) struct RequestId;
}

/// A request made to this person.
pub(crate) struct Request {
    pub(crate) id: RequestId,
    pub(crate) state: State,
    pub(crate) received: Received,
}

/// Where a request stands.
pub(crate) enum State {
    Pending,
    /// The person agreed; whether the answer arrived is not known.
    Sending(Vec<Choice>, PresentationId),
    Shared(PresentationId),
    Refused(PresentationId),
}

/// What came, unaltered, so that every reading checks it again. Rests sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Received {
    /// Full client identifier, as in the link.
    pub(crate) client_id: String,
    pub(crate) request_uri: Url,
    /// The signed request object.
    pub(crate) object: String,
    /// The verifier's DID document.
    pub(crate) document: Value,
    pub(crate) wallet_nonce: Option<String>,
}

/// One attestation chosen for one query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) query: String,
    pub(crate) credential: String,
}

/// What rests sealed in one column.
#[derive(Serialize, Deserialize)]
struct Sealed {
    received: Received,
    consent: Vec<Choice>,
}

impl Received {
    /// Checks and reads the request as it stands at `now` (VP-W-001 to VP-W-012).
    pub(crate) fn read(&self, now: DateTime<Utc>, development: bool) -> Result<RequestObject, RequestError> {
        let ClientId::DecentralizedIdentifier(did) = self.client()?;
        let document = DidDocument::read(&did, self.document.clone()).map_err(|_| RequestError::BadSignature)?;
        let nonce = self.wallet_nonce.as_deref();
        RequestObject::read(&self.object, &self.client_id, &document, nonce, now, development)
    }

    /// Who asks.
    pub(crate) fn client(&self) -> Result<ClientId, RequestError> {
        self.client_id.parse().map_err(|_| RequestError::OtherClient)
    }
}

impl Request {
    fn place(id: &RequestId) -> Place<'_> {
        Place {
            table: "requests",
            column: "sealed",
            id: id.as_str(),
        }
    }
}

impl Choice {
    /// Reads `QUERY:CREDENTIAL`, as a check box carries it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (query, credential) = text.split_once(':')?;
        credential.parse::<CredentialId>().ok()?;
        Some(Self {
            query: query.to_owned(),
            credential: credential.to_owned(),
        })
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.query, self.credential)
    }
}

/// What finds a request again.
pub(crate) fn fingerprint(vault: &Vault, client_id: &str, request_uri: &Url) -> Vec<u8> {
    vault.fingerprint("request", &[client_id, request_uri.as_str()])
}

#[cfg(test)]
mod tests;
