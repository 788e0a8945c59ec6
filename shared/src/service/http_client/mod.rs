//! The one HTTP client: timeouts, size caps, no redirects, no private addresses outside development (SDVC-006, NEG-24, NEG-25).

mod addresses;

use std::{error::Error, time::Duration};

use reqwest::{Client, RequestBuilder, header, redirect::Policy};
use serde_json::Value;
use url::Url;

use self::addresses::{ForbiddenAddress, Guard};
use super::body::essence;
use crate::json;

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not https, or a private address: nothing was sent.
    #[error("the address is not one we fetch")]
    Forbidden,
    /// No connection, or no answer in time.
    #[error("no answer")]
    Unreachable(#[source] reqwest::Error),
    /// Another status than 2xx; redirects included.
    #[error("answered {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// Body, at most 64 KiB, for protocol errors.
        body: String,
    },
    /// Another media type.
    #[error("answered with another media type")]
    MediaType,
    /// Larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// Not the JSON or text expected.
    #[error("the answer is malformed")]
    Malformed,
}

/// A fetcher. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    development: bool,
}

/// The largest answer, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The largest body of a refusal that is kept, in bytes.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

impl HttpClient {
    /// `development` lets it reach loopback, over plain http too.
    ///
    /// # Panics
    /// When TLS cannot be set up at all, even without a certificate authority.
    #[expect(
        clippy::expect_used,
        reason = "without certificates to load, nothing in the builder fails"
    )]
    pub fn new(development: bool) -> Self {
        let client = builder(development).build().unwrap_or_else(|error| {
            tracing::warn!("no certificate authorities on this machine, https will not work: {error}");
            builder(development).tls_certs_only([]).build().expect("an HTTP client")
        });
        Self { client, development }
    }

    /// Whether loopback over http is accepted.
    pub fn is_development(&self) -> bool {
        self.development
    }

    /// GET, `application/json` or `+json` required.
    pub async fn fetch_json(&self, url: &Url) -> Result<Value, FetchError> {
        self.json(url, self.client.get(url.clone())).await
    }

    /// GET of the very text of JSON, `application/json` or `+json` required: for what is referred to by its digest.
    pub async fn fetch_json_text(&self, url: &Url) -> Result<String, FetchError> {
        let request = self.client.get(url.clone()).header(header::ACCEPT, "application/json");
        let body = self.send(url, request, is_json).await?;
        String::from_utf8(body).map_err(|_| FetchError::Malformed)
    }

    /// GET of text of this media type.
    pub async fn fetch_text(&self, url: &Url, media_type: &str) -> Result<String, FetchError> {
        self.text(url, self.client.get(url.clone()), media_type).await
    }

    /// GET of text of whatever media type: for what proves itself, and is served as a plain file.
    pub async fn fetch_file(&self, url: &Url) -> Result<String, FetchError> {
        String::from_utf8(self.fetch_bytes(url).await?).map_err(|_| FetchError::Malformed)
    }

    /// GET of bytes of whatever media type: for what is referred to by its digest.
    pub async fn fetch_bytes(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        self.send(url, self.client.get(url.clone()), |_| true).await
    }

    /// POST of a form, JSON back.
    pub async fn post_form(&self, url: &Url, form: &[(&str, String)]) -> Result<Value, FetchError> {
        self.json(url, self.client.post(url.clone()).form(form)).await
    }

    /// POST of a form, text of this media type back.
    pub async fn post_form_for_text(
        &self,
        url: &Url,
        form: &[(&str, String)],
        media_type: &str,
    ) -> Result<String, FetchError> {
        self.text(url, self.client.post(url.clone()).form(form), media_type)
            .await
    }

    /// POST of JSON (an empty body when `None`), JSON back; with a bearer token when given.
    pub async fn post_json(&self, url: &Url, body: Option<&Value>, bearer: Option<&str>) -> Result<Value, FetchError> {
        let mut request = self.client.post(url.clone());
        request = match body {
            Some(body) => request.json(body),
            None => request.header(header::CONTENT_LENGTH, 0),
        };
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        self.json(url, request).await
    }

    async fn json(&self, url: &Url, request: RequestBuilder) -> Result<Value, FetchError> {
        let request = request.header(header::ACCEPT, "application/json");
        let body = self.send(url, request, is_json).await?;
        json::parse(&body).map_err(|_| FetchError::Malformed)
    }

    async fn text(&self, url: &Url, request: RequestBuilder, media_type: &str) -> Result<String, FetchError> {
        let request = request.header(header::ACCEPT, media_type);
        let body = self
            .send(url, request, |found| found.eq_ignore_ascii_case(media_type))
            .await?;
        String::from_utf8(body).map_err(|_| FetchError::Malformed)
    }

    /// The body of a 2xx answer of an accepted media type.
    async fn send(
        &self,
        url: &Url,
        request: RequestBuilder,
        accepts: impl Fn(&str) -> bool,
    ) -> Result<Vec<u8>, FetchError> {
        if !addresses::is_fetchable(url, self.development) {
            return Err(FetchError::Forbidden);
        }
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        if !status.is_success() {
            let body = match read(&mut response, MAX_REFUSAL_BYTES).await {
                Ok(body) => String::from_utf8_lossy(&body).into_owned(),
                Err(_) => String::new(),
            };
            return Err(FetchError::Status {
                status: status.as_u16(),
                body,
            });
        }
        let media_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        if !accepts(media_type.map(essence).unwrap_or_default()) {
            return Err(FetchError::MediaType);
        }
        read(&mut response, MAX_BYTES).await
    }
}

