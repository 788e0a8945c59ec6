//! The counter's page (V1 of the screen map).

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::Datelike;
use shared::{
    entitlement::Rule,
    service::{
        form::Form,
        page::{PageContext, PageError, render},
    },
};

use super::{Choice, DayProblem, Problems};
use crate::{App, desk::pages::Clerk, requests, trust, trust::TrustError, urls};

#[derive(Template)]
#[template(path = "counter.html")]
struct CounterPage<'a> {
    page: &'a PageContext,
    rules: Vec<&'a Rule>,
    choice: Choice,
    problems: Problems,
    trust_warning: Option<&'static str>,
}

impl CounterPage<'_> {
    /// What is wrong with the day of declaration, in a sentence.
    fn day_problem(&self) -> Option<String> {
        let key = match self.problems.declared_on? {
            DayProblem::Unreadable => "counter-declared-on-error",
            DayProblem::Future => "counter-declared-on-future",
        };
        Some(self.page.t(key))
    }
}

/// `GET /`.
pub(crate) async fn counter(State(app): State<App>, clerk: Clerk) -> Response {
    let today = app.now().date_naive();
    let choice = Choice {
        rule: app
            .rules
            .iter()
            .next()
            .map(|rule| rule.id().to_owned())
            .unwrap_or_default(),
        year: (today.year() - 1).to_string(),
        declared_on: today.to_string(),
        ..Choice::default()
    };
    show(&app, &clerk.page, choice, Problems::default()).await
}

/// `POST /requests`.
pub(crate) async fn start(
    State(app): State<App>,
    clerk: Clerk,
    Form(choice): Form<Choice>,
) -> Result<Response, PageError> {
    clerk.check(&choice.csrf)?;
    let (rule, claimed) = match super::read(&app.rules, &choice, app.now().date_naive()) {
        Ok(read) => read,
        Err(problems) => {
            return Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                show(&app, &clerk.page, choice, problems).await,
            )
                .into_response());
        }
    };
    let internal = |error| PageError::internal(&clerk.page, &error);
    let mut tx = app.db.write().await.map_err(internal)?;
    let id = requests::create(&app, &mut tx, rule, claimed)
        .await
        .map_err(|error| PageError::internal(&clerk.page, &error))?;
    tx.commit().await.map_err(internal)?;
    Ok(Redirect::to(&urls::path(urls::REQUEST, &id)).into_response())
}

async fn show(app: &App, page: &PageContext, choice: Choice, problems: Problems) -> Response {
    let trust_warning = match trust::read(app.config.trust.as_ref(), app.now()).await {
        Ok(list) if list.is_stale(app.now()) => Some("counter-trust-stale"),
        Ok(_) => None,
        Err(TrustError::NotConfigured) => Some("counter-trust-none"),
        Err(_) => Some("counter-trust-unusable"),
    };
    render(&CounterPage {
        page,
        rules: app.rules.iter().collect(),
        choice,
        problems,
        trust_warning,
    })
}
