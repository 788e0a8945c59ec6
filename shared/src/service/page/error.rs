//! Errors with a way forward.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{PageContext, render};
use crate::service::telemetry;

/// An error page: title, what happened, what to do next. All three are message keys.
#[derive(Clone)]
pub struct PageError(Box<Failure>);

#[derive(Clone)]
struct Failure {
    status: StatusCode,
    page: PageContext,
    key: &'static str,
    back: String,
    id: Option<String>,
}

impl PageError {
    /// `key` names three messages: `KEY-title`, `KEY-text`, `KEY-action` (text of the link to `back`).
    pub fn new(page: &PageContext, status: StatusCode, key: &'static str, back: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            status,
            page: page.clone(),
            key,
            back: back.into(),
            id: None,
        }))
    }

    /// What we did not foresee: logs `error` once with a request id and shows only that id.
    pub fn internal(page: &PageContext, error: &dyn std::error::Error) -> Self {
        let mut failure = Self::new(page, StatusCode::INTERNAL_SERVER_ERROR, "error-internal", "/");
        failure.0.id = Some(telemetry::failure(error));
        failure
    }

    /// A page that is not there.
    pub fn not_found(page: &PageContext) -> Self {
        Self::new(page, StatusCode::NOT_FOUND, "error-not-found", "/")
    }

    /// The hidden field `csrf` of a form is not the one of the session.
    pub fn stale_form(page: &PageContext) -> Self {
        Self::new(page, StatusCode::FORBIDDEN, "error-csrf", "/")
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: &'a PageContext,
    title: String,
    text: String,
    action: String,
    back: &'a str,
    id: Option<&'a str>,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let Failure {
            status,
            page,
            key,
            back,
            id,
        } = *self.0;
        let message = |part: &str| page.t(&format!("{key}-{part}"));
        let template = ErrorPage {
            page: &page,
            title: message("title"),
            text: message("text"),
            action: message("action"),
            back: &back,
            id: id.as_deref(),
        };
        let mut response = render(&template);
        if response.status() == StatusCode::OK {
            *response.status_mut() = status;
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;

    use super::*;
    use crate::{
        language::Language,
        service::{body, locale::Locale},
    };

    #[tokio::test]
    async fn an_unforeseen_error_shows_its_number_and_nothing_of_itself() {
        let page = PageContext::new(Language::French, Locale::shared());
        let error = sqlx::Error::Protocol("the secret table".to_owned());
        let response = PageError::internal(&page, &error).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = body::limited(Request::new(response.into_body()), 65536).await.unwrap();
        let body = String::from_utf8(body.into()).unwrap();
        assert!(
            body.contains("Numéro du problème") && !body.contains("secret"),
            "{body}"
        );
    }

    #[test]
    fn what_people_typed_is_escaped() {
        let page = PageContext::new(Language::French, Locale::shared());
        let template = ErrorPage {
            page: &page,
            title: "<script>alert(1)</script>".to_owned(),
            text: String::new(),
            action: String::new(),
            back: "\"onclick=x",
            id: None,
        };
        let html = template.render().unwrap();
        assert!(!html.contains("<script") && !html.contains("\"onclick"), "{html}");
    }
}
