//! JSON-LD, as far as signatures need it: from a document to the statements it makes.
//!
//! It is safe where JSON-LD is lax. Contexts are pinned by digest and compiled in: nothing is fetched. A term, a type or an
//! IRI that means nothing would be left out of the statements, and so out of the signature: here it is an error that names
//! the place, at issuance and at verification.
//!
//! What is compiled is what credentials use. A document with more of JSON-LD (`@included`, `@nest`, `@reverse`, `@index`,
//! `@graph`, nested lists and the like) takes the general path through `ssi`, slower and by the
//! same rules.

mod context;
mod general;
pub(crate) mod iri;
mod literal;
mod pinned;
mod walk;

use std::{fmt, sync::Arc};

use bumpalo::Bump;
use serde_json::Value;

use self::context::Active;
pub use self::context::ContextError;
pub(crate) use self::walk::Origins;
use super::rdf::Dataset;
use crate::json::Node;

/// The most that a document may say, every statement written in full: a long name is written in each that it is part of. In
/// bytes: four times the largest document.
const MAX_SAID: usize = 4 << 20;

/// A document that makes no statements we could stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonLdError {
    flaw: Flaw,
    /// From the innermost name outwards.
    path: Vec<String>,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is no `@context`.
    #[error("there is no @context")]
    NoContext,
    /// The context was refused.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The name means nothing in its context.
    #[error("the term is not defined")]
    UndefinedTerm,
    /// The type means nothing in its context.
    #[error("the type {0} is not defined")]
    UndefinedType(String),
    /// An identifier without scheme, or no IRI at all.
    #[error("{0} is not an absolute IRI")]
    RelativeIri(String),
    /// `@id` is one string.
    #[error("an identifier is a string")]
    WrongId,
    /// `@type` is strings.
    #[error("a type is a string")]
    WrongType,
    /// A language tag that is none, or on something else than text.
    #[error("this is not text in a language")]
    WrongLanguage,
    /// Two members that stand for one keyword.
    #[error("{0} is there twice")]
    Twice(&'static str),
    /// A direction that is none, or on something else than text.
    #[error("this is not text in a direction")]
    Direction,
    /// A number two readers may read differently.
    #[error("the number is not exact")]
    UnsafeNumber,
    /// A value that must be an object.
    #[error("an object is needed here")]
    NotAnObject,
    /// It takes too long to read: too many contexts of its own.
    #[error("the document takes too long to read")]
    TooComplex,
    /// An index says nothing: whoever changes it breaks no signature.
    #[error("an index cannot be signed")]
    Index,
    /// The general path found it wrong; the text says how.
    #[error("this is no JSON-LD: {0}")]
    Invalid(String),
    /// Right JSON-LD that is not read here.
    #[error("this part of JSON-LD is not supported")]
    Unsupported,
}

impl From<Flaw> for JsonLdError {
    fn from(flaw: Flaw) -> Self {
        Self { flaw, path: Vec::new() }
    }
}

impl JsonLdError {
    /// What is wrong.
    pub fn flaw(&self) -> &Flaw {
        &self.flaw
    }

    /// Where: a JSON Pointer (RFC 6901).
    pub fn pointer(&self) -> String {
        self.path.iter().rev().fold(String::new(), |pointer, name| {
            format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
        })
    }

    /// Whether it is no flaw of the document, but something that is not read here.
    fn is_beyond_us(&self) -> bool {
        matches!(self.flaw, Flaw::Context(ContextError::Unknown(_))) || self.is_for_general_path()
    }

    /// Whether it is right as far as it was read, but outside the compiled part.
    fn is_for_general_path(&self) -> bool {
        matches!(
            self.flaw,
            Flaw::Unsupported | Flaw::Context(ContextError::Unsupported(_))
        )
    }

    fn under(mut self, name: &str) -> Self {
        self.path.push(name.to_owned());
        self
    }
}

impl fmt::Display for JsonLdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.flaw, self.pointer())
    }
}

impl std::error::Error for JsonLdError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.flaw)
    }
}

/// What the terms of a document mean.
pub(crate) struct Context<'c> {
    /// None, but why: it is for the general path.
    compiled: Result<Arc<Active>, JsonLdError>,
    written: Option<&'c Node<'c>>,
    /// Text of statements that stands neither in the document nor in a pinned context.
    made: Bump,
}

impl<'c> Context<'c> {
    /// From the `@context` of a document.
    pub(crate) fn of(document: &'c Node<'c>) -> Result<Self, JsonLdError> {
        let written = document.member("@context").ok_or(Flaw::NoContext)?;
        let compiled =
            Active::of_document(written).map_err(|error| JsonLdError::from(Flaw::Context(error)).under("@context"));
        match compiled {
            Err(error) if !error.is_for_general_path() => Err(error),
            compiled => Ok(Self {
                compiled,
                written: Some(written),
                made: Bump::new(),
            }),
        }
    }

    /// The context in which only keywords and whole IRIs mean something.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn empty() -> Self {
        Self {
            compiled: Ok(Arc::default()),
            written: None,
            made: Bump::new(),
        }
    }

    /// The statements of a document, whose own `@context` is not looked at.
    pub(crate) fn statements<'a>(&'a self, document: &'a Node<'a>) -> Result<Dataset<'a>, JsonLdError> {
        let beyond = match self.compiled(|active| walk::statements(document, active, &self.made)) {
            Err(error) if error.is_for_general_path() => error,
            done => return done,
        };
        match general::statements(document, self.written, &self.made) {
            // It is not for that path either: what was said first stands.
            Err(error) if error.flaw == Flaw::TooComplex => Err(beyond),
            done => done,
        }
    }

    /// The same statements, and the place in the document that each comes from: of what is compiled alone.
    pub(crate) fn traced<'a>(&'a self, document: &'a Node<'a>) -> Result<(Dataset<'a>, Origins), JsonLdError> {
        self.compiled(|active| walk::traced(document, active, &self.made))
    }

    /// The statements through each path: the compiled one when it reads such a document, and the general one.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn through_each<'a>(
        &'a self,
        document: &'a Node<'a>,
    ) -> (
        Option<Result<Dataset<'a>, JsonLdError>>,
        Result<Dataset<'a>, JsonLdError>,
    ) {
        let compiled = self.compiled(|active| walk::statements(document, active, &self.made));
        let is_read = !matches!(&compiled, Err(error) if error.is_for_general_path());
        (
            is_read.then_some(compiled),
            general::statements(document, self.written, &self.made),
        )
    }

    fn compiled<T>(&self, read: impl FnOnce(&Arc<Active>) -> Result<T, JsonLdError>) -> Result<T, JsonLdError> {
        self.compiled.as_ref().map_err(Clone::clone).and_then(read)
    }
}

/// Refuses a document that says something without meaning. One whose contexts are not known here says what only others
/// can tell: nothing is held against it, since the mechanisms that ask this sign every byte. That is why an index may be
/// there, too.
pub fn check_terms(document: &Value) -> Result<(), JsonLdError> {
    let document = Node::from(document);
    let statements = Context::of(&document).and_then(|context| context.statements(&document).map(drop));
    match statements {
        Err(error) if error.is_beyond_us() || error.flaw == Flaw::Index => Ok(()),
        statements => statements,
    }
}

#[cfg(test)]
mod tests;
