//! Pages of badges: what becomes of one that is brought, and of one that is kept.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::Value;
use shared::{
    credential::open_badge::TokenError,
    format::baked::BakedError,
    service::{
        form::{Form, TokenForm},
        page::{PageContext, PageError, render},
    },
    verification::w3c::{W3cDocument, W3cError},
};

use super::{Badge, BadgeId, Brought, BroughtError, Found, Kept, MAX_BADGES, RefusedBadge, store};
use crate::{app::App, credentials::Standing, holder::Holder, urls};

#[derive(Template)]
#[template(path = "badge.html")]
pub(crate) struct BadgePage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) host: String,
    pub(crate) collected_on: String,
    pub(crate) checked_on: String,
    pub(crate) standing: Standing,
    pub(crate) standing_key: &'static str,
    /// What it says: label and value.
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) checks: Vec<CheckLine>,
    pub(crate) has_picture: bool,
}

#[derive(Template)]
#[template(path = "badge_refused.html")]
pub(crate) struct UnverifiedBadgePage {
    pub(crate) page: PageContext,
    pub(crate) organisation: String,
    pub(crate) retry: bool,
    /// Those that did not pass.
    pub(crate) checks: Vec<CheckLine>,
}

/// A check in words.
pub(crate) struct CheckLine {
    pub(crate) name: String,
    pub(crate) passed: bool,
    pub(crate) reason: String,
}

/// What becomes of a badge that was brought: it is checked, kept, and shown.
pub(crate) async fn arrive(app: &App, holder: Holder, brought: &Brought) -> Result<Response, Response> {
    let kept = match super::check(app, brought).await {
        Ok(kept) => kept,
        Err(RefusedBadge::Unverified { retry, issuer, checks }) => {
            let page = UnverifiedBadgePage {
                checks: lines(&holder.page, checks.iter().filter(|found| !found.passed)),
                organisation: issuer,
                retry,
                page: holder.page,
            };
            return Err((StatusCode::UNPROCESSABLE_ENTITY, render(&page)).into_response());
        }
        Err(RefusedBadge::Unreadable(W3cError::Badge(TokenError::Former(_)))) => {
            return Err(refusal(&holder, "badge-former").into_response());
        }
        Err(RefusedBadge::Unreadable(_) | RefusedBadge::NotABadge) => {
            return Err(refusal(&holder, "badge-unreadable").into_response());
        }
    };
    match keep(app, &holder, &kept, brought.picture.as_deref()).await {
        Ok(Keeping::Kept(id)) => Ok(Redirect::to(&urls::badge(&id)).into_response()),
        Ok(Keeping::Older) => Err(refusal(&holder, "badge-older").into_response()),
        Ok(Keeping::TooMany) => Err(refusal(&holder, "badge-too-many").into_response()),
        Err(error) => Err(holder.internal(&error).into_response()),
    }
}

/// The page for a file that should have a badge in it and gives none.
pub(crate) fn unreadable(holder: &Holder, error: BroughtError) -> PageError {
    let key = match error {
        BroughtError::Former(_) => "badge-former",
        BroughtError::TooLarge => "badge-too-large",
        BroughtError::Baked(BakedError::NoBadge) => "badge-none",
        BroughtError::Baked(_) => "badge-unreadable",
    };
    refusal(holder, key)
}

fn refusal(holder: &Holder, key: &'static str) -> PageError {
    holder.error(StatusCode::UNPROCESSABLE_ENTITY, key, urls::ADD)
}

enum Keeping {
    Kept(BadgeId),
    /// A newer edition is kept already (OB-010).
    Older,
    TooMany,
}

async fn keep(app: &App, holder: &Holder, kept: &Kept, picture: Option<&[u8]>) -> Result<Keeping, sqlx::Error> {
    let mut tx = app.db.write().await?;
    let badges = store::list(&mut tx, &holder.account, &holder.vault).await?;
    let fresh = BadgeId::random(&*app.entropy);
    let before = badges.iter().find(|badge| badge.kept.is_edition_of(kept));
    if before.is_some_and(|badge| badge.kept.issued_at > kept.issued_at) {
        return Ok(Keeping::Older);
    }
    if before.is_none() && badges.len() >= MAX_BADGES {
        return Ok(Keeping::TooMany);
    }
    let id = before.map_or(&fresh, |badge| &badge.id);
    let entry = store::Entry {
        id,
        kept,
        picture,
        now: app.now(),
    };
    match before {
        Some(_) => store::replace(&mut tx, &holder.account, &holder.vault, &entry, &*app.entropy).await?,
        None => store::insert(&mut tx, &holder.account, &holder.vault, &entry, &*app.entropy).await?,
    }
    tx.commit().await?;
    Ok(Keeping::Kept(id.clone()))
}

/// `GET /badges/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let badge = load(&app, &holder, &id).await?;
    Ok(render(&BadgePage::new(holder.page, &badge)))
}

/// `GET /badges/{id}/file`: the badge alone, as it came.
pub(crate) async fn file(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let text = load(&app, &holder, &id).await?.kept.text;
    let (media_type, name) = if text.starts_with('{') {
        ("application/vc+ld+json", "badge.json")
    } else {
        ("text/plain; charset=utf-8", "badge.jwt")
    };
    Ok(attachment(media_type, name, text.into_bytes()))
}

