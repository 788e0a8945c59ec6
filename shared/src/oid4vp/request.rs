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
    /// No key to encrypt the answer, an encryption we cannot do, or a response mode that does not encrypt (`direct_post`).
    #[error("the answer cannot be encrypted for the verifier")]
    Encryption,
    /// Signed in the future or expired.
    #[error("the request has expired")]
    Expired,
}
impl RequestError {
    /// §8.5: `invalid_request`, `invalid_transaction_data`…
    pub fn code(self) -> &'static str {
        match self {
            Self::TransactionData => "invalid_transaction_data",
            Self::Malformed
            | Self::OtherClient
            | Self::BadSignature
            | Self::WalletNonce
            | Self::RedirectUri
            | Self::ResponseUri
            | Self::Query
            | Self::Encryption
            | Self::Expired => "invalid_request",
        }
    }
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

    /// VP-W-008: for did:web the answer goes to the very origin that publishes the DID document. Other DIDs have no
    /// address of their own: any https address they sign for is theirs.
    fn response_uri(&self, client_id: &ClientId, development: bool) -> Result<Url, RequestError> {
        let uri = self.text("response_uri").ok_or(RequestError::Malformed)?;
        let uri = address::parse(uri, development).ok_or(RequestError::ResponseUri)?;
        let did = client_id.did();
        if did.method() == "web" {
            let document = did
                .web_document_url(development)
                .map_err(|_| RequestError::ResponseUri)?;
            if document.origin() != uri.origin() {
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
mod tests {
    use super::*;
    use crate::{
        did::Did,
        keys::{PublicKey, jwe::DecryptionKey},
    };

    /// A verifier, and what its request says before it is changed.
    struct Verifier {
        did: Did,
        key: SigningKey,
        request: RequestObject,
    }

    fn now() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    impl Verifier {
        fn new() -> Self {
            let key = SigningKey::generate();
            let did = Did::web(&"https://verif.example".parse().unwrap()).unwrap();
            let query = json!({ "credentials": [{
                "id": "q", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:x"] }, "claims": [{ "path": ["a"] }]
            }] });
            let request = RequestObject {
                client_id: ClientId::DecentralizedIdentifier(did.clone()),
                client_name: Some("Guichet CEC".into()),
                response_uri: "https://verif.example/requests/01/response".parse().unwrap(),
                nonce: "bm9uY2UtMTI4LWJpdHM".into(),
                state: Some("state-1".into()),
                query: DcqlQuery::from_value(&query).unwrap(),
                purpose: Some(Purpose {
                    french: "Vérifier un droit".into(),
                    english: "Check a right".into(),
                }),
                encryption_key: DecryptionKey::generate().public(),
                encryptions: vec![ContentEncryption::A128GCM, ContentEncryption::A256GCM],
                issued_at: now(),
                expires_at: now() + Duration::minutes(5),
            };
            Self { did, key, request }
        }

        fn kid(&self) -> String {
            format!("{}#{}", self.did, self.key.public().thumbprint())
        }

        fn document(&self) -> DidDocument {
            DidDocument::publish(&self.did, &[self.key.public().clone()])
        }

        fn sign(&self) -> String {
            self.request.sign(&self.kid(), &self.key, None)
        }

        fn read(&self, jwt: &str) -> Result<RequestObject, RequestError> {
            RequestObject::read(
                jwt,
                &self.request.client_id.to_string(),
                &self.document(),
                None,
                now(),
                false,
            )
        }

        /// Signs the request once more with its claims changed.
        fn changed(&self, change: impl FnOnce(&mut Value)) -> Result<RequestObject, RequestError> {
            let mut claims: Value = Jws::parse(&self.sign()).unwrap().unverified_claims().unwrap();
            change(&mut claims);
            let header = Map::from_iter([("kid".to_owned(), json!(self.kid()))]);
            self.read(&jws::sign(TYPE, header, &claims, &self.key))
        }

        fn without(&self, name: &str) -> Result<RequestObject, RequestError> {
            self.changed(|claims| {
                claims.as_object_mut().unwrap().remove(name);
            })
        }
    }

    #[test]
    fn vp_v_004_a_request_is_read_as_it_was_made() {
        let verifier = Verifier::new();
        let jwt = verifier.sign();
        assert_eq!(verifier.read(&jwt), Ok(verifier.request.clone()));
        let client_id = verifier.request.client_id.to_string();
        assert_eq!(
            RequestObject::unverified_client(&jwt, &client_id),
            Ok(verifier.request.client_id.clone())
        );
        let jws = Jws::parse(&jwt).unwrap();
        assert_eq!(jws.header()["typ"], json!(TYPE));
        let claims: Value = jws.unverified_claims().unwrap();
        assert_eq!(claims["aud"], json!(STATIC_AUDIENCE));
        assert_eq!(claims["iss"], json!(client_id));
    }

    #[test]
    fn vp_w_001_another_typ_is_refused_and_iss_is_ignored() {
        let verifier = Verifier::new();
        let claims: Value = Jws::parse(&verifier.sign()).unwrap().unverified_claims().unwrap();
        for typ in ["JWT", "kb+jwt", "openid4vci-proof+jwt"] {
            let header = Map::from_iter([("kid".to_owned(), json!(verifier.kid()))]);
            assert_eq!(
                verifier.read(&jws::sign(typ, header, &claims, &verifier.key)),
                Err(RequestError::Malformed)
            );
        }
        assert!(verifier.changed(|claims| claims["iss"] = json!("someone")).is_ok());
    }

    #[test]
    fn vp_w_002_another_client_than_the_link_said_is_refused() {
        let verifier = Verifier::new();
        let jwt = verifier.sign();
        let other = "decentralized_identifier:did:web:other.example";
        let refused = RequestObject::read(&jwt, other, &verifier.document(), None, now(), false);
        assert_eq!(refused, Err(RequestError::OtherClient));
        assert_eq!(
            RequestObject::unverified_client(&jwt, other),
            Err(RequestError::OtherClient)
        );
        // Without its prefix it is another client too.
        assert_eq!(
            RequestObject::unverified_client(&jwt, verifier.did.as_str()),
            Err(RequestError::OtherClient)
        );
        assert_eq!(verifier.without("client_id"), Err(RequestError::Malformed));
    }

    #[test]
    fn vp_w_003_the_wallet_nonce_must_come_back() {
        let verifier = Verifier::new();
        let client_id = verifier.request.client_id.to_string();
        let read = |jwt: &str| RequestObject::read(jwt, &client_id, &verifier.document(), Some("mine"), now(), false);
        assert!(read(&verifier.request.sign(&verifier.kid(), &verifier.key, Some("mine"))).is_ok());
        assert_eq!(read(&verifier.sign()), Err(RequestError::WalletNonce));
        let other = verifier.request.sign(&verifier.kid(), &verifier.key, Some("other"));
        assert_eq!(read(&other), Err(RequestError::WalletNonce));
    }

    #[test]
    fn vp_w_006_neg_03_only_a_key_of_the_clients_own_did_signs() {
        let verifier = Verifier::new();
        let stranger = SigningKey::generate();
        let cases = [
            verifier.request.sign(&verifier.kid(), &stranger, None),
            verifier.request.sign(
                &format!("{}#{}", verifier.did, stranger.public().thumbprint()),
                &stranger,
                None,
            ),
            verifier.request.sign(
                &format!("did:web:evil.example#{}", verifier.key.public().thumbprint()),
                &verifier.key,
                None,
            ),
            verifier.request.sign(verifier.did.as_str(), &verifier.key, None),
            verifier
                .request
                .sign(&format!("{}#", verifier.did), &verifier.key, None),
            verifier
                .request
                .sign(&verifier.key.public().thumbprint(), &verifier.key, None),
        ];
        for jwt in cases {
            assert_eq!(verifier.read(&jwt), Err(RequestError::BadSignature));
        }
    }

    #[test]
    fn vp_w_006_neg_04_a_key_in_the_header_is_not_used() {
        let verifier = Verifier::new();
        let stranger = SigningKey::generate();
        let claims: Value = Jws::parse(&verifier.sign()).unwrap().unverified_claims().unwrap();
        let header = Map::from_iter([("jwk".to_owned(), stranger.public().to_jwk().to_value())]);
        assert_eq!(
            verifier.read(&jws::sign(TYPE, header, &claims, &stranger)),
            Err(RequestError::BadSignature)
        );
    }

    #[test]
    fn vp_w_006_a_changed_request_is_refused() {
        let verifier = Verifier::new();
        let jwt = verifier.sign();
        let (head, signature) = jwt.rsplit_once('.').unwrap();
        let flipped = if signature.starts_with('A') { "B" } else { "A" };
        assert_eq!(
            verifier.read(&format!("{head}.{flipped}{}", &signature[1..])),
            Err(RequestError::BadSignature)
        );
        assert_eq!(verifier.read("not-a-jwt"), Err(RequestError::Malformed));
    }

    #[test]
    fn vp_w_007_a_redirect_uri_is_refused() {
        let changed = Verifier::new().changed(|claims| claims["redirect_uri"] = json!("https://verif.example/cb"));
        assert_eq!(changed, Err(RequestError::RedirectUri));
    }

    #[test]
    fn vp_w_008_the_answer_goes_to_the_verifiers_own_origin() {
        let verifier = Verifier::new();
        let with = |uri: &str| {
            verifier
                .changed(|claims| claims["response_uri"] = json!(uri))
                .map(|_| ())
        };
        assert_eq!(with("https://verif.example/elsewhere"), Ok(()));
        for uri in [
            "https://evil.example/",
            "https://verif.example:8443/",
            "https://verif.example.evil.example/",
            "https://verif.example@evil.example/",
            "http://verif.example/",
            "http://localhost/",
            "/relative",
        ] {
            assert_eq!(with(uri), Err(RequestError::ResponseUri), "{uri}");
        }
        assert_eq!(verifier.without("response_uri"), Err(RequestError::Malformed));
    }

    #[test]
    fn vp_w_008_a_did_without_an_address_may_name_any_https_address() {
        let mut verifier = Verifier::new();
        verifier.did = Did::jwk(&verifier.key.public().to_jwk());
        verifier.request.client_id = ClientId::DecentralizedIdentifier(verifier.did.clone());
        let document = verifier.did.resolve_local().unwrap();
        let client_id = verifier.request.client_id.to_string();
        let read = |request: &RequestObject| {
            let jwt = request.sign(&format!("{}#0", verifier.did), &verifier.key, None);
            RequestObject::read(&jwt, &client_id, &document, None, now(), false).map(|_| ())
        };
        assert_eq!(read(&verifier.request), Ok(()));
        let plain = RequestObject {
            response_uri: "http://verif.example/".parse().unwrap(),
            ..verifier.request.clone()
        };
        assert_eq!(read(&plain), Err(RequestError::ResponseUri));
    }

    #[test]
    fn in_development_a_loopback_verifier_is_read() {
        let mut verifier = Verifier::new();
        verifier.did = Did::web(&"http://localhost:8003".parse().unwrap()).unwrap();
        verifier.request.client_id = ClientId::DecentralizedIdentifier(verifier.did.clone());
        verifier.request.response_uri = "http://localhost:8003/requests/01/response".parse().unwrap();
        let client_id = verifier.request.client_id.to_string();
        let read = |development| {
            RequestObject::read(
                &verifier.sign(),
                &client_id,
                &verifier.document(),
                None,
                now(),
                development,
            )
            .map(|_| ())
        };
        assert_eq!(read(true), Ok(()));
        assert_eq!(read(false), Err(RequestError::ResponseUri));
    }

    #[test]
    fn vp_w_009_transaction_data_is_refused() {
        let changed = Verifier::new().changed(|claims| claims["transaction_data"] = json!(["e30"]));
        assert_eq!(changed, Err(RequestError::TransactionData));
        assert_eq!(RequestError::TransactionData.code(), "invalid_transaction_data");
    }

    #[test]
    fn vp_v_001_exactly_one_of_query_and_scope() {
        let verifier = Verifier::new();
        assert_eq!(verifier.without("dcql_query"), Err(RequestError::Malformed));
        assert_eq!(
            verifier.changed(|claims| claims["scope"] = json!("x")),
            Err(RequestError::Malformed)
        );
        assert_eq!(
            verifier.changed(|claims| claims["dcql_query"] = json!({})),
            Err(RequestError::Query)
        );
        let by_scope = verifier.changed(|claims| {
            claims.as_object_mut().unwrap().remove("dcql_query");
            claims["scope"] = json!("com.example.pid");
        });
        assert_eq!(by_scope, Err(RequestError::Query));
    }

    #[test]
    fn vp_v_001_response_type_mode_nonce_and_audience_are_required() {
        let verifier = Verifier::new();
        for name in ["response_type", "response_mode", "nonce", "aud"] {
            assert_eq!(verifier.without(name), Err(RequestError::Malformed), "{name}");
        }
        for (name, value) in [
            ("response_type", json!("code")),
            ("response_mode", json!("fragment")),
            ("nonce", json!("")),
            ("nonce", json!("with space")),
            ("nonce", json!(7)),
            ("state", json!("é")),
            ("aud", json!("https://wallet.example")),
            ("request_uri", json!("https://verif.example/")),
            ("client_metadata", json!([])),
        ] {
            let changed = verifier.changed(|claims| claims[name] = value.clone());
            assert_eq!(changed, Err(RequestError::Malformed), "{name}: {value}");
        }
    }

    #[test]
    fn an_answer_in_the_clear_is_refused() {
        let changed = Verifier::new().changed(|claims| claims["response_mode"] = json!("direct_post"));
        assert_eq!(changed, Err(RequestError::Encryption));
    }

    #[test]
    fn vp_w_012_keys_that_cannot_be_used_are_skipped() {
        let verifier = Verifier::new();
        let good = verifier.request.encryption_key.to_value();
        let mut for_signatures = good.clone();
        for_signatures["use"] = json!("sig");
        let mut other_algorithm = good.clone();
        other_algorithm["alg"] = json!("ECDH-ES+A256KW");
        let mut off_curve = good.clone();
        off_curve["x"] = off_curve["y"].clone();
        let rsa = json!({ "kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB" });
        let mut without_use = good.clone();
        without_use.as_object_mut().unwrap().remove("use");
        let useless = [for_signatures, other_algorithm, off_curve, rsa, json!("key")];
        let with = |keys: Vec<Value>| {
            let read = verifier.changed(|claims| claims["client_metadata"]["jwks"]["keys"] = json!(keys));
            read.map(|request| request.encryption_key.thumbprint())
        };
        let expected = verifier.request.encryption_key.thumbprint();
        assert_eq!(
            with(useless.iter().cloned().chain([without_use]).collect()),
            Ok(expected.clone())
        );
        assert_eq!(with(useless.iter().cloned().chain([good]).collect()), Ok(expected));
        assert_eq!(with(useless.to_vec()), Err(RequestError::Encryption));
        assert_eq!(verifier.without("client_metadata"), Err(RequestError::Encryption));
    }

    #[test]
    fn vp_v_008_encryptions_default_to_a128gcm_and_unknown_ones_are_skipped() {
        let verifier = Verifier::new();
        let with = |names: Value| {
            let name = "encrypted_response_enc_values_supported";
            let read = verifier.changed(|claims| claims["client_metadata"][name] = names);
            read.map(|request| request.encryptions)
        };
        assert_eq!(
            with(json!(["A192GCM", "A256GCM"])),
            Ok(vec![ContentEncryption::A256GCM])
        );
        assert_eq!(with(json!(["A128CBC-HS256"])), Err(RequestError::Encryption));
        assert_eq!(with(json!("A128GCM")), Err(RequestError::Malformed));
        let by_default = verifier.changed(|claims| {
            claims["client_metadata"]
                .as_object_mut()
                .unwrap()
                .remove("encrypted_response_enc_values_supported");
        });
        assert_eq!(
            by_default.map(|request| request.encryptions),
            Ok(vec![ContentEncryption::A128GCM])
        );
    }

    #[test]
    fn neg_18_an_expired_or_future_request_is_refused() {
        let verifier = Verifier::new();
        let at = |name: &str, offset: i64| {
            verifier
                .changed(|claims| claims[name] = json!(now().timestamp() + offset))
                .map(|_| ())
        };
        assert_eq!(at("exp", 1), Ok(()));
        assert_eq!(at("exp", 0), Err(RequestError::Expired));
        assert_eq!(at("iat", 60), Ok(()));
        assert_eq!(at("iat", 61), Err(RequestError::Expired));
        assert_eq!(at("nbf", 61), Err(RequestError::Expired));
        assert_eq!(
            verifier.changed(|claims| claims["exp"] = json!("soon")),
            Err(RequestError::Malformed)
        );
        assert_eq!(
            verifier.without("exp").map(|request| request.expires_at),
            Ok(now() + DEFAULT_LIFETIME)
        );
    }

    #[test]
    fn vp_v_012_a_purpose_is_shown_in_the_language_there_is_and_hides_nothing() {
        let verifier = Verifier::new();
        let with = |purpose: Value| {
            let read = verifier
                .changed(|claims| claims["client_metadata"]["purpose"] = purpose)
                .unwrap();
            read.purpose.map(|purpose| (purpose.french, purpose.english))
        };
        assert_eq!(with(json!({ "en": "Check" })), Some(("Check".into(), "Check".into())));
        assert_eq!(with(json!({ "fr": "a\u{202e}b" })), None);
        assert_eq!(with(json!("Check")), None);
    }

    #[test]
    fn neg_01_neg_17_alg_none_and_foreign_tokens_are_refused() {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let verifier = Verifier::new();
        let payload = verifier.sign().split('.').nth(1).unwrap().to_owned();
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "typ": TYPE, "kid": verifier.kid() }).to_string());
        assert_eq!(
            verifier.read(&format!("{header}.{payload}.")),
            Err(RequestError::Malformed)
        );
        let proof = crate::oid4vci::proof::sign(&verifier.key, "https://verif.example", Some("n"), now());
        assert_eq!(verifier.read(&proof), Err(RequestError::Malformed));
    }

    #[test]
    fn a_public_key_listed_only_for_assertions_signs_too() {
        let verifier = Verifier::new();
        let key: &PublicKey = verifier.key.public();
        let mut document = serde_json::to_value(DidDocument::publish(&verifier.did, &[key.clone()])).unwrap();
        document.as_object_mut().unwrap().remove("authentication");
        let document = DidDocument::read(&verifier.did, document).unwrap();
        let client_id = verifier.request.client_id.to_string();
        assert!(RequestObject::read(&verifier.sign(), &client_id, &document, None, now(), false).is_ok());
        let mut neither = serde_json::to_value(&document).unwrap();
        neither.as_object_mut().unwrap().remove("assertionMethod");
        let neither = DidDocument::read(&verifier.did, neither).unwrap();
        let refused = RequestObject::read(&verifier.sign(), &client_id, &neither, None, now(), false);
        assert_eq!(refused, Err(RequestError::BadSignature));
    }
}
