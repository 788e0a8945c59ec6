//! From bytes to a document, **unverified**.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Map, Value};

use super::{Form, MAX_BYTES, Proven, W3cDocument, W3cError};
use crate::{
    credential::{
        members::has_type,
        open_badge::{BadgeToken, TokenError},
        vcdm,
    },
    format::{
        data_integrity::Secured,
        vc_jose::{Content, Envelope, SecuredDocument, VcJoseError},
    },
    json,
};

impl W3cDocument {
    /// Reads JSON with proofs, an envelope, a JWT, an SD-JWT, or COSE (in base 64 too), credential or presentation.
    pub fn parse(bytes: &[u8]) -> Result<Self, W3cError> {
        if bytes.len() > MAX_BYTES {
            return Err(W3cError::TooLarge);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return either(|content| SecuredDocument::parse_cose(content, bytes)).and_then(Self::of_signature);
        };
        let text = text.trim();
        if text.starts_with('{') {
            Self::of_json(json::parse_object(text.as_bytes())?, Some(text))
        } else if !text.is_ascii() || text.contains(char::is_whitespace) {
            Err(W3cError::UnknownForm)
        } else if text.contains('~') {
            either(|content| SecuredDocument::parse_sd_jwt(content, text)).and_then(Self::of_signature)
        } else if !text.contains('.') {
            let bytes = BASE64.decode(text).map_err(|_| W3cError::UnknownForm)?;
            either(|content| SecuredDocument::parse_cose(content, &bytes)).and_then(Self::of_signature)
        } else {
            match either(|content| SecuredDocument::parse_jwt(content, text)) {
                Err(W3cError::Jose(VcJoseError::WrongType)) => Self::of_badge(text),
                secured => secured.and_then(Self::of_signature),
            }
        }
    }

    /// Reads one that is a JSON object already: with proofs, or an envelope.
    pub fn from_object(members: Map<String, Value>) -> Result<Self, W3cError> {
        Self::of_json(members, None)
    }

    fn of_json(mut members: Map<String, Value>, text: Option<&str>) -> Result<Self, W3cError> {
        let has_type = |wanted: &str| has_type(&members, wanted);
        for (name, content) in [
            ("EnvelopedVerifiableCredential", Content::Credential),
            ("EnvelopedVerifiablePresentation", Content::Presentation),
        ] {
            if has_type(name) {
                let envelope = Envelope::read(content, &Value::Object(members))?;
                return Self::of_signature(envelope.open()?);
            }
        }
        let content = if has_type("VerifiablePresentation") {
            Content::Presentation
        } else {
            Content::Credential
        };
        let text = text.map_or_else(|| Value::Object(members.clone()).to_string(), str::to_owned);
        let (controllers, sign_statements) = said_by_proofs(&text)?;
        members.remove("proof");
        let credentials = match content {
            Content::Credential => Vec::new(),
            Content::Presentation => credentials_of(&members)?,
        };
        Ok(Self {
            content,
            form: Form::Proofs(Proven {
                text,
                controllers,
                sign_statements,
            }),
            document: Value::Object(members),
            credentials,
        })
    }

    fn of_signature(secured: SecuredDocument) -> Result<Self, W3cError> {
        let credentials = match secured.content() {
            Content::Credential => Vec::new(),
            Content::Presentation => credentials_of(secured.document())?,
        };
        Ok(Self {
            content: secured.content(),
            document: Value::Object(secured.document().clone()),
            form: Form::Signature(Box::new(secured)),
            credentials,
        })
    }

    fn of_badge(text: &str) -> Result<Self, W3cError> {
        let token = BadgeToken::parse(text).map_err(|error| match error {
            TokenError::WrongType => VcJoseError::WrongType.into(),
            error => W3cError::Badge(error),
        })?;
        Ok(Self {
            content: Content::Credential,
            document: token.badge().clone(),
            form: Form::Badge(Box::new(token)),
            credentials: Vec::new(),
        })
    }
}

/// A credential, or else a presentation: their types tell.
fn either(parse: impl Fn(Content) -> Result<SecuredDocument, VcJoseError>) -> Result<SecuredDocument, W3cError> {
    match parse(Content::Credential) {
        Err(VcJoseError::WrongType) => Ok(parse(Content::Presentation)?),
        parsed => Ok(parsed?),
    }
}

/// Whose keys the proofs are by, and whether each signs statements. Refuses what has no proof, and more than we read; one
/// that is malformed says nothing.
fn said_by_proofs(text: &str) -> Result<(Vec<String>, bool), W3cError> {
    let secured = Secured::parse(text)?;
    let Ok(proofs) = secured.proofs() else {
        return Ok((Vec::new(), false));
    };
    let methods = proofs
        .iter()
        .filter_map(|proof| proof.verification_method().split_once('#'));
    Ok((
        methods.map(|(controller, _)| controller.to_owned()).collect(),
        proofs.iter().all(|proof| !proof.suite().is_jcs()),
    ))
}

/// What lies in a presentation.
fn credentials_of(presentation: &Map<String, Value>) -> Result<Vec<W3cDocument>, W3cError> {
    let credentials = match presentation.get("verifiableCredential") {
        None => return Ok(Vec::new()),
        Some(Value::Array(credentials)) => credentials.as_slice(),
        Some(only) => std::slice::from_ref(only),
    };
    if credentials.len() > vcdm::MAX_CREDENTIALS {
        return Err(W3cError::NotCredentials);
    }
    credentials
        .iter()
        .map(|credential| {
            let members = credential.as_object().ok_or(W3cError::NotCredentials)?;
            let is_secured = members.contains_key("proof") || has_type(members, "EnvelopedVerifiableCredential");
            let read = if is_secured {
                W3cDocument::from_object(members.clone())?
            } else {
                W3cDocument {
                    content: Content::Credential,
                    form: Form::Open,
                    document: credential.clone(),
                    credentials: Vec::new(),
                }
            };
            match read.content {
                Content::Credential => Ok(read),
                Content::Presentation => Err(W3cError::NotCredentials),
            }
        })
        .collect()
}
