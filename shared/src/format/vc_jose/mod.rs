//! VC-JOSE-COSE ([W3C](https://www.w3.org/TR/vc-jose-cose/)): credentials and presentations of the W3C model (VCDM 2.0)
//! inside a signature.
//!
//! ```text
//! document ──sign_jwt──────► vc+jwt     (JWS)          ┐
//!          ──sign_sd_jwt───► vc+sd-jwt  (RFC 9901)     ├──SecuredDocument::parse_…──► signer() ──► verify(key, now)
//!          ──sign_cose─────► vc+cose    (COSE_Sign1)   ┘
//!            each of them ──Envelope──► {"type": "EnvelopedVerifiableCredential", "id": "data:…"} in a presentation
//! ```
//! Keys are of any [`KeyKind`], and the algorithm is the key's. A document is believed after [`SecuredDocument::verify`]
//! with a key that the caller found **among those of [`Signer::controller`]**, listed for `assertionMethod` (credentials)
//! or `authentication` (presentations). What is said of status, trust, `validFrom` and `validUntil`, and every credential
//! within a presentation, is for the caller to check.

mod envelope;
mod sign;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};
use url::Url;

pub use self::{
    envelope::Envelope,
    sign::{SignWith, sign_cose, sign_jwt, sign_sd_jwt},
};
use super::sd_jwt_vc::{SdJwt, SdJwtError};
use crate::{
    credential::{ClaimPath, members::has_type},
    json,
    keys::{
        KeyKind, PublicKey,
        cose::{CoseError, Sign1},
        jws::{Jws, JwsError, subtype},
    },
};

/// The context every document begins with (VCDM-001).
pub const CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";

/// How far other clocks may be from ours (NEG-18).
const MAX_SKEW: Duration = Duration::seconds(60);

/// What is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A verifiable credential, signed by its issuer.
    Credential,
    /// A verifiable presentation, signed by its holder.
    Presentation,
}

impl Content {
    /// `cty`.
    fn short(self) -> &'static str {
        match self {
            Self::Credential => "vc",
            Self::Presentation => "vp",
        }
    }

    /// Among the types of the document.
    fn document_type(self) -> &'static str {
        match self {
            Self::Credential => "VerifiableCredential",
            Self::Presentation => "VerifiablePresentation",
        }
    }

    /// The member that says who signs.
    fn controller(self) -> &'static str {
        match self {
            Self::Credential => "issuer",
            Self::Presentation => "holder",
        }
    }
}

/// How it is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Securing {
    /// A compact JWS.
    Jwt,
    /// An SD-JWT.
    SdJwt,
    /// A COSE_Sign1.
    Cose,
}

impl Securing {
    /// `typ` without `application/`, and with it the media type.
    pub fn typ(self, content: Content) -> &'static str {
        match (content, self) {
            (Content::Credential, Self::Jwt) => "vc+jwt",
            (Content::Credential, Self::SdJwt) => "vc+sd-jwt",
            (Content::Credential, Self::Cose) => "vc+cose",
            (Content::Presentation, Self::Jwt) => "vp+jwt",
            (Content::Presentation, Self::SdJwt) => "vp+sd-jwt",
            (Content::Presentation, Self::Cose) => "vp+cose",
        }
    }
}

/// Why a document was not secured or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VcJoseError {
    /// The JWS layer refused it.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The SD-JWT layer refused it.
    #[error(transparent)]
    SdJwt(#[from] SdJwtError),
    /// The COSE layer refused it.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// JC-001: `typ` is missing, or is of another content or securing.
    #[error("the document is secured as something else")]
    WrongType,
    /// JC-001: `cty` is not `vc` or `vp`.
    #[error("the signature is over another kind of content")]
    WrongContentType,
    /// JC-001: the claims `vc` and `vp` of former times must not be there.
    #[error("the document is wrapped in a claim of its own")]
    WrappedDocument,
    /// The document is not what VCDM 2.0 makes of this member.
    #[error("the document's {0} is missing or malformed")]
    Document(&'static str),
    /// JC-002: `iss` is not the issuer (of a presentation: the holder).
    #[error("the signature says another issuer than the document")]
    OtherIssuer,
    /// JC-002: `kid` is of someone else's keys.
    #[error("the key belongs to someone else than the issuer")]
    OtherController,
    /// JC-002: without `iss`, or with a DID, `kid` must say which key.
    #[error("the signature does not say which key made it")]
    KeyNotNamed,
    /// `exp` has passed: of the signature (JC-003).
    #[error("the signature has expired")]
    Expired,
    /// `nbf` has not come.
    #[error("the signature is not valid yet")]
    NotYetValid,
    /// JC-003, VCDM-011: a credential in a presentation is not an enveloped one.
    #[error("a credential of the presentation is not enveloped as it must be")]
    NotEnveloped,
    /// A claim that decides whether the credential is to be believed may not be selectively disclosable.
    #[error("a claim everybody needs cannot be hidden")]
    HiddenClaim,
}

/// Who must have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signer<'a> {
    /// Whose key it must be: `issuer` or `holder` (their `id`). A presentation that names no holder is of whoever owns the
    /// key.
    pub controller: &'a str,
    /// Which of their keys: an absolute URL, then of the controller; or a name that only selects among their keys
    /// (NEG-03). When there is none, each may be tried.
    pub kid: Option<&'a str>,
}

