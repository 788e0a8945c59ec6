//! Somebody else's issuer.

use std::sync::Arc;

use anyhow::Result;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use shared::{
    credential::{ACTIVITY_CONFIGURATION, ACTIVITY_VCT, ClaimPath, activity_claims},
    entropy::SystemEntropy,
    format::sd_jwt_vc::{self, KeyBinding, SdJwt},
    keys::{Jwk, JwkSet, SigningKey, jws},
    oid4vci::{
        CredentialRequest, PRE_AUTHORIZED_CODE,
        metadata::{publish_authorization_server_metadata, publish_issuer_metadata, publish_jwt_vc_issuer_metadata},
    },
};
use url::Url;

use super::{Server, listener, serve};
use crate::base64url;

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
    _server: Server,
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
            _server: serve(listener, router),
        })
    }

    /// A link to its offer.
    pub(crate) fn link(&self) -> String {
        shared::oid4vci::offer::link_by_reference(&Url::parse(&format!("{}offer", self.url)).expect("a URL"))
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
            "issuing_organization": { "legal_name": "Association d’ailleurs" },
            "activity": {
                "ref": "0123456789abcdefghjkmnpqrs", "kind": "benevolat_associatif", "role": "dirigeant", "paid": false,
                "start_date": "2025-01-01", "end_date": "2025-12-31", "minutes": 7800, "assurance": "attested",
            },
        });
        // As the rules of the type want it: everything may be hidden.
        let paths = activity_claims::known_paths().into_iter().map(|(path, _)| path);
        let hidden: Vec<ClaimPath> = paths
            .filter(|path| path.select(&claims).is_ok_and(|found| !found.is_empty()))
            .collect();
        if self.trick == IssuerTrick::HiddenType {
            return self.hide_type(claims);
        }
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
        let disclosure = base64url(json!(["c2FsdHNhbHRzYWx0c2FsdA", "vct", ACTIVITY_VCT]).to_string());
        let members = claims.as_object_mut().expect("an object");
        members.remove("vct");
        members.insert(
            "_sd".to_owned(),
            json!([base64url(shared::keys::seal::digest(disclosure.as_bytes()))]),
        );
        let head = Map::from_iter([("kid".to_owned(), json!(self.key.public().thumbprint()))]);
        format!("{}~{disclosure}~", jws::sign(sd_jwt_vc::TYPE, head, &claims, &self.key))
    }
}

/// Without the slash that `Url` puts after a host.
fn identifier(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
