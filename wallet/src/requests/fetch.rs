//! Fetching a request and the verifier's keys. Nothing here is stored and no transaction is open.

use shared::{
    did::DidError,
    oid4vp::{ClientId, RequestError, RequestLink, RequestObject, request::MEDIA_TYPE},
    service::{http_client::FetchError, materials},
};

use super::Received;
use crate::app::App;

/// Why a request cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchRequestError {
    /// Nobody answered.
    #[error("the verifier does not answer")]
    Unreachable(#[source] FetchError),
    /// The address is not one we fetch.
    #[error("an address of the verifier is not accepted")]
    Forbidden,
    /// VP-W-004: any HTTP error ends the request.
    #[error("the verifier has no such request any more")]
    Ended(#[source] FetchError),
    /// What came cannot be a request.
    #[error("the verifier answered something that cannot be used")]
    Answer(#[source] FetchError),
    /// The verifier's identifier does not resolve.
    #[error(transparent)]
    Did(#[from] DidError),
    /// The verifier's keys are out of reach.
    #[error("the verifier's keys cannot be fetched")]
    KeysUnreachable,
    /// The request object.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// Fetches the request of a link and checks it.
pub(crate) async fn request(app: &App, link: &RequestLink) -> Result<Received, FetchRequestError> {
    let wallet_nonce = link.post.then(|| app.entropy.token());
    let object = match &wallet_nonce {
        Some(nonce) => {
            let form = [("wallet_nonce", nonce.clone())];
            app.http.post_form_for_text(&link.request_uri, &form, MEDIA_TYPE).await
        }
        None => app.http.fetch_text(&link.request_uri, MEDIA_TYPE).await,
    };
    let object = object.map_err(FetchRequestError::fetch)?;
    let ClientId::DecentralizedIdentifier(did) = RequestObject::unverified_client(&object, &link.client_id)?;
    let document = materials::did_document(&app.http, &did, app.now())
        .await?
        .ok_or(FetchRequestError::KeysUnreachable)?;
    let document = serde_json::to_value(document).map_err(|_| FetchRequestError::Answer(FetchError::Malformed))?;
    let received = Received {
        client_id: link.client_id.clone(),
        request_uri: link.request_uri.clone(),
        object,
        document,
        wallet_nonce,
    };
    received.read(app.now(), app.is_development())?;
    Ok(received)
}

impl FetchRequestError {
    fn fetch(error: FetchError) -> Self {
        match error {
            FetchError::Forbidden => Self::Forbidden,
            FetchError::Unreachable(_) => Self::Unreachable(error),
            FetchError::Status { status, .. } if status >= 500 => Self::Unreachable(error),
            FetchError::Status { .. } => Self::Ended(error),
            error => Self::Answer(error),
        }
    }
}
