//! Fetches what a verification needs: issuer keys and status lists.

use super::http_client::HttpClient;
use crate::{did::{Did, DidDocument, DidError}, keys::JwkSet, verification::{Fetched, Materials, Needs}};

/// Fetches what `needs` names, at the same time.
pub async fn fetch(http: &HttpClient, needs: &Needs) -> Materials { todo!() }
/// The keys of an SD-JWT VC issuer (SDVC-005).
pub async fn issuer_keys(http: &HttpClient, issuer: &str) -> Fetched<JwkSet> { todo!() }
/// Resolves a DID: did:jwk and did:key locally, did:web over the network. `Ok(None)`: could not be fetched.
pub async fn did_document(http: &HttpClient, did: &Did) -> Result<Option<DidDocument>, DidError> { todo!() }
