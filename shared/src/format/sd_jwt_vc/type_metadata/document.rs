//! One document of a type (§5.2).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{ClaimMetadata, Disclosability, MAX_BYTES, MAX_CLAIMS, TypeMetadataError, TypeReference};
use crate::{credential::ClaimPath, json};

/// The most languages of one display.
const MAX_LANGUAGES: usize = 256;

/// How a type is shown in a language (§5.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeDisplay {
    /// RFC 5646.
    pub locale: String,
    /// For everybody.
    pub name: String,
    /// For everybody.
    pub description: Option<String>,
    /// Pictures and colours, as they are written: nothing of it is fetched or drawn here.
    pub rendering: Option<Map<String, Value>>,
}

/// How a claim is called in a language (§5.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimDisplay {
    /// RFC 5646.
    pub locale: String,
    /// For everybody.
    pub label: String,
    /// For everybody.
    pub description: Option<String>,
}

/// A document as it was written; what it does not say is inherited.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) vct: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) extends: Option<TypeReference>,
    pub(super) display: Vec<TypeDisplay>,
    pub(super) claims: Vec<Claim>,
}

#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) path: ClaimPath,
    mandatory: Option<bool>,
    disclosability: Option<Disclosability>,
    display: Vec<ClaimDisplay>,
    svg_id: Option<String>,
}

impl Document {
    /// Members that nobody defined are left aside.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, TypeMetadataError> {
        if bytes.len() > MAX_BYTES {
            return Err(TypeMetadataError::TooLarge);
        }
        let members = json::parse_object(bytes).map_err(|_| TypeMetadataError::Malformed("JSON"))?;
        let extends = match text(&members, "extends")? {
            None => None,
            Some(vct) => Some(TypeReference::read(&vct, members.get("extends#integrity"))?),
        };
        let claims: Vec<Claim> = objects(&members, "claims", MAX_CLAIMS)?
            .into_iter()
            .map(Claim::read)
            .collect::<Result<_, _>>()?;
        let paths: BTreeSet<&ClaimPath> = claims.iter().map(|claim| &claim.path).collect();
        if paths.len() != claims.len() {
            return Err(TypeMetadataError::Malformed("path"));
        }
        Ok(Self {
            vct: needed(&members, "vct")?,
            name: text(&members, "name")?,
            description: text(&members, "description")?,
            extends,
            display: by_language(&members, |locale, members| {
                Ok(TypeDisplay {
                    locale,
                    name: needed(members, "name")?,
                    description: text(members, "description")?,
                    rendering: match members.get("rendering") {
                        None => None,
                        Some(Value::Object(rendering)) => Some(rendering.clone()),
                        Some(_) => return Err(TypeMetadataError::Malformed("rendering")),
                    },
                })
            })?,
            claims,
        })
    }
}

impl Claim {
    fn read(members: &Map<String, Value>) -> Result<Self, TypeMetadataError> {
        let path = members.get("path").cloned().unwrap_or_default();
        let svg_id = text(members, "svg_id")?;
        if svg_id.as_deref().is_some_and(|id| !is_svg_id(id)) {
            return Err(TypeMetadataError::Malformed("svg_id"));
        }
        Ok(Self {
            path: serde_json::from_value(path).map_err(|_| TypeMetadataError::Malformed("path"))?,
            mandatory: match members.get("mandatory") {
                None => None,
                Some(Value::Bool(mandatory)) => Some(*mandatory),
                Some(_) => return Err(TypeMetadataError::Malformed("mandatory")),
            },
            disclosability: match text(members, "sd")?.as_deref() {
                None => None,
                Some("always") => Some(Disclosability::Always),
                Some("allowed") => Some(Disclosability::Allowed),
                Some("never") => Some(Disclosability::Never),
                Some(_) => return Err(TypeMetadataError::Malformed("sd")),
            },
            display: by_language(members, |locale, members| {
                Ok(ClaimDisplay {
                    locale,
                    label: needed(members, "label")?,
                    description: text(members, "description")?,
                })
            })?,
            svg_id,
        })
    }

    /// Adds to what a more general type says of the same claim; takes nothing of it back (§5.6.5.1).
    pub(super) fn tighten(self, known: &mut ClaimMetadata) -> Result<(), TypeMetadataError> {
        let demanded = self.disclosability.unwrap_or(known.disclosability);
        let is_free = known.disclosability == Disclosability::Allowed;
        if !(is_free || demanded == known.disclosability) || known.mandatory && self.mandatory == Some(false) {
            return Err(TypeMetadataError::Loosened);
        }
        known.disclosability = demanded;
        known.mandatory |= self.mandatory == Some(true);
        if !self.display.is_empty() {
            known.display = self.display;
        }
        if self.svg_id.is_some() {
            known.svg_id = self.svg_id;
        }
        Ok(())
    }
}

impl From<Claim> for ClaimMetadata {
    fn from(claim: Claim) -> Self {
        Self {
            path: claim.path,
            mandatory: claim.mandatory.unwrap_or_default(),
            disclosability: claim.disclosability.unwrap_or_default(),
            display: claim.display,
            svg_id: claim.svg_id,
        }
    }
}

/// §5.6: letters, digits and underscores, no digit first.
fn is_svg_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

fn text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, TypeMetadataError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(TypeMetadataError::Malformed(name)),
    }
}

fn needed(members: &Map<String, Value>, name: &'static str) -> Result<String, TypeMetadataError> {
    text(members, name)?.ok_or(TypeMetadataError::Malformed(name))
}

fn objects<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
    most: usize,
) -> Result<Vec<&'a Map<String, Value>>, TypeMetadataError> {
    let values = match members.get(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(values)) if values.len() <= most => values,
        Some(Value::Array(_)) => return Err(TypeMetadataError::TooLarge),
        Some(_) => return Err(TypeMetadataError::Malformed(name)),
    };
    let objects = values.iter().map(Value::as_object);
    objects.collect::<Option<_>>().ok_or(TypeMetadataError::Malformed(name))
}

/// `display`: one object a language.
fn by_language<T>(
    members: &Map<String, Value>,
    read: impl Fn(String, &Map<String, Value>) -> Result<T, TypeMetadataError>,
) -> Result<Vec<T>, TypeMetadataError> {
    let mut seen = BTreeSet::new();
    objects(members, "display", MAX_LANGUAGES)?
        .into_iter()
        .map(|members| {
            let locale = needed(members, "locale")?;
            if !seen.insert(locale.to_ascii_lowercase()) {
                return Err(TypeMetadataError::Malformed("locale"));
            }
            read(locale, members)
        })
        .collect()
}