/// `GET /badges/{id}/picture`: the picture it came in.
pub(crate) async fn picture(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let badge = load(&app, &holder, &id).await?;
    let kind = badge.kept.picture.ok_or_else(|| holder.not_found())?.picture();
    let found = async {
        let mut tx = app.db.read().await?;
        store::picture(&mut tx, &holder.account, &holder.vault, &badge.id).await
    };
    let picture = holder.found(found.await)?;
    let name = format!("badge.{}", kind.extension());
    Ok(attachment(kind.media_type(), &name, picture.to_vec()))
}

/// A file to be saved and never shown in our place: others wrote it.
fn attachment(media_type: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, disposition.as_str()),
            (header::CACHE_CONTROL, "no-store"),
        ],
        bytes,
    )
        .into_response()
}

/// `POST /badges/{id}/check`: asks the issuer how the badge stands now.
pub(crate) async fn check(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let badge = load(&app, &holder, &id).await?;
    let back = urls::badge(&badge.id);
    let found = super::look_again(&app, &badge.kept)
        .await
        .map_err(|error| holder.internal(&error))?
        .ok_or_else(|| holder.error(StatusCode::BAD_GATEWAY, "badge-unconfirmed", back.clone()))?;
    let noted = async {
        let mut tx = app.db.write().await?;
        // As it is now: another edition may have come since.
        let Some(badge) = store::find(&mut tx, &holder.account, &holder.vault, &badge.id).await? else {
            return Ok(false);
        };
        if badge.kept.text == found.text {
            store::update(
                &mut tx,
                &holder.account,
                &holder.vault,
                &badge.id,
                &found,
                &*app.entropy,
            )
            .await?;
            tx.commit().await?;
        }
        Ok::<_, sqlx::Error>(true)
    };
    holder.found(noted.await.map(|noted| noted.then_some(())))?;
    Ok(Redirect::to(&back).into_response())
}

/// `POST /badges/{id}/delete`
pub(crate) async fn delete(
    State(app): State<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let id: BadgeId = holder.named(id)?;
    let deleted = async {
        let mut tx = app.db.write().await?;
        let deleted = store::delete(&mut tx, &holder.account, &id).await?;
        tx.commit().await?;
        Ok::<_, sqlx::Error>(deleted)
    };
    holder.found(deleted.await.map(|deleted| deleted.then_some(())))?;
    Ok(Redirect::to(urls::PATH).into_response())
}

async fn load(app: &App, holder: &Holder, id: &str) -> Result<Badge, PageError> {
    let id: BadgeId = holder.named(id)?;
    let found = async {
        let mut tx = app.db.read().await?;
        store::find(&mut tx, &holder.account, &holder.vault, &id).await
    };
    holder.found(found.await)
}

impl BadgePage {
    pub(crate) fn new(page: PageContext, badge: &Badge) -> Self {
        let kept = &badge.kept;
        Self {
            id: badge.id.to_string(),
            name: kept.name.clone(),
            organisation: kept.issuer.name.clone(),
            host: kept.issuer.host.clone(),
            collected_on: page.date(badge.collected_at.date_naive()),
            checked_on: page.date(kept.checked_at.date_naive()),
            standing: kept.standing,
            standing_key: standing_key(kept.standing),
            lines: facts(&page, kept),
            checks: lines(&page, &kept.checks),
            has_picture: kept.picture.is_some(),
            page,
        }
    }
}

/// What the badge says of itself, in words; what it does not say is left out.
fn facts(page: &PageContext, kept: &Kept) -> Vec<(String, String)> {
    let document = W3cDocument::parse(kept.text.as_bytes()).ok();
    let badge = document.as_ref().map_or(&Value::Null, W3cDocument::document);
    let text = |pointer: &str| badge.pointer(pointer).and_then(Value::as_str);
    let day = |pointer: &str| {
        let instant: chrono::DateTime<chrono::Utc> = text(pointer)?.parse().ok()?;
        Some(page.date(instant.date_naive()))
    };
    let achievement = "/credentialSubject/achievement";
    let awarded = day("/awardedDate").unwrap_or_else(|| page.date(kept.issued_at.date_naive()));
    [
        ("badge-name", text(&format!("{achievement}/name")).map(str::to_owned)),
        (
            "badge-description",
            text(&format!("{achievement}/description")).map(str::to_owned),
        ),
        (
            "badge-criteria",
            text(&format!("{achievement}/criteria/narrative"))
                .or_else(|| text(&format!("{achievement}/criteria/id")))
                .map(str::to_owned),
        ),
        ("badge-awarded", Some(awarded)),
        ("badge-until", day("/validUntil").or_else(|| day("/expirationDate"))),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((page.t(key), value?)))
    .collect()
}

fn lines<'a>(page: &PageContext, checks: impl IntoIterator<Item = &'a Found>) -> Vec<CheckLine> {
    checks
        .into_iter()
        .map(|found| CheckLine {
            name: page.t(&format!("check-{}", found.check)),
            passed: found.passed,
            reason: found
                .reason
                .as_ref()
                .map(|reason| page.t(&format!("reason-{reason}")))
                .unwrap_or_default(),
        })
        .collect()
}

/// The key of the sentence on how a badge stands.
fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Good => "badge-good",
        Standing::StatusUnchecked => "badge-status-unchecked",
        Standing::Revoked => "badge-revoked",
        Standing::Suspended => "badge-suspended",
        Standing::Expired => "badge-expired",
        Standing::Doubtful => "badge-doubtful",
        Standing::Unknown => "badge-unknown",
    }
}
