//! Messages of the W3C VC-API ([VCALM 1.0](https://w3c.github.io/vcalm/)): what others ask an issuer, a holder's service or
//! a verifier to do with credentials.
//!
//! Options that are not known here are left aside; those that are must be of the right shape.

use serde_json::{Map, Value, json};

use crate::{
    credential::StandardError,
    json::{self, Ambiguous},
    status_list::bitstring::Purpose,
    verification::{
        Outcome, Policy,
        w3c::{Flaw, W3cDocument, W3cError, W3cVerdict},
    },
};

/// The largest request read, in bytes: a document and what surrounds it.
pub const MAX_BYTES: usize = 1024 * 1024 + 64 * 1024;

/// The most JSON pointers in one request.
pub const MAX_POINTERS: usize = 256;

/// Why a request was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// More than [`MAX_BYTES`].
    #[error("the request is too large")]
    TooLarge,
    /// Not one unambiguous JSON object.
    #[error(transparent)]
    Json(#[from] Ambiguous),
    /// A member is missing, or of another shape than it must be.
    #[error("{0} is missing or malformed")]
    Member(&'static str),
    /// The document in it cannot be read.
    #[error(transparent)]
    Document(#[from] W3cError),
}

impl MessageError {
    /// How the specifications call it.
    pub fn standard(&self) -> StandardError {
        match self {
            Self::TooLarge | Self::Json(_) => StandardError::Parsing,
            Self::Member(_) => StandardError::MalformedValue,
            Self::Document(error) => error.standard(),
        }
    }
}

/// `POST /credentials/issue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRequest {
    /// Not secured.
    pub credential: Map<String, Value>,
    /// By which name its status is changed later; else the `id` of the credential.
    pub credential_id: Option<String>,
    /// What a holder can never hide, as JSON Pointers (RFC 6901), for mechanisms of selective disclosure.
    pub mandatory_pointers: Vec<String>,
}

/// `POST /credentials/derive`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeriveRequest {
    /// Secured for selective disclosure.
    pub credential: Map<String, Value>,
    /// What is shown, as JSON Pointers (RFC 6901).
    pub selective_pointers: Vec<String>,
    /// What the proof is for, bound to it by `bbs-2023`.
    pub presentation_header: Option<String>,
}

/// `POST /credentials/status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRequest {
    /// Which credential.
    pub credential_id: String,
    /// Which of its statuses.
    pub purpose: Purpose,
    /// Whether it is set.
    pub status: bool,
}

/// `POST /presentations/prove`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProveRequest {
    /// Not secured.
    pub presentation: Map<String, Value>,
    /// Whom it is for.
    pub domain: Option<String>,
    /// What it answers.
    pub challenge: Option<String>,
}

/// `POST /credentials/verify` and `POST /presentations/verify`.
#[derive(Debug, Clone)]
pub struct VerifyRequest {
    /// What is to be verified.
    pub document: W3cDocument,
    /// Whom it must be for.
    pub domain: Option<String>,
    /// What it must answer.
    pub challenge: Option<String>,
}

impl IssueRequest {
    /// Reads a request.
    pub fn parse(body: &[u8]) -> Result<Self, MessageError> {
        let mut body = Body::read(body)?;
        Ok(Self {
            credential: body.object("credential")?,
            credential_id: body.option("credentialId")?,
            mandatory_pointers: body.pointers("mandatoryPointers")?,
        })
    }
}

impl DeriveRequest {
    /// Reads a request.
    pub fn parse(body: &[u8]) -> Result<Self, MessageError> {
        let mut body = Body::read(body)?;
        Ok(Self {
            credential: body.object("verifiableCredential")?,
            selective_pointers: body.pointers("selectivePointers")?,
            presentation_header: body.option("presentationHeader")?,
        })
    }
}

impl StatusRequest {
    /// Reads a request. `statusPurpose` is within `credentialStatus`, as it was issued; revocation when it is not said.
    pub fn parse(body: &[u8]) -> Result<Self, MessageError> {
        let body = Body::read(body)?;
        let text = |name| body.members.get(name).and_then(Value::as_str);
        let entry = body.members.get("credentialStatus");
        let entry = match entry {
            Some(Value::Array(entries)) => entries.first(),
            entry => entry,
        };
        let purpose = match entry.and_then(|entry| entry.get("statusPurpose")) {
            None => text("statusPurpose").unwrap_or("revocation"),
            Some(purpose) => purpose.as_str().ok_or(MessageError::Member("statusPurpose"))?,
        };
        let status = body.members.get("status").or_else(|| entry?.get("status"));
        let status = match status {
            None => true,
            Some(Value::Bool(status)) => *status,
            Some(Value::String(status)) if status == "1" || status == "true" => true,
            Some(Value::String(status)) if status == "0" || status == "false" => false,
            Some(_) => return Err(MessageError::Member("status")),
        };
        Ok(Self {
            credential_id: text("credentialId")
                .ok_or(MessageError::Member("credentialId"))?
                .to_owned(),
            purpose: Purpose::from_name(purpose),
            status,
        })
    }
}

