//! Pages to create, open, recover and close a musette, and to keep its recovery code.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::service::{
    form::{Form, TokenForm},
    page::{PageContext, PageError, render},
    password,
};
use zeroize::Zeroizing;

use super::{AccountId, CreateError, Name, OpenError};
use crate::{
    app::App,
    holder::Holder,
    urls,
    vault::{Vault, WrapKind, recovery_code::RecoveryCode},
};

#[derive(Template)]
#[template(path = "landing.html")]
pub(crate) struct LandingPage {
    pub(crate) page: PageContext,
}

#[derive(Template)]
#[template(path = "create.html")]
pub(crate) struct CreatePage {
    pub(crate) page: PageContext,
    pub(crate) name: String,
    pub(crate) next: String,
    pub(crate) errors: CreateErrors,
}

/// Which field of the form to create is wrong: keys of messages.
#[derive(Default)]
pub(crate) struct CreateErrors {
    pub(crate) name: Option<&'static str>,
    pub(crate) passphrase: Option<&'static str>,
    pub(crate) again: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "open.html")]
pub(crate) struct OpenPage {
    pub(crate) page: PageContext,
    pub(crate) name: String,
    pub(crate) next: String,
    pub(crate) error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "recover.html")]
pub(crate) struct RecoverPage {
    pub(crate) page: PageContext,
    pub(crate) name: String,
    pub(crate) error: Option<&'static str>,
    pub(crate) code_error: Option<&'static str>,
    pub(crate) passphrase_error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "recovery.html")]
pub(crate) struct RecoveryPage {
    pub(crate) page: PageContext,
    /// The printed code; `None` once it is confirmed.
    pub(crate) code: Option<Zeroizing<String>>,
    pub(crate) next: String,
    pub(crate) error: Option<&'static str>,
}

#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct CreateForm {
    name: String,
    passphrase: String,
    passphrase_again: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct OpenForm {
    name: String,
    passphrase: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct RecoverForm {
    name: String,
    code: String,
    passphrase: String,
    passphrase_again: String,
}

#[derive(Deserialize)]
pub(crate) struct ConfirmForm {
    csrf: String,
    last_block: String,
    #[serde(default)]
    next: String,
}

/// `GET /`
pub(crate) async fn landing(page: PageContext, holder: Result<Holder, Response>) -> Response {
    match holder {
        Ok(_) => Redirect::to(urls::PATH).into_response(),
        Err(_) => render(&LandingPage { page }),
    }
}

/// `GET /create`
pub(crate) async fn create_form(page: PageContext, Query(query): Query<Next>) -> Response {
    render(&CreatePage {
        page,
        name: String::new(),
        next: query.next,
        errors: CreateErrors::default(),
    })
}

/// `POST /create`
pub(crate) async fn create(
    State(app): State<App>,
    page: PageContext,
    Form(form): Form<CreateForm>,
) -> Result<Response, PageError> {
    let passphrase = Zeroizing::new(form.passphrase);
    let again = Zeroizing::new(form.passphrase_again);
    let name = form.name.parse::<Name>();
    let errors = CreateErrors {
        name: name.is_err().then_some("create-name-error"),
        passphrase: password::check(&passphrase)
            .is_err()
            .then_some("create-passphrase-error"),
        again: (*passphrase != *again).then_some("create-again-error"),
    };
    let refused = |errors| {
        let page = CreatePage {
            page: page.clone(),
            name: form.name.clone(),
            next: form.next.clone(),
            errors,
        };
        Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)).into_response())
    };
    let name = match name {
        Ok(name) if errors.is_empty() => name,
        _ => return refused(errors),
    };
    let account = super::prepare(&app, &name, passphrase).await;
    let internal = |error: sqlx::Error| PageError::internal(&page, &error);
    let mut tx = app.db.write().await.map_err(internal)?;
    match super::create(&mut tx, &account, app.now()).await {
        Ok(()) => {}
        Err(CreateError::NameTaken) => {
            return refused(CreateErrors {
                name: Some("create-name-taken"),
                ..CreateErrors::default()
            });
        }
        Err(CreateError::Database(error)) => return Err(internal(error)),
    }
    let cookie = open_session(&app, &mut tx, &account.id, &account.vault)
        .await
        .map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok((
        [(SET_COOKIE, cookie)],
        Redirect::to(&urls::with_next(urls::RECOVERY, &form.next)),
    )
        .into_response())
}

/// `GET /open`: the form whoever has a musette open, since another person may use the same machine.
pub(crate) async fn open_form(page: PageContext, Query(query): Query<Next>) -> Response {
    let (name, next) = (String::new(), query.next);
    render(&OpenPage {
        page,
        name,
        next,
        error: None,
    })
}

/// `POST /open`
pub(crate) async fn open(
    State(app): State<App>,
    page: PageContext,
    Form(form): Form<OpenForm>,
) -> Result<Response, PageError> {
    let passphrase = Zeroizing::new(form.passphrase);
    let opened = async {
        let mut tx = app.db.write().await?;
        let candidate = super::find(&app, &mut tx, &form.name, WrapKind::Passphrase).await;
        // A try counts whatever comes of it.
        tx.commit().await?;
        let candidate = candidate?;
        let vault = super::open(&app, &candidate, passphrase).await?;
        let mut tx = app.db.write().await?;
        super::forget_tries(&mut tx, &candidate).await?;
        let cookie = open_session(&app, &mut tx, candidate.account(), &vault).await?;
        tx.commit().await?;
        Ok::<_, OpenError>(cookie)
    };
    let (status, key) = match opened.await {
        Ok(cookie) => return Ok(([(SET_COOKIE, cookie)], Redirect::to(&urls::local(&form.next))).into_response()),
        Err(OpenError::Database(error)) => return Err(PageError::internal(&page, &error)),
        Err(error) => refusal(&error, "open-wrong"),
    };
    Ok((
        status,
        render(&OpenPage {
            page,
            name: form.name,
            next: form.next,
            error: Some(key),
        }),
    )
        .into_response())
}

