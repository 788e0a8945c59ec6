//! The one HTTP client: timeouts, size caps, no redirects, no private addresses outside development (SDVC-006, NEG-24, NEG-25).

use serde_json::Value;
use url::Url;

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
    Status { /// HTTP status.
        status: u16, /// Body, at most 64 KiB, for protocol errors.
        body: String },
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
pub struct HttpClient { _todo: () }

/// The largest answer, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

impl HttpClient {
    /// `development` lets it reach loopback, over plain http too.
    pub fn new(development: bool) -> Self { todo!() }
    /// Whether loopback over http is accepted.
    pub fn is_development(&self) -> bool { todo!() }
    /// GET, `application/json` or `+json` required.
    pub async fn get_json(&self, url: &Url) -> Result<Value, FetchError> { todo!() }
    /// GET of text of this media type.
    pub async fn get_text(&self, url: &Url, media_type: &str) -> Result<String, FetchError> { todo!() }
    /// POST of a form, JSON back.
    pub async fn post_form(&self, url: &Url, form: &[(&str, String)]) -> Result<Value, FetchError> { todo!() }
    /// POST of a form, text of this media type back.
    pub async fn post_form_for_text(&self, url: &Url, form: &[(&str, String)], media_type: &str) -> Result<String, FetchError> { todo!() }
    /// POST of JSON (an empty body when `None`), JSON back; with a bearer token when given.
    pub async fn post_json(&self, url: &Url, body: Option<&Value>, bearer: Option<&str>) -> Result<Value, FetchError> { todo!() }
}
