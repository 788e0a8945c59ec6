//! The request object (§5; RFC 9101).

use chrono::{DateTime, Utc};
use url::Url;

use super::ClientId;
use crate::{did::DidDocument, keys::{Jwk, SigningKey, jwe::ContentEncryption}, presentation::dcql::DcqlQuery};

/// `typ` (VP-V-004).
pub const TYPE: &str = "oauth-authz-req+jwt";
/// Media type.
pub const MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";
/// `aud` for wallets found by their scheme (§5.8).
pub const STATIC_AUDIENCE: &str = "https://self-issued.me/v2";

/// Why a wallet refuses a request. [`RequestError::code`] is what §8.5 answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Structure, `typ`, algorithm, missing or contradictory parameters.
    #[error("the request is malformed")]
    Malformed,
    /// VP-W-002.
    #[error("the request is of another verifier than the link said")]
    OtherClient,
    /// VP-W-006.
    #[error("the request is not signed by the verifier it names")]
    BadSignature,
    /// VP-W-003.
    #[error("the request does not answer this wallet")]
    WalletNonce,
    /// VP-W-007.
    #[error("the request names a page to go to where it may not")]
    RedirectUri,
    /// VP-W-008.
    #[error("the answer would go to an address that is not the verifier's")]
    ResponseUri,
    /// The query.
    #[error("what is asked is malformed")]
    Query,
    /// VP-W-009.
    #[error("the request carries transaction data this wallet does not know")]
    TransactionData,
    /// No key to encrypt the answer, or an encryption we cannot do.
    #[error("the answer cannot be encrypted for the verifier")]
    Encryption,
    /// Signed in the future or expired.
    #[error("the request has expired")]
    Expired,
}
impl RequestError {
    /// §8.5: `invalid_request`, `invalid_transaction_data`…
    pub fn code(self) -> &'static str { todo!() }
}

/// A request, as the verifier makes it and the wallet reads it: `response_type=vp_token`, `response_mode=direct_post.jwt`.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestObject {
    /// Who asks.
    pub client_id: ClientId,
    /// In words (`client_metadata.client_name`).
    pub client_name: Option<String>,
    /// Where the answer goes.
    pub response_uri: Url,
    /// 128 bits or more.
    pub nonce: String,
    /// Echoed in the answer.
    pub state: Option<String>,
    /// What is asked.
    pub query: DcqlQuery,
    /// Why, in words, for the person (VP-V-012). Carried in `client_metadata` as `purpose` by language: ours; ignored by others.
    pub purpose: Option<Purpose>,
    /// The key to encrypt to.
    pub encryption_key: Jwk,
    /// The encryptions the verifier takes.
    pub encryptions: Vec<ContentEncryption>,
    /// When it was signed.
    pub issued_at: DateTime<Utc>,
    /// Until when it may be answered.
    pub expires_at: DateTime<Utc>,
}

/// The purpose in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Français.
    pub french: String,
    /// English.
    pub english: String,
}

impl RequestObject {
    /// Signs it. `kid` is a DID URL of `client_id`. `wallet_nonce` is copied when the wallet sent one (VP-V-007).
    pub fn sign(&self, kid: &str, key: &SigningKey, wallet_nonce: Option<&str>) -> String { todo!() }
    /// The DID whose document is needed to read this request; nothing is checked but `client_id` (VP-W-002).
    pub fn unverified_client(jwt: &str, expected_client_id: &str) -> Result<ClientId, RequestError> { todo!() }
    /// Checks and reads a request. `document` is the client's DID document, `wallet_nonce` the one we sent.
    pub fn read(jwt: &str, expected_client_id: &str, document: &DidDocument, wallet_nonce: Option<&str>, now: DateTime<Utc>, development: bool) -> Result<Self, RequestError> { todo!() }
}
