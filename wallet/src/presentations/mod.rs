//! Receipts: what was shared or refused, with whom, when. Kept for the person alone, sealed.

pub(crate) mod pages;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::{language::Language, oid4vp::request::Purpose};
use url::Url;

use crate::{
    credentials::{CredentialId, words::Fact},
    vault::Place,
};

shared::id! {
    /// Names a receipt.
    pub(crate) struct PresentationId;
}

/// A receipt of this person.
pub(crate) struct Presentation {
    pub(crate) id: PresentationId,
    pub(crate) request: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) receipt: Receipt,
}

/// What rests sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) verifier: Verifier,
    /// Why, as the verifier said: French, English.
    pub(crate) purpose: Option<(String, String)>,
    pub(crate) outcome: Outcome,
    pub(crate) shared: Vec<Shared>,
}

/// Who asked: a host that was proven, a name that was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verifier {
    pub(crate) host: String,
    pub(crate) name: Option<String>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// The answer left; whether it arrived is not known.
    Unconfirmed,
    /// The verifier has it.
    Shared { next: Option<Url> },
    /// The person said no; the verifier may not know yet.
    Refused { next: Option<Url> },
}

/// What one attestation told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) credential: String,
    pub(crate) organisation: String,
    pub(crate) facts: Vec<Fact>,
}

impl Presentation {
    /// Whether it told something of this attestation.
    pub(crate) fn shows(&self, credential: &CredentialId) -> bool {
        self.receipt.outcome.has_left()
            && self
                .receipt
                .shared
                .iter()
                .any(|shared| shared.credential == credential.as_str())
    }
}

impl Receipt {
    fn place(id: &PresentationId) -> Place<'_> {
        Place {
            table: "presentations",
            column: "sealed",
            id: id.as_str(),
        }
    }

    /// The purpose in a language.
    pub(crate) fn purpose(&self, language: Language) -> Option<&str> {
        self.purpose.as_ref().map(|(french, english)| match language {
            Language::French => french.as_str(),
            Language::English => english.as_str(),
        })
    }
}

impl Outcome {
    /// Whether something left this wallet.
    pub(crate) fn has_left(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

/// The two texts of a purpose.
pub(crate) fn texts(purpose: &Purpose) -> (String, String) {
    (purpose.french.clone(), purpose.english.clone())
}
