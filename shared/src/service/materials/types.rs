//! Fetches the metadata of types, and of the types they extend.

use std::time::Duration;

use url::Url;

use super::{HttpClient, failed};
use crate::{
    format::sd_jwt_vc::type_metadata::{
        Resolution, Resolving, TypeMetadata, TypeMetadataError, TypeReference, TypeRegistry,
    },
    verification::Fetched,
};

/// How long all the documents of a type may take.
const WITHIN: Duration = Duration::from_secs(15);

/// The metadata of a type: from `types` what is known there, the rest from the https addresses that types are (SD-JWT VC
/// §5.3.1). A type that is no address, and not known, is asked of nobody.
pub async fn type_metadata(
    http: &HttpClient,
    types: &TypeRegistry,
    reference: &TypeReference,
) -> Fetched<Result<TypeMetadata, TypeMetadataError>> {
    if types.document(&reference.vct).is_none() && address(&reference.vct).is_none() {
        return Fetched::NotAsked;
    }
    tokio::time::timeout(WITHIN, resolve(http, types, reference))
        .await
        .unwrap_or(Fetched::Unreachable)
}

async fn resolve(
    http: &HttpClient,
    types: &TypeRegistry,
    reference: &TypeReference,
) -> Fetched<Result<TypeMetadata, TypeMetadataError>> {
    let mut resolving = Resolving::of(reference.clone());
    loop {
        let vct = &resolving.wanted().vct;
        let received = match (types.document(vct), address(vct)) {
            (Some(document), _) => resolving.receive(document.as_bytes()),
            (None, None) => return Fetched::Unreachable,
            (None, Some(url)) => match http.fetch_json_text(&url).await {
                Ok(document) => resolving.receive(document.as_bytes()),
                Err(error) => return failed(&error),
            },
        };
        match received {
            Ok(Resolution::Wanted(next)) => resolving = next,
            Ok(Resolution::Complete(metadata)) => return Fetched::Found(Ok(metadata)),
            Err(error) => return Fetched::Found(Err(error)),
        }
    }
}

/// Whether it may be fetched is for the client to say.
fn address(vct: &str) -> Option<Url> {
    Url::parse(vct)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http"))
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        extract::Path,
        http::{HeaderMap, StatusCode, header},
        response::IntoResponse,
        routing::get,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        integrity::{Integrity, IntegrityError},
        testing::Exchange,
    };

    fn general() -> Value {
        json!({"vct": "urn:general", "claims": [{"path": ["name"], "sd": "always"}]})
    }

    /// Types whose path says what is there.
    async fn publisher() -> Exchange {
        let document = async |Path(path): Path<String>, headers: HeaderMap| {
            let base = format!("http://{}", headers["host"].to_str().unwrap());
            let vct = format!("{base}/{path}");
            let json =
                |document: Value| ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response();
            match path.as_str() {
                "plain" => json(json!({"vct": vct})),
                "special" => json(json!({"vct": vct, "extends": format!("{base}/plain")})),
                "of-known" => json(json!({"vct": vct, "extends": "urn:general"})),
                "of-unknown" => json(json!({"vct": vct, "extends": "urn:unknown"})),
                "of-private" => json(json!({"vct": vct, "extends": "https://169.254.169.254/type"})),
                "circle" => json(json!({"vct": vct, "extends": format!("{base}/ellipse")})),
                "ellipse" => json(json!({"vct": vct, "extends": format!("{base}/circle")})),
                "endless" => json(json!({"vct": vct, "name": " ".repeat(crate::service::http_client::MAX_BYTES)})),
                "other" => json(json!({"vct": base})),
                "html" => ([(header::CONTENT_TYPE, "text/html")], "{}").into_response(),
                "moved" => (StatusCode::FOUND, [(header::LOCATION, "/plain")]).into_response(),
                "down" => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                _ => StatusCode::NOT_FOUND.into_response(),
            }
        };
        Exchange::with(Router::new().route("/{path}", get(document))).await
    }

    #[tokio::test]
    async fn sdvc_007_types_are_fetched_from_where_they_say_and_followed() {
        let publisher = publisher().await;
        let http = HttpClient::new(true);
        let mut types = TypeRegistry::default();
        types.add(general().to_string()).unwrap();
        let fetch = async |vct: String, integrity: Option<String>| {
            type_metadata(&http, &types, &TypeReference { vct, integrity }).await
        };
        let at = |path: &str| format!("http://localhost:{}/{path}", publisher.port());
        for (path, types) in [("plain", 1), ("special", 2), ("of-known", 2)] {
            let Fetched::Found(Ok(metadata)) = fetch(at(path), None).await else {
                panic!("{path}");
            };
            assert_eq!(metadata.types.len(), types, "{path}");
        }
        for (path, expected) in [
            ("of-unknown", Fetched::Unreachable),
            ("of-private", Fetched::Forbidden),
            ("circle", Fetched::Found(Err(TypeMetadataError::Circular))),
            ("other", Fetched::Found(Err(TypeMetadataError::OtherType))),
            ("endless", Fetched::Unusable),
            ("html", Fetched::Unusable),
            ("moved", Fetched::Unusable),
            ("absent", Fetched::Unusable),
            ("down", Fetched::Unreachable),
        ] {
            assert_eq!(fetch(at(path), None).await, expected, "{path}");
        }
        let pinned = fetch(at("plain"), Some(Integrity::of(b"other"))).await;
        assert_eq!(
            pinned,
            Fetched::Found(Err(TypeMetadataError::Integrity(IntegrityError::Mismatch)))
        );
        let document = json!({"vct": at("plain")}).to_string();
        let pinned = fetch(at("plain"), Some(Integrity::of(document.as_bytes()))).await;
        assert!(matches!(pinned, Fetched::Found(Ok(_))));
    }

    #[tokio::test]
    async fn neg_24_what_is_no_address_is_asked_of_nobody() {
        let types = TypeRegistry::default();
        for (vct, expected) in [
            ("urn:example:type", Fetched::NotAsked),
            ("file:///etc/passwd", Fetched::NotAsked),
            ("type", Fetched::NotAsked),
            ("http://issuer.example/type", Fetched::Forbidden),
            ("https://127.0.0.1/type", Fetched::Forbidden),
            ("https://[::1]/type", Fetched::Forbidden),
        ] {
            let reference = TypeReference {
                vct: vct.to_owned(),
                integrity: None,
            };
            assert_eq!(
                type_metadata(&HttpClient::new(false), &types, &reference).await,
                expected,
                "{vct}"
            );
        }
    }
}
