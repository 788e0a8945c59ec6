//! The page of a request: its code while it waits, then what became of it. And what people see who follow the code.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{
        IntoResponse, Redirect, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::Deserialize;
use shared::{
    entitlement::Rule,
    service::{
        form::Form,
        page::{PageContext, PageError, render},
        qr,
    },
};
use url::Url;

use super::{Request, RequestError, RequestId, State as RequestState};
use crate::{
    App, decisions,
    desk::pages::{Clerk, TokenForm},
    urls,
};

/// How often a live result looks at the database: another process may have taken the answer.
const PACE: Duration = Duration::from_secs(1);

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    page: &'a PageContext,
    right: &'a str,
    year: Option<String>,
    qr: String,
    link: Url,
    scheme_qr: String,
    scheme_link: String,
    time_left: String,
    events: String,
    again: String,
}

#[derive(Template)]
#[template(path = "ended.html")]
struct EndedPage<'a> {
    page: &'a PageContext,
    right: &'a str,
    title: &'static str,
    text: String,
    again: String,
}

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage<'a> {
    page: &'a PageContext,
    asker: &'a String,
    host: &'a str,
    right: String,
    waiting: bool,
    wallet_link: Url,
    scheme_link: String,
}

#[derive(Template)]
#[template(path = "done.html")]
struct DonePage<'a> {
    page: &'a PageContext,
    asker: &'a String,
}

/// `GET /requests/{id}`.
pub(crate) async fn request(State(app): State<App>, Path(id): Path<String>, clerk: Clerk) -> Result<Response, PageError> {
    let page = &clerk.page;
    let request = load(&app, page, &id, urls::COUNTER).await?;
    let now = app.now();
    let right = right(&app, &request);
    let again = urls::path(urls::AGAIN, &request.id);
    match request.state(now) {
        RequestState::Waiting => waiting(&app, page, &request, now),
        RequestState::Answered { decision, .. } => decisions::pages::show(&app, page, &request, &decision).await,
        RequestState::Refused { error, .. } => {
            let key = if error == "access_denied" { "refused-text-denied" } else { "refused-text-other" };
            let text = page.t1(key, "code", &error);
            Ok(render(&EndedPage { page, right, title: "refused-title", text, again }))
        }
        RequestState::Expired => Ok(render(&EndedPage { page, right, title: "expired-title", text: page.t("expired-text"), again })),
    }
}

fn waiting(app: &App, page: &PageContext, request: &Request, now: DateTime<Utc>) -> Result<Response, PageError> {
    let link = request.link(app);
    let page_link = link.to_page_link(&app.urls.landing(&request.id));
    let scheme_link = link.to_scheme_link();
    let draw = |text: &str, label| qr::svg(text, &page.t(label)).map_err(|error| PageError::internal(page, &error));
    Ok(render(&WaitingPage {
        page,
        right: right(app, request),
        year: request.claimed.year.map(|year| year.to_string()),
        qr: draw(page_link.as_str(), "waiting-qr-label")?,
        link: page_link,
        scheme_qr: draw(&scheme_link, "waiting-scheme-qr-label")?,
        scheme_link,
        time_left: time_left(page, request, now),
        events: urls::path(urls::EVENTS, &request.id),
        again: urls::path(urls::AGAIN, &request.id),
    }))
}

/// `POST /requests/{id}/again`: the same question, with a code of its own.
pub(crate) async fn again(
    State(app): State<App>,
    Path(id): Path<String>,
    clerk: Clerk,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    clerk.check(&form.csrf)?;
    let page = &clerk.page;
    let request = load(&app, page, &id, urls::COUNTER).await?;
    let Some(rule) = app.rules.rule(&request.claimed.rule) else {
        return Err(PageError::new(page, StatusCode::GONE, "rule-gone", urls::COUNTER));
    };
    let internal = |error: RequestError| PageError::internal(page, &error);
    let mut tx = app.db.write().await.map_err(|error| internal(error.into()))?;
    let fresh = super::create(&app, &mut tx, rule, request.claimed.clone()).await.map_err(internal)?;
    tx.commit().await.map_err(|error| internal(error.into()))?;
    Ok(Redirect::to(&urls::path(urls::REQUEST, &fresh)).into_response())
}

