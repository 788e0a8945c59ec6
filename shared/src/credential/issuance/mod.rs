//! Issuing credentials of the W3C data model, and proving presentations: nothing is signed that our own verification would
//! refuse for what it says.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{
    ClaimPath, StandardError, members,
    open_badge::{self, ShapeError},
    vcdm::{self, VcdmError, Version},
};
use crate::{
    entropy::Entropy,
    format::{
        data_integrity::{self, BaseKey, Cryptosuite, DataIntegrityError, ProofOptions, attach, sign_base},
        json_ld::{self, JsonLdError},
        vc_jose::{Content, Envelope, Securing, SignWith, VcJoseError, sign_cose, sign_jwt, sign_sd_jwt},
    },
    keys::KeyKind,
};

/// What VCDM 1.1 does not define and every Data Integrity proof needs.
const DATA_INTEGRITY_CONTEXT: &str = "https://w3id.org/security/data-integrity/v2";
/// The same, older.
const OLDER_DATA_INTEGRITY_CONTEXT: &str = "https://w3id.org/security/data-integrity/v1";

/// A way to secure a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// A proof in the document.
    DataIntegrity(Cryptosuite),
    /// A signature around it.
    Jose(Securing),
}

/// No mechanism is called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no mechanism is called so")]
pub struct UnknownMechanism;

impl Mechanism {
    /// Every mechanism.
    pub fn all() -> impl Iterator<Item = Self> {
        let signatures = [Securing::Jwt, Securing::SdJwt, Securing::Cose];
        let suites = Cryptosuite::ALL.into_iter().map(Self::DataIntegrity);
        suites.chain(signatures.map(Self::Jose))
    }

    /// The name of the cryptosuite, or of the type of a credential that is so secured: `vc+jwt`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataIntegrity(suite) => suite.name(),
            Self::Jose(securing) => securing.typ(Content::Credential),
        }
    }

    /// Whether it signs with keys of this kind. None does with every kind, and `bbs-2023` with keys of its own.
    pub fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::DataIntegrity(suite) => suite.fits(kind),
            Self::Jose(_) => true,
        }
    }

    /// Whether it signs with keys for BBS.
    pub fn fits_bbs(self) -> bool {
        self == Self::DataIntegrity(Cryptosuite::Bbs2023)
    }

    /// Whether what it issues is for the holder, who makes from it what a verifier reads.
    pub fn is_selective(self) -> bool {
        matches!(self, Self::DataIntegrity(suite) if suite.is_selective())
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    fn from_str(text: &str) -> Result<Self, UnknownMechanism> {
        Self::all()
            .find(|mechanism| mechanism.name() == text)
            .ok_or(UnknownMechanism)
    }
}

/// Who signs.
#[derive(Debug, Clone, Copy)]
pub struct Signatory<'a> {
    /// The issuer of credentials, the holder of presentations.
    pub controller: &'a str,
    /// The verification method: a URL of the controller.
    pub method: &'a str,
    /// Its key.
    pub key: BaseKey<'a>,
}

