//! Fetches what the verification of W3C documents needs: DID documents, and status lists with theirs.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, future::BoxFuture, stream};
use serde_json::Value;
use url::Url;

use super::{HttpClient, did_document, failed};
use crate::{
    did::{Did, DidDocument, DidError},
    format::vc_jose::Content,
    status_list::bitstring::{KeptLists, StatusListCredential},
    verification::{
        Fetched, Policy,
        w3c::{Binding, Surroundings, W3cDocument, W3cExpectation, W3cNeeds},
    },
};

/// The most fetches under way at once for one document.
const MAX_FETCHES: usize = 8;

/// Fetches what `needs` names, but the status lists that may still be kept at `now`.
pub async fn surroundings(http: &HttpClient, lists: &KeptLists, needs: W3cNeeds, now: DateTime<Utc>) -> Surroundings {
    let addresses = needs.lists.into_iter().map(|address| {
        let fetched: BoxFuture<'_, _> = Box::pin(async move {
            let list = status_list_credential(http, lists, &address, now).await;
            (address, list)
        });
        fetched
    });
    let files = needs.files.into_iter().map(|address| {
        let is_credential = needs.schema_credentials.contains(&address);
        let fetched: BoxFuture<'_, _> = Box::pin(async move {
            let file = file(http, &address).await;
            let credential = match &file {
                Fetched::Found(bytes) if is_credential => believed_bytes(http, bytes, now).await,
                _ => None,
            };
            (address, file, credential)
        });
        fetched
    });
    let mut surroundings = documents(http, needs.dids, now).await;
    let mut files = stream::iter(files).buffer_unordered(MAX_FETCHES);
    while let Some((address, file, credential)) = files.next().await {
        if let Some(credential) = credential {
            surroundings.schema_credentials.insert(address.clone(), credential);
        }
        surroundings.files.insert(address, file);
    }
    surroundings.lists = stream::iter(addresses).buffer_unordered(MAX_FETCHES).collect().await;
    surroundings
}

/// A DID document, told as what was fetched. What is wrong with an address or with a key is told; what could not be fetched
/// says nothing.
pub async fn controller_document(http: &HttpClient, did: &Did, now: DateTime<Utc>) -> Fetched<DidDocument> {
    match did_document(http, did, now).await {
        Ok(Some(document)) => Fetched::Found(document),
        Ok(None) => Fetched::Unreachable,
        Err(DidError::OtherDocument | DidError::Webvh(_)) => Fetched::Unusable,
        Err(_) => Fetched::Forbidden,
    }
}

async fn documents(http: &HttpClient, dids: impl IntoIterator<Item = Did>, now: DateTime<Utc>) -> Surroundings {
    let dids = dids.into_iter().map(|did| {
        let fetched: BoxFuture<'_, _> = Box::pin(async move {
            let document = controller_document(http, &did, now).await;
            (did, document)
        });
        fetched
    });
    Surroundings {
        documents: stream::iter(dids).buffer_unordered(MAX_FETCHES).collect().await,
        ..Surroundings::default()
    }
}

/// The list at this address, with a proof of its own issuer that holds (BSL-004).
async fn status_list_credential(
    http: &HttpClient,
    lists: &KeptLists,
    address: &str,
    now: DateTime<Utc>,
) -> Fetched<Arc<StatusListCredential>> {
    if let Some(kept) = lists.kept(address, now) {
        return Fetched::Found(kept);
    }
    let Ok(url) = Url::parse(address) else {
        return Fetched::Forbidden;
    };
    let text = match http.fetch_file(&url).await {
        Ok(text) => text,
        Err(error) => return failed(&error),
    };
    match believed(http, &text, now).await {
        Some(list) => Fetched::Found(lists.keep(address, list, now)),
        None => Fetched::Unusable,
    }
}

async fn believed(http: &HttpClient, text: &str, now: DateTime<Utc>) -> Option<StatusListCredential> {
    let credential = believed_bytes(http, text.as_bytes(), now).await?;
    StatusListCredential::from_unsecured(&credential).ok()
}

/// What a credential says, with a proof of its own issuer that holds. Nothing more is fetched for it than keys.
async fn believed_bytes(http: &HttpClient, bytes: &[u8], now: DateTime<Utc>) -> Option<Value> {
    let document = W3cDocument::parse(bytes).ok()?;
    if document.content() != Content::Credential {
        return None;
    }
    let surroundings = documents(http, document.needs(Binding::Controller).dids, now).await;
    let verdict = document.verify(&surroundings, &W3cExpectation::FOUND, now);
    verdict.accepted(Policy::Strict).then(|| document.document().clone())
}

