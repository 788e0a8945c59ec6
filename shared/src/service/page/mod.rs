//! Pages for people: context, rendering, errors with a way forward.
//!
//! A service wraps its router of pages with [`layer`]; a handler takes a [`PageContext`], builds a template that has it as
//! its field `page`, and answers with [`render`].

mod error;

use std::{convert::Infallible, sync::Arc};

use askama::Template;
use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
};
use chrono::NaiveDate;

pub use self::error::PageError;
use super::{
    locale::{Argument, Locale},
    telemetry,
};
use crate::language::Language;

/// The cookie that remembers the language chosen. Not a secret.
const LANGUAGE_COOKIE: &str = "lang";

/// What every page knows: its language, its messages, who is signed in, the token of its forms. An extractor
/// (`FromRequestParts`) that never fails; without [`layer`] it knows the shared messages only. In templates:
/// `{{ page.t("key") }}`, `{{ page.t1("key", "name", value) }}`.
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
    /// Path and query of the same page in the other language; `None` for answers to a form, which have no address.
    switch: Option<String>,
}

impl PageContext {
    /// A context outside a request, for tests and terminal output.
    pub fn new(language: Language, locale: Arc<Locale>) -> Self {
        Self {
            language,
            locale,
            path: "/".to_owned(),
            account: None,
            csrf: String::new(),
            switch: None,
        }
    }

    /// The same page for a signed-in person.
    #[must_use]
    pub fn signed_in(mut self, account: &str, csrf: String) -> Self {
        self.account = Some(account.to_owned());
        self.csrf = csrf;
        self
    }

    /// A message.
    pub fn t(&self, key: &str) -> String {
        self.locale.text(self.language, key, &[])
    }

    /// A message with one argument.
    pub fn t1<'a>(&self, key: &str, name: &str, value: impl Into<Argument<'a>>) -> String {
        self.locale.text(self.language, key, &[(name, value.into())])
    }

    /// A message with two arguments.
    pub fn t2<'a, 'b>(
        &self,
        key: &str,
        name: &str,
        value: impl Into<Argument<'a>>,
        name2: &str,
        value2: impl Into<Argument<'b>>,
    ) -> String {
        self.locale
            .text(self.language, key, &[(name, value.into()), (name2, value2.into())])
    }

    /// `fr` or `en`.
    pub fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// The other language, for the switch.
    pub fn other_lang(&self) -> &'static str {
        other(self.language).tag()
    }

    /// Where this page is in the other language: the same path and query, with `lang`. `None` when the page answers a
    /// form, and so cannot be asked for again.
    pub fn language_switch(&self) -> Option<&str> {
        self.switch.as_deref()
    }

    /// A date as people write it: `12 mars 2026`, `12 March 2026`; the first of a month is « 1er » in French.
    pub fn date(&self, date: NaiveDate) -> String {
        self.language.day(date).replacen(' ', "\u{a0}", 1)
    }

    /// A duration as people write it: `2 h 30`, never broken at the end of a line.
    pub fn hours(&self, minutes: u64) -> String {
        crate::entitlement::hours(minutes, self.language).replace(' ', "\u{a0}")
    }

    fn of_request(method: &Method, uri: &Uri, headers: &HeaderMap, locale: Arc<Locale>) -> Self {
        let language = chosen(uri)
            .or_else(|| cookie(headers, LANGUAGE_COOKIE).and_then(Language::from_tag))
            .unwrap_or_else(|| {
                Language::negotiate(
                    headers
                        .get(header::ACCEPT_LANGUAGE)
                        .and_then(|value| value.to_str().ok())
                        .unwrap_or_default(),
                )
            });
        let switch = matches!(*method, Method::GET | Method::HEAD).then(|| switched(uri, other(language)));
        Self {
            language,
            locale,
            path: uri.path().to_owned(),
            account: None,
            csrf: String::new(),
            switch,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for PageContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self::of_request(&parts.method, &parts.uri, &parts.headers, Locale::shared())))
    }
}