/// What else a signature says. Nothing, by default.
#[derive(Debug, Clone, Default)]
pub struct SigningOptions {
    /// When it is made.
    pub created: Option<DateTime<Utc>>,
    /// Until when it holds.
    pub expires: Option<DateTime<Utc>>,
    /// Whom a presentation is for.
    pub domain: Option<String>,
    /// What a presentation answers.
    pub challenge: Option<String>,
    /// Which claims of a `vc+sd-jwt` may be hidden.
    pub disclosable: Vec<ClaimPath>,
    /// What can never be hidden, as JSON Pointers (RFC 6901), for suites of selective disclosure.
    pub mandatory: Vec<String>,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuanceError {
    /// It is no credential, or no presentation.
    #[error(transparent)]
    Vcdm(#[from] VcdmError),
    /// It says that it is an open badge, and has not the shape of one.
    #[error(transparent)]
    Badge(#[from] ShapeError),
    /// It says something that means nothing.
    #[error(transparent)]
    JsonLd(#[from] JsonLdError),
    /// DI-008: it is by somebody else than who signs.
    #[error("the document is by somebody else than who signs")]
    OtherController,
    /// It is secured already.
    #[error("the document has a proof already")]
    Secured,
    /// The mechanism does not sign with keys of this kind.
    #[error("the mechanism does not sign with a key of this kind")]
    WrongKey,
    /// A claim of a JWT in a document with proofs, or an option that the mechanism does not have.
    #[error("the mechanism cannot say {0}")]
    Unsupported(&'static str),
    /// The proof was not made.
    #[error(transparent)]
    DataIntegrity(#[from] DataIntegrityError),
    /// The signature was not made.
    #[error(transparent)]
    Jose(#[from] VcJoseError),
}

impl IssuanceError {
    /// How the specifications call it.
    pub fn standard(&self) -> StandardError {
        match self {
            Self::Vcdm(error) => error.into(),
            // What cannot be turned into what is signed does not say what it should.
            Self::Badge(_)
            | Self::JsonLd(_)
            | Self::OtherController
            | Self::Secured
            | Self::DataIntegrity(DataIntegrityError::JsonLd(_)) => StandardError::MalformedValue,
            Self::Jose(error @ VcJoseError::Document(_)) => error.into(),
            Self::WrongKey | Self::Unsupported(_) | Self::DataIntegrity(_) | Self::Jose(_) => {
                StandardError::ProofGeneration
            }
        }
    }
}

/// A document that was secured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issued {
    /// With a proof in it.
    Proven(Map<String, Value>),
    /// A JWT.
    Jwt(Content, String),
    /// An SD-JWT.
    SdJwt(Content, String),
    /// COSE.
    Cose(Content, Vec<u8>),
}

impl Issued {
    /// As JSON: what has a signature around it is put in an envelope (VCDM-011).
    pub fn to_value(&self) -> Value {
        match self {
            Self::Proven(members) => Value::Object(members.clone()),
            Self::Jwt(content, compact) => Envelope::of_jwt(*content, compact).to_value(),
            Self::SdJwt(content, text) => Envelope::of_sd_jwt(*content, text).to_value(),
            Self::Cose(content, bytes) => Envelope::of_cose(*content, bytes).to_value(),
        }
    }

    /// Its media type.
    pub fn media_type(&self) -> String {
        let typ = match self {
            Self::Proven(members) if members::has_type(members, "VerifiablePresentation") => "vp",
            Self::Proven(_) => "vc",
            Self::Jwt(content, _) => Securing::Jwt.typ(*content),
            Self::SdJwt(content, _) => Securing::SdJwt.typ(*content),
            Self::Cose(content, _) => Securing::Cose.typ(*content),
        };
        format!("application/{typ}")
    }

    /// As text that [`W3cDocument::parse`](crate::verification::w3c::W3cDocument::parse) reads; COSE in base 64.
    pub fn to_text(&self) -> String {
        match self {
            Self::Proven(members) => format!("{:#}", Value::Object(members.clone())),
            Self::Jwt(_, text) | Self::SdJwt(_, text) => text.clone(),
            Self::Cose(_, bytes) => BASE64.encode(bytes),
        }
    }
}

/// Signs a credential. A Data Integrity proof of a credential of VCDM 1.1 brings its context with it.
pub fn issue(
    credential: Map<String, Value>,
    mechanism: Mechanism,
    signatory: &Signatory<'_>,
    options: &SigningOptions,
    entropy: &dyn Entropy,
) -> Result<Issued, IssuanceError> {
    let mut is_badge = false;
    let (mut credential, version) = checked(credential, "issuer", signatory, |credential| {
        let version = vcdm::check_credential(credential)?;
        is_badge = open_badge::is_badge(credential) || open_badge::is_endorsement(credential);
        if is_badge {
            open_badge::check(credential)?;
        }
        Ok(version)
    })?;
    if matches!(mechanism, Mechanism::DataIntegrity(_)) {
        add_proof_context(&mut credential, version);
        if is_badge {
            // OB-005: the proofs of a badge are a list.
            credential.insert("proof".to_owned(), Value::Array(Vec::new()));
        }
    }
    secure(Content::Credential, credential, mechanism, signatory, options, entropy)
}

/// Signs a presentation, the credentials in it left as they are. Whose they are, and whether they hold, is not asked.
pub fn prove(
    mut presentation: Map<String, Value>,
    mechanism: Mechanism,
    signatory: &Signatory<'_>,
    options: &SigningOptions,
    entropy: &dyn Entropy,
) -> Result<Issued, IssuanceError> {
    presentation
        .entry("holder")
        .or_insert_with(|| signatory.controller.into());
    let (mut presentation, version) = checked(presentation, "holder", signatory, |presentation| {
        Ok(vcdm::check_presentation(presentation)?)
    })?;
    match mechanism {
        Mechanism::DataIntegrity(_) => add_proof_context(&mut presentation, version),
        Mechanism::Jose(_) => {
            for (claim, asked) in [("aud", &options.domain), ("nonce", &options.challenge)] {
                if let Some(asked) = asked {
                    presentation.insert(claim.to_owned(), asked.as_str().into());
                }
            }
        }
    }
    secure(
        Content::Presentation,
        presentation,
        mechanism,
        signatory,
        options,
        entropy,
    )
}

/// A document that nobody secured, that is what it must be, and that is by who signs.
fn checked(
    members: Map<String, Value>,
    party: &str,
    signatory: &Signatory<'_>,
    check: impl FnOnce(&Value) -> Result<Version, IssuanceError>,
) -> Result<(Map<String, Value>, Version), IssuanceError> {
    if members.contains_key("proof") {
        return Err(IssuanceError::Secured);
    }
    let document = Value::Object(members);
    let version = check(&document)?;
    let Value::Object(members) = document else {
        unreachable!("it was an object")
    };
    if members::party(&members, party) != Some(signatory.controller) {
        return Err(IssuanceError::OtherController);
    }
    Ok((members, version))
}

fn secure(
    content: Content,
    mut document: Map<String, Value>,
    mechanism: Mechanism,
    signatory: &Signatory<'_>,
    options: &SigningOptions,
    entropy: &dyn Entropy,
) -> Result<Issued, IssuanceError> {
    let fits = match signatory.key {
        BaseKey::Signing(key) => mechanism.fits(key.public().kind()),
        BaseKey::Bbs(_) => mechanism.fits_bbs(),
    };
    if !fits {
        return Err(IssuanceError::WrongKey);
    }
    if mechanism != Mechanism::Jose(Securing::SdJwt) && !options.disclosable.is_empty() {
        return Err(IssuanceError::Unsupported("which claims may be hidden"));
    }
    if !mechanism.is_selective() && !options.mandatory.is_empty() {
        return Err(IssuanceError::Unsupported("what can never be hidden"));
    }
    if mechanism.is_selective() && content == Content::Presentation {
        return Err(IssuanceError::Unsupported("what a presentation is for"));
    }
    match mechanism {
        Mechanism::DataIntegrity(suite) => {
            if suite.is_jcs() {
                let mut said = document.clone();
                said.remove("proof");
                json_ld::check_terms(&Value::Object(said))?;
            }
            let proof_options = ProofOptions {
                suite,
                verification_method: signatory.method.to_owned(),
                purpose: match content {
                    Content::Credential => "assertionMethod",
                    Content::Presentation => "authentication",
                }
                .to_owned(),
                created: options.created,
                expires: options.expires,
                domain: options.domain.clone(),
                challenge: options.challenge.clone(),
                id: None,
                previous: Vec::new(),
            };
            let text = Value::Object(document.clone()).to_string();
            let proof = match signatory.key {
                BaseKey::Signing(key) if !suite.is_selective() => data_integrity::sign(&text, &proof_options, key)?,
                key => sign_base(&text, &proof_options, &options.mandatory, key, entropy)?,
            };
            attach(&mut document, proof);
            Ok(Issued::Proven(document))
        }
        Mechanism::Jose(securing) => {
            let BaseKey::Signing(key) = signatory.key else {
                return Err(IssuanceError::WrongKey);
            };
            let with = SignWith {
                key,
                kid: signatory.method,
                expires_at: options.expires,
            };
            let mut said = document.clone();
            said.retain(|name, _| !matches!(name.as_str(), "aud" | "nonce"));
            json_ld::check_terms(&Value::Object(said))?;
            match securing {
                Securing::SdJwt if content == Content::Credential => {
                    let text = sign_sd_jwt(document, &options.disclosable, &with, entropy)?;
                    Ok(Issued::SdJwt(content, text))
                }
                Securing::Cose => Ok(Issued::Cose(content, sign_cose(content, document, &with)?)),
                // Nobody chooses what to show of a presentation: it is a JWT then, too.
                Securing::Jwt | Securing::SdJwt => Ok(Issued::Jwt(content, sign_jwt(content, document, &with)?)),
            }
        }
    }
}

/// VCDM 1.1 knows nothing of `DataIntegrityProof`.
fn add_proof_context(document: &mut Map<String, Value>, version: Version) {
    if version == Version::V1 {
        members::add_context(document, DATA_INTEGRITY_CONTEXT, &[OLDER_DATA_INTEGRITY_CONTEXT]);
    }
}

#[cfg(test)]
mod tests;
