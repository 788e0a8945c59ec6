//! RFC 9457 problem details, for our own JSON APIs and status lists.
use axum::{http::StatusCode, response::Response};
/// A problem.
#[derive(Debug, Clone)]
pub struct Problem { _status: StatusCode }
impl Problem {
    /// `code` ends the `type` URI (`urn:musette:problem:CODE`); `detail` says what is wrong in a sentence, without claims or secrets.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self { todo!() }
    /// A bare 500 with a request id; `error` is logged once.
    pub fn internal(error: &dyn std::error::Error) -> Self { todo!() }
}
impl axum::response::IntoResponse for Problem { fn into_response(self) -> Response { todo!() } }
impl From<sqlx::Error> for Problem { fn from(error: sqlx::Error) -> Self { Self::internal(&error) } }
