//! The person whose vault is open: what every page behind `/open` starts from.

use std::str::FromStr;

use axum::{
    extract::FromRequestParts,
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use shared::service::{
    page::{PageContext, PageError},
    session::Session,
};

use crate::{
    accounts::{self, AccountId},
    app::App,
    urls,
    vault::Vault,
};

/// An unlocked session. Without one, the request is led to the page that opens the vault, and back.
pub(crate) struct Holder {
    pub(crate) page: PageContext,
    pub(crate) account: AccountId,
    pub(crate) vault: Vault,
    /// Whether the printed recovery code was never confirmed as kept.
    pub(crate) code_unconfirmed: bool,
    session: Session,
}

impl Holder {
    /// Refuses a form that does not carry this session's token.
    pub(crate) fn expect_token(&self, csrf: &str) -> Result<(), PageError> {
        self.session.check_form(&self.page, csrf)
    }

    /// An error page with a way forward.
    pub(crate) fn error(&self, status: StatusCode, key: &'static str, back: impl Into<String>) -> PageError {
        PageError::new(&self.page, status, key, back)
    }

    /// What a path names; what names nothing is not found.
    pub(crate) fn named<T: FromStr>(&self, id: impl AsRef<str>) -> Result<T, PageError> {
        id.as_ref().parse().map_err(|_| self.not_found())
    }

    /// What was looked for, or the page that says why it is not there.
    pub(crate) fn found<T>(&self, found: sqlx::Result<Option<T>>) -> Result<T, PageError> {
        found
            .map_err(|error| self.internal(&error))?
            .ok_or_else(|| self.not_found())
    }

    /// The page for what this person does not have.
    pub(crate) fn not_found(&self) -> PageError {
        PageError::not_found(&self.page)
    }

    /// The page for what nobody foresaw.
    pub(crate) fn internal(&self, error: &(dyn std::error::Error + 'static)) -> PageError {
        PageError::internal(&self.page, error)
    }
}

impl FromRequestParts<App> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let page = PageContext::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let now = app.now();
        let found = async {
            let mut tx = app.db.write().await?;
            let session = app.sessions.find(&mut tx, &parts.headers, now).await?;
            let account = match &session {
                Some(session) => accounts::store::find(&mut tx, &session.account).await?,
                None => None,
            };
            tx.commit().await?;
            Ok::<_, sqlx::Error>(session.zip(account))
        };
        let Some((session, account)) = found
            .await
            .map_err(|error| PageError::internal(&page, &error).into_response())?
        else {
            return Err(Redirect::to(&urls::open(&return_path(parts))).into_response());
        };
        let Some(vault) = session.secret.as_ref().and_then(|secret| Vault::from_secret(secret)) else {
            return Err(Redirect::to(&urls::open(&return_path(parts))).into_response());
        };
        let name = account
            .name(&vault)
            .map_err(|error| PageError::internal(&page, &error).into_response())?;
        Ok(Self {
            page: page.signed_in(name.as_str(), session.csrf.clone()),
            code_unconfirmed: account.has_unconfirmed_code(),
            account: account.id,
            vault,
            session,
        })
    }
}

/// Where to come back to: the page itself, or the page a form was on.
fn return_path(parts: &Parts) -> String {
    if parts.method == Method::GET {
        return parts
            .uri
            .path_and_query()
            .map_or_else(|| urls::PATH.to_owned(), ToString::to_string);
    }
    let path = parts.uri.path();
    match path.rsplit_once('/') {
        // `/offers/ID/accept` was a button on `/offers/ID`.
        Some((page, _)) if page.matches('/').count() == 2 => page.to_owned(),
        _ => path.to_owned(),
    }
}
