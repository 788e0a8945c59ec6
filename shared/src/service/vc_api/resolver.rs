//! `GET /1.0/identifiers/{did}`: the HTTP binding of DID Resolution.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    did::{Did, DidDocument, DidError},
    service::{http_client::HttpClient, materials},
};

const RESULT: &str = "application/did-resolution";
const DOCUMENT: &str = "application/did";

/// Resolves a DID: the whole result, or the document alone for who accepts only that.
pub async fn resolve(http: &HttpClient, did: &str, headers: &HeaderMap, now: DateTime<Utc>) -> Response {
    let resolved = match did.parse::<Did>() {
        Ok(did) => materials::did_document(http, &did, now).await,
        Err(error) => Err(error),
    };
    match resolved {
        Ok(Some(document)) if wants_document(headers) => {
            let body = json!(document).to_string();
            ([(header::CONTENT_TYPE, DOCUMENT)], body).into_response()
        }
        Ok(Some(document)) => result(StatusCode::OK, Some(&document), None),
        Ok(None) => result(
            StatusCode::BAD_GATEWAY,
            None,
            Some(("INTERNAL_ERROR", "the document could not be fetched")),
        ),
        Err(error) => {
            let (status, name) = named(&error);
            result(status, None, Some((name, &error.to_string())))
        }
    }
}

/// The errors of DID Resolution §11 with their HTTP statuses (§12.1).
fn named(error: &DidError) -> (StatusCode, &'static str) {
    match error {
        DidError::Invalid | DidError::ForbiddenHost | DidError::Key(_) => (StatusCode::BAD_REQUEST, "INVALID_DID"),
        DidError::UnsupportedMethod => (StatusCode::NOT_IMPLEMENTED, "METHOD_NOT_SUPPORTED"),
        DidError::Deactivated => (StatusCode::GONE, "DEACTIVATED"),
        DidError::Webvh(_) | DidError::OtherDocument | DidError::KeyNotListed => {
            (StatusCode::INTERNAL_SERVER_ERROR, "INVALID_DID_DOCUMENT")
        }
    }
}

fn result(status: StatusCode, document: Option<&DidDocument>, error: Option<(&str, &str)>) -> Response {
    let metadata = match error {
        None => json!({ "contentType": DOCUMENT }),
        Some((name, detail)) => json!({ "error": {
            "type": format!("https://www.w3.org/ns/did#{name}"),
            "title": name,
            "detail": detail,
        }}),
    };
    let body = json!({
        "didDocument": document,
        "didResolutionMetadata": metadata,
        "didDocumentMetadata": if status == StatusCode::GONE { json!({ "deactivated": true }) } else { json!({}) },
    });
    (status, [(header::CONTENT_TYPE, RESULT)], body.to_string()).into_response()
}

/// Whether a document is accepted, and no result.
fn wants_document(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut accepted = accepted.unwrap_or_default().split(',').map(|range| {
        let essence = range.split(';').next().unwrap_or_default();
        essence.trim()
    });
    accepted.next().is_some_and(|first| {
        [DOCUMENT, "application/did+json", "application/did+ld+json"].contains(&first)
            && !accepted.any(|other| other == RESULT)
    })
}

#[cfg(test)]
mod tests {
    use axum::{Router, extract::Path, routing::get};
    use serde_json::Value;

    use super::*;
    use crate::{keys::SigningKey, testing::Exchange};

    async fn resolver() -> Exchange {
        let answer = async |Path(did): Path<String>, headers: HeaderMap| {
            let now = "2027-01-10T09:30:00Z".parse().unwrap();
            resolve(&HttpClient::new(false), &did, &headers, now).await
        };
        Exchange::with(Router::new().route("/1.0/identifiers/{did}", get(answer))).await
    }

    #[tokio::test]
    async fn a_did_resolves_to_its_document() {
        let resolver = resolver().await;
        let did = format!("did:key:{}", SigningKey::generate().public().to_multikey());
        let answer = resolver.get(&format!("/1.0/identifiers/{did}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(RESULT));
        let result: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(result["didDocument"]["id"], did);
        assert_eq!(result["didResolutionMetadata"]["contentType"], DOCUMENT);
    }

    #[tokio::test]
    async fn what_does_not_resolve_is_named() {
        let resolver = resolver().await;
        for (did, status, error) in [
            ("nonsense", 400, "INVALID_DID"),
            ("did:key:z6Mk", 400, "INVALID_DID"),
            ("did:web:localhost%253A1", 400, "INVALID_DID"),
            ("did:example:1", 501, "METHOD_NOT_SUPPORTED"),
            ("did:web:nowhere.invalid", 502, "INTERNAL_ERROR"),
        ] {
            let answer = resolver.get(&format!("/1.0/identifiers/{did}")).await;
            let result: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(answer.status, status, "{did}");
            assert_eq!(result["didDocument"], Value::Null);
            let found = &result["didResolutionMetadata"]["error"]["type"];
            assert_eq!(*found, format!("https://www.w3.org/ns/did#{error}"), "{did}");
        }
    }

    #[test]
    fn who_accepts_only_a_document_gets_it() {
        let wants =
            |accept: &'static str| wants_document(&HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]));
        assert!(wants("application/did+json") && wants("application/did;q=1"));
        assert!(!wants("*/*") && !wants("application/did, application/did-resolution") && !wants("application/json"));
        assert!(!wants_document(&HeaderMap::new()));
    }
}
