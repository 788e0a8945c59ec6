//! Fetches what a verification needs: issuer keys and status lists.

mod types;
mod w3c;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

pub use self::{
    types::type_metadata,
    w3c::{controller_document, surroundings},
};
use super::http_client::{FetchError, HttpClient};
use crate::{
    did::{Did, DidDocument, DidError, webvh::Log},
    format::sd_jwt_vc::type_metadata::TypeRegistry,
    keys::JwkSet,
    oid4vci::metadata::{self, well_known},
    status_list::token::{Edition, Editions, MEDIA_TYPE},
    verification::{Fetched, IssuerKeys, KeySource, Materials, Needs},
};

/// Fetches what `needs` names, at the same time, but a status list that may still be kept at `now`, and the metadata of types
/// that are known here.
pub async fn fetch(
    http: &HttpClient,
    editions: &Editions,
    types: &TypeRegistry,
    needs: &Needs,
    now: DateTime<Utc>,
) -> Materials {
    let status_list = async {
        match &needs.status_list {
            Some(uri) => status_list(http, editions, uri, now).await,
            None => Fetched::NotAsked,
        }
    };
    let keys = keys(http, &needs.issuer, &needs.key_source, now);
    let type_metadata = async {
        match &needs.type_metadata {
            Some(reference) => type_metadata(http, types, reference).await,
            None => Fetched::NotAsked,
        }
    };
    let (issuer_keys, status_list, type_metadata) = tokio::join!(keys, status_list, type_metadata);
    Materials {
        issuer_keys,
        status_list,
        type_metadata,
    }
}

/// The keys of an issuer, from where its credential says they are. Nothing is fetched when the credential brings them.
pub async fn keys(http: &HttpClient, issuer: &str, source: &KeySource, now: DateTime<Utc>) -> Fetched<IssuerKeys> {
    match source {
        KeySource::Certificates => Fetched::NotAsked,
        KeySource::Document(did) => controller_document(http, did, now).await.map(IssuerKeys::Document),
        KeySource::Metadata => issuer_keys(http, issuer).await.map(IssuerKeys::Published),
    }
}

/// The keys of an SD-JWT VC issuer (SDVC-005): its JWT VC issuer metadata, with the keys in it or behind `jwks_uri`.
pub async fn issuer_keys(http: &HttpClient, issuer: &str) -> Fetched<JwkSet> {
    let Some(url) = Url::parse(issuer)
        .ok()
        .filter(|url| url.query().is_none() && url.fragment().is_none())
    else {
        return Fetched::Forbidden;
    };
    let mut document = match http.fetch_json(&well_known(&url, "jwt-vc-issuer")).await {
        Ok(document) => document,
        Err(error) => return failed(&error),
    };
    if let Some(location) = document.get("jwks_uri") {
        let location = location.as_str().and_then(|location| Url::parse(location).ok());
        // Exactly one of the two, and of this issuer, before anything more is fetched in its name.
        let (Some(location), None, Some(true)) = (
            location,
            document.get("jwks"),
            document.get("issuer").map(|found| found == issuer),
        ) else {
            return Fetched::Unusable;
        };
        document = match http.fetch_json(&location).await {
            Ok(keys) => json!({ "issuer": issuer, "jwks": keys }),
            Err(error) => return failed(&error),
        };
    }
    keys_of(issuer, document)
}

/// Resolves a DID: did:jwk and did:key locally, did:web and did:webvh over the network. `Ok(None)`: could not be fetched.
pub async fn did_document(http: &HttpClient, did: &Did, now: DateTime<Utc>) -> Result<Option<DidDocument>, DidError> {
    match did.method() {
        "web" => {
            let url = did.web_document_url(http.is_development())?;
            let document = fetched(http.fetch_json(&url).await)?;
            document.map(|document| DidDocument::read(did, document)).transpose()
        }
        "webvh" => webvh_document(http, did, now).await,
        _ => did.resolve_local().map(Some),
    }
}