/// A secured document, parsed and **unverified**.
#[derive(Debug, Clone)]
pub struct SecuredDocument {
    content: Content,
    token: Token,
    kid: Option<String>,
    document: Map<String, Value>,
    /// Where each disclosure sits in the document.
    disclosed: Vec<ClaimPath>,
}

#[derive(Debug, Clone)]
enum Token {
    Jwt(Jws),
    SdJwt(Box<SdJwt>),
    Cose(Sign1),
}

impl SecuredDocument {
    /// Parses `vc+jwt` or `vp+jwt`. Refuses other types, `alg` that is none of our keys' and any `crit`. Checks no
    /// signature.
    pub fn parse_jwt(content: Content, compact: &str) -> Result<Self, VcJoseError> {
        let jws = Jws::parse_for(compact, &KeyKind::ALL)?;
        check_header(&jws, content, Securing::Jwt)?;
        Ok(Self {
            content,
            kid: jws.kid().map(str::to_owned),
            document: jws.unverified_object()?,
            disclosed: Vec::new(),
            token: Token::Jwt(jws),
        })
    }

    /// Parses `vc+sd-jwt` or `vp+sd-jwt` and puts the disclosures in place, as [`Self::parse_jwt`]. A key binding is not
    /// looked at: see [`Self::sd_jwt`].
    pub fn parse_sd_jwt(content: Content, text: &str) -> Result<Self, VcJoseError> {
        let sd_jwt = SdJwt::parse_for(text, &KeyKind::ALL)?;
        check_header(sd_jwt.jws(), content, Securing::SdJwt)?;
        let revealed = sd_jwt.reveal()?;
        let Value::Object(document) = revealed.claims else {
            return Err(JwsError::Claims.into());
        };
        Ok(Self {
            content,
            kid: sd_jwt.jws().kid().map(str::to_owned),
            document,
            disclosed: revealed.disclosed,
            token: Token::SdJwt(Box::new(sd_jwt)),
        })
    }

    /// Parses `vc+cose` or `vp+cose`, as [`Self::parse_jwt`].
    pub fn parse_cose(content: Content, bytes: &[u8]) -> Result<Self, VcJoseError> {
        let message = Sign1::parse(bytes, &KeyKind::ALL)?;
        let typ = message.typ().ok_or(VcJoseError::WrongType)?;
        if !subtype(typ).eq_ignore_ascii_case(Securing::Cose.typ(content)) {
            return Err(VcJoseError::WrongType);
        }
        let is_ours =
            |found: Option<&str>| found.is_some_and(|found| subtype(found).eq_ignore_ascii_case(content.short()));
        if !message.content_type().is_none_or(is_ours) {
            return Err(VcJoseError::WrongContentType);
        }
        let kid = match message.kid() {
            [] => None,
            kid => Some(std::str::from_utf8(kid).map_err(|_| CoseError::Malformed)?.to_owned()),
        };
        Ok(Self {
            content,
            kid,
            document: json::parse_object(message.unverified_payload()).map_err(|_| JwsError::Claims)?,
            disclosed: Vec::new(),
            token: Token::Cose(message),
        })
    }

    /// What it is.
    pub fn content(&self) -> Content {
        self.content
    }

    /// How it is secured.
    pub fn securing(&self) -> Securing {
        match self.token {
            Token::Jwt(_) => Securing::Jwt,
            Token::SdJwt(_) => Securing::SdJwt,
            Token::Cose(_) => Securing::Cose,
        }
    }

    /// The document: all the claims that were signed, those of the signature (`iss`, `exp`…) among them.
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    /// Where each disclosure sits in the document, in the order they were sent.
    pub fn disclosed(&self) -> &[ClaimPath] {
        &self.disclosed
    }

    /// The SD-JWT, when it is one: for its key binding.
    pub fn sd_jwt(&self) -> Option<&SdJwt> {
        match &self.token {
            Token::SdJwt(sd_jwt) => Some(sd_jwt),
            _ => None,
        }
    }

