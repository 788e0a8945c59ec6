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
        let unknown = || {
            Problem::new(
                StatusCode::NOT_FOUND,
                "unknown-organisation",
                "no organisation has this address",
            )
        };
        let parameters = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| unknown())?;
        let slug = parameters
            .iter()
            .find_map(|(name, value)| (name == "organisation").then(|| value.parse::<Slug>()));
        let slug = slug.and_then(Result::ok).ok_or_else(unknown)?;
        let mut tx = app.db.read().await?;
        store::find(&mut tx, &slug).await?.map(Self).ok_or_else(unknown)
    }
}

/// `GET /.well-known/openid-credential-issuer/o/{organisation}` (VCI-I-001).
pub(crate) async fn issuer_metadata(State(app): State<App>, Named(organisation): Named) -> Response {
    let identifier = app.urls.issuer(&organisation.slug);
    Json(metadata::publish_issuer_metadata(
        &identifier,
        organisation.legal.name.as_str(),
        None,
    ))
    .into_response()
}

/// `GET /.well-known/oauth-authorization-server/o/{organisation}` (VCI-I-016).
pub(crate) async fn authorization_server_metadata(State(app): State<App>, Named(organisation): Named) -> Response {
    Json(metadata::publish_authorization_server_metadata(
        &app.urls.issuer(&organisation.slug),
    ))
    .into_response()
}

/// `GET /.well-known/jwt-vc-issuer/o/{organisation}` (SDVC-005).
pub(crate) async fn jwt_vc_issuer_metadata(
    State(app): State<App>,
    Named(organisation): Named,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let keys = store::public_keys(&mut tx, &organisation.slug).await?;
    let keys = JwkSet {
        keys: keys.iter().map(super::PublishedKey::to_jwk).collect(),
    };
    Ok(Json(metadata::publish_jwt_vc_issuer_metadata(
        &app.urls.issuer(&organisation.slug),
        &keys,
    ))
    .into_response())
}

/// `GET /o/{organisation}/did.json` (DID-003).
pub(crate) async fn did_document(State(app): State<App>, Named(organisation): Named) -> Result<Response, Problem> {
    let did = app
        .urls
        .did(&organisation.slug)
        .map_err(|error| Problem::internal(&error))?;
    let mut tx = app.db.read().await?;
    Ok(Json(document(&mut tx, &did, &organisation.slug).await?).into_response())
}

async fn document(tx: &mut Tx, did: &Did, organisation: &Slug) -> sqlx::Result<DidDocument> {
    let keys: Vec<_> = store::public_keys(tx, organisation)
        .await?
        .into_iter()
        .map(|published| published.key)
        .collect();
    Ok(DidDocument::publish(did, &keys))
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header};
    use shared::{
        credential::ACTIVITY_CONFIGURATION,
        did::{DidDocument, Purpose},
        language::Language,
        oid4vci::metadata::{self, IssuerMetadata},
    };

    use crate::testing::{Bench, POSTGRES, SQLITE};

    #[tokio::test]
    async fn vci_i_001_metadata_is_between_host_and_path_and_appended() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (slug, issuer) = (bench.slug(), bench.issuer());
            for path in [
                format!("/.well-known/openid-credential-issuer/o/{slug}"),
                bench.path(".well-known/openid-credential-issuer"),
            ] {
                let answer = bench.get(&path).await;
                assert_eq!(
                    (
                        answer.status,
                        answer.header(header::CONTENT_TYPE),
                        answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                    ),
                    (StatusCode::OK, "application/json", "*")
                );
                let read = IssuerMetadata::read(&issuer, answer.json()).unwrap();
                assert!(read.configuration(ACTIVITY_CONFIGURATION, Language::French).is_ok());
                assert_eq!(read.credential_endpoint.as_str(), format!("{issuer}/credential"));
                assert_eq!(read.nonce_endpoint.map(String::from), Some(format!("{issuer}/nonce")));
            }
            for path in [
                format!("/.well-known/oauth-authorization-server/o/{slug}"),
                bench.path(".well-known/oauth-authorization-server"),
            ] {
                let endpoint = metadata::token_endpoint(&issuer, &bench.get(&path).await.json()).unwrap();
                assert_eq!(endpoint.as_str(), format!("{issuer}/token"));
            }
        });
    }

    #[tokio::test]
    async fn sdvc_005_and_did_003_the_same_key_is_published_twice() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let answer = bench
                .get(&format!("/.well-known/jwt-vc-issuer/o/{}", bench.slug()))
                .await;
            assert!(!answer.body.contains("\"d\""));
            let keys = metadata::issuer_keys(&bench.issuer(), answer.json()).unwrap();
            let did = bench.app.urls.did(bench.slug()).unwrap();
            assert_eq!(did.as_str(), "did:web:localhost%3A8081:o:les-paniers-du-vallon");
            let document = DidDocument::read(&did, bench.get(&bench.path("did.json")).await.json()).unwrap();
            let key = document
                .key(keys.keys[0].kid().unwrap(), Purpose::AssertionMethod)
                .unwrap();
            assert_eq!(key.thumbprint(), keys.keys[0].thumbprint());
        });
    }

    #[tokio::test]
    async fn an_unknown_organisation_has_no_address() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            for path in [
                "/o/inconnue/did.json",
                "/o/Maj/did.json",
                "/.well-known/openid-credential-issuer/o/inconnue",
                "/.well-known/openid-credential-issuer",
            ] {
                assert_eq!(bench.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            }
        });
    }
}