/// DID-004: the log, and what the witnesses approved when it has any.
async fn webvh_document(http: &HttpClient, did: &Did, now: DateTime<Utc>) -> Result<Option<DidDocument>, DidError> {
    let log = did.webvh_log_url(http.is_development())?;
    let Some(log) = fetched(http.fetch_file(&log).await)? else {
        return Ok(None);
    };
    let log = Log::verify(did, &log, now)?;
    let mut proofs = None;
    if log.has_witnesses() {
        let url = did.webvh_witness_url(http.is_development())?;
        proofs = fetched(http.fetch_file(&url).await)?;
        if proofs.is_none() {
            return Ok(None);
        }
    }
    log.witnessed(proofs.as_deref(), now)?.document().map(Some)
}

/// What was fetched for a DID, if it was.
fn fetched<T>(answer: Result<T, FetchError>) -> Result<Option<T>, DidError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(FetchError::Forbidden) => Err(DidError::ForbiddenHost),
        Err(_) => Ok(None),
    }
}

/// The status list at `uri`: the one that is kept, or else what is published now. Unverified when it just came.
pub async fn status_list(
    http: &HttpClient,
    editions: &Editions,
    uri: &str,
    now: DateTime<Utc>,
) -> Fetched<Arc<Edition>> {
    if let Some(kept) = editions.kept(uri, now) {
        return Fetched::Found(kept);
    }
    let token = status_list_token(http, uri).await;
    token.map(|token| editions.receive(uri, &token, now))
}

/// The status list token at `uri` (TSL-005), unverified.
pub async fn status_list_token(http: &HttpClient, uri: &str) -> Fetched<String> {
    let Ok(url) = Url::parse(uri) else {
        return Fetched::Forbidden;
    };
    match http.fetch_text(&url, MEDIA_TYPE).await {
        Ok(token) => Fetched::Found(token),
        Err(error) => failed(&error),
    }
}

fn keys_of(issuer: &str, document: Value) -> Fetched<JwkSet> {
    match metadata::issuer_keys(issuer, document) {
        Ok(keys) => Fetched::Found(keys),
        Err(_) => Fetched::Unusable,
    }
}

