//! Requests to protocol endpoints: bodies, read whole and never beyond a limit, and what headers say of them.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use futures_util::StreamExt;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Larger than the limit.
    #[error("the body is too large")]
    TooLarge,
    /// The connection broke.
    #[error("the body did not arrive whole")]
    Broken,
}

/// The body of a request, of at most `max` bytes.
pub async fn limited(request: Request, max: usize) -> Result<Bytes, BodyError> {
    read(request.into_body(), max).await
}

/// Whether the `Content-Type` of a request is `media_type`, whatever its parameters.
pub fn has_type(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| essence(value).eq_ignore_ascii_case(media_type))
}

/// The bearer token, in the header only (RFC 6750 §2.1): never in the query or the body.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("Bearer") && !token.trim().is_empty()).then(|| token.trim())
}

/// A media type without its parameters.
pub(crate) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

async fn read(body: Body, max: usize) -> Result<Bytes, BodyError> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        if whole.len() + chunk.len() > max {
            return Err(BodyError::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn a_body_may_fill_the_limit_and_not_pass_it() {
        let request = || Request::new(Body::from("12345"));
        assert_eq!(limited(request(), 5).await.unwrap(), "12345");
        assert_eq!(limited(request(), 4).await.unwrap_err(), BodyError::TooLarge);
    }

    #[test]
    fn the_media_type_is_compared_without_parameters() {
        let headers = |value| HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
        assert!(has_type(
            &headers("Application/JSON; charset=utf-8"),
            "application/json"
        ));
        assert!(!has_type(&headers("application/jsonp"), "application/json"));
        assert!(!has_type(&HeaderMap::new(), "application/json"));
    }
}