/// `POST /close`
pub(crate) async fn close(
    State(app): State<App>,
    holder: Holder,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let closed = async {
        let mut tx = app.db.write().await?;
        let cookie = app.sessions.close(&mut tx, &headers).await?;
        tx.commit().await?;
        Ok::<_, sqlx::Error>(cookie)
    };
    let cookie = closed.await.map_err(|error| holder.internal(&error))?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(urls::HOME)).into_response())
}

/// `GET /recover`
pub(crate) async fn recover_form(page: PageContext) -> Response {
    render(&RecoverPage {
        page,
        name: String::new(),
        error: None,
        code_error: None,
        passphrase_error: None,
    })
}

/// `POST /recover`
pub(crate) async fn recover(
    State(app): State<App>,
    page: PageContext,
    Form(form): Form<RecoverForm>,
) -> Result<Response, PageError> {
    let typed = Zeroizing::new(form.code);
    let passphrase = Zeroizing::new(form.passphrase);
    let again = Zeroizing::new(form.passphrase_again);
    let code = typed.parse::<RecoveryCode>();
    let passphrase_error = match (password::check(&passphrase), *passphrase == *again) {
        (Err(_), _) => Some("create-passphrase-error"),
        (Ok(()), false) => Some("create-again-error"),
        (Ok(()), true) => None,
    };
    let refused = |status: StatusCode, error, code_error, passphrase_error| {
        let page = RecoverPage {
            page: page.clone(),
            name: form.name.clone(),
            error,
            code_error,
            passphrase_error,
        };
        Ok((status, render(&page)).into_response())
    };
    let code = match code {
        Ok(code) if passphrase_error.is_none() => code,
        code => {
            let code_error = code.is_err().then_some("recover-code-error");
            return refused(StatusCode::UNPROCESSABLE_ENTITY, None, code_error, passphrase_error);
        }
    };
    let recovered = async {
        let mut tx = app.db.write().await?;
        let candidate = super::find(&app, &mut tx, &form.name, WrapKind::Recovery).await;
        tx.commit().await?;
        let candidate = candidate?;
        let recovered = super::recover(&app, &candidate, &code, passphrase).await?;
        let mut tx = app.db.write().await?;
        super::replace_wraps(&app, &mut tx, &candidate, &recovered).await?;
        super::forget_tries(&mut tx, &candidate).await?;
        let cookie = open_session(&app, &mut tx, candidate.account(), &recovered.vault).await?;
        tx.commit().await?;
        Ok::<_, OpenError>(cookie)
    };
    match recovered.await {
        Ok(cookie) => Ok(([(SET_COOKIE, cookie)], Redirect::to(urls::RECOVERY)).into_response()),
        Err(OpenError::Database(error)) => Err(PageError::internal(&page, &error)),
        Err(error) => {
            let (status, key) = refusal(&error, "recover-wrong");
            refused(status, Some(key), None, None)
        }
    }
}

/// `GET /recovery`: the code, until it is confirmed.
pub(crate) async fn recovery(
    State(app): State<App>,
    holder: Holder,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    let code = unconfirmed_code(&app, &holder).await?.map(|code| code.to_text());
    Ok(render(&RecoveryPage {
        page: holder.page,
        code,
        next: urls::local(&query.next),
        error: None,
    }))
}

/// `POST /recovery`: the last block was typed again.
pub(crate) async fn confirm_code(
    State(app): State<App>,
    holder: Holder,
    Form(form): Form<ConfirmForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    if let Some(code) = unconfirmed_code(&app, &holder).await? {
        if !code.ends_with(&form.last_block) {
            let page = RecoveryPage {
                page: holder.page,
                code: Some(code.to_text()),
                next: urls::local(&form.next),
                error: Some("recovery-confirm-error"),
            };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)).into_response());
        }
        let confirmed = async {
            let mut tx = app.db.write().await?;
            super::store::set_code(&mut tx, holder.account.as_str(), None).await?;
            tx.commit().await
        };
        confirmed.await.map_err(|error| holder.internal(&error))?;
    }
    Ok(Redirect::to(&urls::local(&form.next)).into_response())
}

async fn unconfirmed_code(app: &App, holder: &Holder) -> Result<Option<RecoveryCode>, PageError> {
    let found = async {
        let mut tx = app.db.read().await?;
        super::store::find(&mut tx, holder.account.as_str()).await
    };
    match found.await {
        Ok(Some(account)) => account
            .unconfirmed_code(&holder.vault)
            .map_err(|error| holder.internal(&error)),
        Ok(None) => Err(holder.not_found()),
        Err(error) => Err(holder.internal(&error)),
    }
}

async fn open_session(
    app: &App,
    tx: &mut shared::service::db::Tx,
    account: &AccountId,
    vault: &Vault,
) -> Result<axum::http::HeaderValue, sqlx::Error> {
    app.sessions
        .open(tx, account.as_str(), Some(&*vault.secret()), &*app.entropy, app.now())
        .await
}

fn refusal(error: &OpenError, wrong: &'static str) -> (StatusCode, &'static str) {
    match error {
        OpenError::TooMany => (StatusCode::TOO_MANY_REQUESTS, "open-too-many"),
        OpenError::Wrong | OpenError::Database(_) => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
    }
}

impl OpenPage {
    /// The page to create a musette, which leads to the same place afterwards.
    fn create_link(&self) -> String {
        urls::with_next(urls::CREATE, &self.next)
    }
}

impl CreateErrors {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.passphrase.is_none() && self.again.is_none()
    }
}
