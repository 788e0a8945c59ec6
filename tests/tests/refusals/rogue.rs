//! Somebody else's issuer and verifier, which cheat in one way each.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::{
    credential::{ACTIVITY_CONFIGURATION, ACTIVITY_VCT, ClaimPath},
    did::{Did, DidDocument},
    entropy::SystemEntropy,
    format::sd_jwt_vc::{self, KeyBinding, SdJwt},
    keys::{
        Jwk, JwkSet, SigningKey,
        jwe::{ContentEncryption, DecryptionKey},
        jws,
    },
    oid4vci::{
        CredentialRequest, PRE_AUTHORIZED_CODE,
        metadata::{publish_authorization_server_metadata, publish_issuer_metadata, publish_jwt_vc_issuer_metadata},
    },
    oid4vp::{ClientId, RequestLink, RequestObject, request::STATIC_AUDIENCE},
    presentation::dcql::DcqlQuery,
};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

/// How an issuer cheats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IssuerTrick {
    /// It does not.
    Honest,
    /// VCI-W-004: its metadata is of another issuer.
    MetadataOfAnother,
    /// VCI-W-006: the offer names an authorization server that the metadata does not.
    ForeignAuthorizationServer,
    /// NEG-25: its metadata is somewhere else.
    Redirect,
    /// VCI-W-002: the offer is no JSON.
    OfferInHtml,
    /// VCI-W-002: the offer is without end.
    EndlessOffer,
    /// VCI-W-015: signed by a key it does not publish.
    OtherKey,
    /// VCI-W-015: `iss` is another issuer.
    OtherIssuer,
    /// VCI-W-015: another type than asked.
    OtherType,
    /// VCI-W-015: bound to somebody else's key.
    OtherHolder,
    /// VCI-W-015: expired.
    Expired,
    /// VCI-W-016: with a key binding.
    WithKeyBinding,
    /// NEG-16: its type is hidden in a disclosure.
    HiddenType,
    /// No credential at all.
    Nothing,
    /// The token endpoint fails.
    BrokenToken,
}

/// Somebody else's issuer.
pub(crate) struct RogueIssuer {
    /// Its identifier.
    pub(crate) url: Url,
    server: JoinHandle<()>,
}

struct Issuer {
    url: Url,
    trick: IssuerTrick,
    key: SigningKey,
    now: DateTime<Utc>,
}

impl RogueIssuer {
    /// Starts one.
    pub(crate) async fn start(trick: IssuerTrick, now: DateTime<Utc>) -> Result<Self> {
        let (listener, url) = listener().await?;
        let issuer = Arc::new(Issuer {
            url: url.clone(),
            trick,
            key: SigningKey::generate(),
            now,
        });
        let router = Router::new()
            .route("/offer", get(offer))
            .route("/.well-known/openid-credential-issuer", get(metadata))
            .route("/.well-known/oauth-authorization-server", get(authorization_server))
            .route("/.well-known/jwt-vc-issuer", get(keys))
            .route("/token", post(token))
            .route("/nonce", post(|| async { Json(json!({ "c_nonce": "n" })) }))
            .route("/credential", post(credential))
            .with_state(issuer);
        Ok(Self {
            url,
            server: serve(listener, router),
        })
    }

    /// A link to its offer.
    pub(crate) fn link(&self) -> String {
        shared::oid4vci::offer::link_by_reference(&Url::parse(&format!("{}offer", self.url)).expect("a URL"))
    }
}

impl Drop for RogueIssuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn offer(State(issuer): State<Arc<Issuer>>) -> Response {
    let mut grant = json!({ "pre-authorized_code": "code" });
    match issuer.trick {
        IssuerTrick::OfferInHtml => return ([(header::CONTENT_TYPE, "text/html")], "<p>hello</p>").into_response(),
        IssuerTrick::EndlessOffer => {
            return (
                [(header::CONTENT_TYPE, "application/json")],
                " ".repeat(4 * 1024 * 1024),
            )
                .into_response();
        }
        IssuerTrick::ForeignAuthorizationServer => grant["authorization_server"] = json!("http://localhost:1"),
        _ => {}
    }
    Json(json!({
        "credential_issuer": identifier(&issuer.url),
        "credential_configuration_ids": [ACTIVITY_CONFIGURATION],
        "grants": { PRE_AUTHORIZED_CODE: grant },
    }))
    .into_response()
}

async fn metadata(State(issuer): State<Arc<Issuer>>) -> Response {
    if issuer.trick == IssuerTrick::Redirect {
        return Redirect::temporary("/offer").into_response();
    }
    let mut document = publish_issuer_metadata(&issuer.url, "Association d’ailleurs", None);
    document["credential_issuer"] = match issuer.trick {
        IssuerTrick::MetadataOfAnother => json!("https://another.example"),
        _ => json!(identifier(&issuer.url)),
    };
    Json(document).into_response()
}