/// A schema or a related resource, as it comes.
async fn file(http: &HttpClient, address: &str) -> Fetched<Vec<u8>> {
    let Ok(url) = Url::parse(address) else {
        return Fetched::Forbidden;
    };
    match http.fetch_bytes(&url).await {
        Ok(bytes) => Fetched::Found(bytes),
        Err(error) => failed(&error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    };

    use axum::{Router, http::StatusCode, response::IntoResponse, routing::get};
    use chrono::Duration;
    use serde_json::{Map, json};

    use super::*;
    use crate::{
        credential::{
            issuance::{Mechanism, Signatory, SigningOptions, issue},
            vcdm::CONTEXT_V2,
        },
        keys::{KeyKind, SigningKey},
        status_list::bitstring::{Bitstring, Entry, MIN_ENTRIES, Purpose, StatusListTerms},
        testing::{Exchange, SeededEntropy},
        verification::{CheckId, Outcome, Reason},
    };

    fn now() -> DateTime<Utc> {
        "2027-01-10T09:30:00Z".parse().unwrap()
    }

    struct Issuer {
        key: SigningKey,
        did: String,
    }

    impl Issuer {
        fn new() -> Self {
            let key = SigningKey::generate_of(KeyKind::Ed25519);
            let did = format!("did:key:{}", key.public().to_multikey());
            Self { key, did }
        }

        fn sign(&self, credential: &Value, mechanism: &str) -> String {
            let method = format!("{}#{}", self.did, self.key.public().to_multikey());
            let signatory = Signatory {
                controller: &self.did,
                method: &method,
                key: (&self.key).into(),
            };
            let members: Map<String, Value> = credential.as_object().unwrap().clone();
            let mechanism: Mechanism = mechanism.parse().unwrap();
            let options = SigningOptions::default();
            let entropy = SeededEntropy::new(3);
            issue(members, mechanism, &signatory, &options, &entropy)
                .unwrap()
                .to_text()
        }

        fn list(&self, address: &str, value: u16) -> Value {
            let mut bits = Bitstring::new(1, MIN_ENTRIES).unwrap();
            bits.set(5, 1, value).unwrap();
            let terms = StatusListTerms {
                id: address,
                issuer: &self.did,
                purposes: &[Purpose::Revocation],
                valid_from: now(),
                valid_until: None,
                ttl: Some(Duration::seconds(60)),
            };
            terms.unsigned(&bits)
        }
    }

    #[tokio::test]
    async fn bsl_004_a_list_counts_when_its_proof_holds_and_is_kept_for_its_ttl() {
        let published: Arc<Mutex<Option<String>>> = Arc::default();
        let (served, count) = (Arc::clone(&published), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&count);
        let file = get(async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            match served.lock().unwrap().clone() {
                Some(list) => list.into_response(),
                None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        });
        let host = Exchange::with(Router::new().route("/status", file)).await;
        let address = format!("http://localhost:{}/status", host.port());
        let issuer = Issuer::new();
        let credential = json!({
            "@context": [CONTEXT_V2],
            "type": ["VerifiableCredential"],
            "issuer": issuer.did,
            "credentialStatus": Entry::new(Purpose::Revocation, 5, address.clone()).to_value(),
            "credentialSubject": {"id": "did:example:subject"},
        });
        let document = W3cDocument::parse(issuer.sign(&credential, "eddsa-rdfc-2022").as_bytes()).unwrap();
        let (http, lists) = (HttpClient::new(true), KeptLists::default());
        let status = async |lists: &KeptLists, seconds| {
            let at = now() + Duration::seconds(seconds);
            let around = surroundings(&http, lists, document.needs(Binding::Controller), at).await;
            let verdict = document.verify(&around, &W3cExpectation::FOUND, at);
            verdict.verdict.outcome(CheckId::Status).unwrap()
        };
        assert_eq!(status(&lists, 0).await, Outcome::Skipped(Reason::StatusUnreachable));
        for mechanism in ["eddsa-rdfc-2022", "vc+jwt", "vc+sd-jwt"] {
            let fresh = KeptLists::default();
            *published.lock().unwrap() = Some(issuer.sign(&issuer.list(&address, 1), mechanism));
            assert_eq!(status(&fresh, 0).await, Outcome::Failed(Reason::Revoked), "{mechanism}");
        }
        let list = issuer.list(&address, 0);
        *published.lock().unwrap() = Some(issuer.sign(&list, "eddsa-rdfc-2022"));
        let before = count.load(Ordering::SeqCst);
        assert_eq!(status(&lists, 0).await, Outcome::Passed);
        assert_eq!(status(&lists, 59).await, Outcome::Passed);
        assert_eq!(count.load(Ordering::SeqCst), before + 1);
        // Its proof says nothing of the bit that was set.
        let forged = issuer
            .sign(&list, "eddsa-rdfc-2022")
            .replace("revocation", "suspension");
        *published.lock().unwrap() = Some(forged);
        assert_eq!(status(&lists, 60).await, Outcome::Skipped(Reason::StatusUnusable));
        let stranger = Issuer::new();
        *published.lock().unwrap() = Some(stranger.sign(&stranger.list(&address, 0), "eddsa-rdfc-2022"));
        assert_eq!(status(&lists, 60).await, Outcome::Failed(Reason::StatusRefused));
    }

    #[tokio::test]
    async fn js_001_schemas_come_as_files_or_in_credentials_whose_proofs_hold() {
        let issuer = Issuer::new();
        let published: Arc<Mutex<Option<String>>> = Arc::default();
        let served = Arc::clone(&published);
        let file = get(async move || served.lock().unwrap().clone().ok_or(StatusCode::NOT_FOUND));
        let host = Exchange::with(Router::new().route("/schema", file)).await;
        let address = format!("http://localhost:{}/schema", host.port());
        let schema = |required: &str| {
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": address,
                "properties": {"credentialSubject": {"required": [required]}},
            })
        };
        let checked = async |kind: &str, answer: Option<String>| {
            *published.lock().unwrap() = answer;
            let credential = json!({
                "@context": [CONTEXT_V2],
                "type": ["VerifiableCredential"],
                "issuer": issuer.did,
                "credentialSchema": {"id": address, "type": kind},
                "credentialSubject": {"id": "did:example:subject"},
            });
            let document = W3cDocument::parse(issuer.sign(&credential, "eddsa-rdfc-2022").as_bytes()).unwrap();
            let (http, lists) = (HttpClient::new(true), KeptLists::default());
            let around = surroundings(&http, &lists, document.needs(Binding::Controller), now()).await;
            let verdict = document.verify(&around, &W3cExpectation::FOUND, now());
            verdict.verdict.outcome(CheckId::Schema).unwrap()
        };
        assert_eq!(
            checked("JsonSchema", Some(schema("id").to_string())).await,
            Outcome::Passed
        );
        let refused = Outcome::Failed(Reason::AgainstSchema);
        assert_eq!(checked("JsonSchema", Some(schema("name").to_string())).await, refused);
        let unreachable = Outcome::Skipped(Reason::SchemaUnreachable);
        assert_eq!(checked("JsonSchema", None).await, unreachable);

        let in_credential = |schema: Value| {
            json!({
                "@context": [CONTEXT_V2],
                "type": ["VerifiableCredential", "JsonSchemaCredential"],
                "issuer": issuer.did,
                "credentialSubject": {"id": "https://asso.example.org/schema", "type": "JsonSchema", "jsonSchema": schema},
            })
        };
        let signed = |required: &str| issuer.sign(&in_credential(schema(required)), "vc+jwt");
        assert_eq!(
            checked("JsonSchemaCredential", Some(signed("id"))).await,
            Outcome::Passed
        );
        assert_eq!(checked("JsonSchemaCredential", Some(signed("name"))).await, refused);
        let mut forged = signed("id").into_bytes();
        let place = forged.len() - 10;
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        let unusable = Outcome::Skipped(Reason::SchemaUnusable);
        assert_eq!(checked("JsonSchemaCredential", Some(forged)).await, unusable);
        assert_eq!(
            checked("JsonSchemaCredential", Some(in_credential(schema("id")).to_string())).await,
            unusable,
            "nobody signed it"
        );
    }

    #[tokio::test]
    async fn an_issuer_nobody_may_fetch_is_refused_and_not_fetched() {
        let http = HttpClient::new(false);
        for (did, outcome) in [
            ("did:web:localhost%3A1", Fetched::Forbidden),
            ("did:web:127.0.0.1", Fetched::Forbidden),
            ("did:example:1", Fetched::Forbidden),
            ("did:web:nowhere.invalid", Fetched::Unreachable),
        ] {
            assert_eq!(
                controller_document(&http, &did.parse().unwrap(), now()).await,
                outcome,
                "{did}"
            );
        }
    }
}
