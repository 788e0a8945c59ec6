//! `/path`: where a person starts from.

use askama::Template;
use axum::{extract::State, response::Response};
use shared::service::page::{PageContext, PageError, render};

use super::totals;
use crate::{
    app::App,
    badges::{self, Badge},
    credentials::{self, Credential, Standing},
    holder::Holder,
    urls,
};

#[derive(Template)]
#[template(path = "path.html")]
pub(crate) struct PathPage {
    pub(crate) page: PageContext,
    pub(crate) code_unconfirmed: bool,
    /// All hours, in words.
    pub(crate) total: String,
    pub(crate) by_organisation: Vec<(String, String)>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) badges: Vec<BadgeEntry>,
}

/// One badge in its list.
pub(crate) struct BadgeEntry {
    pub(crate) link: String,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) issued_on: String,
    pub(crate) standing: Standing,
}

/// One attestation in the list.
pub(crate) struct Entry {
    pub(crate) link: String,
    pub(crate) title: String,
    pub(crate) organisation: String,
    /// Role, hours, period: what the attestation has of them, in words.
    pub(crate) summary: String,
    pub(crate) standing: Standing,
}

/// `GET /path`
pub(crate) async fn show(State(app): State<App>, holder: Holder) -> Result<Response, PageError> {
    let found = async {
        let mut tx = app.db.read().await?;
        let credentials = credentials::store::list(&mut tx, &holder.account, &holder.vault).await?;
        let badges = badges::store::list(&mut tx, &holder.account, &holder.vault).await?;
        Ok::<_, sqlx::Error>((credentials, badges))
    };
    let (credentials, badges) = found.await.map_err(|error| holder.internal(&error))?;
    Ok(render(&PathPage::new(
        holder.page,
        &credentials,
        &badges,
        holder.code_unconfirmed,
    )))
}

impl PathPage {
    pub(crate) fn new(page: PageContext, credentials: &[Credential], badges: &[Badge], code_unconfirmed: bool) -> Self {
        let totals = totals(credentials);
        Self {
            code_unconfirmed,
            total: page.hours(totals.iter().map(|total| total.minutes).sum()),
            by_organisation: totals
                .into_iter()
                .map(|total| (total.organisation, page.hours(total.minutes)))
                .collect(),
            entries: credentials
                .iter()
                .map(|credential| Entry::new(&page, credential))
                .collect(),
            badges: badges.iter().map(|badge| BadgeEntry::new(&page, badge)).collect(),
            page,
        }
    }
}

impl BadgeEntry {
    fn new(page: &PageContext, badge: &Badge) -> Self {
        Self {
            link: urls::badge(&badge.id),
            name: badge.kept.name.clone(),
            organisation: badge.kept.issuer.name.clone(),
            issued_on: page.date(badge.kept.issued_at.date_naive()),
            standing: badge.kept.standing,
        }
    }
}

impl Entry {
    fn new(page: &PageContext, credential: &Credential) -> Self {
        Self {
            link: urls::credential(&credential.id),
            title: credentials::pages::title(page, &credential.kept),
            organisation: credential.organisation().to_owned(),
            summary: credentials::pages::summary(page, credential),
            standing: credential.kept.standing,
        }
    }
}