/// `GET /requests/{id}/events`: says `ended` once the request has ended in any way, and the time left until then.
pub(crate) async fn events(State(app): State<App>, Path(id): Path<String>, clerk: Clerk) -> Result<Response, PageError> {
    let request = load(&app, &clerk.page, &id, urls::COUNTER).await?;
    let watch = Watch { app, page: clerk.page, id: request.id, told: None };
    let events = stream::unfold(Some(watch), |watch| async { Some(watch?.next().await) });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// A page that waits for an answer.
struct Watch {
    app: App,
    page: PageContext,
    id: RequestId,
    told: Option<String>,
}

impl Watch {
    /// The next thing to tell; no watch comes back when it was the last.
    async fn next(mut self) -> (Result<Event, Infallible>, Option<Self>) {
        let mut closing = self.app.closing.subscribe();
        loop {
            let now = self.app.now();
            let Ok(request) = self.look().await else { return (Ok(ended()), None) };
            if request.state(now) != RequestState::Waiting {
                return (Ok(ended()), None);
            }
            let time_left = time_left(&self.page, &request, now);
            if self.told.as_ref() != Some(&time_left) {
                self.told = Some(time_left.clone());
                return (Ok(Event::default().event("time").data(time_left)), Some(self));
            }
            tokio::select! {
                () = tokio::time::sleep(PACE) => {}
                // The service stops: the browser asks again by itself.
                _ = closing.wait_for(|closing| *closing) => return (Ok(Event::default().comment("closing")), None),
            }
        }
    }

    async fn look(&self) -> Result<Request, RequestError> {
        let mut tx = self.app.db.read().await?;
        super::find(&mut tx, &self.id).await
    }
}

fn ended() -> Event {
    Event::default().event("ended").data("")
}

/// `GET /q/{id}`: what the QR code opens. Shows who asks; fetching it changes nothing. The parameters in the address are for
/// wallets; the links here are ours.
pub(crate) async fn landing(State(app): State<App>, Path(id): Path<String>, page: PageContext) -> Result<Response, PageError> {
    let request = load(&app, &page, &id, urls::COUNTER).await?;
    let link = request.link(&app);
    let mut wallet = app.config.wallet_url.clone();
    wallet.set_path("/present");
    Ok(render(&LandingPage {
        page: &page,
        asker: &app.config.name,
        host: app.urls.base().host_str().unwrap_or_default(),
        right: right(&app, &request).to_owned(),
        waiting: request.state(app.now()) == RequestState::Waiting,
        wallet_link: link.to_page_link(&wallet),
        scheme_link: link.to_scheme_link(),
    }))
}

/// The query of [`done`].
#[derive(Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    response_code: String,
}

/// `GET /q/{id}/done`: thanks, and nothing of the result (VP-V-023: that is for the clerk's session).
pub(crate) async fn done(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<DoneQuery>,
    page: PageContext,
) -> Result<Response, PageError> {
    let request = load(&app, &page, &id, urls::COUNTER).await?;
    if !request.accepts_response_code(&query.response_code) {
        return Err(unknown(&page, urls::COUNTER));
    }
    Ok(render(&DonePage { page: &page, asker: &app.config.name }))
}

async fn load(app: &App, page: &PageContext, id: &str, back: &str) -> Result<Request, PageError> {
    let id: RequestId = id.parse().map_err(|_| unknown(page, back))?;
    let found = async {
        let mut tx = app.db.read().await?;
        super::find(&mut tx, &id).await
    };
    found.await.map_err(|error| match error {
        RequestError::Unknown => unknown(page, back),
        other => PageError::internal(page, &other),
    })
}

fn unknown(page: &PageContext, back: &str) -> PageError {
    PageError::new(page, StatusCode::NOT_FOUND, "unknown-request", back)
}

fn right<'a>(app: &'a App, request: &'a Request) -> &'a str {
    app.rules.rule(&request.claimed.rule).map_or(request.claimed.rule.as_str(), Rule::title)
}

/// The time left, in whole minutes begun.
fn time_left(page: &PageContext, request: &Request, now: DateTime<Utc>) -> String {
    let seconds = (request.expires_at - now).num_seconds().max(0);
    page.t1("waiting-time-left", "minutes", (seconds + 59) / 60)
}
