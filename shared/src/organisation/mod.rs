//! Organisations: who they are to the law.

mod identifiers;

use serde::{Deserialize, Serialize};

pub use identifiers::{IdentifierError, Rna, Siren, Siret};

use crate::text::Text;

/// What an attestation says of the organisation that signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: Text<200>,
    /// RNA number (none in Alsace-Moselle).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rna: Option<Rna>,
    /// SIREN, when it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub siren: Option<Siren>,
    /// SIRET of the establishment, when it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub siret: Option<Siret>,
}

/// The last part of an organisation's addresses: `les-paniers-du-vallon`. 1 to 60 of `a-z 0-9 -`, no `-` at an end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// This text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only a-z, 0-9 and - are allowed, 60 at most, no - at an end")]
pub struct NotASlug;

impl Slug {
    /// As written.
    pub fn as_str(&self) -> &str { &self.0 }
    /// A slug made from a name: accents dropped, spaces to dashes.
    pub fn from_name(name: &str) -> Result<Self, NotASlug> { todo!() }
}
impl std::str::FromStr for Slug { type Err = NotASlug; fn from_str(text: &str) -> Result<Self, NotASlug> { todo!() } }
impl TryFrom<String> for Slug { type Error = NotASlug; fn try_from(text: String) -> Result<Self, NotASlug> { text.parse() } }
impl From<Slug> for String { fn from(slug: Slug) -> Self { slug.0 } }
impl std::fmt::Display for Slug { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }
