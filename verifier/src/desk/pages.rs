//! Signing in and out.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::service::{
    form::{Form, TokenForm},
    page::{PageContext, PageError, render},
    session::Session,
};
use zeroize::Zeroizing;

use super::SignInError;
use crate::{App, urls};

/// A signed-in clerk, with the page made for them. Anybody else is sent to sign in.
pub(crate) struct Clerk {
    /// The page, with name and form token.
    pub(crate) page: PageContext,
    session: Session,
}

impl Clerk {
    /// Refuses a form of another session, or of none (the page was open too long).
    pub(crate) fn check(&self, csrf: &str) -> Result<(), PageError> {
        self.session.check_form(&self.page, csrf)
    }
}

impl FromRequestParts<App> for Clerk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let page = PageContext::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        match super::session(app, &parts.headers).await {
            Ok(Some(session)) => {
                let page = page.clone().signed_in(&page.t("desk-account"), session.csrf.clone());
                Ok(Self { page, session })
            }
            Ok(None) => Err(Redirect::to(urls::SIGN_IN).into_response()),
            Err(error) => Err(PageError::internal(&page, &error).into_response()),
        }
    }
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage<'a> {
    page: &'a PageContext,
    open: bool,
    problem: Option<&'static str>,
}

/// `GET /sign-in`.
pub(crate) async fn sign_in_page(
    State(app): State<App>,
    page: PageContext,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let internal = |error| PageError::internal(&page, &error);
    if super::session(&app, &headers).await.map_err(internal)?.is_some() {
        return Ok(Redirect::to(urls::COUNTER).into_response());
    }
    let open = super::is_open(&app).await.map_err(internal)?;
    Ok(render(&SignInPage {
        page: &page,
        open,
        problem: None,
    }))
}

/// What the sign-in form sends.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    passphrase: String,
}

/// `POST /sign-in`.
pub(crate) async fn sign_in(
    State(app): State<App>,
    page: PageContext,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let (status, problem) = match super::sign_in(&app, Zeroizing::new(form.passphrase)).await {
        Ok(cookie) => return Ok(([(SET_COOKIE, cookie)], Redirect::to(urls::COUNTER)).into_response()),
        Err(SignInError::WrongPassphrase) => (StatusCode::UNPROCESSABLE_ENTITY, Some("sign-in-wrong")),
        Err(SignInError::TooManyTries) => (StatusCode::TOO_MANY_REQUESTS, Some("sign-in-too-many")),
        Err(SignInError::NotSet) => (StatusCode::UNPROCESSABLE_ENTITY, None),
        Err(error @ SignInError::Database(_)) => return Err(PageError::internal(&page, &error)),
    };
    let open = problem.is_some();
    Ok((
        status,
        render(&SignInPage {
            page: &page,
            open,
            problem,
        }),
    )
        .into_response())
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(
    State(app): State<App>,
    clerk: Clerk,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    clerk.check(&form.csrf)?;
    let internal = |error| PageError::internal(&clerk.page, &error);
    let mut tx = app.db.write().await.map_err(internal)?;
    let cookie = app.sessions.close(&mut tx, &headers).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(urls::SIGN_IN)).into_response())
}