async fn authorization_server(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let mut document = publish_authorization_server_metadata(&issuer.url);
    document["issuer"] = json!(identifier(&issuer.url));
    document["token_endpoint"] = json!(format!("{}token", issuer.url));
    Json(document)
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let public = issuer.key.public();
    let set = JwkSet {
        keys: vec![public.to_jwk().named(&public.thumbprint(), "ES256", "sig")],
    };
    let mut document = publish_jwt_vc_issuer_metadata(&issuer.url, &set);
    document["issuer"] = json!(identifier(&issuer.url));
    Json(document)
}

async fn token(State(issuer): State<Arc<Issuer>>) -> Response {
    if issuer.trick == IssuerTrick::BrokenToken {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    Json(json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 300 })).into_response()
}

async fn credential(State(issuer): State<Arc<Issuer>>, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Ok(request) = CredentialRequest::from_value(&request) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let holder = jws::Jws::parse(&request.proofs[0])
        .expect("our wallet's proof")
        .jwk()
        .expect("its key")
        .expect("a key");
    let credentials = match issuer.trick {
        IssuerTrick::Nothing => json!([]),
        _ => json!([{ "credential": issuer.issue(&holder) }]),
    };
    Json(json!({ "credentials": credentials })).into_response()
}

impl Issuer {
    fn issue(&self, holder: &Jwk) -> String {
        let stranger = SigningKey::generate();
        let holder = match self.trick {
            IssuerTrick::OtherHolder | IssuerTrick::WithKeyBinding => stranger.public().to_jwk(),
            _ => holder.clone(),
        };
        let day = 86_400;
        let expires = if self.trick == IssuerTrick::Expired { -day } else { day };
        let claims = json!({
            "iss": if self.trick == IssuerTrick::OtherIssuer { "https://another.example".to_owned() } else { identifier(&self.url) },
            "vct": if self.trick == IssuerTrick::OtherType { "urn:another:type" } else { ACTIVITY_VCT },
            "iat": self.now.timestamp() - 2 * day,
            "exp": self.now.timestamp() + expires,
            "cnf": { "jwk": holder.to_value() },
            "given_name": "Nadia",
            "family_name": "Benali",
            "activity": { "minutes": 7800, "role": "dirigeant" },
        });
        let mut hidden = vec![ClaimPath::of(&["given_name"])];
        if self.trick == IssuerTrick::HiddenType {
            return self.hide_type(claims);
        }
        hidden.push(ClaimPath::of(&["activity", "minutes"]));
        let key = if self.trick == IssuerTrick::OtherKey {
            &stranger
        } else {
            &self.key
        };
        let issued =
            sd_jwt_vc::issue(claims, &hidden, &self.key.public().thumbprint(), key, &SystemEntropy).expect("signs");
        if self.trick != IssuerTrick::WithKeyBinding {
            return issued;
        }
        let binding = KeyBinding {
            key: &stranger,
            audience: "x",
            nonce: "n",
            issued_at: self.now,
        };
        SdJwt::parse(&issued)
            .expect("ours")
            .present(&hidden, &binding)
            .expect("presents")
    }

    /// What [`sd_jwt_vc::issue`] refuses to make.
    fn hide_type(&self, mut claims: Value) -> String {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let disclosure = URL_SAFE_NO_PAD.encode(json!(["c2FsdHNhbHRzYWx0c2FsdA", "vct", ACTIVITY_VCT]).to_string());
        let members = claims.as_object_mut().expect("an object");
        members.remove("vct");
        members.insert(
            "_sd".to_owned(),
            json!([URL_SAFE_NO_PAD.encode(shared::keys::seal::digest(disclosure.as_bytes()))]),
        );
        let mut head = serde_json::Map::new();
        head.insert("kid".to_owned(), json!(self.key.public().thumbprint()));
        format!("{}~{disclosure}~", jws::sign(sd_jwt_vc::TYPE, head, &claims, &self.key))
    }
}

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
    server: JoinHandle<()>,
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
            server: serve(listener, router),
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

impl Drop for RogueVerifier {
    fn drop(&mut self) {
        self.server.abort();
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
            use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
            let head = json!({ "alg": "none", "typ": typ, "kid": kid });
            return format!(
                "{}.{}.",
                URL_SAFE_NO_PAD.encode(head.to_string()),
                URL_SAFE_NO_PAD.encode(claims.to_string())
            );
        }
        let stranger = SigningKey::generate();
        let key = if self.trick == VerifierTrick::OtherKey {
            &stranger
        } else {
            &self.key
        };
        let mut head = serde_json::Map::new();
        head.insert("kid".to_owned(), json!(kid));
        jws::sign(typ, head, &claims, key)
    }
}

fn client_id(did: &Did) -> String {
    format!("decentralized_identifier:{did}")
}

/// Without the slash that `Url` puts after a host.
fn identifier(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

async fn listener() -> Result<(TcpListener, Url)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    let url = Url::parse(&format!("http://localhost:{}", listener.local_addr()?.port()))?;
    Ok((listener, url))
}

fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    })
}