/// Whatever a server answers in the place of what was asked says nothing of the attestation: its pages of maintenance come
/// with any status and any media type.
fn failed<T>(error: &FetchError) -> Fetched<T> {
    match error {
        FetchError::Forbidden => Fetched::Forbidden,
        FetchError::Unreachable(_) | FetchError::Status { status: 500.., .. } => Fetched::Unreachable,
        FetchError::Status { .. } | FetchError::MediaType | FetchError::TooLarge | FetchError::Malformed => {
            Fetched::Unusable
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fmt::Display, sync::Mutex};

    use axum::{
        Router,
        extract::Path,
        http::{HeaderMap, StatusCode, header},
        response::{IntoResponse, Response},
        routing::get,
    };

    use chrono::Duration;

    use super::*;
    use crate::{
        did::webvh::{NewEntry, WebvhError},
        keys::{KeyKind, SigningKey},
        status_list::token::{Status, StatusList},
        testing::Exchange,
    };

    fn now() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    fn keys() -> Value {
        let key = SigningKey::generate().public().to_jwk();
        json!({ "keys": [key.to_value()] })
    }

    fn answer(media_type: &'static str, body: &dyn Display) -> Response {
        ([(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
    }

    /// An issuer whose path says how it behaves.
    async fn issuers() -> Exchange {
        let metadata = async |Path(path): Path<String>, headers: HeaderMap| {
            let host = headers["host"].to_str().unwrap();
            let (base, issuer) = (format!("http://{host}"), format!("http://{host}/{path}"));
            match path.as_str() {
                "by-value" => answer("application/json", &json!({ "issuer": issuer, "jwks": keys() })),
                "by-reference" => answer(
                    "application/json",
                    &json!({ "issuer": issuer, "jwks_uri": format!("{base}/keys") }),
                ),
                "both" => {
                    let location = format!("{base}/keys");
                    answer(
                        "application/json",
                        &json!({ "issuer": issuer, "jwks": keys(), "jwks_uri": location }),
                    )
                }
                "other" => answer("application/json", &json!({ "issuer": base, "jwks": keys() })),
                "other-by-reference" => answer(
                    "application/json",
                    &json!({ "issuer": base, "jwks_uri": format!("{base}/keys") }),
                ),
                "elsewhere" => answer(
                    "application/json",
                    &json!({ "issuer": issuer, "jwks_uri": "https://169.254.169.254/keys" }),
                ),
                "html" => answer("text/html", &json!({ "issuer": issuer, "jwks": keys() })),
                "maintenance" => answer("application/json", &json!({ "message": "Retour dans une heure" })),
                "broken" => answer("application/json", &"{"),
                "endless" => answer(
                    "application/json",
                    &" ".repeat(crate::service::http_client::MAX_BYTES + 1),
                ),
                "gone" => StatusCode::GONE.into_response(),
                "moved" => (StatusCode::FOUND, [(header::LOCATION, format!("{base}/keys"))]).into_response(),
                _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        };
        let document = async |headers: HeaderMap| {
            let port = headers["host"].to_str().unwrap().rsplit(':').next().unwrap().to_owned();
            answer(
                "application/did+json",
                &json!({ "id": format!("did:web:localhost%3A{port}") }),
            )
        };
        let router = Router::new()
            .route("/.well-known/jwt-vc-issuer/{path}", get(metadata))
            .route("/keys", get(async || answer("application/json", &keys())))
            .route("/status", get(async || answer("application/statuslist+jwt", &"a.b.c")))
            .route("/.well-known/did.json", get(document))
            .route(
                "/other/did.json",
                get(async || answer("application/json", &json!({ "id": "did:web:evil.example" }))),
            );
        Exchange::with(router).await
    }

    #[tokio::test]
    async fn sdvc_005_keys_come_by_value_or_by_reference_from_the_issuer_itself() {
        let issuers = issuers().await;
        let http = HttpClient::new(true);
        for (path, expected) in [
            ("by-value", "found"),
            ("by-reference", "found"),
            ("both", "unusable"),
            ("other", "unusable"),
            ("other-by-reference", "unusable"),
            ("elsewhere", "forbidden"),
            ("html", "unusable"),
            ("maintenance", "unusable"),
            ("broken", "unusable"),
            ("endless", "unusable"),
            ("gone", "unusable"),
            ("moved", "unusable"),
            ("down", "unreachable"),
        ] {
            let issuer = format!("http://localhost:{}/{path}", issuers.port());
            let found = match issuer_keys(&http, &issuer).await {
                Fetched::Found(_) => "found",
                Fetched::Forbidden => "forbidden",
                Fetched::Unusable => "unusable",
                Fetched::Unreachable => "unreachable",
                Fetched::NotAsked => "not asked",
            };
            assert_eq!(found, expected, "{path}");
        }
        for issuer in [
            "nonsense",
            "http://issuer.example",
            "https://localhost/?a",
            "did:web:localhost",
            "https://10.0.0.1",
        ] {
            assert_eq!(issuer_keys(&http, issuer).await, Fetched::Forbidden, "{issuer}");
        }
    }

    #[tokio::test]
    async fn both_are_fetched_and_an_absent_list_is_not() {
        let issuers = issuers().await;
        let base = format!("http://localhost:{}", issuers.port());
        let mut needs = Needs {
            issuer: format!("{base}/by-value"),
            key_source: KeySource::Metadata,
            status_list: Some(format!("{base}/status")),
            type_metadata: None,
        };
        let (http, editions, types) = (HttpClient::new(true), Editions::default(), TypeRegistry::default());
        let materials = fetch(&http, &editions, &types, &needs, now()).await;
        assert!(matches!(materials.issuer_keys, Fetched::Found(_)));
        assert!(matches!(materials.status_list, Fetched::Found(_)));
        assert_eq!(
            status_list_token(&http, &format!("{base}/status")).await,
            Fetched::Found("a.b.c".to_owned())
        );
        let status_list = async |needs: &Needs| match fetch(&http, &editions, &types, needs, now()).await.status_list {
            Fetched::Found(_) => "found",
            Fetched::Forbidden => "forbidden",
            Fetched::Unusable => "unusable",
            Fetched::Unreachable => "unreachable",
            Fetched::NotAsked => "not asked",
        };
        for (address, expected) in [
            (format!("{base}/keys"), "unusable"),
            (format!("{base}/nowhere"), "unusable"),
            ("https://10.0.0.1/status".to_owned(), "forbidden"),
            ("nonsense".to_owned(), "forbidden"),
        ] {
            needs.status_list = Some(address);
            assert_eq!(status_list(&needs).await, expected);
        }
        needs.status_list = None;
        assert_eq!(status_list(&needs).await, "not asked");
    }

    /// A list that is published with its first entry as told (no bit: not published at all), counting how often it is asked for.
    async fn publisher(key: Arc<SigningKey>, published: Arc<Mutex<(u8, usize)>>) -> Exchange {
        let status = async move |headers: HeaderMap| {
            let uri = format!("http://{}/status", headers["host"].to_str().unwrap());
            let mut published = published.lock().unwrap();
            published.1 += 1;
            if published.0 > 1 {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            let mut list = StatusList::new(1, 16).unwrap();
            list.set(0, published.0).unwrap();
            let at = now() + Duration::seconds(published.1.try_into().unwrap());
            let token = list.sign(&uri, at, Duration::days(1), Duration::seconds(300), "k", &key);
            answer(MEDIA_TYPE, &token)
        };
        Exchange::with(Router::new().route("/status", get(status))).await
    }

    #[tokio::test]
    async fn tsl_007_a_list_is_fetched_again_when_its_ttl_is_over() {
        let (key, published) = (Arc::new(SigningKey::generate()), Arc::new(Mutex::new((0, 0))));
        let issuer = publisher(Arc::clone(&key), Arc::clone(&published)).await;
        let uri = format!("http://localhost:{}/status", issuer.port());
        let (http, editions) = (HttpClient::new(true), Editions::default());
        let seen = async |seconds| {
            let at = now() + Duration::seconds(seconds);
            let Fetched::Found(edition) = status_list(&http, &editions, &uri, at).await else {
                panic!("not found");
            };
            let status = edition.verify(&uri, key.public(), at).unwrap().status(0).unwrap();
            (status, published.lock().unwrap().1)
        };
        assert_eq!(seen(0).await, (Status::Valid, 1));
        published.lock().unwrap().0 = 1;
        assert_eq!(seen(299).await, (Status::Valid, 1), "kept");
        assert_eq!(seen(300).await, (Status::Invalid, 2), "fetched again");
        published.lock().unwrap().0 = u8::MAX;
        assert_eq!(seen(599).await, (Status::Invalid, 2), "kept, though nobody answers");
        let late = status_list(&http, &editions, &uri, now() + Duration::seconds(600)).await;
        assert!(matches!(late, Fetched::Unreachable), "neither good nor bad (NEG-20)");
    }

    #[tokio::test]
    async fn dids_resolve_from_themselves_or_from_their_host() {
        let issuers = issuers().await;
        let http = HttpClient::new(true);
        let did = |text: String| text.parse::<Did>().unwrap();
        let did_document = async |http: &HttpClient, did: &Did| super::did_document(http, did, now()).await;
        let web = did(format!("did:web:localhost%3A{}", issuers.port()));
        assert!(did_document(&http, &web).await.unwrap().is_some());
        let other = did(format!("did:web:localhost%3A{}:other", issuers.port()));
        assert_eq!(did_document(&http, &other).await.unwrap_err(), DidError::OtherDocument);
        let absent = did(format!("did:web:localhost%3A{}:absent", issuers.port()));
        assert_eq!(did_document(&http, &absent).await, Ok(None));
        let jwk = Did::jwk(&SigningKey::generate().public().to_jwk());
        assert!(did_document(&http, &jwk).await.unwrap().is_some());
        assert!(
            did_document(&HttpClient::new(false), &web).await.is_err(),
            "no loopback outside development"
        );
    }

    /// The first entry of a log published at `place`, and the DID.
    fn log(place: &str, parameters: Value, key: &SigningKey) -> (Did, String) {
        let Value::Object(mut parameters) = parameters else {
            panic!()
        };
        parameters.insert("updateKeys".to_owned(), json!([key.public().to_multikey()]));
        let entry = NewEntry {
            previous: None,
            time: now(),
            parameters,
            document: json!({ "id": format!("did:webvh:{{SCID}}:{place}") }),
            key,
        };
        let (_, line) = entry.write().unwrap();
        let written: Value = serde_json::from_str(&line).unwrap();
        (written["state"]["id"].as_str().unwrap().parse().unwrap(), line)
    }

    #[tokio::test]
    async fn did_004_logs_and_their_witnesses_come_from_the_host() {
        // What is published is known once the port is.
        let files: std::sync::Arc<std::sync::OnceLock<Vec<(String, String)>>> = std::sync::Arc::default();
        let published = std::sync::Arc::clone(&files);
        let file = async move |Path((folder, name)): Path<(String, String)>| {
            let path = format!("{folder}/{name}");
            let found = published.get().unwrap().iter().find(|(place, _)| *place == path);
            found.map(|(_, text)| text.clone()).ok_or(StatusCode::NOT_FOUND)
        };
        let host = Exchange::with(Router::new().route("/{folder}/{file}", get(file))).await;
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let witness = format!(
            "did:key:{}",
            SigningKey::generate_of(KeyKind::Ed25519).public().to_multikey()
        );
        let witness = json!({ "witness": { "threshold": 1, "witnesses": [{ "id": witness }] } });
        let place = |folder: &str| format!("localhost%3A{}:{folder}", host.port());
        let (plain, plain_log) = log(&place("plain"), json!({}), &key);
        let (gone, gone_log) = log(&place("gone"), json!({ "deactivated": true }), &key);
        let (seen, seen_log) = log(&place("seen"), witness.clone(), &key);
        let (unseen, unseen_log) = log(&place("unseen"), witness, &key);
        let (absent, _) = log(&place("absent"), json!({}), &key);
        let (other, _) = log(&place("plain"), json!({ "ttl": 1 }), &key);
        let texts = [
            ("plain/did.jsonl", plain_log),
            ("gone/did.jsonl", gone_log),
            ("seen/did.jsonl", seen_log),
            ("seen/did-witness.json", "[]".to_owned()),
            ("unseen/did.jsonl", unseen_log),
        ];
        files
            .set(texts.map(|(path, text)| (path.to_owned(), text)).into())
            .unwrap();
        let http = HttpClient::new(true);
        let resolved = async |did: &Did| did_document(&http, did, now()).await;
        assert_eq!(resolved(&plain).await.unwrap().unwrap().id(), plain.as_str());
        assert_eq!(resolved(&gone).await, Err(DidError::Deactivated));
        assert_eq!(resolved(&seen).await, Err(WebvhError::TooFewWitnesses.into()));
        // Out of reach: neither good nor bad.
        assert_eq!(resolved(&unseen).await, Ok(None));
        assert_eq!(resolved(&absent).await, Ok(None));
        assert_eq!(resolved(&other).await, Err(WebvhError::Scid.into()));
        let live = HttpClient::new(false);
        assert_eq!(did_document(&live, &plain, now()).await, Err(DidError::ForbiddenHost));
    }
}