fn is_json(media_type: &str) -> bool {
    media_type.eq_ignore_ascii_case("application/json") || media_type.to_ascii_lowercase().ends_with("+json")
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes HTTP clients")]
fn builder(development: bool) -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(concat!("Musette/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .https_only(!development)
        .dns_resolver(Guard::shared(development))
}

/// What the client says, without the URL: it may hold a code.
fn failed(error: reqwest::Error) -> FetchError {
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(found) = cause {
        if found.is::<ForbiddenAddress>() {
            return FetchError::Forbidden;
        }
        cause = found.source();
    }
    FetchError::Unreachable(error.without_url())
}

async fn read(response: &mut reqwest::Response, max: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > max {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::Body,
        extract::Request,
        http::{StatusCode, header::CONTENT_TYPE},
        response::{IntoResponse, Redirect},
        routing::{get, post},
    };
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;
    use crate::{service::body, testing::Exchange};

    const JSON: [(axum::http::HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

    async fn answers() -> Exchange {
        let router = Router::new()
            .route("/json", get(async || (JSON, "{\"a\":1}")))
            .route(
                "/did",
                get(async || ([(CONTENT_TYPE, "application/did+json; charset=utf-8")], "{}")),
            )
            .route("/html", get(async || ([(CONTENT_TYPE, "text/html")], "{}")))
            .route("/untyped", get(async || Body::from("{}")))
            .route("/broken", get(async || (JSON, "{\"a\":1,\"a\":2}")))
            .route("/large", get(async || (JSON, " ".repeat(MAX_BYTES + 1))))
            .route(
                "/full",
                get(async || (JSON, format!("\"{}\"", "a".repeat(MAX_BYTES - 2)))),
            )
            .route("/moved", get(async || Redirect::temporary("/json")))
            .route("/refused", get(async || (StatusCode::BAD_REQUEST, "no")))
            .route("/latin", get(async || ([(CONTENT_TYPE, "text/plain")], vec![0xe9])))
            .route(
                "/text",
                get(async || ([(CONTENT_TYPE, "application/statuslist+jwt")], "a.b.c")),
            )
            .route(
                "/echo",
                post(async |request: Request| {
                    let seen = {
                        let header = |name: &str| {
                            request
                                .headers()
                                .get(name)
                                .and_then(|value| value.to_str().ok())
                                .unwrap_or_default()
                        };
                        json!({
                            "type": header("content-type"),
                            "authorization": header("authorization"),
                            "agent": header("user-agent"),
                        })
                    };
                    let body = body::limited(request, 1024).await.unwrap();
                    let body = String::from_utf8(body.into()).unwrap();
                    (JSON, json!({ "seen": seen, "body": body }).to_string()).into_response()
                }),
            );
        Exchange::with(router).await
    }

    async fn fetch(path: &str) -> Result<Value, FetchError> {
        let answers = answers().await;
        let url = format!("http://localhost:{}{path}", answers.port()).parse().unwrap();
        HttpClient::new(true).fetch_json(&url).await
    }

    #[tokio::test]
    async fn json_is_fetched_by_name_from_loopback_in_development() {
        assert_eq!(fetch("/json").await.unwrap(), json!({ "a": 1 }));
        assert_eq!(fetch("/did").await.unwrap(), json!({}));
        assert!(fetch("/full").await.is_ok());
    }

    #[tokio::test]
    async fn neg_25_redirects_are_errors() {
        assert!(matches!(
            fetch("/moved").await,
            Err(FetchError::Status { status: 307, .. })
        ));
    }

    #[tokio::test]
    async fn files_come_as_whatever_they_are_served_as() {
        let answers = answers().await;
        let fetch = async |path: &str| {
            let url = format!("http://localhost:{}{path}", answers.port()).parse().unwrap();
            HttpClient::new(true).fetch_file(&url).await
        };
        for path in ["/html", "/untyped", "/did"] {
            assert_eq!(fetch(path).await.unwrap(), "{}");
        }
        assert!(matches!(fetch("/latin").await, Err(FetchError::Malformed)));
        assert!(matches!(fetch("/large").await, Err(FetchError::TooLarge)));
        assert!(matches!(
            fetch("/refused").await,
            Err(FetchError::Status { status: 400, .. })
        ));
    }

    #[tokio::test]
    async fn answers_that_are_not_what_was_asked_are_refused() {
        assert!(matches!(fetch("/html").await, Err(FetchError::MediaType)));
        assert!(matches!(fetch("/untyped").await, Err(FetchError::MediaType)));
        assert!(matches!(fetch("/broken").await, Err(FetchError::Malformed)));
        assert!(matches!(fetch("/large").await, Err(FetchError::TooLarge)));
        match fetch("/refused").await {
            Err(FetchError::Status { status: 400, body }) => assert_eq!(body, "no"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn text_has_its_media_type_and_is_utf_8() {
        let answers = answers().await;
        let url = |path: &str| format!("http://127.0.0.1:{}{path}", answers.port()).parse().unwrap();
        let http = HttpClient::new(true);
        assert_eq!(
            http.fetch_text(&url("/text"), "application/statuslist+jwt")
                .await
                .unwrap(),
            "a.b.c"
        );
        assert!(matches!(
            http.fetch_text(&url("/json"), "text/plain").await,
            Err(FetchError::MediaType)
        ));
        assert!(matches!(
            http.fetch_text(&url("/latin"), "text/plain").await,
            Err(FetchError::Malformed)
        ));
    }

    #[tokio::test]
    async fn posts_carry_what_they_are_given() {
        let answers = answers().await;
        let url: Url = format!("http://localhost:{}/echo", answers.port()).parse().unwrap();
        let http = HttpClient::new(true);
        let form = http.post_form(&url, &[("code", "a b&c".to_owned())]).await.unwrap();
        assert_eq!(form["body"], "code=a+b%26c");
        assert_eq!(form["seen"]["type"], "application/x-www-form-urlencoded");
        assert!(form["seen"]["agent"].as_str().unwrap().starts_with("Musette/"));
        let body = http
            .post_json(&url, Some(&json!({ "a": 1 })), Some("token"))
            .await
            .unwrap();
        assert_eq!(
            (body["body"].as_str(), body["seen"]["authorization"].as_str()),
            (Some("{\"a\":1}"), Some("Bearer token"))
        );
        assert_eq!(http.post_json(&url, None, None).await.unwrap()["body"], "");
    }

    #[tokio::test]
    async fn neg_24_private_addresses_are_never_connected_to() {
        let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = trap.local_addr().unwrap().port();
        let http = HttpClient::new(false);
        for host in [
            "127.0.0.1",
            "[::1]",
            "2130706433",
            "localhost",
            "LOCALHOST",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
        ] {
            for scheme in ["https", "http"] {
                let url = format!("{scheme}://{host}:{port}/").parse().unwrap();
                let error = http.fetch_json(&url).await.unwrap_err();
                assert!(matches!(error, FetchError::Forbidden), "{url}: {error:?}");
            }
        }
        let development = HttpClient::new(true);
        for url in ["http://169.254.169.254/", "https://10.0.0.1/", "http://issuer.example/"] {
            let error = development.fetch_json(&url.parse().unwrap()).await.unwrap_err();
            assert!(matches!(error, FetchError::Forbidden), "{url}: {error:?}");
        }
        let caught = tokio::time::timeout(Duration::from_millis(50), trap.accept()).await;
        assert!(caught.is_err(), "a connection was made");
    }

    #[tokio::test]
    async fn nobody_there_is_unreachable() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/?code=secret", closed.local_addr().unwrap().port())
            .parse()
            .unwrap();
        drop(closed);
        let error = HttpClient::new(true).fetch_json(&url).await.unwrap_err();
        assert!(matches!(error, FetchError::Unreachable(_)));
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}
