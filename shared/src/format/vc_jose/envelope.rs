//! Secured documents as values of a `data:` URL (VCDM 2.0 §4.13, RFC 2397).

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value, json};

use super::{CONTEXT, Content, SecuredDocument, Securing, VcJoseError, has_type};
use crate::keys::cose;

/// RFC 2397 wants padding, the W3C's examples leave it out; stray bits are refused all the same.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An `EnvelopedVerifiableCredential` or `EnvelopedVerifiablePresentation`: closed, that is **unverified** and not even
/// parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    content: Content,
    letter: Letter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Letter {
    Jwt(String),
    SdJwt(String),
    Cose(Vec<u8>),
}

impl Envelope {
    /// Around a `vc+jwt` or `vp+jwt`.
    pub fn of_jwt(content: Content, compact: &str) -> Self {
        let letter = Letter::Jwt(compact.to_owned());
        Self { content, letter }
    }

    /// Around a `vc+sd-jwt`.
    pub fn of_sd_jwt(content: Content, text: &str) -> Self {
        let letter = Letter::SdJwt(text.to_owned());
        Self { content, letter }
    }

    /// Around a `vc+cose` or `vp+cose`.
    pub fn of_cose(content: Content, bytes: &[u8]) -> Self {
        let letter = Letter::Cose(bytes.to_vec());
        Self { content, letter }
    }

    /// Reads `{"@context": …, "id": "data:…", "type": "Enveloped…"}` (VCDM-011). The `data:` URL holds a JWT or an SD-JWT
    /// as it is, or a COSE_Sign1 in base 64, and is of a media type of VC-JOSE-COSE.
    pub fn read(content: Content, value: &Value) -> Result<Self, VcJoseError> {
        let members = value.as_object().ok_or(VcJoseError::NotEnveloped)?;
        if !is_envelope(content, members) {
            return Err(VcJoseError::NotEnveloped);
        }
        let id = members.get("id").and_then(Value::as_str);
        let letter = id
            .and_then(|id| open_url(content, id))
            .ok_or(VcJoseError::NotEnveloped)?;
        Ok(Self { content, letter })
    }

    /// How the document inside is secured.
    pub fn securing(&self) -> Securing {
        match self.letter {
            Letter::Jwt(_) => Securing::Jwt,
            Letter::SdJwt(_) => Securing::SdJwt,
            Letter::Cose(_) => Securing::Cose,
        }
    }

    /// Parses the document inside.
    pub fn open(&self) -> Result<SecuredDocument, VcJoseError> {
        match &self.letter {
            Letter::Jwt(compact) => SecuredDocument::parse_jwt(self.content, compact),
            Letter::SdJwt(text) => SecuredDocument::parse_sd_jwt(self.content, text),
            Letter::Cose(bytes) => SecuredDocument::parse_cose(self.content, bytes),
        }
    }

    /// The `data:` URL.
    pub fn to_url(&self) -> String {
        let typ = self.securing().typ(self.content);
        match &self.letter {
            Letter::Jwt(text) | Letter::SdJwt(text) => format!("data:application/{typ},{text}"),
            Letter::Cose(bytes) => format!("data:application/{typ};base64,{}", BASE64.encode(bytes)),
        }
    }

    /// As it stands in a presentation.
    pub fn to_value(&self) -> Value {
        json!({ "@context": CONTEXT, "id": self.to_url(), "type": envelope_type(self.content) })
    }
}

fn envelope_type(content: Content) -> &'static str {
    match content {
        Content::Credential => "EnvelopedVerifiableCredential",
        Content::Presentation => "EnvelopedVerifiablePresentation",
    }
}

fn is_envelope(content: Content, members: &Map<String, Value>) -> bool {
    let first = match members.get("@context") {
        Some(Value::Array(several)) => several.first(),
        one => one,
    };
    first.is_some_and(|first| first == CONTEXT) && has_type(members, envelope_type(content))
}

fn open_url(content: Content, url: &str) -> Option<Letter> {
    // As URL parsers do (WHATWG URL §4.4): the W3C's own vectors end in a line feed.
    let (scheme, rest) = url.trim_matches(|character| character <= ' ').split_once(':')?;
    let (media_type, letter) = rest.split_once(',')?;
    if !scheme.eq_ignore_ascii_case("data") || letter.is_empty() {
        return None;
    }
    let (media_type, is_base64) = match media_type.split_once(';') {
        None => (media_type, false),
        Some((media_type, parameter)) if parameter.eq_ignore_ascii_case("base64") => (media_type, true),
        Some(_) => return None,
    };
    let (application, typ) = media_type.split_once('/')?;
    if !application.eq_ignore_ascii_case("application") {
        return None;
    }
    let is = |securing: Securing| typ.eq_ignore_ascii_case(securing.typ(content));
    if is(Securing::Cose) && is_base64 && letter.len() / 4 * 3 <= cose::MAX_BYTES {
        return BASE64.decode(letter).ok().map(Letter::Cose);
    }
    if is_base64 || !letter.bytes().all(is_of_a_token) {
        return None;
    }
    if is(Securing::Jwt) {
        Some(Letter::Jwt(letter.to_owned()))
    } else if is(Securing::SdJwt) {
        Some(Letter::SdJwt(letter.to_owned()))
    } else {
        None
    }
}

/// Base64url, and what stands between its parts: nothing that a URL would have to escape.
fn is_of_a_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}
