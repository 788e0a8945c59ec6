//! Compact JWS (RFC 7515). [`Jws::parse`] takes ES256 alone, as the OpenID protocols and SD-JWT VC want it; where a
//! standard allows more, [`Jws::parse_for`] is told which kinds of keys.

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine;
use self_cell::self_cell;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Jwk, KeyKind, PublicKey, SigningKey};
use crate::{
    base64url::BASE64URL,
    json::{self, Node},
};

/// The largest JWS that is parsed, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// The kinds of keys that sign where nothing else is said: ES256, chosen by us and never by the token (RFC 8725 §3.1).
pub(crate) const ES256: &[KeyKind] = &[KeyKind::P256];

/// Why a JWS was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Larger than [`MAX_BYTES`], or than the limit of its kind.
    #[error("the token is too large")]
    TooLarge,
    /// RFC 7515 §7.1: three base64url parts, a JSON object without duplicate names as header.
    #[error("the token is malformed")]
    Malformed,
    /// RFC 8725 §3.1: `alg` is `none`, symmetric or not one of those expected.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// RFC 7515 §4.1.11: an extension we do not know is critical.
    #[error("the token has a critical extension we do not know")]
    Critical,
    /// RFC 8725 §3.11: `typ` is not the one expected.
    #[error("the token has the wrong type")]
    WrongType,
    /// RFC 7515 §5.2.
    #[error("the signature does not fit the key")]
    BadSignature,
    /// The payload is not the JSON expected (duplicate names included).
    #[error("the claims are malformed")]
    Claims,
}

/// Signs `claims` (a JSON object) under a header `{alg, typ, …header}`; `alg` is what the key does.
///
/// # Panics
/// Never on JSON values.
pub fn sign(typ: &str, mut header: Map<String, Value>, claims: &Value, key: &SigningKey) -> String {
    header.insert("alg".to_owned(), key.public().kind().algorithm().into());
    header.insert("typ".to_owned(), typ.into());
    let mut json = Vec::with_capacity(1024);
    let mut compact = String::with_capacity(2048);
    write_json(&header, &mut json);
    BASE64URL.encode_string(&json, &mut compact);
    compact.push('.');
    json.clear();
    write_json(claims, &mut json);
    BASE64URL.encode_string(&json, &mut compact);
    let signature = key.sign(compact.as_bytes());
    compact.push('.');
    BASE64URL.encode_string(signature, &mut compact);
    compact
}

#[expect(clippy::expect_used, reason = "JSON values, and memory takes what is written")]
fn write_json(value: &impl Serialize, into: &mut Vec<u8>) {
    serde_json::to_writer(into, value).expect("a JSON value has a text");
}

/// A parsed, **unverified** JWS.
#[derive(Debug, Clone)]
pub struct Jws {
    /// The text it was found in.
    text: Arc<str>,
    /// What is signed: the first two parts, as received.
    signed: Range<usize>,
    /// The kind of key that `alg` means.
    kind: KeyKind,
    header: String,
    /// `typ` of the header, if it is text.
    typ: Option<Box<str>>,
    /// The header, once somebody asks for more of it.
    members: OnceLock<Map<String, Value>>,
    payload: Payload,
    signature: Vec<u8>,
    /// What is signed, once somebody asks for its hash.
    hashed: OnceLock<Hashed>,
}

self_cell! {
    /// The payload, and what it says: read once, where it is.
    struct Payload {
        owner: Vec<u8>,
        #[covariant]
        dependent: Said,
    }

    impl { Debug }
}

/// The claims; `None` when the payload is no object.
type Said<'a> = Option<Node<'a>>;

impl Payload {
    fn read(bytes: Vec<u8>) -> Self {
        Self::new(bytes, |bytes| {
            let node = Node::parse(str::from_utf8(bytes).ok()?).ok()?;
            matches!(node, Node::Object(_)).then_some(node)
        })
    }
}

impl Clone for Payload {
    fn clone(&self) -> Self {
        Self::read(self.borrow_owner().clone())
    }
}

/// SHA-256 so far, for who goes on from there.
#[derive(Clone)]
struct Hashed(digest::Context);

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed")
    }
}

impl Jws {
    /// Parses structure and header. Refuses `alg` other than ES256 and any `crit`. Checks no signature.
    pub fn parse(compact: &str) -> Result<Self, JwsError> {
        Self::parse_for(compact, ES256)
    }

    /// The same with the algorithms of these kinds of keys. Only a key of the kind named in the token fits it.
    pub fn parse_for(compact: &str, kinds: &[KeyKind]) -> Result<Self, JwsError> {
        Self::read(compact, kinds, MAX_BYTES)
    }

    /// The same of a part of a longer text, which is not copied.
    pub(crate) fn parse_part(text: &Arc<str>, part: Range<usize>, kinds: &[KeyKind]) -> Result<Self, JwsError> {
        if part.len() > MAX_BYTES {
            return Err(JwsError::TooLarge);
        }
        Self::read_part(Arc::clone(text), part, kinds)
    }

    /// ES256 within another limit, in bytes.
    pub(crate) fn parse_within(compact: &str, limit: usize) -> Result<Self, JwsError> {
        Self::read(compact, ES256, limit)
    }

    fn read(compact: &str, kinds: &[KeyKind], limit: usize) -> Result<Self, JwsError> {
        if compact.len() > limit {
            return Err(JwsError::TooLarge);
        }
        Self::read_part(compact.into(), 0..compact.len(), kinds)
    }

