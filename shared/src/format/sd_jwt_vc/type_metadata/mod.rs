//! What a type of credential is: how it is shown, which claims it has, and which of them may be hidden
//! (draft-ietf-oauth-sd-jwt-vc-19 §5).
//!
//! ```text
//! TypeReference ──Resolving::of──► wanted() ──(somebody fetches)──► receive(bytes) ──► Wanted(Resolving) | Complete(TypeMetadata)
//! ```
//! A document says who it is of, and may extend another, which may extend another: each is asked for in turn. Nothing here
//! proves that an issuer may issue the type (SDVC-010).

mod document;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use self::document::Document;
pub use self::{
    document::{ClaimDisplay, TypeDisplay},
    rules::{BrokenRule, Whole},
};
use crate::{
    credential::ClaimPath,
    integrity::{Integrity, IntegrityError},
};

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The most claims of a type, with those of the types it extends.
pub const MAX_CLAIMS: usize = 1024;
/// The most documents: a type, the one it extends, and so on.
pub const MAX_DOCUMENTS: usize = 8;

/// Why the metadata of a type cannot be used. Once it is asked for, it is used whole or the credential is refused (SDVC-007).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeMetadataError {
    /// Larger than [`MAX_BYTES`], [`MAX_CLAIMS`] or [`MAX_DOCUMENTS`].
    #[error("the type metadata is too large")]
    TooLarge,
    /// §5.2 to §5.6: a member is missing or of another shape.
    #[error("the type metadata is malformed: {0}")]
    Malformed(&'static str),
    /// §5.3: it is of another type than the one asked for.
    #[error("the type metadata is of another type")]
    OtherType,
    /// §6: not the document that was meant.
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
    /// §7.4: a type extends itself.
    #[error("a type extends itself")]
    Circular,
    /// §5.6.5.1: what a type demands is loosened by one that extends it.
    #[error("a type loosens what the type it extends demands")]
    Loosened,
}

/// Which document is meant: the type, and its bytes when they are pinned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeReference {
    /// `vct`, or `extends`.
    pub vct: String,
    /// What `#integrity` beside it says.
    pub integrity: Option<String>,
}

impl TypeReference {
    /// The one of a credential, from the claims its issuer left in the open. A `vct` that is no text is for the check of the
    /// type.
    pub fn of_claims(claims: &Value) -> Result<Option<Self>, TypeMetadataError> {
        let Some(vct) = claims.get("vct").and_then(Value::as_str) else {
            return Ok(None);
        };
        Self::read(vct, claims.get("vct#integrity")).map(Some)
    }

    fn read(vct: &str, integrity: Option<&Value>) -> Result<Self, TypeMetadataError> {
        let integrity = match integrity {
            None => None,
            Some(Value::String(integrity)) => Some(integrity.clone()),
            Some(_) => return Err(TypeMetadataError::Malformed("#integrity")),
        };
        Ok(Self {
            vct: vct.to_owned(),
            integrity,
        })
    }
}

/// Whether a claim may be hidden (§5.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disclosability {
    /// It is always selectively disclosable.
    Always,
    /// The issuer chooses.
    #[default]
    Allowed,
    /// It always stands in the open.
    Never,
}

/// What is said of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimMetadata {
    /// Which claims: every element of an array by `null`.
    pub path: ClaimPath,
    /// Whether the issuer has to give it.
    pub mandatory: bool,
    /// Whether it may be hidden.
    pub disclosability: Disclosability,
    /// How it is called, by language.
    pub display: Vec<ClaimDisplay>,
    /// Its name in a picture (§5.5.1.2).
    pub svg_id: Option<String>,
}

/// A type, with all that the types it extends add to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeMetadata {
    /// Itself, then what it extends, the most general last. Never empty.
    pub types: Vec<String>,
    /// For developers.
    pub name: Option<String>,
    /// For developers.
    pub description: Option<String>,
    /// How it is shown, by language.
    pub display: Vec<TypeDisplay>,
    /// Its claims, those of the most general type first.
    pub claims: Vec<ClaimMetadata>,
}

/// A type whose documents come one by one.
#[derive(Debug)]
pub struct Resolving {
    /// Those that came, the most special first.
    documents: Vec<Document>,
    wanted: TypeReference,
}

