//! Answering over the network (§8): encrypted to the verifier, or a refusal.

use std::collections::BTreeMap;

use shared::{
    oid4vp::{
        RequestObject,
        response::{self, Answer, Response, ResponseError},
    },
    service::http_client::FetchError,
};
use url::Url;

use super::matching::{Fit, PresentError, present};
use crate::{app::App, credentials::Credential};

/// Why an answer did not arrive, or not surely.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    /// Nobody answered: it may have arrived.
    #[error("the verifier does not answer")]
    Unreachable(#[source] FetchError),
    /// The verifier answered no.
    #[error("the verifier does not take the answer")]
    NotTaken(#[source] FetchError),
    #[error(transparent)]
    Present(#[from] PresentError),
    #[error(transparent)]
    Response(#[from] ResponseError),
}

/// Presents the chosen attestations. Gives the page the verifier wants the person to see next.
pub(crate) async fn share(
    app: &App,
    request: &RequestObject,
    chosen: &[&Fit],
    credentials: &[Credential],
) -> Result<Option<Url>, AnswerError> {
    let mut vp_token: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fit in chosen {
        let presentation = present(app, &credentials[fit.credential], &fit.disclose, request)?;
        vp_token.entry(fit.choice.query.clone()).or_default().push(presentation);
    }
    post(
        app,
        request,
        &Response::Presented {
            vp_token,
            state: request.state.clone(),
        },
    )
    .await
}

/// Says no. The same whether nothing fits or the person declined (VP-W-013).
pub(crate) async fn refuse(app: &App, request: &RequestObject) -> Result<Option<Url>, AnswerError> {
    post(
        app,
        request,
        &Response::Refused {
            error: "access_denied".to_owned(),
            state: request.state.clone(),
        },
    )
    .await
}

async fn post(app: &App, request: &RequestObject, response: &Response) -> Result<Option<Url>, AnswerError> {
    let form = response::to_form(response, request)?;
    let answer = match app.http.post_form(&request.response_uri, &form).await {
        // It was taken; what else the verifier says of it is optional.
        Ok(answer) => serde_json::from_value(answer).unwrap_or_default(),
        // A 2xx takes it whatever its body (§8.2): saying otherwise would have it sent again.
        Err(FetchError::MediaType | FetchError::Malformed | FetchError::TooLarge) => Answer::default(),
        Err(error @ FetchError::Unreachable(_)) => return Err(AnswerError::Unreachable(error)),
        Err(error @ FetchError::Status { status, .. }) if status >= 500 => return Err(AnswerError::Unreachable(error)),
        Err(error @ (FetchError::Status { .. } | FetchError::Forbidden)) => return Err(AnswerError::NotTaken(error)),
    };
    Ok(answer
        .redirect_uri
        .filter(|address| is_page(address, app.is_development())))
}

/// Whether a person may be sent there (VP-W-014): a secure page, or loopback in development.
fn is_page(address: &Url, development: bool) -> bool {
    match address.scheme() {
        "https" => true,
        "http" => development && matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp_w_014_only_pages_are_followed() {
        assert!(is_page(&"https://verifier.example/q/1/done".parse().unwrap(), false));
        assert!(is_page(&"http://localhost:8083/q/1/done".parse().unwrap(), true));
        assert!(!is_page(&"http://localhost:8083/q/1/done".parse().unwrap(), false));
        assert!(!is_page(&"javascript:alert(1)".parse().unwrap(), true));
        assert!(!is_page(&"http://verifier.example/".parse().unwrap(), true));
    }
}
