//! The decision, on the page of its request.

use askama::Template;
use axum::response::Response;
use shared::service::page::{PageContext, PageError, render};

use super::{
    Decision, DecisionId, Outcome, store,
    words::{Words, words},
};
use crate::{App, requests::Request, urls};

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage<'a> {
    page: &'a PageContext,
    right: &'a str,
    outcome: Outcome,
    nothing_is_wrong: bool,
    words: Words,
    reference: &'a str,
    made_on: String,
    again: String,
}

impl DecisionPage<'_> {
    /// Colour and shape of the notice; the word is in it.
    fn tone(&self) -> &'static str {
        match self.outcome {
            Outcome::Granted => "ok",
            Outcome::Denied => "bad",
            Outcome::Review | Outcome::Incomplete => "warn",
        }
    }

    /// Whether asking again may end otherwise.
    fn may_try_again(&self) -> bool {
        self.outcome == Outcome::Incomplete
    }

    /// The version of the rule: a day, when it is named after one.
    fn version(&self) -> String {
        let version = &self.words.version;
        version
            .parse()
            .map_or_else(|_| version.clone(), |day| self.page.date(day))
    }

    /// The word itself.
    fn word(&self) -> String {
        self.page.t(&format!("decision-word-{}", self.outcome.code()))
    }
}

/// Shows the decision of a request.
pub(crate) async fn show(
    app: &App,
    page: &PageContext,
    request: &Request,
    id: &DecisionId,
) -> Result<Response, PageError> {
    let mut tx = app.db.read().await.map_err(|error| PageError::internal(page, &error))?;
    let decision = store::find(&mut tx, id, &app.keys)
        .await
        .map_err(|error| PageError::internal(page, &error))?;
    Ok(render_decision(app, page, request, &decision))
}

fn render_decision(app: &App, page: &PageContext, request: &Request, decision: &Decision) -> Response {
    let right = app
        .rules
        .rule(&request.claimed.rule)
        .map_or(request.claimed.rule.as_str(), shared::entitlement::Rule::title);
    render(&DecisionPage {
        page,
        right,
        outcome: decision.outcome,
        nothing_is_wrong: decision.grounds.nothing_is_wrong(),
        words: words(decision, page),
        reference: decision.id.as_str(),
        made_on: page.date(decision.made_at.date_naive()),
        again: urls::path(urls::AGAIN, &request.id),
    })
}
