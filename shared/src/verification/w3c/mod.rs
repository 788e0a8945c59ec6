//! Checking credentials and presentations of the W3C data model, however they are secured: Data Integrity proofs, JWT,
//! SD-JWT, COSE, enveloped or not.
//!
//! ```text
//! bytes ──W3cDocument::parse──► needs() ──(somebody fetches)──► Surroundings ──► verify() ──► W3cVerdict
//! ```
//! Whether the issuer is to be trusted is not asked here.

mod attached;
mod reading;
mod signature;
mod status;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Check, CheckId, Fetched, MAX_SKEW, Outcome, Policy, Reason, Verdict};
use crate::{
    credential::{
        StandardError, members,
        open_badge::{self, BadgeToken, TokenError},
        vcdm,
    },
    did::{Did, DidDocument},
    format::{
        data_integrity::{self, DataIntegrityError},
        json_ld::{self, JsonLdError},
        vc_jose::{Content, SecuredDocument, Securing, VcJoseError},
    },
    json::Ambiguous,
    many::on_every_core,
    status_list::bitstring::{Entry, StatusListCredential},
};

/// The largest document read, in bytes.
pub const MAX_BYTES: usize = data_integrity::MAX_BYTES;

/// The most DIDs, and the most status lists, that are asked for one document. What needs more is not accepted.
pub const MAX_NEEDS: usize = 64;

/// The most files that are asked for one document: schemas and related resources.
pub const MAX_ATTACHED: usize = 16;

/// What a signature says beside the document (RFC 7519 §4.1, RFC 7800, RFC 9901): claims, and no terms of it.
const CLAIMS: [&str; 10] = [
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf", "_sd_alg",
];

/// Why nothing could be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum W3cError {
    /// More than [`MAX_BYTES`].
    #[error("the document is too large")]
    TooLarge,
    /// Not one unambiguous JSON object.
    #[error(transparent)]
    Json(#[from] Ambiguous),
    /// Neither JSON, nor a JWT, nor an SD-JWT, nor COSE.
    #[error("the document is in no form known here")]
    UnknownForm,
    /// The proofs cannot be read.
    #[error(transparent)]
    DataIntegrity(#[from] DataIntegrityError),
    /// The signature, or the envelope, cannot be read.
    #[error(transparent)]
    Jose(#[from] VcJoseError),
    /// A JWT without the type of the W3C, and no open badge in one either.
    #[error(transparent)]
    Badge(#[from] TokenError),
    /// VCDM 2.0 §4.13: what a presentation holds are credentials, and not too many.
    #[error("the presentation holds something else than credentials, or too many")]
    NotCredentials,
}

impl W3cError {
    /// How the specifications call it.
    pub fn standard(&self) -> StandardError {
        match self {
            Self::TooLarge
            | Self::Json(_)
            | Self::UnknownForm
            | Self::Jose(VcJoseError::Jws(_) | VcJoseError::SdJwt(_) | VcJoseError::Cose(_))
            | Self::Badge(TokenError::Jws(_) | TokenError::Key(_)) => StandardError::Parsing,
            Self::DataIntegrity(error) => error.into(),
            Self::Jose(error) => error.into(),
            Self::Badge(_) | Self::NotCredentials => StandardError::MalformedValue,
        }
    }
}

/// What ties the signature to the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// The issuer (of a presentation: the holder) must control the key: DI-007, DI-008.
    Controller,
    /// **Only** the proof is checked: anybody may have made it, and neither period nor status are looked at. For
    /// conformance tests of the mechanisms.
    ProofOnly,
}

/// What the document is checked for.
#[derive(Debug, Clone, Copy)]
pub struct W3cExpectation<'a> {
    /// Whose signature it must be.
    pub binding: Binding,
    /// The `domain` (of a JWT: `aud`) of the presentation, when one was asked.
    pub domain: Option<&'a str>,
    /// Its `challenge` (of a JWT: `nonce`), when one was asked.
    pub challenge: Option<&'a str>,
}

impl W3cExpectation<'_> {
    /// Nothing in particular, by whoever it says it is.
    pub const FOUND: Self = W3cExpectation {
        binding: Binding::Controller,
        domain: None,
        challenge: None,
    };
}

/// What must be fetched before [`W3cDocument::verify`]: at most [`MAX_NEEDS`] of each, and [`MAX_ATTACHED`] files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct W3cNeeds {
    /// Whose documents.
    pub dids: BTreeSet<Did>,
    /// Which Bitstring status lists.
    pub lists: BTreeSet<String>,
    /// Which schemas and related resources. Nobody has to fetch them, and who publishes one knows of each that is fetched.
    pub files: BTreeSet<String>,
    /// Which of the files are credentials that hold a schema.
    pub schema_credentials: BTreeSet<String>,
}

/// What was fetched.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// By DID.
    pub documents: BTreeMap<Did, Fetched<DidDocument>>,
    /// By address; each with a proof that held, by its own issuer.
    pub lists: BTreeMap<String, Fetched<Arc<StatusListCredential>>>,
    /// Schemas and related resources by address, as they came.
    pub files: BTreeMap<String, Fetched<Vec<u8>>>,
    /// What the files say that are credentials, when their proofs held.
    pub schema_credentials: BTreeMap<String, Value>,
}

