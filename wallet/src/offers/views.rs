//! What the pages of an invitation are made of.

use askama::Template;
use shared::{
    service::page::PageContext,
    verification::{CheckId, Outcome, Verdict},
};

use super::{CodeShape, Ending, Offer, Progress, State};
use crate::{credentials, urls};

#[derive(Template)]
#[template(path = "offer.html")]
pub(crate) struct OfferPage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) organisation: String,
    pub(crate) host: String,
    pub(crate) kind: String,
    pub(crate) stage: Stage,
    pub(crate) code: Option<CodeShape>,
    /// Where the code would go (VCI-W-003): not always the site of the organisation.
    pub(crate) code_host: String,
    pub(crate) code_error: Option<&'static str>,
    /// Wrong codes typed so far.
    pub(crate) tries: u32,
}

/// What the person can still do with the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Accept or refuse.
    Open,
    /// Go on with a collection that was interrupted.
    Interrupted,
    /// It is kept, on this page.
    Collected { page: String },
    /// It was kept, then deleted.
    Deleted,
    /// It was refused, and its link opens it again.
    Refused,
    /// It was refused once its code was spent.
    RefusedForGood,
    /// Nothing more can come of it.
    Ended(Ending),
}

impl Ending {
    /// The key of its title.
    fn title_key(self) -> &'static str {
        match self {
            Self::Invitation => "offer-ended-title",
            Self::Token => "offer-token-ended-title",
            Self::Denied => "offer-denied-title",
            Self::Deferred => "offer-deferred-title",
            Self::Unreadable => "offer-unreadable-title",
            Self::Checks => "unverified-title",
        }
    }

    /// The key of what happened, and of what the person can ask for.
    fn text_key(self) -> &'static str {
        match self {
            Self::Invitation => "offer-ended-text",
            Self::Token => "offer-token-ended-text",
            Self::Denied => "offer-denied-text",
            Self::Deferred => "offer-deferred-text",
            Self::Unreadable => "offer-unreadable-text",
            Self::Checks => "offer-unverified",
        }
    }
}

#[derive(Template)]
#[template(path = "offer_refused.html")]
pub(crate) struct UnverifiedPage {
    pub(crate) page: PageContext,
    pub(crate) id: String,
    pub(crate) organisation: String,
    /// Whether trying again may help: nothing failed, something could not be checked.
    pub(crate) retry: bool,
    pub(crate) checks: Vec<CheckLine>,
}

/// A check that did not pass, in words.
pub(crate) struct CheckLine {
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl OfferPage {
    pub(crate) fn new(page: PageContext, offer: &Offer, code_error: Option<&'static str>) -> Self {
        let terms = &offer.terms;
        let (stage, code, tries) = match &offer.state {
            State::Pending(Progress::Waiting { tries, .. }) => (Stage::Open, terms.code.clone(), *tries),
            State::Pending(_) => (Stage::Interrupted, None, 0),
            State::Collected(Some(id)) => (
                Stage::Collected {
                    page: urls::credential(id),
                },
                None,
                0,
            ),
            State::Collected(None) => (Stage::Deleted, None, 0),
            State::Refused { spent: false } => (Stage::Refused, None, 0),
            State::Refused { spent: true } => (Stage::RefusedForGood, None, 0),
            State::Ended(ending) => (Stage::Ended(*ending), None, 0),
        };
        Self {
            id: offer.id.to_string(),
            organisation: terms.issuer.name.clone(),
            host: terms.issuer.host.clone(),
            kind: credentials::pages::kind(&page, &terms.vct, terms.title.as_deref()),
            stage,
            code,
            code_host: urls::host(&terms.token_endpoint),
            code_error,
            tries,
            page,
        }
    }

    fn code_length_text(&self) -> Option<String> {
        let length = self.code.as_ref()?.length?;
        Some(self.page.t1("offer-code-length", "length", i64::from(length)))
    }

    fn code_error_text(&self) -> Option<String> {
        self.code_error
            .map(|key| self.page.t1(key, "tries", i64::from(self.tries)))
    }
}

impl UnverifiedPage {
    pub(crate) fn new(page: PageContext, offer: &Offer, verdict: &Verdict, retry: bool) -> Self {
        let checks = verdict
            .checks
            .iter()
            .filter_map(|check| match check.outcome {
                Outcome::Passed => None,
                Outcome::Failed(reason) | Outcome::Skipped(reason) => Some(CheckLine {
                    name: page.t(check_key(check.id)),
                    reason: page.t(&format!("reason-{}", reason.code())),
                }),
            })
            .collect();
        Self {
            id: offer.id.to_string(),
            organisation: offer.terms.issuer.name.clone(),
            retry,
            checks,
            page,
        }
    }
}

fn check_key(id: CheckId) -> &'static str {
    match id {
        CheckId::Structure => "check-structure",
        CheckId::Signature => "check-signature",
        CheckId::Type => "check-type",
        CheckId::KeyBinding => "check-key_binding",
        CheckId::Nonce => "check-nonce",
        CheckId::Audience => "check-audience",
        CheckId::Time => "check-time",
        CheckId::Status => "check-status",
        CheckId::Trust => "check-trust",
        CheckId::TypeMetadata => "check-type_metadata",
        CheckId::Schema => "check-schema",
        CheckId::Resources => "check-resources",
    }
}
