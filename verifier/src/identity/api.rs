//! Our DID document.

use axum::{Json, extract::State};
use shared::did::DidDocument;

use crate::App;

/// `GET /.well-known/did.json` (did:web).
pub(crate) async fn document(State(app): State<App>) -> Json<DidDocument> {
    Json(app.identity.document())
}
