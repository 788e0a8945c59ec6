//! Securing documents.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Content, Securing, VcJoseError, check_document, owner, signer};
use crate::{
    credential::{ClaimPath, PathElement, members::party},
    entropy::Entropy,
    format::sd_jwt_vc::{self, Concealment},
    keys::{SigningKey, cose, jws},
};

/// What must stay in the open in a `vc+sd-jwt` (VC-JOSE-COSE §3.2), with all it contains.
const OPEN: [&str; 8] = [
    "@context",
    "type",
    "issuer",
    "credentialStatus",
    "credentialSchema",
    "relatedResource",
    "validFrom",
    "validUntil",
];

/// Who signs, with what.
#[derive(Debug, Clone, Copy)]
pub struct SignWith<'a> {
    /// The key.
    pub key: &'a SigningKey,
    /// Its name: the absolute URL of a verification method of the issuer (or holder), or a name among their keys. Then
    /// `iss` is written.
    pub kid: &'a str,
    /// When the signature expires (`exp`), whatever the document says of its own validity. Whole seconds.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Secures a document as `vc+jwt` or `vp+jwt`.
pub fn sign_jwt(content: Content, document: Map<String, Value>, with: &SignWith<'_>) -> Result<String, VcJoseError> {
    let claims = claims(content, Securing::Jwt, document, with)?;
    let text = jws::sign(
        Securing::Jwt.typ(content),
        header(content, with),
        &Value::Object(claims),
        with.key,
    );
    if text.len() > jws::MAX_BYTES {
        return Err(jws::JwsError::TooLarge.into());
    }
    Ok(text)
}

/// Secures a document as `vc+sd-jwt`, with these paths selectively disclosable (see [`sd_jwt_vc::issue`]).
pub fn sign_sd_jwt(
    document: Map<String, Value>,
    disclosable: &[ClaimPath],
    with: &SignWith<'_>,
    entropy: &dyn Entropy,
) -> Result<String, VcJoseError> {
    let must_be_open = |path: &ClaimPath| matches!(path.elements().first(), Some(PathElement::Key(name)) if OPEN.contains(&name.as_str()));
    if disclosable.iter().any(must_be_open) {
        return Err(VcJoseError::HiddenClaim);
    }
    let claims = claims(Content::Credential, Securing::SdJwt, document, with)?;
    let concealment = Concealment {
        disclosable,
        ..Concealment::default()
    };
    let text = sd_jwt_vc::issue_as(
        Securing::SdJwt.typ(Content::Credential),
        header(Content::Credential, with),
        Value::Object(claims),
        &concealment,
        with.key,
        entropy,
    )?;
    Ok(text)
}

/// Secures a document as `vc+cose` or `vp+cose`.
pub fn sign_cose(content: Content, document: Map<String, Value>, with: &SignWith<'_>) -> Result<Vec<u8>, VcJoseError> {
    let claims = claims(content, Securing::Cose, document, with)?;
    let typ = format!("application/{}", Securing::Cose.typ(content));
    let content_type = format!("application/{}", content.short());
    let header = cose::Header {
        content_type: Some(&content_type),
        kid: with.kid.as_bytes(),
        typ: Some(&typ),
    };
    let bytes = cose::sign(&header, Value::Object(claims).to_string().into_bytes(), with.key);
    if bytes.len() > cose::MAX_BYTES {
        return Err(cose::CoseError::TooLarge.into());
    }
    Ok(bytes)
}

fn header(content: Content, with: &SignWith<'_>) -> Map<String, Value> {
    Map::from_iter([
        ("cty".to_owned(), content.short().into()),
        ("kid".to_owned(), with.kid.into()),
    ])
}

/// The document with the claims of its signature: nothing is signed that we would refuse.
fn claims(
    content: Content,
    securing: Securing,
    mut document: Map<String, Value>,
    with: &SignWith<'_>,
) -> Result<Map<String, Value>, VcJoseError> {
    if with.kid.is_empty() {
        return Err(VcJoseError::KeyNotNamed);
    }
    check_document(content, &document)?;
    if owner(with.kid).is_none() && !document.contains_key("iss") {
        let named = party(&document, content.controller()).map(str::to_owned);
        let named = named.ok_or(VcJoseError::Document(content.controller()))?;
        document.insert("iss".to_owned(), named.into());
    }
    signer(content, securing, &document, Some(with.kid))?;
    if let Some(expires_at) = with.expires_at {
        document.insert("exp".to_owned(), expires_at.timestamp().into());
    }
    Ok(document)
}
