//! What the pages of a batch show.

use askama::Template;
use shared::service::page::PageContext;

use super::{
    Batch,
    sheet::{Draft, Refusal, Sheet},
    words,
};
use crate::{
    App,
    attestations::{Followed, Progress},
    offers,
    organisations::pages::Treasurer,
    urls,
};

/// Rows shown of a draft; the totals count them all.
pub(super) const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "batch_new.html")]
pub(super) struct NewPage {
    pub(super) page: PageContext,
    pub(super) pasted: String,
    pub(super) error: Option<String>,
}

#[derive(Template)]
#[template(path = "batch_draft.html")]
pub(super) struct DraftPage {
    page: PageContext,
    batch: Batch,
    /// « Colonne “Nb h” = Durée ».
    columns: Vec<(String, String)>,
    ignored: String,
    encoding: &'static str,
    drafts: Vec<DraftLine>,
    refusals: Vec<RefusalLine>,
    minutes: u64,
}

pub(super) struct DraftLine {
    name: String,
    email: String,
    role: String,
    mission: String,
    period: String,
    hours: String,
    sessions: u32,
    over_16: bool,
}

pub(super) struct RefusalLine {
    pub(super) line: u64,
    pub(super) column: String,
    pub(super) value: String,
    pub(super) reason: String,
}

#[derive(Template)]
#[template(path = "batch_followed.html")]
pub(super) struct FollowedPage {
    pub(super) page: PageContext,
    pub(super) batch: Batch,
    pub(super) signed_on: String,
    pub(super) collected: usize,
    pub(super) lines: Vec<FollowedLine>,
    pub(super) refusals: Vec<RefusalLine>,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

pub(super) struct FollowedLine {
    name: String,
    url: String,
    role: String,
    hours: String,
    state: &'static str,
    link: Option<String>,
    tx_code: Option<String>,
}

pub(super) fn draft_page(page: PageContext, batch: Batch, sheet: &Sheet, refusals: Vec<RefusalLine>) -> DraftPage {
    DraftPage {
        columns: sheet
            .columns
            .iter()
            .map(|(column, header)| (header.clone(), page.t(column.key())))
            .collect(),
        ignored: sheet.ignored.join(", "),
        encoding: sheet.encoding.name(),
        drafts: sheet
            .drafts
            .iter()
            .take(SHOWN)
            .map(|draft| draft_line(&page, draft))
            .collect(),
        refusals,
        minutes: sheet.drafts.iter().map(Draft::minutes).sum(),
        batch,
        page,
    }
}

fn draft_line(page: &PageContext, draft: &Draft) -> DraftLine {
    DraftLine {
        name: format!("{} {}", draft.person.given_name, draft.person.family_name),
        email: draft.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        role: words::role(page, draft.role),
        mission: draft.mission.as_ref().map(ToString::to_string).unwrap_or_default(),
        period: words::period(page, draft),
        hours: page.hours(draft.minutes()),
        sessions: draft.sessions,
        over_16: draft.person.age_over_16,
    }
}

pub(super) fn followed_line(app: &App, treasurer: &Treasurer, followed: &Followed) -> FollowedLine {
    let (signed, offer) = (&followed.signed, &followed.offer);
    let progress = followed.progress(app.now());
    let waiting = progress == Progress::Waiting;
    FollowedLine {
        name: format!("{} {}", signed.draft.person.given_name, signed.draft.person.family_name),
        url: urls::attestation(&signed.id),
        role: words::role(&treasurer.page, signed.draft.role),
        hours: treasurer.page.hours(signed.draft.minutes()),
        state: progress.key(),
        link: waiting.then(|| app.urls.invitation(&offer.organisation, &offer.id).into()),
        tx_code: (waiting && offer.asks_tx_code).then(|| offers::tx_code(&app.keys, &offer.id)),
    }
}

pub(super) fn refusal_line(page: &PageContext, refusal: &Refusal) -> RefusalLine {
    RefusalLine {
        line: refusal.line,
        column: refusal.column.clone(),
        value: refusal.value.clone(),
        reason: words::reason(page, refusal),
    }
}
