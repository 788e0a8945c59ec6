//! Somebody else's verifier.

use std::sync::Arc;

use anyhow::Result;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use shared::{
    credential::ACTIVITY_VCT,
    did::{Did, DidDocument},
    keys::{
        SigningKey,
        jwe::{ContentEncryption, DecryptionKey},
        jws,
    },
    oid4vp::{ClientId, RequestLink, RequestObject, request::STATIC_AUDIENCE},
    presentation::dcql::DcqlQuery,
};
use url::Url;

use super::{Server, listener, serve};
use crate::base64url;

/// How a verifier cheats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerifierTrick {
    /// It does not.
    Honest,
    /// VP-W-006: signed by a key that is not in its document.
    OtherKey,
    /// VP-W-002: the object is of another client than the link.
    OtherClient,
    /// VP-W-001: without the type.
    OtherType,
    /// VP-W-007: with a page to go to.
    RedirectUri,
    /// VP-W-008: the answer goes elsewhere.
    ForeignResponse,
    /// VP-W-009.
    TransactionData,
    /// VP-V-008: nothing to encrypt with.
    NoEncryptionKey,
    /// NEG-01.
    AlgNone,
    /// NEG-18.
    Expired,
    /// DCQL-001.
    MalformedQuery,
    /// VP-V-002.
    NoNonce,
    /// Its document is of another DID.
    ForeignDocument,
    /// VP-W-004: its object is somewhere else.
    Redirect,
    /// VP-W-004: its object has another media type.
    MediaType,
    /// It answers 500 to the answer.
    BrokenResponse,
}

/// Somebody else's verifier.
pub(crate) struct RogueVerifier {
    /// Its base.
    pub(crate) url: Url,
    did: Did,
    _server: Server,
    inner: Arc<Verifier>,
}

struct Verifier {
    url: Url,
    did: Did,
    trick: VerifierTrick,
    key: SigningKey,
    now: DateTime<Utc>,
    received: std::sync::Mutex<Vec<String>>,
}

impl RogueVerifier {
    /// Starts one.
    pub(crate) async fn start(trick: VerifierTrick, now: DateTime<Utc>) -> Result<Self> {
        let (listener, url) = listener().await?;
        let did = Did::web(&url)?;
        let inner = Arc::new(Verifier {
            url: url.clone(),
            did: did.clone(),
            trick,
            key: SigningKey::generate(),
            now,
            received: std::sync::Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/did.json", get(document))
            .route("/object", get(object).post(object))
            .route("/elsewhere", get(|| async { "x" }))
            .route("/response", post(response))
            .with_state(Arc::clone(&inner));
        Ok(Self {
            url,
            did,
            _server: serve(listener, router),
            inner,
        })
    }

    /// A link to its request.
    pub(crate) fn link(&self) -> String {
        let request_uri = Url::parse(&format!("{}object", self.url)).expect("a URL");
        RequestLink {
            client_id: client_id(&self.did),
            request_uri,
            post: false,
        }
        .to_scheme_link()
    }

    /// What was posted to it.
    pub(crate) fn received(&self) -> Vec<String> {
        self.inner.received.lock().expect("not poisoned").clone()
    }
}

async fn document(State(verifier): State<Arc<Verifier>>) -> Json<Value> {
    let did = match verifier.trick {
        VerifierTrick::ForeignDocument => "did:web:another.example".parse().expect("a DID"),
        _ => verifier.did.clone(),
    };
    Json(serde_json::to_value(DidDocument::publish(&did, std::slice::from_ref(verifier.key.public()))).expect("writes"))
}

async fn object(State(verifier): State<Arc<Verifier>>) -> Response {
    let media_type = match verifier.trick {
        VerifierTrick::Redirect => return Redirect::temporary("/elsewhere").into_response(),
        VerifierTrick::MediaType => "text/plain",
        _ => "application/oauth-authz-req+jwt",
    };
    ([(header::CONTENT_TYPE, media_type)], verifier.object()).into_response()
}

async fn response(State(verifier): State<Arc<Verifier>>, _headers: HeaderMap, body: String) -> Response {
    verifier.received.lock().expect("not poisoned").push(body);
    match verifier.trick {
        VerifierTrick::BrokenResponse => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => Json(json!({})).into_response(),
    }
}

impl Verifier {
    fn object(&self) -> String {
        let query = json!({ "credentials": [{ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": [ACTIVITY_VCT] },
            "claims": [{ "path": ["activity", "minutes"] }] }] });
        let decryption = DecryptionKey::generate();
        let kid = format!("{}#{}", self.did, self.key.public().thumbprint());
        let request = RequestObject {
            client_id: ClientId::DecentralizedIdentifier(self.did.clone()),
            client_name: Some("Guichet d’ailleurs".to_owned()),
            response_uri: Url::parse(&format!("{}response", self.url)).expect("a URL"),
            nonce: "a-nonce-of-128-bits-or-more".to_owned(),
            state: Some("a-state".to_owned()),
            query: DcqlQuery::from_value(&query).expect("a query"),
            purpose: None,
            encryption_key: decryption.public(),
            encryptions: vec![ContentEncryption::A128GCM],
            issued_at: self.now,
            expires_at: self.now + chrono::Duration::minutes(5),
        };
        let honest = request.sign(&kid, &self.key, None);
        let mut claims: Value = jws::Jws::parse(&honest)
            .expect("ours")
            .unverified_claims()
            .expect("ours");
        assert_eq!(claims["aud"], json!(STATIC_AUDIENCE));
        let mut typ = "oauth-authz-req+jwt";
        match self.trick {
            VerifierTrick::OtherClient => {
                claims["client_id"] = json!("decentralized_identifier:did:web:another.example");
            }
            VerifierTrick::OtherType => typ = "JWT",
            VerifierTrick::RedirectUri => claims["redirect_uri"] = json!(format!("{}elsewhere", self.url)),
            VerifierTrick::ForeignResponse => claims["response_uri"] = json!("https://another.example/response"),
            VerifierTrick::TransactionData => claims["transaction_data"] = json!(["e30"]),
            VerifierTrick::NoEncryptionKey => claims["client_metadata"]["jwks"]["keys"] = json!([]),
            VerifierTrick::Expired => claims["exp"] = json!(self.now.timestamp() - 120),
            VerifierTrick::MalformedQuery => claims["dcql_query"]["credentials"] = json!([]),
            VerifierTrick::NoNonce => {
                claims.as_object_mut().expect("an object").remove("nonce");
            }
            _ => {}
        }
        if self.trick == VerifierTrick::AlgNone {
            let head = json!({ "alg": "none", "typ": typ, "kid": kid });
            return format!("{}.{}.", base64url(head.to_string()), base64url(claims.to_string()));
        }
        let stranger = SigningKey::generate();
        let key = if self.trick == VerifierTrick::OtherKey {
            &stranger
        } else {
            &self.key
        };
        let head = Map::from_iter([("kid".to_owned(), json!(kid))]);
        jws::sign(typ, head, &claims, key)
    }
}

fn client_id(did: &Did) -> String {
    format!("decentralized_identifier:{did}")
}