/// Renders a template to a 200 response (`text/html; charset=utf-8`, `no-store`).
pub fn render(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            telemetry::failure(&error);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Adds what [`PageContext`] needs to a router, remembers the language chosen with `?lang=`, and answers unknown paths and
/// methods with an error page.
pub fn layer(router: Router, locale: Arc<Locale>) -> Router {
    router
        .fallback(async |page: PageContext| PageError::not_found(&page))
        .method_not_allowed_fallback(async |page: PageContext| {
            PageError::new(&page, StatusCode::METHOD_NOT_ALLOWED, "error-method", "/")
        })
        .layer(middleware::from_fn_with_state(locale, with_context))
}

async fn with_context(State(locale): State<Arc<Locale>>, mut request: Request, next: Next) -> Response {
    let page = PageContext::of_request(request.method(), request.uri(), request.headers(), locale);
    let chosen = chosen(request.uri());
    request.extensions_mut().insert(page);
    let mut response = next.run(request).await;
    if let Some(language) = chosen {
        let cookie = format!(
            "{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
            language.tag()
        );
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// The value of a cookie of a request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The language in the query.
fn chosen(uri: &Uri) -> Option<Language> {
    url::form_urlencoded::parse(uri.query()?.as_bytes())
        .find_map(|(name, value)| (name == "lang").then(|| Language::from_tag(&value))?)
}

fn other(language: Language) -> Language {
    match language {
        Language::French => Language::English,
        Language::English => Language::French,
    }
}

fn switched(uri: &Uri, language: Language) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "lang" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("lang", language.tag());
    format!("{}?{}", uri.path(), query.finish())
}

#[cfg(test)]
mod tests {
    use axum::routing;

    use super::*;
    use crate::{
        service::{csrf, form::Form},
        testing::Exchange,
    };

    fn page(uri: &str, headers: &[(header::HeaderName, &str)]) -> PageContext {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect();
        PageContext::of_request(&Method::GET, &uri.parse().unwrap(), &headers, Locale::shared())
    }

    #[test]
    fn the_language_is_asked_then_remembered_then_negotiated() {
        let accept = (header::ACCEPT_LANGUAGE, "en");
        let remembered = (header::COOKIE, "a=b; lang=fr");
        assert_eq!(page("/", &[]).language, Language::French);
        assert_eq!(page("/", std::slice::from_ref(&accept)).language, Language::English);
        assert_eq!(
            page("/", &[accept.clone(), remembered.clone()]).language,
            Language::French
        );
        assert_eq!(
            page("/?lang=en", &[accept, remembered.clone()]).language,
            Language::English
        );
        assert_eq!(page("/?lang=tlh", &[remembered]).language, Language::French);
    }

    #[test]
    fn the_switch_keeps_the_rest_of_the_query() {
        let page = page("/add?credential_offer_uri=https%3A%2F%2Fa.example%2F1%3Fb&lang=fr", &[]);
        assert_eq!(
            page.language_switch(),
            Some("/add?credential_offer_uri=https%3A%2F%2Fa.example%2F1%3Fb&lang=en")
        );
    }

    #[test]
    fn dates_are_written_out() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let in_language = |language| PageContext::new(language, Locale::shared());
        assert_eq!(in_language(Language::French).date(day(12)), "12\u{a0}mars 2026");
        assert_eq!(in_language(Language::French).date(day(1)), "1er\u{a0}mars 2026");
        assert_eq!(in_language(Language::English).date(day(1)), "1\u{a0}March 2026");
    }

    /// A service with one page and one form, as services lay their layers.
    async fn service() -> Exchange {
        let locale = Arc::new(Locale::new("app-name = Essai", "app-name = Trial"));
        let pages = Router::new()
            .route("/", routing::get(async |page: PageContext| page.t("app-name")))
            .route(
                "/form",
                routing::post(async |form: Form<Vec<(String, String)>>| form.0.len().to_string()),
            );
        let public_url = "http://localhost:7001".parse().unwrap();
        Exchange::with(layer(csrf::layer(pages, &public_url), locale)).await
    }

    #[tokio::test]
    async fn the_chosen_language_is_remembered() {
        let service = service().await;
        let english = service.get("/?lang=en").await;
        assert_eq!(english.body, "Trial");
        let cookie = english
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(cookie, "lang=en");
        assert_eq!(service.send("GET", "/", &[("cookie", &cookie)], "").await.body, "Trial");
        let french = service.get("/").await;
        assert_eq!((french.body.as_str(), french.header("set-cookie")), ("Essai", None));
    }

    #[tokio::test]
    async fn unknown_paths_and_methods_have_a_page_in_the_language_asked() {
        let service = service().await;
        let absent = service
            .send("GET", "/absent?q=1", &[("accept-language", "en")], "")
            .await;
        assert_eq!(
            (absent.status, absent.header("content-type")),
            (404, Some("text/html; charset=utf-8"))
        );
        assert!(
            absent.body.contains("<html lang=\"en\">") && absent.body.contains("Page not found"),
            "{}",
            absent.body
        );
        assert!(
            absent.body.contains("<title>Page not found · Trial</title>"),
            "{}",
            absent.body
        );
        assert!(
            absent.body.contains("href=\"/absent?q=1&#38;lang=fr\""),
            "{}",
            absent.body
        );
        assert_eq!(absent.header("cache-control"), Some("no-store"));
        let method = service.get("/form").await;
        assert_eq!(method.status, 405);
        assert!(method.body.contains("<html lang=\"fr\">"), "{}", method.body);
    }

    #[tokio::test]
    async fn a_form_from_another_site_is_refused_with_a_page() {
        let service = service().await;
        let form = ("content-type", "application/x-www-form-urlencoded");
        let ours = service
            .send("POST", "/form", &[form, ("sec-fetch-site", "same-origin")], "a=1&b=2")
            .await;
        assert_eq!((ours.status, ours.body.as_str()), (200, "2"));
        let foreign = service
            .send("POST", "/form", &[form, ("sec-fetch-site", "cross-site")], "a=1")
            .await;
        assert_eq!(foreign.status, 403);
        assert!(foreign.body.contains("Demande refusée"), "{}", foreign.body);
        assert!(
            !foreign.body.contains("class=\"switch\""),
            "an answer to a form has no address"
        );
    }
}