/// What is wrong, or could not be checked, with its standard name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// In which check.
    pub check: CheckId,
    /// How the check ended.
    pub outcome: Outcome,
    /// What it is called.
    pub standard: StandardError,
    /// For developers; holds no claim's value.
    pub detail: String,
}

/// What came of a document, and of the credentials in it.
#[derive(Debug, Clone)]
pub struct W3cVerdict {
    /// Every check.
    pub verdict: Verdict,
    /// One for each check that did not pass.
    pub flaws: Vec<Flaw>,
    /// Of each credential of a presentation.
    pub credentials: Vec<W3cVerdict>,
}

impl W3cVerdict {
    /// Whether every check passed, of the credentials in it too, but for what `policy` lets be skipped.
    pub fn accepted(&self, policy: Policy) -> bool {
        self.verdict.accepted(policy) && self.credentials.iter().all(|credential| credential.accepted(policy))
    }

    /// Every flaw, of the credentials in it too.
    pub fn all_flaws(&self) -> impl Iterator<Item = &Flaw> {
        self.flaws
            .iter()
            .chain(self.credentials.iter().flat_map(|credential| &credential.flaws))
    }
}

/// A check that did not pass.
struct Trouble {
    outcome: Outcome,
    standard: StandardError,
    detail: String,
}

impl Trouble {
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike")]
    fn failed(reason: Reason, standard: impl Into<StandardError>, detail: impl ToString) -> Self {
        Self {
            outcome: Outcome::Failed(reason),
            standard: standard.into(),
            detail: detail.to_string(),
        }
    }

    fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    fn skipped(reason: Reason, standard: impl Into<StandardError>, detail: impl ToString) -> Self {
        Self {
            outcome: Outcome::Skipped(reason),
            ..Self::failed(reason, standard, detail)
        }
    }
}

/// A secured credential or presentation, read and **unverified**.
#[derive(Debug, Clone)]
pub struct W3cDocument {
    content: Content,
    form: Form,
    /// Without proofs.
    document: Value,
    /// Of a presentation.
    credentials: Vec<W3cDocument>,
}

#[derive(Debug, Clone)]
enum Form {
    Proofs(Proven),
    Signature(Box<SecuredDocument>),
    /// A JWT as Open Badges 3.0 makes them.
    Badge(Box<BadgeToken>),
    /// Nobody secured it but the holder of the presentation it is in (VCDM 2.0 §4.13.1).
    Open,
}

/// Secured by proofs: the text they are in, and what is asked of them before they are verified.
#[derive(Debug, Clone)]
struct Proven {
    text: String,
    /// The controllers of their verification methods, as they say themselves.
    controllers: Vec<String>,
    /// Whether each signs statements, so that a term without meaning is refused on the way. Not so when they are malformed.
    sign_statements: bool,
}

impl W3cDocument {
    /// What it is.
    pub fn content(&self) -> Content {
        self.content
    }

