//! RFC 9457 problem details, for our own JSON APIs and status lists.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::telemetry;

/// A problem.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

impl Problem {
    /// `code` ends the `type` URI (`urn:musette:problem:CODE`); `detail` says what is wrong in a sentence, without claims or secrets.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
        }
    }

    /// A bare 500 with a request id; `error` is logged once.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let id = telemetry::failure(error);
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            format!("Something failed on our side: problem {id}."),
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:musette:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (self.status, headers, body.to_string()).into_response()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::body;

    async fn read(problem: Problem) -> (StatusCode, serde_json::Value) {
        let response = problem.into_response();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let status = response.status();
        let body = body::limited(axum::extract::Request::new(response.into_body()), 1024)
            .await
            .unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_problem_is_problem_details() {
        let (status, body) = read(Problem::new(StatusCode::GONE, "ended", "The offer has ended.")).await;
        assert_eq!(status, StatusCode::GONE);
        assert_eq!(body["type"], "urn:musette:problem:ended");
        assert_eq!(body["status"], 410);
        assert_eq!(body["detail"], "The offer has ended.");
    }

    #[tokio::test]
    async fn what_failed_inside_is_not_told() {
        let (status, body) = read(sqlx::Error::Protocol("the secret table".to_owned()).into()).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!body.to_string().contains("secret"), "{body}");
    }
}
