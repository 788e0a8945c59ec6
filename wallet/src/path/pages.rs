//! `/path`: where a person starts from.

use askama::Template;
use axum::{extract::State, response::Response};
use shared::service::page::{PageContext, PageError, render};

use super::totals;
use crate::{
    app::App,
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
        credentials::store::list(&mut tx, &holder.account, &holder.vault).await
    };
    let credentials = found.await.map_err(|error| holder.internal(&error))?;
    Ok(render(&PathPage::new(
        holder.page,
        &credentials,
        holder.code_unconfirmed,
    )))
}

impl PathPage {
    pub(crate) fn new(page: PageContext, credentials: &[Credential], code_unconfirmed: bool) -> Self {
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
            page,
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
