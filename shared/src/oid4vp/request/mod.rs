//! The request object (§5; RFC 9101).

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};
use url::Url;

use super::ClientId;
use crate::{
    address,
    credential::FORMAT_SD_JWT_VC,
    did::{DidDocument, Purpose as KeyPurpose},
    json::numeric_date,
    keys::{Jwk, SigningKey, jwe::ContentEncryption, jws, jws::Jws},
    language::Language,
    presentation::dcql::DcqlQuery,
    text::Text,
};

/// `typ` (VP-V-004).
pub const TYPE: &str = "oauth-authz-req+jwt";
/// Media type.
pub const MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";
/// `aud` for wallets found by their scheme (§5.8).
pub const STATIC_AUDIENCE: &str = "https://self-issued.me/v2";

/// The one way to answer: posted, and encrypted.
const RESPONSE_MODE: &str = "direct_post.jwt";
/// Key agreement of the answer (HAIP-009).
const KEY_AGREEMENT: &str = "ECDH-ES";
/// How far the clock of a verifier may be ahead of ours (NEG-18).
const MAX_SKEW: Duration = Duration::seconds(60);
/// How long a request may be answered that does not say so itself.
const DEFAULT_LIFETIME: Duration = Duration::minutes(5);
/// The longest purpose that is shown, in characters.
const MAX_PURPOSE: usize = 500;
/// The longest name of a verifier that is shown, in characters.
const MAX_NAME: usize = 200;

/// Why a wallet refuses a request. The person is told; nothing is answered to a verifier that is not known to be one.
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
    /// No key to encrypt the answer, an encryption we cannot do, or a response mode that does not encrypt (`direct_post`).
    #[error("the answer cannot be encrypted for the verifier")]
    Encryption,
    /// Signed in the future or expired.
    #[error("the request has expired")]
    Expired,
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
    pub fn sign(&self, kid: &str, key: &SigningKey, wallet_nonce: Option<&str>) -> String {
        let client_id = self.client_id.to_string();
        let mut claims = json!({
            "iss": client_id,
            "aud": STATIC_AUDIENCE,
            "iat": self.issued_at.timestamp(),
            "exp": self.expires_at.timestamp(),
            "client_id": client_id,
            "response_type": "vp_token",
            "response_mode": RESPONSE_MODE,
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "dcql_query": self.query,
            "client_metadata": self.client_metadata(),
        });
        if let Some(state) = &self.state {
            claims["state"] = json!(state);
        }
        if let Some(nonce) = wallet_nonce {
            claims["wallet_nonce"] = json!(nonce);
        }
        jws::sign(TYPE, Map::from_iter([("kid".to_owned(), json!(kid))]), &claims, key)
    }

    /// VP-V-008.
    fn client_metadata(&self) -> Value {
        let mut metadata = json!({
            "jwks": { "keys": [self.encryption_key] },
            "encrypted_response_enc_values_supported": self.encryptions,
            "vp_formats_supported": {
                FORMAT_SD_JWT_VC: { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] },
            },
        });
        if let Some(name) = &self.client_name {
            metadata["client_name"] = json!(name);
        }
        if let Some(purpose) = &self.purpose {
            metadata["purpose"] = json!({
                Language::French.tag(): purpose.french,
                Language::English.tag(): purpose.english,
            });
        }
        metadata
    }

    /// The DID whose document is needed to read this request; nothing is checked but `client_id` (VP-W-002).
    pub fn unverified_client(jwt: &str, expected_client_id: &str) -> Result<ClientId, RequestError> {
        client_of(
            &Jws::parse(jwt).map_err(|_| RequestError::Malformed)?,
            expected_client_id,
        )
    }

    /// Checks and reads a request. `document` is the client's DID document, `wallet_nonce` the one we sent.
    pub fn read(
        jwt: &str,
        expected_client_id: &str,
        document: &DidDocument,
        wallet_nonce: Option<&str>,
        now: DateTime<Utc>,
        development: bool,
    ) -> Result<Self, RequestError> {
        let jws = Jws::parse(jwt).map_err(|_| RequestError::Malformed)?;
        jws.expect_type(TYPE).map_err(|_| RequestError::Malformed)?;
        let client_id = client_of(&jws, expected_client_id)?;
        let claims = signed_claims(&jws, &client_id, document)?;

        if wallet_nonce.is_some_and(|nonce| claims.text("wallet_nonce") != Some(nonce)) {
            return Err(RequestError::WalletNonce);
        }
        if claims.text("response_type") != Some("vp_token")
            || !claims.is_for(STATIC_AUDIENCE)
            || ["request", "request_uri"].iter().any(|name| claims.has(name))
        {
            return Err(RequestError::Malformed);
        }
        match claims.text("response_mode") {
            Some(RESPONSE_MODE) => {}
            Some("direct_post") => return Err(RequestError::Encryption),
            _ => return Err(RequestError::Malformed),
        }
        if claims.has("redirect_uri") {
            return Err(RequestError::RedirectUri);
        }
        if claims.has("transaction_data") {
            return Err(RequestError::TransactionData);
        }
        let (issued_at, expires_at) = claims.validity(now)?;
        let metadata = Members(claims.object("client_metadata")?);
        let (encryption_key, encryptions) = metadata.encryption()?;
        let state = match claims.0.get("state") {
            None => None,
            Some(_) => Some(claims.url_safe("state")?),
        };
        Ok(Self {
            response_uri: claims.response_uri(&client_id, development)?,
            client_id,
            client_name: metadata.text("client_name").and_then(shown::<MAX_NAME>),
            nonce: claims.url_safe("nonce")?,
            state,
            query: claims.query()?,
            purpose: metadata.purpose(),
            encryption_key,
            encryptions,
            issued_at,
            expires_at,
        })
    }
}

