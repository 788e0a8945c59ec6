//! What the pages of a request are made of.

use askama::Template;
use shared::{language::Language, oid4vp::RequestObject, service::page::PageContext};

use super::{Choice, Request, matching::Asked};
use crate::{
    app::App,
    arrivals,
    credentials::{
        self, Credential, Standing,
        words::{self, Line},
    },
    urls,
};

#[derive(Template)]
#[template(path = "request.html")]
pub(crate) struct RequestPage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) who: Who,
    pub(crate) purpose: Option<String>,
    pub(crate) questions: Vec<Question>,
    pub(crate) choice_error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "request_lacking.html")]
pub(crate) struct LackingPage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) who: Who,
    pub(crate) purpose: Option<String>,
    pub(crate) lacking: Vec<Lacking>,
}

#[derive(Template)]
#[template(path = "request_sending.html")]
pub(crate) struct SendingPage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) who: Who,
    pub(crate) receipt: String,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// Proven by the signature of the request.
    pub(crate) host: String,
    /// As it calls itself: proven by nothing.
    pub(crate) name: Option<String>,
}

/// One thing that is asked, in words.
pub(crate) struct Question {
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) options: Vec<Choosable>,
}

/// An attestation that can be chosen.
pub(crate) struct Choosable {
    pub(crate) input: Input,
    /// Name of the input: `choose`, or `choose.QUERY` for one among several.
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) chosen: bool,
    pub(crate) organisation: String,
    pub(crate) summary: String,
    pub(crate) standing: Standing,
    pub(crate) shared: Vec<Line>,
    pub(crate) kept_back: Vec<String>,
}

/// How an attestation is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    Checkbox,
    Radio,
}

/// What is asked and missing, in words.
pub(crate) struct Lacking {
    pub(crate) kind: String,
    pub(crate) claims: Vec<String>,
}

/// Everything a request page is made of.
pub(crate) struct View<'a> {
    pub(crate) request: &'a Request,
    pub(crate) object: &'a RequestObject,
    pub(crate) asked: &'a [Asked],
    pub(crate) credentials: &'a [Credential],
}

impl RequestPage {
    pub(crate) fn new(
        app: &App,
        page: PageContext,
        view: &View<'_>,
        chosen: &[Choice],
        choice_error: Option<&'static str>,
    ) -> Self {
        let questions = view.asked.iter().filter(|asked| !asked.fits.is_empty());
        Self {
            id: view.request.id.to_string(),
            who: Who::of(app, view.request, Some(view.object)),
            purpose: purpose(view.object, page.language),
            questions: questions
                .map(|asked| Question::new(&page, asked, view.credentials, chosen))
                .collect(),
            choice_error,
            page,
        }
    }
}

impl LackingPage {
    pub(crate) fn new(
        app: &App,
        page: PageContext,
        request: &Request,
        object: &RequestObject,
        asked: &[Asked],
    ) -> Self {
        let lacking = asked.iter().filter(|asked| asked.fits.is_empty()).map(|asked| Lacking {
            kind: kinds(&page, &asked.kinds),
            claims: asked.claims.iter().map(|claim| words::label(&page, claim)).collect(),
        });
        Self {
            id: request.id.to_string(),
            who: Who::of(app, request, Some(object)),
            purpose: purpose(object, page.language),
            lacking: lacking.collect(),
            page,
        }
    }
}

impl Who {
    pub(crate) fn of(app: &App, request: &Request, object: Option<&RequestObject>) -> Self {
        let client = request.received.client().ok();
        let host = client.and_then(|client| arrivals::client_host(&client, app.is_development()));
        Self {
            host: host.unwrap_or_else(|| urls::host(&request.received.request_uri)),
            name: object.and_then(|object| object.client_name.clone()),
        }
    }
}

impl Question {
    fn new(page: &PageContext, asked: &Asked, credentials: &[Credential], chosen: &[Choice]) -> Self {
        let (input, name) = if asked.multiple || asked.fits.len() == 1 {
            (Input::Checkbox, "choose".to_owned())
        } else {
            (Input::Radio, format!("choose.{}", asked.query))
        };
        let options = asked.fits.iter().map(|fit| {
            let credential = &credentials[fit.credential];
            Choosable {
                input,
                name: name.clone(),
                value: fit.choice.to_string(),
                chosen: chosen.contains(&fit.choice),
                organisation: credential.organisation().to_owned(),
                summary: credentials::pages::summary(page, credential),
                standing: credential.kept.standing,
                shared: words::lines(page, &fit.shared),
                kept_back: fit.kept_back.iter().map(|key| words::label(page, key)).collect(),
            }
        });
        Self {
            kind: kinds(page, &asked.kinds),
            required: asked.required,
            options: options.collect(),
        }
    }
}

fn purpose(object: &RequestObject, language: Language) -> Option<String> {
    object.purpose.as_ref().map(|purpose| match language {
        Language::French => purpose.french.clone(),
        Language::English => purpose.english.clone(),
    })
}

fn kinds(page: &PageContext, vcts: &[String]) -> String {
    vcts.iter()
        .map(|vct| credentials::pages::kind(page, vct, None))
        .collect::<Vec<_>>()
        .join(" / ")
}
