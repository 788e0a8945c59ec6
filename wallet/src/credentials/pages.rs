//! Pages of one kept attestation.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use shared::service::{
    form::{Form, TokenForm},
    page::{PageContext, PageError, render},
};

use super::{Credential, CredentialId, Kept, Standing, words};
use crate::{app::App, holder::Holder, presentations, urls};

#[derive(Template)]
#[template(path = "credential.html")]
pub(crate) struct CredentialPage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) organisation: String,
    pub(crate) issuer_host: String,
    pub(crate) lines: Vec<words::Line>,
    pub(crate) collected_on: String,
    pub(crate) checked_on: String,
    pub(crate) standing: Standing,
    pub(crate) shares: Vec<presentations::pages::Entry>,
}

/// `GET /credentials/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let credential = load(&app, &holder, &id).await?;
    let receipts = async {
        let mut tx = app.db.read().await?;
        presentations::store::list(&mut tx, &holder.account, &holder.vault).await
    };
    let receipts = receipts.await.map_err(|error| holder.internal(&error))?;
    let page = holder.page;
    let shares = receipts
        .iter()
        .filter(|presentation| presentation.shows(&credential.id))
        .map(|presentation| presentations::pages::Entry::new(&page, presentation))
        .collect();
    Ok(render(&CredentialPage::new(page, &credential, shares)))
}

/// `POST /credentials/{id}/check`: asks the issuer how the attestation stands now.
pub(crate) async fn check(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let credential = load(&app, &holder, &id).await?;
    let thumbprint = credential
        .kept
        .key
        .open()
        .map_err(|error| holder.internal(&error))?
        .public()
        .thumbprint();
    let kept = &credential.kept;
    let found = match super::check(&app, &kept.text, &kept.issuer.identifier, &kept.vct, &thumbprint).await {
        Ok(verdict) => Standing::of(&verdict),
        Err(error) => return Err(holder.internal(&error)),
    };
    let back = urls::credential(&credential.id);
    match note(&app, &holder, &credential.id, found).await {
        Ok(Some(standing)) if standing == found => Ok(Redirect::to(&back).into_response()),
        Ok(Some(_)) => Err(holder.error(StatusCode::BAD_GATEWAY, "standing-unconfirmed", back)),
        Ok(None) => Err(holder.not_found()),
        Err(error) => Err(holder.internal(&error)),
    }
}

/// Notes what a check found, and gives what stands; `None` when the attestation was deleted meanwhile.
async fn note(app: &App, holder: &Holder, id: &CredentialId, found: Standing) -> Result<Option<Standing>, sqlx::Error> {
    let mut tx = app.db.write().await?;
    // As it is now: another check may have ended since this one began.
    let Some(credential) = super::store::find(&mut tx, &holder.account, &holder.vault, id).await? else {
        return Ok(None);
    };
    let standing = credential.kept.standing.then(found);
    if standing == found {
        let kept = Kept {
            standing,
            checked_at: app.now(),
            ..credential.kept
        };
        super::store::update(&mut tx, &holder.account, &holder.vault, id, &kept, &*app.entropy).await?;
        tx.commit().await?;
    }
    Ok(Some(standing))
}

/// `POST /credentials/{id}/delete`
pub(crate) async fn delete(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let id: CredentialId = holder.named(id)?;
    let deleted = async {
        let mut tx = app.db.write().await?;
        let deleted = super::store::delete(&mut tx, &holder.account, &id).await?;
        tx.commit().await?;
        Ok::<_, sqlx::Error>(deleted)
    };
    holder.found(deleted.await.map(|deleted| deleted.then_some(())))?;
    Ok(Redirect::to(urls::PATH).into_response())
}

async fn load(app: &App, holder: &Holder, id: &str) -> Result<Credential, PageError> {
    let id: CredentialId = holder.named(id)?;
    let found = async {
        let mut tx = app.db.read().await?;
        super::store::find(&mut tx, &holder.account, &holder.vault, &id).await
    };
    holder.found(found.await)
}

impl CredentialPage {
    pub(crate) fn new(page: PageContext, credential: &Credential, shares: Vec<presentations::pages::Entry>) -> Self {
        let kept = &credential.kept;
        Self {
            id: credential.id.to_string(),
            title: title(&page, kept),
            organisation: credential.organisation().to_owned(),
            issuer_host: kept.issuer.host.clone(),
            lines: words::lines(&page, &words::facts(&credential.claims)),
            collected_on: page.date(credential.collected_at.date_naive()),
            checked_on: page.date(kept.checked_at.date_naive()),
            standing: kept.standing,
            shares,
            page,
        }
    }
}

/// What kind of attestation it is: in our words for ours, in the issuer's for others.
pub(crate) fn title(page: &PageContext, kept: &Kept) -> String {
    kind(page, &kept.vct, kept.title.as_deref())
}

/// The same from its parts.
pub(crate) fn kind(page: &PageContext, vct: &str, title: Option<&str>) -> String {
    if vct == shared::credential::ACTIVITY_VCT {
        return page.t("kind-of-attestation");
    }
    title.unwrap_or(vct).to_owned()
}

/// Role, hours and days in one line: what the attestation has of them.
pub(crate) fn summary(page: &PageContext, credential: &Credential) -> String {
    const SHOWN: [&str; 4] = [
        "activity.role",
        "activity.minutes",
        "activity.start_date",
        "activity.end_date",
    ];
    let facts: Vec<words::Fact> = words::facts(&credential.claims)
        .into_iter()
        .filter(|fact| SHOWN.contains(&fact.key.as_str()))
        .collect();
    let value = |key: &str| {
        let fact = facts.iter().find(|fact| fact.key == key)?;
        words::lines(page, std::slice::from_ref(fact))
            .pop()
            .map(|line| line.value)
    };
    let days = match (value("activity.start_date"), value("activity.end_date")) {
        (Some(start), Some(end)) if start == end => Some(start),
        (Some(start), Some(end)) => Some(page.t2("path-days", "start", start, "end", end)),
        (start, end) => start.or(end),
    };
    [value("activity.role"), value("activity.minutes"), days]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}