impl ProveRequest {
    /// Reads a request.
    pub fn parse(body: &[u8]) -> Result<Self, MessageError> {
        let mut body = Body::read(body)?;
        Ok(Self {
            presentation: body.object("presentation")?,
            domain: body.option("domain")?,
            challenge: body.option("challenge")?,
        })
    }
}

impl VerifyRequest {
    /// Reads a request to verify a credential.
    pub fn parse_credential(body: &[u8]) -> Result<Self, MessageError> {
        Self::parse(body, "verifiableCredential")
    }

    /// Reads a request to verify a presentation.
    pub fn parse_presentation(body: &[u8]) -> Result<Self, MessageError> {
        Self::parse(body, "verifiablePresentation")
    }

    fn parse(body: &[u8], name: &'static str) -> Result<Self, MessageError> {
        let mut body = Body::read(body)?;
        let document = match body.members.remove(name) {
            Some(Value::Object(members)) => W3cDocument::from_object(members)?,
            // A JWT or an SD-JWT, as it is.
            Some(Value::String(text)) => W3cDocument::parse(text.as_bytes())?,
            _ => return Err(MessageError::Member(name)),
        };
        Ok(Self {
            document,
            domain: body.option("domain")?,
            challenge: body.option("challenge")?,
        })
    }
}

/// What answers a document that was accepted (VCDM-015).
pub fn accepted(document: &W3cDocument, verdict: &W3cVerdict) -> Value {
    json!({
        "verified": true,
        "status": true,
        "document": document.document(),
        "mediaType": document.media_type(),
        "controller": document.controller(),
        "checks": verdict.verdict.checks,
        "credentials": verdict.credentials.iter().map(|found| &found.verdict.checks).collect::<Vec<_>>(),
        "warnings": [],
        "errors": [],
    })
}

/// What answers a document that was not: problem details (RFC 9457) of the first check that did not pass, failed before
/// those that could not be made, with all of them in `errors`. None when it was accepted.
pub fn rejected(verdict: &W3cVerdict, status: u16) -> Option<Value> {
    if verdict.accepted(Policy::Strict) {
        return None;
    }
    let mut flaws: Vec<&Flaw> = verdict.all_flaws().collect();
    flaws.sort_by_key(|flaw| !matches!(flaw.outcome, Outcome::Failed(_)));
    let first = flaws.first()?;
    let mut problem = problem(first.standard, status, &first.detail);
    problem.insert("verified".to_owned(), false.into());
    problem.insert("check".to_owned(), json!(first.check));
    problem.insert("checks".to_owned(), json!(verdict.verdict.checks));
    problem.insert(
        "credentials".to_owned(),
        verdict
            .credentials
            .iter()
            .map(|found| json!(found.verdict.checks))
            .collect(),
    );
    let told = |flaw: &&Flaw| {
        let mut told = Map::new();
        told.insert("type".to_owned(), flaw.standard.type_url().into());
        told.insert("title".to_owned(), flaw.standard.name().into());
        told.insert("detail".to_owned(), flaw.detail.as_str().into());
        told.insert("check".to_owned(), json!(flaw.check));
        // `outcome` and `reason`.
        if let Value::Object(outcome) = json!(flaw.outcome) {
            told.extend(outcome);
        }
        Value::Object(told)
    };
    problem.insert("warnings".to_owned(), json!([]));
    problem.insert("errors".to_owned(), flaws.iter().map(told).collect());
    Some(Value::Object(problem))
}

/// Problem details (RFC 9457).
pub fn problem(standard: StandardError, status: u16, detail: &str) -> Map<String, Value> {
    let problem = json!({
        "type": standard.type_url(),
        "title": standard.name(),
        "status": status,
        "detail": detail,
    });
    match problem {
        Value::Object(problem) => problem,
        _ => Map::new(),
    }
}

struct Body {
    members: Map<String, Value>,
}

impl Body {
    fn read(body: &[u8]) -> Result<Self, MessageError> {
        if body.len() > MAX_BYTES {
            return Err(MessageError::TooLarge);
        }
        let members = json::parse_object(body)?;
        match members.get("options") {
            None | Some(Value::Object(_)) => Ok(Self { members }),
            Some(_) => Err(MessageError::Member("options")),
        }
    }

    fn object(&mut self, name: &'static str) -> Result<Map<String, Value>, MessageError> {
        match self.members.remove(name) {
            Some(Value::Object(members)) => Ok(members),
            _ => Err(MessageError::Member(name)),
        }
    }

    fn option(&self, name: &'static str) -> Result<Option<String>, MessageError> {
        match self.members.get("options").and_then(|options| options.get(name)) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(MessageError::Member(name)),
        }
    }

    fn pointers(&self, name: &'static str) -> Result<Vec<String>, MessageError> {
        let malformed = MessageError::Member(name);
        let Some(pointers) = self.members.get("options").and_then(|options| options.get(name)) else {
            return Ok(Vec::new());
        };
        let pointers = pointers.as_array().filter(|pointers| pointers.len() <= MAX_POINTERS);
        let text = |pointer: &Value| Some(pointer.as_str()?.to_owned());
        pointers
            .and_then(|pointers| pointers.iter().map(text).collect())
            .ok_or(malformed)
    }
}

#[cfg(test)]
mod tests;