    /// How it is secured, as OpenID4VCI names formats, and as VC-JOSE-COSE names types.
    pub fn format(&self) -> &'static str {
        match (&self.form, self.content) {
            (Form::Signature(secured), content) => secured.securing().typ(content),
            (Form::Badge(_), _) => "jwt_vc_json-ld",
            (_, Content::Credential) => "ldp_vc",
            (_, Content::Presentation) => "ldp_vp",
        }
    }

    /// How its signature is made, when it is not by proofs.
    fn securing(&self) -> Option<Securing> {
        match &self.form {
            Form::Signature(secured) => Some(secured.securing()),
            Form::Badge(_) => Some(Securing::Jwt),
            Form::Proofs(_) | Form::Open => None,
        }
    }

    /// Its media type.
    pub fn media_type(&self) -> String {
        match (&self.form, self.content) {
            (Form::Signature(secured), content) => format!("application/{}", secured.securing().typ(content)),
            (Form::Badge(_), _) => "application/jwt".to_owned(),
            (_, Content::Credential) => "application/vc".to_owned(),
            (_, Content::Presentation) => "application/vp".to_owned(),
        }
    }

    /// What is said, without proofs. **Not to be believed** before [`Self::verify`].
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The credentials of a presentation.
    pub fn credentials(&self) -> &[Self] {
        &self.credentials
    }

    /// Who stands for it: the issuer of a credential, the holder of a presentation, as it says itself.
    pub fn controller(&self) -> Option<&str> {
        let member = match self.content {
            Content::Credential => "issuer",
            Content::Presentation => "holder",
        };
        members::party(self.document.as_object()?, member)
    }

    /// What must be fetched, for the credentials in it too.
    pub fn needs(&self, binding: Binding) -> W3cNeeds {
        let mut needs = W3cNeeds::default();
        for document in std::iter::once(self).chain(&self.credentials) {
            needs.dids.extend(document.signers(binding));
            if binding == Binding::Controller && document.content == Content::Credential {
                let entries = Entry::of_credential(&document.document).unwrap_or_default();
                needs.lists.extend(entries.into_iter().map(|entry| entry.list));
                document.need_attached(&mut needs);
            }
        }
        while needs.dids.len() > MAX_NEEDS {
            needs.dids.pop_last();
        }
        while needs.lists.len() > MAX_NEEDS {
            needs.lists.pop_last();
        }
        needs
    }

    /// Runs every check that can run. `surroundings` must be what was fetched for [`Self::needs`].
    pub fn verify(&self, surroundings: &Surroundings, expected: &W3cExpectation<'_>, now: DateTime<Utc>) -> W3cVerdict {
        let within = W3cExpectation {
            domain: None,
            challenge: None,
            ..*expected
        };
        let credentials = on_every_core(&self.credentials, |credential| {
            credential.verify(surroundings, &within, now)
        });
        let mut checks = vec![(CheckId::Structure, self.check_structure().map(|()| None))];
        if !matches!(self.form, Form::Open) {
            let signature = self.check_signature(surroundings, expected.binding, now);
            checks.push((CheckId::Signature, signature.map(|()| None)));
        }
        if expected.challenge.is_some() {
            checks.push((CheckId::Nonce, self.check_challenge(expected, now).map(|()| None)));
        }
        if expected.domain.is_some() {
            checks.push((CheckId::Audience, self.check_domain(expected, now).map(|()| None)));
        }
        if self.content == Content::Credential && expected.binding == Binding::Controller {
            checks.push((CheckId::Time, self.check_period(now).map(|()| None)));
            checks.push((CheckId::Status, self.check_status(surroundings, now)));
            let schemas = self.check_schemas(surroundings);
            checks.extend(schemas.map(|checked| (CheckId::Schema, checked)));
            let resources = self.check_resources(surroundings);
            checks.extend(resources.map(|checked| (CheckId::Resources, checked)));
        }
        let is_sound = checks[0].1.is_ok();
        let mut flaws = Vec::new();
        let checks = checks
            .into_iter()
            .map(|(id, checked)| match checked {
                Ok(note) => Check {
                    id,
                    outcome: Outcome::Passed,
                    note,
                },
                Err(trouble) => {
                    flaws.push(Flaw {
                        check: id,
                        outcome: trouble.outcome,
                        standard: trouble.standard,
                        detail: trouble.detail,
                    });
                    Check {
                        id,
                        outcome: trouble.outcome,
                        note: None,
                    }
                }
            })
            .collect();
        W3cVerdict {
            verdict: Verdict {
                checks,
                claims: is_sound.then(|| self.document.clone()),
                status: None,
            },
            flaws,
            credentials,
        }
    }

    /// The shape of the data model, of Open Badges for a badge, and that every term means something.
    fn check_structure(&self) -> Result<(), Trouble> {
        let checked = match self.content {
            Content::Credential => vcdm::check_credential(&self.document),
            Content::Presentation => vcdm::check_presentation(&self.document),
        };
        checked.map_err(|error| Trouble::failed(Reason::Malformed, &error, &error))?;
        if open_badge::is_badge(&self.document) || open_badge::is_endorsement(&self.document) {
            open_badge::check(&self.document)
                .map_err(|error| Trouble::failed(Reason::Malformed, StandardError::MalformedValue, error))?;
        }
        self.check_terms()
            .map_err(|error| Trouble::failed(Reason::Malformed, StandardError::MalformedValue, error))
    }

    /// Refuses what means nothing. Suites that sign statements refuse it themselves, on the way to what is signed.
    fn check_terms(&self) -> Result<(), JsonLdError> {
        match &self.form {
            Form::Proofs(proven) if proven.sign_statements => Ok(()),
            Form::Signature(_) => {
                let Value::Object(mut members) = self.document.clone() else {
                    return Ok(());
                };
                members.retain(|name, _| !CLAIMS.contains(&name.as_str()));
                json_ld::check_terms(&Value::Object(members))
            }
            Form::Proofs(_) | Form::Badge(_) | Form::Open => json_ld::check_terms(&self.document),
        }
    }

    /// VCDM 2.0 §4.9, and its older names of 1.1.
    fn check_period(&self, now: DateTime<Utc>) -> Result<(), Trouble> {
        let none = Map::new();
        let members = self.document.as_object().unwrap_or(&none);
        let instant = |names: [&str; 2]| {
            let mut found = names.into_iter().map(|name| vcdm::instant(members, name));
            found.find(|instant| !matches!(instant, Ok(None))).unwrap_or(Ok(None))
        };
        let malformed = |error| Trouble::failed(Reason::Malformed, StandardError::MalformedValue, error);
        let from = instant(["validFrom", "issuanceDate"]).map_err(malformed)?;
        let until = instant(["validUntil", "expirationDate"]).map_err(malformed)?;
        let outside = |reason, detail| Err(Trouble::failed(reason, StandardError::Range, detail));
        if until.is_some_and(|until| until <= now - MAX_SKEW) {
            outside(Reason::Expired, "the credential has expired")
        } else if from.is_some_and(|from| from > now + MAX_SKEW) {
            outside(Reason::NotYetValid, "the credential is not valid yet")
        } else {
            Ok(())
        }
    }
}