    /// Who must have signed (JC-002): `iss` and `kid` agree with the document, or it is refused here.
    pub fn signer(&self) -> Result<Signer<'_>, VcJoseError> {
        signer(self.content, self.securing(), &self.document, self.kid.as_deref())
    }

    /// Checks the signature, then what the document must be (JC-001…003, VCDM-001, VCDM-003), then its times. The key must
    /// be one of the [`Self::signer`]'s: whose it is, is not asked here.
    pub fn verify(&self, key: &PublicKey, now: DateTime<Utc>) -> Result<(), VcJoseError> {
        match &self.token {
            Token::Jwt(jws) => jws.verify(key)?,
            Token::SdJwt(sd_jwt) => sd_jwt.jws().verify(key)?,
            Token::Cose(message) => message.verify(key)?,
        }
        check_document(self.content, &self.document)?;
        self.signer()?;
        check_times(&self.document, now)
    }

    /// The credentials of a presentation, in their envelopes. Each has an issuer, and a signature, of its own.
    pub fn credentials(&self) -> Result<Vec<Envelope>, VcJoseError> {
        credentials(&self.document)
    }
}

/// `typ` and `cty` (JC-001).
fn check_header(jws: &Jws, content: Content, securing: Securing) -> Result<(), VcJoseError> {
    jws.expect_type(securing.typ(content))
        .map_err(|_| VcJoseError::WrongType)?;
    let is_ours = |found: &Value| {
        found
            .as_str()
            .is_some_and(|found| subtype(found).eq_ignore_ascii_case(content.short()))
    };
    if jws.header().get("cty").is_none_or(is_ours) {
        Ok(())
    } else {
        Err(VcJoseError::WrongContentType)
    }
}

/// What a document must be to be signed or believed.
fn check_document(content: Content, document: &Map<String, Value>) -> Result<(), VcJoseError> {
    if document.contains_key("vc") || document.contains_key("vp") {
        return Err(VcJoseError::WrappedDocument);
    }
    let begins = document
        .get("@context")
        .and_then(Value::as_array)
        .and_then(|contexts| contexts.first())
        .is_some_and(|context| context == CONTEXT);
    if !begins {
        return Err(VcJoseError::Document("@context"));
    }
    if !has_type(document, content.document_type()) {
        return Err(VcJoseError::Document("type"));
    }
    if content == Content::Presentation {
        credentials(document)?;
    }
    Ok(())
}

fn check_times(document: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), VcJoseError> {
    let instant = |name: &'static str| match document.get(name) {
        None => Ok(None),
        Some(date) => json::numeric_date(date)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map(Some)
            .ok_or(VcJoseError::Document(name)),
    };
    let (expiry, start) = (instant("exp")?, instant("nbf")?);
    if expiry.is_some_and(|expiry| expiry <= now - MAX_SKEW) {
        return Err(VcJoseError::Expired);
    }
    if start.is_some_and(|start| start > now + MAX_SKEW) {
        return Err(VcJoseError::NotYetValid);
    }
    Ok(())
}

fn credentials(document: &Map<String, Value>) -> Result<Vec<Envelope>, VcJoseError> {
    let Some(credentials) = document.get("verifiableCredential") else {
        return Ok(Vec::new());
    };
    let credentials = match credentials {
        Value::Array(credentials) => credentials.as_slice(),
        only => std::slice::from_ref(only),
    };
    credentials
        .iter()
        .map(|credential| Envelope::read(Content::Credential, credential))
        .collect()
}

/// JC-002, for those who sign and those who verify.
fn signer<'a>(
    content: Content,
    securing: Securing,
    document: &'a Map<String, Value>,
    kid: Option<&'a str>,
) -> Result<Signer<'a>, VcJoseError> {
    let member = content.controller();
    let named = match document.get(member) {
        None => None,
        Some(Value::String(id)) => Some(id.as_str()),
        Some(Value::Object(members)) => Some(
            members
                .get("id")
                .and_then(Value::as_str)
                .ok_or(VcJoseError::Document(member))?,
        ),
        Some(_) => return Err(VcJoseError::Document(member)),
    };
    if named.is_none() && content == Content::Credential
        || named.is_some_and(|controller| Url::parse(controller).is_err())
    {
        return Err(VcJoseError::Document(member));
    }
    let says = match document.get("iss") {
        None => None,
        Some(Value::String(issuer)) => Some(issuer.as_str()),
        Some(_) => return Err(VcJoseError::OtherIssuer),
    };
    if says.is_some() && named.is_some() && says != named {
        return Err(VcJoseError::OtherIssuer);
    }
    let owner = kid.and_then(owner);
    let controller = named.or(says).or(owner).ok_or(VcJoseError::KeyNotNamed)?;
    if owner.is_some_and(|owner| owner != controller) {
        return Err(VcJoseError::OtherController);
    }
    let is_did = controller.starts_with("did:");
    // COSE has no `iss` among its claims: the W3C's own vectors name a key of an https issuer, and nothing more.
    let is_named = owner.is_some() || says.is_some() || (securing == Securing::Cose && !is_did);
    if !is_named || is_did && kid.is_none() {
        return Err(VcJoseError::KeyNotNamed);
    }
    Ok(Signer { controller, kid })
}

/// Whose key an absolute URL names: everything before its fragment.
fn owner(kid: &str) -> Option<&str> {
    Url::parse(kid).ok()?;
    Some(kid.split_once('#').map_or(kid, |(owner, _)| owner))
}
