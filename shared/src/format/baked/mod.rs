//! Badges baked into pictures (Open Badges 3.0 §5.3, *Baked Badge*): the credential travels in the picture that shows it.
//!
//! [`unbake`] takes the credential out of a PNG or SVG, as the text it was baked as: JSON with proofs inside, or a compact
//! JWS. Nothing is believed of it: it is to be verified as if it had come alone, and what the picture shows proves nothing.
//! [`bake`] puts one in and leaves every other byte as it was; a picture has one badge, and a second is refused.

mod png;
mod svg;
#[cfg(test)]
mod tests;

use crate::{
    credential::open_badge::{Former, former, is_compact},
    format::data_integrity,
};

/// The largest picture read or written, in bytes.
pub const MAX_PICTURE: usize = 8 * 1024 * 1024;

/// The largest credential read or written, in bytes.
pub const MAX_CREDENTIAL: usize = data_integrity::MAX_BYTES;

/// Why a picture gave no badge, or took none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BakedError {
    /// Larger than [`MAX_PICTURE`], with or without the badge.
    #[error("the picture is too large")]
    TooLarge,
    /// Larger than [`MAX_CREDENTIAL`].
    #[error("the credential is too large")]
    CredentialTooLarge,
    /// Neither PNG nor SVG.
    #[error("neither a PNG nor an SVG picture")]
    NotAPicture,
    /// The chunks of a PNG are not what PNG §5 makes of them, or one of their checksums is wrong.
    #[error("the PNG picture is damaged")]
    MalformedPng,
    /// The text of an SVG is no well-formed XML in UTF-8, or nests too deep.
    #[error("the SVG picture is damaged")]
    MalformedSvg,
    /// An SVG with a document type: it could define entities.
    #[error("an SVG picture with a document type is not read")]
    DocumentType,
    /// No badge in it.
    #[error("no badge is baked into the picture")]
    NoBadge,
    /// §5.3.1, §5.3.2: one badge in a picture.
    #[error("more than one badge is baked into the picture")]
    Repeated,
    /// §5.3.1: compression must not be used.
    #[error("the badge in the picture is compressed")]
    Compressed,
    /// The badge is given twice in its place, or not as text.
    #[error("the badge in the picture is malformed")]
    MalformedBadge,
    /// §5.3.1, §5.3.2: an error rather than another badge in its place.
    #[error("a badge is baked into the picture already")]
    AlreadyBaked,
    /// What is to be baked is neither a JSON object nor a compact JWS.
    #[error("neither JSON nor a compact JWS: not to be baked")]
    NotACredential,
    /// A character that XML cannot hold (XML 1.0 §2.2).
    #[error("the credential has a character that an SVG picture cannot hold")]
    NotForXml,
    /// A badge of before 3.0.
    #[error(transparent)]
    Former(#[from] Former),
}

/// A kind of picture that may hold a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// PNG.
    Png,
    /// SVG.
    Svg,
}

impl Picture {
    /// What these bytes look like; `None` when neither. The rest of them is not looked at.
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&png::SIGNATURE) {
            return Some(Self::Png);
        }
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        text.trim_ascii_start().starts_with(b"<").then_some(Self::Svg)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }

    /// What its files end with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// The credential in a picture, trimmed: JSON, or a compact JWS. A badge of before 3.0 is told by its name.
pub fn unbake(picture: &[u8]) -> Result<String, BakedError> {
    if picture.len() > MAX_PICTURE {
        return Err(BakedError::TooLarge);
    }
    let text = match Picture::recognise(picture) {
        Some(Picture::Png) => png::unbake(picture)?,
        Some(Picture::Svg) => svg::unbake(picture)?,
        None => return Err(BakedError::NotAPicture),
    };
    let text = text.trim();
    if text.len() > MAX_CREDENTIAL {
        return Err(BakedError::CredentialTooLarge);
    }
    if let Some(edition) = former(text) {
        return Err(edition.into());
    }
    if form(text).is_none() {
        return Err(BakedError::MalformedBadge);
    }
    Ok(text.to_owned())
}

/// The picture with the credential in it. What the credential says is not looked at.
pub fn bake(picture: &[u8], credential: &str) -> Result<Vec<u8>, BakedError> {
    let credential = credential.trim();
    if credential.len() > MAX_CREDENTIAL {
        return Err(BakedError::CredentialTooLarge);
    }
    let form = form(credential).ok_or(BakedError::NotACredential)?;
    if picture.len() > MAX_PICTURE {
        return Err(BakedError::TooLarge);
    }
    let baked = match Picture::recognise(picture) {
        Some(Picture::Png) => png::bake(picture, credential)?,
        Some(Picture::Svg) => svg::bake(picture, credential, form)?,
        None => return Err(BakedError::NotAPicture),
    };
    if baked.len() > MAX_PICTURE {
        return Err(BakedError::TooLarge);
    }
    Ok(baked)
}

/// The two forms of a credential in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// JSON with its proofs inside.
    Json,
    /// A compact JWS.
    Token,
}

fn form(text: &str) -> Option<Form> {
    if is_compact(text) {
        return Some(Form::Token);
    }
    crate::json::parse_object(text.as_bytes()).ok().map(|_| Form::Json)
}