/// VP-W-002.
fn client_of(jws: &Jws, expected: &str) -> Result<ClientId, RequestError> {
    let claims: Map<String, Value> = jws.unverified_claims().map_err(|_| RequestError::Malformed)?;
    match claims.get("client_id") {
        Some(Value::String(client_id)) if client_id == expected => {
            client_id.parse().map_err(|_| RequestError::Malformed)
        }
        Some(Value::String(_)) => Err(RequestError::OtherClient),
        _ => Err(RequestError::Malformed),
    }
}

/// VP-W-006: the signature, by a key that the client's own DID document lists.
fn signed_claims(jws: &Jws, client_id: &ClientId, document: &DidDocument) -> Result<Members, RequestError> {
    let kid = jws.kid().ok_or(RequestError::BadSignature)?;
    let fragment = kid
        .strip_prefix(client_id.did().as_str())
        .and_then(|rest| rest.strip_prefix('#'));
    if fragment.is_none_or(str::is_empty) {
        return Err(RequestError::BadSignature);
    }
    let key = document
        .key(kid, KeyPurpose::Authentication)
        .or_else(|_| document.key(kid, KeyPurpose::AssertionMethod))
        .map_err(|_| RequestError::BadSignature)?;
    jws.verify(&key).map_err(|_| RequestError::BadSignature)?;
    jws.claims(&key).map(Members).map_err(|_| RequestError::Malformed)
}

/// The members of a request object, or of its `client_metadata`.
struct Members(Map<String, Value>);

impl Members {
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    fn object(&self, name: &str) -> Result<Map<String, Value>, RequestError> {
        match self.0.get(name) {
            None => Ok(Map::new()),
            Some(Value::Object(members)) => Ok(members.clone()),
            Some(_) => Err(RequestError::Malformed),
        }
    }

    /// `nonce` and `state` have ASCII characters that need no escape in a URL (VP-V-002, VP-V-003).
    fn url_safe(&self, name: &str) -> Result<String, RequestError> {
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let text = self
            .text(name)
            .filter(|text| !text.is_empty() && text.bytes().all(is_safe));
        text.map(str::to_owned).ok_or(RequestError::Malformed)
    }

