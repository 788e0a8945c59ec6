//! Pages for people: context, rendering, errors with a way forward.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};

use super::locale::{Argument, Locale};
use crate::language::Language;

/// What every page knows: its language, its messages, who is signed in, the token of its forms. An extractor
/// (`FromRequestParts`); needs the layer of [`layer`]. In templates: `{{ page.t("key") }}`, `{{ page.t1("key", "name", value) }}`.
#[derive(Clone)]
pub struct PageContext {
    /// The language of the page: `?lang=`, then the cookie, then `Accept-Language`.
    pub language: Language,
    locale: Arc<Locale>,
    /// Path of this page, for the language switch.
    pub path: String,
    /// Name shown as signed in.
    pub account: Option<String>,
    /// Value of the hidden field `csrf` of this page's forms; empty without a session.
    pub csrf: String,
}

impl PageContext {
    /// A context outside a request, for tests and terminal output.
    pub fn new(language: Language, locale: Arc<Locale>) -> Self { Self { language, locale, path: "/".to_owned(), account: None, csrf: String::new() } }
    /// The same page for a signed-in person.
    #[must_use]
    pub fn signed_in(mut self, account: &str, csrf: String) -> Self { self.account = Some(account.to_owned()); self.csrf = csrf; self }
    /// A message.
    pub fn t(&self, key: &str) -> String { self.locale.text(self.language, key, &[]) }
    /// A message with one argument.
    pub fn t1<'a>(&self, key: &str, name: &str, value: impl Into<Argument<'a>>) -> String { self.locale.text(self.language, key, &[(name, value.into())]) }
    /// A message with two arguments.
    pub fn t2<'a, 'b>(&self, key: &str, name: &str, value: impl Into<Argument<'a>>, name2: &str, value2: impl Into<Argument<'b>>) -> String { self.locale.text(self.language, key, &[(name, value.into()), (name2, value2.into())]) }
    /// `fr` or `en`.
    pub fn lang(&self) -> &'static str { self.language.tag() }
    /// The other language, for the switch.
    pub fn other_lang(&self) -> &'static str { match self.language { Language::French => "en", Language::English => "fr" } }
    /// A date as people write it: `12/03/2026`, `12 March 2026`.
    pub fn date(&self, date: chrono::NaiveDate) -> String { todo!() }
    /// A duration as people write it: `2 h 30`.
    pub fn hours(&self, minutes: u64) -> String { crate::entitlement::hours(minutes, self.language) }
}

/// Renders a template to a 200 response (`text/html; charset=utf-8`, `no-store`).
pub fn render(template: &impl askama::Template) -> Response { todo!() }

/// An error page: title, what happened, what to do next. All three are message keys.
#[derive(Clone)]
pub struct PageError { status: StatusCode, page: PageContext, key: &'static str, back: Option<String> }

impl PageError {
    /// `key` names three messages: `KEY-title`, `KEY-text`, `KEY-action` (text of the link to `back`).
    pub fn new(page: &PageContext, status: StatusCode, key: &'static str, back: impl Into<String>) -> Self { Self { status, page: page.clone(), key, back: Some(back.into()) } }
    /// What we did not foresee: logs `error` once with a request id and shows only that id.
    pub fn internal(page: &PageContext, error: &dyn std::error::Error) -> Self { todo!() }
}
impl axum::response::IntoResponse for PageError { fn into_response(self) -> Response { todo!() } }

/// Adds what [`PageContext`] needs to a router, and answers unknown paths with an error page.
pub fn layer(router: axum::Router, locale: Arc<Locale>) -> axum::Router { todo!() }
