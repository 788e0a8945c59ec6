//! What every service that speaks the W3C VC-API shares: who may ask, how it answers, and the resolution of DIDs.

mod access;
mod resolver;

use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

pub use self::{
    access::{Access, AccessError},
    resolver::resolve,
};
use super::telemetry;
use crate::{
    credential::StandardError,
    vc_api::{self, MessageError},
};

/// A refusal: problem details (RFC 9457) that name a standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    problem: Map<String, Value>,
}

impl Refusal {
    /// Of a document or a request. What cannot be read is a bad request (400), what can and does not hold is not
    /// processed (422).
    pub fn new(standard: StandardError, detail: &str) -> Self {
        let status = match standard {
            StandardError::Parsing => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::with_status(status, standard, detail)
    }

    /// With another HTTP status.
    pub fn with_status(status: StatusCode, standard: StandardError, detail: &str) -> Self {
        Self {
            status,
            problem: vc_api::problem(standard, status.as_u16(), detail),
        }
    }

    /// Of a verification that did not accept: see [`vc_api::rejected`].
    pub fn rejected(problem: Map<String, Value>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problem,
        }
    }

    /// A bare 500; `error` is logged once.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let id = telemetry::failure(error);
        let detail = format!("something failed on our side: problem {id}");
        Self::with_status(
            StatusCode::INTERNAL_SERVER_ERROR,
            StandardError::Ours("internal"),
            &detail,
        )
    }
}

impl From<MessageError> for Refusal {
    fn from(error: MessageError) -> Self {
        Self::new(error.standard(), &error.to_string())
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (self.status, headers, Value::Object(self.problem).to_string()).into_response()
    }
}

/// JSON that nobody keeps.
pub fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// The body of a request, or why there is none: it was larger than [`vc_api::MAX_BYTES`].
pub fn body<E>(read: Result<Bytes, E>) -> Result<Bytes, Refusal> {
    read.map_err(|_| MessageError::TooLarge.into())
}