    /// `aud`: one text, or several of which one fits.
    fn is_for(&self, audience: &str) -> bool {
        match self.0.get("aud") {
            Some(Value::String(own)) => own == audience,
            Some(Value::Array(several)) => several.iter().any(|own| own == audience),
            _ => false,
        }
    }

    /// When it was signed, and until when it holds.
    fn validity(&self, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), RequestError> {
        let instant = |name: &str| match self.0.get(name) {
            None => Ok(None),
            Some(seconds) => {
                let instant = numeric_date(seconds).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
                instant.map(Some).ok_or(RequestError::Malformed)
            }
        };
        let issued_at = instant("iat")?.unwrap_or(now);
        let valid_from = instant("nbf")?.unwrap_or(issued_at).max(issued_at);
        let expires_at = instant("exp")?.unwrap_or(now + DEFAULT_LIFETIME);
        if expires_at <= now || valid_from - now > MAX_SKEW {
            return Err(RequestError::Expired);
        }
        Ok((issued_at, expires_at))
    }

    /// VP-W-008: for did:web and did:webvh the answer goes to the very origin that publishes the DID. Other DIDs have no
    /// address of their own: any https address they sign for is theirs.
    fn response_uri(&self, client_id: &ClientId, development: bool) -> Result<Url, RequestError> {
        let uri = self.text("response_uri").ok_or(RequestError::Malformed)?;
        let uri = address::parse(uri, development).ok_or(RequestError::ResponseUri)?;
        let did = client_id.did();
        if matches!(did.method(), "web" | "webvh") {
            let published = did
                .publication_url(development)
                .map_err(|_| RequestError::ResponseUri)?;
            if published.origin() != uri.origin() {
                return Err(RequestError::ResponseUri);
            }
        }
        Ok(uri)
    }

    /// VP-V-001: exactly one of `dcql_query` and `scope`. We know no scope.
    fn query(&self) -> Result<DcqlQuery, RequestError> {
        match (self.0.get("dcql_query"), self.0.get("scope")) {
            (Some(query), None) => DcqlQuery::from_value(query).map_err(|_| RequestError::Query),
            (None, Some(_)) => Err(RequestError::Query),
            _ => Err(RequestError::Malformed),
        }
    }

    /// VP-W-012: the first key we can encrypt to, and the encryptions both sides know. Keys we cannot use are skipped.
    fn encryption(&self) -> Result<(Jwk, Vec<ContentEncryption>), RequestError> {
        let keys = self
            .0
            .get("jwks")
            .and_then(|set| set.get("keys"))
            .and_then(Value::as_array);
        let usable = |key: &Jwk| key.alg() == Some(KEY_AGREEMENT) && key.usage().is_none_or(|usage| usage == "enc");
        let key = keys
            .into_iter()
            .flatten()
            .filter_map(|key| Jwk::from_value(key.clone()).ok())
            .find(usable);
        let encryptions = match self.0.get("encrypted_response_enc_values_supported") {
            None => vec![ContentEncryption::A128GCM],
            Some(names) => {
                let names = names.as_array().ok_or(RequestError::Malformed)?;
                names
                    .iter()
                    .filter_map(|name| serde_json::from_value(name.clone()).ok())
                    .collect()
            }
        };
        if encryptions.is_empty() {
            return Err(RequestError::Encryption);
        }
        Ok((key.ok_or(RequestError::Encryption)?, encryptions))
    }

    /// Ours: why, in both languages. One language is enough to show something.
    fn purpose(&self) -> Option<Purpose> {
        let purpose = self.0.get("purpose")?;
        let said = |language: Language| purpose.get(language.tag())?.as_str().and_then(shown::<MAX_PURPOSE>);
        let (french, english) = (said(Language::French), said(Language::English));
        Some(Purpose {
            french: french.clone().or_else(|| english.clone())?,
            english: english.or(french)?,
        })
    }
}

/// Text of a stranger that may be shown: nothing that hides or reverses.
fn shown<const MAX: usize>(text: &str) -> Option<String> {
    text.parse::<Text<MAX>>().ok().map(String::from)
}

#[cfg(test)]
mod tests;
