//! What an organisation publishes of itself: OpenID4VCI 1.0 §12.2, RFC 8414, SD-JWT VC §4, did:web.

use axum::{
    Json,
    extract::{FromRequestParts, RawPathParams, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use shared::{
    did::{Did, DidDocument},
    keys::JwkSet,
    oid4vci::metadata,
    organisation::Slug,
    service::{db::Tx, problem::Problem},
};

use super::{HostedOrganisation, store};
use crate::App;

/// The organisation that the path names; 404 when there is none.
pub(crate) struct Named(pub(crate) HostedOrganisation);

impl FromRequestParts<App> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let unknown = || Problem::new(StatusCode::NOT_FOUND, "unknown-organisation", "no organisation has this address");
        let parameters = RawPathParams::from_request_parts(parts, app).await.map_err(|_| unknown())?;
        let slug = parameters.iter().find_map(|(name, value)| (name == "organisation").then(|| value.parse::<Slug>()));
        let slug = slug.and_then(Result::ok).ok_or_else(unknown)?;
        let mut tx = app.db.read().await?;
        store::find(&mut tx, &slug).await?.map(Self).ok_or_else(unknown)
    }
}

/// `GET /.well-known/openid-credential-issuer/o/{organisation}` (VCI-I-001).
pub(crate) async fn issuer_metadata(State(app): State<App>, Named(organisation): Named) -> Response {
    let identifier = app.urls.issuer(&organisation.slug);
    Json(metadata::publish_issuer_metadata(&identifier, organisation.legal.name.as_str(), None)).into_response()
}

/// `GET /.well-known/oauth-authorization-server/o/{organisation}` (VCI-I-016).
pub(crate) async fn authorization_server_metadata(State(app): State<App>, Named(organisation): Named) -> Response {
    Json(metadata::publish_authorization_server_metadata(&app.urls.issuer(&organisation.slug))).into_response()
}

/// `GET /.well-known/jwt-vc-issuer/o/{organisation}` (SDVC-005).
pub(crate) async fn jwt_vc_issuer_metadata(State(app): State<App>, Named(organisation): Named) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let keys = store::public_keys(&mut tx, &organisation.slug).await?;
    let keys = JwkSet { keys: keys.iter().map(super::PublishedKey::to_jwk).collect() };
    Ok(Json(metadata::publish_jwt_vc_issuer_metadata(&app.urls.issuer(&organisation.slug), &keys)).into_response())
}

/// `GET /o/{organisation}/did.json` (DID-003).
pub(crate) async fn did_document(State(app): State<App>, Named(organisation): Named) -> Result<Response, Problem> {
    let did = app.urls.did(&organisation.slug).map_err(|error| Problem::internal(&error))?;
    let mut tx = app.db.read().await?;
    Ok(Json(document(&mut tx, &did, &organisation.slug).await?).into_response())
}

async fn document(tx: &mut Tx, did: &Did, organisation: &Slug) -> sqlx::Result<DidDocument> {
    let keys: Vec<_> = store::public_keys(tx, organisation).await?.into_iter().map(|published| published.key).collect();
    Ok(DidDocument::publish(did, &keys))
}