/// Where the resolution of a type stands.
#[derive(Debug)]
pub enum Resolution {
    /// Another document is wanted.
    Wanted(Resolving),
    /// All came.
    Complete(TypeMetadata),
}

impl Resolving {
    /// Begins with the type of a credential.
    pub fn of(reference: TypeReference) -> Self {
        Self {
            documents: Vec::new(),
            wanted: reference,
        }
    }

    /// The document that is wanted now.
    pub fn wanted(&self) -> &TypeReference {
        &self.wanted
    }

    /// Takes the document that was wanted, as it came.
    pub fn receive(mut self, bytes: &[u8]) -> Result<Resolution, TypeMetadataError> {
        if let Some(integrity) = &self.wanted.integrity {
            Integrity::parse(integrity)?.check(bytes)?;
        }
        let document = Document::parse(bytes)?;
        if document.vct != self.wanted.vct {
            return Err(TypeMetadataError::OtherType);
        }
        let extended = document.extends.clone();
        self.documents.push(document);
        let Some(extended) = extended else {
            return merge(self.documents).map(Resolution::Complete);
        };
        if self.documents.iter().any(|known| known.vct == extended.vct) {
            return Err(TypeMetadataError::Circular);
        }
        if self.documents.len() == MAX_DOCUMENTS {
            return Err(TypeMetadataError::TooLarge);
        }
        self.wanted = extended;
        Ok(Resolution::Wanted(self))
    }
}

/// §5.6.5: from the most general type on, each adds claims and properties of claims.
fn merge(mut documents: Vec<Document>) -> Result<TypeMetadata, TypeMetadataError> {
    let types = documents.iter().map(|document| document.vct.clone()).collect();
    let Document { name, description, .. } = documents[0].clone();
    let mut merged = TypeMetadata {
        types,
        name,
        description,
        display: Vec::new(),
        claims: Vec::new(),
    };
    let mut places = BTreeMap::new();
    while let Some(document) = documents.pop() {
        if !document.display.is_empty() {
            merged.display = document.display;
        }
        for claim in document.claims {
            let Some(place) = places.get(&claim.path) else {
                if merged.claims.len() == MAX_CLAIMS {
                    return Err(TypeMetadataError::TooLarge);
                }
                places.insert(claim.path.clone(), merged.claims.len());
                merged.claims.push(claim.into());
                continue;
            };
            let known: &mut ClaimMetadata = &mut merged.claims[*place];
            claim.tighten(known)?;
        }
    }
    let mut ids: Vec<&str> = merged
        .claims
        .iter()
        .filter_map(|claim| claim.svg_id.as_deref())
        .collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(TypeMetadataError::Malformed("svg_id"));
    }
    Ok(merged)
}

/// Types that are known here, by their trusted documents: nobody is asked for them (§5.3.2).
#[derive(Debug, Clone, Default)]
pub struct TypeRegistry(BTreeMap<String, String>);

impl TypeRegistry {
    /// The types of this project.
    pub fn ours() -> Self {
        let ours = include_str!("../../../../../fixtures/type-metadata/activity-attestation-1.json");
        Self(BTreeMap::from([(
            crate::credential::ACTIVITY_VCT.to_owned(),
            ours.to_owned(),
        )]))
    }

    /// Adds a document. What it is of is read from it.
    pub fn add(&mut self, document: String) -> Result<(), TypeMetadataError> {
        let vct = Document::parse(document.as_bytes())?.vct;
        self.0.insert(vct, document);
        Ok(())
    }

    /// The document of a type.
    pub fn document(&self, vct: &str) -> Option<&str> {
        self.0.get(vct).map(String::as_str)
    }

    /// The type, when all its documents are here.
    pub fn resolve(&self, reference: &TypeReference) -> Option<Result<TypeMetadata, TypeMetadataError>> {
        let mut resolving = Resolving::of(reference.clone());
        loop {
            let document = self.document(&resolving.wanted().vct)?;
            match resolving.receive(document.as_bytes()) {
                Ok(Resolution::Wanted(next)) => resolving = next,
                Ok(Resolution::Complete(metadata)) => return Some(Ok(metadata)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
