//! Fetches what a verification needs: issuer keys and status lists.

use serde_json::{Value, json};
use url::Url;

use super::http_client::{FetchError, HttpClient};
use crate::{
    did::{Did, DidDocument, DidError},
    keys::JwkSet,
    oid4vci::metadata::{self, well_known},
    status_list,
    verification::{Fetched, Materials, Needs},
};

/// Fetches what `needs` names, at the same time.
pub async fn fetch(http: &HttpClient, needs: &Needs) -> Materials {
    let status_list = async {
        match &needs.status_list {
            Some(uri) => status_list_token(http, uri).await,
            None => Fetched::Unreachable,
        }
    };
    let (issuer_keys, status_list) = tokio::join!(issuer_keys(http, &needs.issuer), status_list);
    Materials { issuer_keys, status_list }
}

/// The keys of an SD-JWT VC issuer (SDVC-005): its JWT VC issuer metadata, with the keys in it or behind `jwks_uri`.
pub async fn issuer_keys(http: &HttpClient, issuer: &str) -> Fetched<JwkSet> {
    let Some(url) = Url::parse(issuer).ok().filter(|url| url.query().is_none() && url.fragment().is_none()) else {
        return Fetched::Refused;
    };
    let mut document = match http.get_json(&well_known(&url, "jwt-vc-issuer")).await {
        Ok(document) => document,
        Err(error) => return failed(&error),
    };
    if let Some(location) = document.get("jwks_uri") {
        let location = location.as_str().and_then(|location| Url::parse(location).ok());
        // Exactly one of the two, and of this issuer, before anything more is fetched in its name.
        let (Some(location), None, Some(true)) =
            (location, document.get("jwks"), document.get("issuer").map(|found| found == issuer))
        else {
            return Fetched::Refused;
        };
        document = match http.get_json(&location).await {
            Ok(keys) => json!({ "issuer": issuer, "jwks": keys }),
            Err(error) => return failed(&error),
        };
    }
    keys_of(issuer, document)
}

/// Resolves a DID: did:jwk and did:key locally, did:web over the network. `Ok(None)`: could not be fetched.
pub async fn did_document(http: &HttpClient, did: &Did) -> Result<Option<DidDocument>, DidError> {
    if did.method() != "web" {
        return did.resolve_local().map(Some);
    }
    let url = did.web_document_url(http.is_development())?;
    match http.get_json(&url).await {
        Ok(document) => DidDocument::read(did, document).map(Some),
        Err(FetchError::Forbidden) => Err(DidError::ForbiddenHost),
        Err(_) => Ok(None),
    }
}

/// The status list token at `uri` (TSL-005), unverified.
async fn status_list_token(http: &HttpClient, uri: &str) -> Fetched<String> {
    let Ok(url) = Url::parse(uri) else { return Fetched::Refused };
    match http.get_text(&url, status_list::token::MEDIA_TYPE).await {
        Ok(token) => Fetched::Found(token),
        Err(error) => failed(&error),
    }
}

fn keys_of(issuer: &str, document: Value) -> Fetched<JwkSet> {
    match metadata::issuer_keys(issuer, document) {
        Ok(keys) => Fetched::Found(keys),
        Err(_) => Fetched::Refused,
    }
}

fn failed<T>(error: &FetchError) -> Fetched<T> {
    if error.is_temporary() { Fetched::Unreachable } else { Fetched::Refused }
}
