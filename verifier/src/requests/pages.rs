//! The page of a request: its code while it waits, then what became of it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use shared::{
    entitlement::Rule,
    service::{
        form::{Form, TokenForm},
        page::{PageContext, PageError, render},
        qr,
    },
};
use url::Url;

use super::{Request, RequestError, RequestId, State as RequestState};
use crate::{App, decisions, desk::pages::Clerk, urls};

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

/// `GET /requests/{id}`.
pub(crate) async fn request(
    State(app): State<App>,
    Path(id): Path<String>,
    clerk: Clerk,
) -> Result<Response, PageError> {
    let page = &clerk.page;
    let request = load(&app, page, &id, urls::COUNTER).await?;
    let now = app.now();
    let right = right(&app, &request);
    let again = urls::path(urls::AGAIN, &request.id);
    match request.state(now) {
        RequestState::Waiting => waiting(&app, page, &request, now),
        RequestState::Answered { decision, .. } => decisions::pages::show(&app, page, &request, &decision).await,
        RequestState::Refused { error, .. } => {
            let key = if error == "access_denied" {
                "refused-text-denied"
            } else {
                "refused-text-other"
            };
            let text = page.t1(key, "code", &error);
            Ok(render(&EndedPage {
                page,
                right,
                title: "refused-title",
                text,
                again,
            }))
        }
        RequestState::Expired => Ok(render(&EndedPage {
            page,
            right,
            title: "expired-title",
            text: page.t("expired-text"),
            again,
        })),
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
    let fresh = super::create(&app, &mut tx, rule, request.claimed.clone())
        .await
        .map_err(internal)?;
    tx.commit().await.map_err(|error| internal(error.into()))?;
    Ok(Redirect::to(&urls::path(urls::REQUEST, &fresh)).into_response())
}

pub(super) async fn load(app: &App, page: &PageContext, id: &str, back: &str) -> Result<Request, PageError> {
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

pub(super) fn unknown(page: &PageContext, back: &str) -> PageError {
    PageError::new(page, StatusCode::NOT_FOUND, "unknown-request", back)
}

pub(super) fn right<'a>(app: &'a App, request: &'a Request) -> &'a str {
    app.rules
        .rule(&request.claimed.rule)
        .map_or(request.claimed.rule.as_str(), Rule::title)
}

/// The time left, in whole minutes begun.
pub(super) fn time_left(page: &PageContext, request: &Request, now: DateTime<Utc>) -> String {
    let seconds = (request.expires_at - now).num_seconds().max(0);
    page.t1("waiting-time-left", "minutes", (seconds + 59) / 60)
}

#[cfg(test)]
mod tests {
    use std::path::Path as FilePath;

    use axum::http::{HeaderMap, header::LOCATION};
    use shared::{language::Language, oid4vp::response::Response as WalletResponse, testing::check_messages};

    use super::super::lifetime;
    use super::*;
    use crate::testing::{Stage, now, stage};

    fn in_english(mut headers: HeaderMap) -> HeaderMap {
        headers.insert("accept-language", "en".parse().unwrap());
        headers
    }

    async fn page(stage: &Stage, id: &RequestId, headers: HeaderMap) -> String {
        let (status, _, html) = stage.get(&urls::path(urls::REQUEST, id), headers).await;
        assert_eq!(status, StatusCode::OK, "{html}");
        html
    }

    #[test]
    fn every_message_is_there_in_both_languages() {
        let locale = crate::app::locale();
        check_messages(
            &locale,
            FilePath::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")),
        );
        let keys = locale.keys(Language::French);
        let mut wanted = vec![
            "decision-incomplete-headline".to_owned(),
            "decision-warning-status".to_owned(),
            "counter-declared-on-error".to_owned(),
            "counter-declared-on-future".to_owned(),
            "request-purpose".to_owned(),
        ];
        for outcome in ["granted", "denied", "review", "incomplete"] {
            wanted.push(format!("decision-word-{outcome}"));
        }
        for check in [
            "structure",
            "signature",
            "type",
            "key_binding",
            "nonce",
            "audience",
            "time",
            "status",
            "trust",
            "query",
        ] {
            wanted.push(format!("check-{check}"));
        }
        for mark in ["passed", "failed", "skipped"] {
            wanted.push(format!("outcome-{mark}"));
        }
        wanted.extend(
            shared::verification::Reason::ALL
                .iter()
                .map(|reason| format!("reason-{}", reason.code())),
        );
        for error in ["unknown-request", "rule-gone", "error-csrf"] {
            wanted.extend(["title", "text", "action"].map(|part| format!("{error}-{part}")));
        }
        let missing: Vec<_> = wanted.iter().filter(|key| !keys.contains(*key)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[tokio::test]
    async fn strangers_are_sent_to_sign_in_and_unknown_requests_have_a_way_back() {
        let stage = stage().await;
        let id = stage.ask().await;
        for path in [
            urls::COUNTER.to_owned(),
            urls::path(urls::REQUEST, &id),
            urls::path(urls::EVENTS, &id),
        ] {
            let (status, headers, _) = stage.get(&path, HeaderMap::new()).await;
            assert_eq!(
                (status, headers[LOCATION].to_str().unwrap()),
                (StatusCode::SEE_OTHER, urls::SIGN_IN),
                "{path}"
            );
        }
        let (clerk, csrf) = stage.clerk().await;
        for path in ["/requests/nothing", "/q/nothing"] {
            let (status, _, html) = stage.get(path, clerk.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert!(html.contains("Demande introuvable"), "{html}");
        }
        let other = format!("{csrf}x");
        for form in [&[("csrf", other.as_str())][..], &[]] {
            for path in [urls::path(urls::AGAIN, &id), urls::SIGN_OUT.to_owned()] {
                let (status, _, html) = stage.post(&path, clerk.clone(), form).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {html}");
            }
        }
    }

    #[tokio::test]
    async fn the_counter_starts_a_request_or_says_what_is_wrong() {
        let stage = stage().await;
        let (clerk, csrf) = stage.clerk().await;
        let (status, _, html) = stage.get(urls::COUNTER, clerk.clone()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            html.contains("value=\"2025\"") && html.contains("value=\"2026-03-15\""),
            "last year, today: {html}"
        );
        assert!(!html.contains("Attention"), "the trust list is in order: {html}");
        let (_, _, english) = stage.get(urls::COUNTER, in_english(clerk.clone())).await;
        assert!(english.contains("Ask for attestations") && english.contains("lang=\"en\""));

        let wrong = [
            ("csrf", csrf.as_str()),
            ("rule", crate::testing::RULE),
            ("year", "25"),
            ("declared_on", ""),
        ];
        let (status, _, html) = stage.post(urls::REQUESTS, clerk.clone(), &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("year-error") && html.contains("declared-error"), "{html}");
        let early = [
            ("csrf", csrf.as_str()),
            ("rule", crate::testing::RULE),
            ("year", "2025"),
            ("declared_on", "2026-03-16"),
        ];
        let (status, _, html) = stage.post(urls::REQUESTS, clerk.clone(), &early).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            html.contains("id=\"declared-error\">Ce jour n’est pas encore venu"),
            "{html}"
        );
        let right = [
            ("csrf", csrf.as_str()),
            ("rule", crate::testing::RULE),
            ("year", "2025"),
            ("declared_on", "2026-03-15"),
        ];
        let (status, headers, _) = stage.post(urls::REQUESTS, clerk.clone(), &right).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(headers[LOCATION].to_str().unwrap().starts_with("/requests/"));

        std::fs::remove_file(&stage.files.list).unwrap();
        let (_, _, html) = stage.get(urls::COUNTER, clerk).await;
        assert!(html.contains("Attention"), "{html}");
    }

    #[tokio::test]
    async fn a_request_waits_is_answered_and_may_be_made_again() {
        let stage = stage().await;
        let (clerk, csrf) = stage.clerk().await;
        let id = stage.ask().await;
        let html = page(&stage, &id, clerk.clone()).await;
        assert!(
            html.contains("<svg")
                && html.contains("/q/")
                && html.contains("openid4vp://")
                && html.contains("5 minutes"),
            "{html}"
        );
        assert!(
            page(&stage, &id, in_english(clerk.clone()))
                .await
                .contains("5 minutes left")
        );
        let (status, _, landing) = stage.get(&urls::path(urls::LANDING, &id), HeaderMap::new()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            landing.contains("http://localhost:8082/present?") && landing.contains("Guichet d’essai"),
            "{landing}"
        );
        assert_eq!(
            stage.state(&id).await,
            RequestState::Waiting,
            "looking consumes nothing"
        );

        let request = stage.object(&id).await;
        let presentation = stage.issuer.attest(12000, 1).present(&request, now());
        assert_eq!(stage.answer(&id, &request, vec![presentation]).await.0, StatusCode::OK);
        let html = page(&stage, &id, clerk.clone()).await;
        assert!(
            html.contains("DROIT OUVERT") && html.contains("Les Paniers du Vallon") && html.contains("role=\"status\""),
            "{html}"
        );
        assert!(!html.contains("Benali"), "nobody is named");
        assert!(
            page(&stage, &id, in_english(clerk.clone()))
                .await
                .contains("RIGHT OPEN")
        );
        let (_, _, landing) = stage.get(&urls::path(urls::LANDING, &id), HeaderMap::new()).await;
        assert!(!landing.contains("/present?"), "{landing}");

        let (status, headers, _) = stage
            .post(&urls::path(urls::AGAIN, &id), clerk, &[("csrf", &csrf)])
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_ne!(headers[LOCATION].to_str().unwrap(), urls::path(urls::REQUEST, &id));
    }

    #[tokio::test]
    async fn refused_and_expired_requests_say_so() {
        let stage = stage().await;
        let (clerk, _) = stage.clerk().await;
        let id = stage.ask().await;
        let request = stage.object(&id).await;
        let refusal = WalletResponse::Refused {
            error: "access_denied".to_owned(),
            state: request.state.clone(),
        };
        stage.respond(&id, &request, &refusal).await;
        assert!(page(&stage, &id, clerk.clone()).await.contains("n’a rien partagé"));
        let late = stage.ask().await;
        stage.clock.advance(lifetime());
        assert!(page(&stage, &late, clerk.clone()).await.contains("Le délai est passé"));
        assert!(page(&stage, &late, in_english(clerk)).await.contains("Time is up"));
    }
}