    fn read_part(text: Arc<str>, part: Range<usize>, kinds: &[KeyKind]) -> Result<Self, JwsError> {
        let compact = &text[part.clone()];
        // From both ends, as what is long is in the middle: more than three parts are seen when it does not decode.
        let (header, rest) = compact.split_once('.').ok_or(JwsError::Malformed)?;
        let (payload, signature) = rest.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let signed = part.start..part.start + header.len() + 1 + payload.len();
        let decoded = decode(payload);
        if decoded.is_err() && payload.contains('.') {
            return Err(JwsError::Malformed);
        }
        let header = String::from_utf8(decode(header)?).map_err(|_| JwsError::Malformed)?;
        let (kind, typ) = read_header(&header, kinds)?;
        Ok(Self {
            signed,
            kind,
            typ,
            header,
            members: OnceLock::new(),
            payload: Payload::read(decoded?),
            signature: decode(signature)?,
            text,
            hashed: OnceLock::new(),
        })
    }

    /// The header.
    ///
    /// # Panics
    /// Never: it was read when the token was parsed.
    #[expect(clippy::expect_used, reason = "it was read when the token was parsed")]
    pub fn header(&self) -> &Map<String, Value> {
        let members = || json::parse_object(self.header.as_bytes()).expect("a header that was read");
        self.members.get_or_init(members)
    }

    /// `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.header().get("kid").and_then(Value::as_str)
    }

    /// `jwk` of the header.
    pub fn jwk(&self) -> Option<Result<Jwk, super::KeyError>> {
        self.header().get("jwk").map(|jwk| Jwk::from_value(jwk.clone()))
    }

    /// Refuses another `typ` (compared without case and without `application/`).
    pub fn expect_type(&self, typ: &str) -> Result<(), JwsError> {
        let found = self.typ.as_deref().ok_or(JwsError::WrongType)?;
        if subtype(found).eq_ignore_ascii_case(subtype(typ)) {
            Ok(())
        } else {
            Err(JwsError::WrongType)
        }
    }

    /// Checks the signature. A key of another kind than the algorithm's fits nothing (RFC 8725 §3.1).
    pub fn verify(&self, key: &PublicKey) -> Result<(), JwsError> {
        if key.kind() != self.kind {
            return Err(JwsError::BadSignature);
        }
        let verified = match self.kind {
            KeyKind::P256 => key.verify_hashed(&self.sha256_of_signed().finish(), &self.signature),
            _ => key.verify(self.signed(), &self.signature),
        };
        verified.map_err(|_| JwsError::BadSignature)
    }

    /// SHA-256 after the bytes that are signed: `header.payload`. They are hashed once.
    pub(crate) fn sha256_of_signed(&self) -> digest::Context {
        let hashed = || {
            let mut context = digest::Context::new(&SHA256);
            context.update(self.signed());
            Hashed(context)
        };
        self.hashed.get_or_init(hashed).0.clone()
    }

    /// What is signed.
    pub(crate) fn signed(&self) -> &[u8] {
        self.text[self.signed.clone()].as_bytes()
    }

    /// The claims, as signed bytes say, **whether or not** the signature was checked.
    pub fn unverified_claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        serde_json::from_value(Value::Object(self.unverified_object()?)).map_err(|_| JwsError::Claims)
    }

    /// The claims as they are, **whether or not** the signature was checked.
    pub fn unverified_object(&self) -> Result<Map<String, Value>, JwsError> {
        let claims = self.unverified_node()?.clone();
        claims.into_object().map_err(|_| JwsError::Claims)
    }

    /// The same, where they were read: an object.
    pub(crate) fn unverified_node(&self) -> Result<&Node<'_>, JwsError> {
        self.payload.borrow_dependent().as_ref().ok_or(JwsError::Claims)
    }

    /// The claims once the signature is checked.
    pub fn claims<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T, JwsError> {
        self.verify(key)?;
        self.unverified_claims()
    }
}

/// What of the header decides: the kind of key that `alg` means, and `typ` if it is text.
fn read_header(text: &str, kinds: &[KeyKind]) -> Result<(KeyKind, Option<Box<str>>), JwsError> {
    let Ok(header @ Node::Object(_)) = Node::parse(text) else {
        return Err(JwsError::Malformed);
    };
    let named = header.member("alg").and_then(Node::text).ok_or(JwsError::Algorithm)?;
    let kind = *kinds
        .iter()
        .find(|kind| kind.algorithms().contains(&named))
        .ok_or(JwsError::Algorithm)?;
    if header.member("crit").is_some() {
        return Err(JwsError::Critical);
    }
    if header.member("kid").is_some_and(|kid| kid.text().is_none()) {
        return Err(JwsError::Malformed);
    }
    Ok((kind, header.member("typ").and_then(Node::text).map(Into::into)))
}

/// Strict base64url: no padding, no whitespace, no stray trailing bits (NEG-29).
fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    BASE64URL.decode(part).map_err(|_| JwsError::Malformed)
}

/// RFC 7515 §4.1.9: `application/` may be left out.
pub(crate) fn subtype(typ: &str) -> &str {
    match typ.get(.."application/".len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case("application/") => &typ[prefix.len()..],
        _ => typ,
    }
}

#[cfg(test)]
mod tests;
