//! Contexts: what the terms of a document mean (JSON-LD 1.1 API §4).
//!
//! Definitions are compiled into tables once and kept: entering a node with a scoped context is a look-up, not a
//! computation. Only what credentials use is compiled; the rest is [`ContextError::Unsupported`].

mod define;
pub(super) mod weight;
mod word;

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, RwLock},
};

use foldhash::fast::RandomState;
use serde_json::Value;

use self::define::Building;
pub(super) use self::word::Word;
use super::{
    iri::{is_keyword, is_keyword_like},
    pinned,
};
use crate::json::Node;

/// The most terms that stand for keywords: every member of a document is compared with each.
const MAX_ALIASES: usize = 24;

/// Why a context was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// Not one of the contexts we pin: nothing is fetched.
    #[error("the context {0} is not known here")]
    Unknown(String),
    /// JSON-LD 1.1 API §4.1 and §4.2: the definition is wrong, or redefines a protected term.
    #[error("the context defines {0} wrongly")]
    Invalid(String),
    /// Right, but outside the compiled subset.
    #[error("the context uses {0}, which is not compiled")]
    Unsupported(&'static str),
}

/// How the values of a term are read (JSON-LD 1.1 API §4.2.2 step 12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coercion {
    /// Strings are strings.
    None,
    /// Strings are IRIs: `@id`.
    Id,
    /// Strings are terms or IRIs: `@vocab`.
    Vocab,
    /// Anything is a JSON literal.
    Json,
    /// Scalars are literals of this datatype.
    Datatype(Word),
}

/// What a term holds (JSON-LD 1.1 §4.1.5 to §4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// One value, or a set.
    Set,
    List,
    Language,
    Graph,
}

/// The language of strings of a term (JSON-LD 1.1 §4.2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OwnLanguage {
    /// That of the context.
    Inherited,
    /// None, whatever the context says.
    None,
    Tag(Word),
}

/// A term definition.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// What it stands for: a keyword or an absolute IRI; None when it was set to null.
    pub(super) iri: Option<Word>,
    pub(super) coercion: Coercion,
    pub(super) container: Container,
    pub(super) language: OwnLanguage,
    pub(super) scoped: Option<Arc<Local>>,
    is_prefix: bool,
    is_protected: bool,
}

impl Definition {
    /// Whether two definitions say the same, protection apart (JSON-LD 1.1 API §4.2.2 step 27).
    fn says_the_same(&self, other: &Self) -> bool {
        self.iri == other.iri
            && self.coercion == other.coercion
            && self.container == other.container
            && self.language == other.language
            && self.is_prefix == other.is_prefix
            && self.scoped.as_deref().map(|local| &local.value) == other.scoped.as_deref().map(|local| &local.value)
    }
}

/// A context as it is written: to be laid over an active one.
#[derive(Debug)]
pub(super) struct Local {
    value: Value,
    /// Its own number when it is part of a pinned context, so that what it leads to is kept.
    number: Option<u64>,
}

impl Local {
    pub(super) fn value(&self) -> &Value {
        &self.value
    }
}

/// An active context: the meaning of every term at a place of a document.
#[derive(Debug, Default)]
pub(super) struct Active {
    terms: HashMap<Arc<str>, Arc<Definition>, RandomState>,
    /// The terms that stand for keywords: two or three.
    aliases: Vec<(Arc<str>, Word)>,
    /// The length of the longest of them.
    longest_alias: usize,
    vocab: Option<Arc<str>>,
    pub(super) language: Option<Word>,
    /// What to go back to in the nodes below, when this one does not propagate.
    pub(super) previous: Option<Arc<Active>>,
    /// Whether a context that is not pinned is part of it.
    is_mixed: bool,
    /// Made of pinned contexts alone and kept as long as we run, so that it may keep others: they may lead back to it. One made for a document keeps
    /// none, or neither would ever be freed.
    lasts: bool,
    /// Where scoped contexts led before.
    kept: RwLock<HashMap<(u64, Scope), Arc<Active>, RandomState>>,
}

/// How a scoped context is laid over another (JSON-LD 1.1 §4.1.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// For a node and, unless it says otherwise, those below: the `@context` of a document.
    Embedded,
    /// For the values of a property: may redefine protected terms.
    Property,
    /// For nodes of a type, not for those below.
    Type,
}

impl Active {
    /// The context of a document, from its `@context`.
    pub(super) fn of_document(context: &Node<'_>) -> Result<Arc<Self>, ContextError> {
        pinned::document(context, || {
            if weight::of_written(context) > weight::MAX_WEIGHT {
                return Err(ContextError::Unsupported("so many definitions"));
            }
            Arc::<Self>::default().embedded(context)
        })
    }

    /// With a `@context` found in a node laid over it.
    pub(super) fn embedded(self: &Arc<Self>, context: &Node<'_>) -> Result<Arc<Self>, ContextError> {
        let value = context.clone().into_value();
        let value = value.map_err(|_| ContextError::Invalid("@context".to_owned()))?;
        Self::laid_over(self, &value, Scope::Embedded, false)
    }

    /// Marks a context that nobody holds yet as kept for good.
    pub(super) fn lasting(mut made: Arc<Self>) -> Arc<Self> {
        if let Some(active) = Arc::get_mut(&mut made) {
            active.lasts = true;
        }
        made
    }

    /// With the context of a definition laid over it, when that costs nothing: it was laid before, or is laid for good.
    pub(super) fn kept(self: &Arc<Self>, local: &Local, scope: Scope) -> Option<Result<Arc<Self>, ContextError>> {
        let key = (local.number.filter(|_| self.lasts)?, scope);
        if let Ok(kept) = self.kept.read()
            && let Some(found) = kept.get(&key)
        {
            return Some(Ok(Arc::clone(found)));
        }
        if !pinned::may_keep() {
            return None;
        }
        let made = match Self::laid_over(self, &local.value, scope, true) {
            Ok(made) => Self::lasting(made),
            Err(error) => return Some(Err(error)),
        };
        if let Ok(mut kept) = self.kept.write() {
            kept.insert(key, Arc::clone(&made));
        }
        Some(Ok(made))
    }

    /// With the context of a definition laid over it, for one document.
    pub(super) fn scoped(self: &Arc<Self>, local: &Local, scope: Scope) -> Result<Arc<Self>, ContextError> {
        Self::laid_over(self, &local.value, scope, local.number.is_some())
    }

    /// The keyword that a member name is, or stands for.
    pub(super) fn keyword<'n>(&'n self, name: &'n str) -> Option<&'n str> {
        if name.len() <= self.longest_alias
            && let Some((_, keyword)) = self.aliases.iter().find(|(alias, _)| **alias == *name)
        {
            return Some(keyword);
        }
        is_keyword(name).then_some(name)
    }

    /// The definition of a term.
    pub(super) fn definition(&self, term: &str) -> Option<&Definition> {
        self.terms.get(term).map(Arc::as_ref)
    }

    /// Expands a term, compact IRI or IRI; `vocab` for properties and types (JSON-LD 1.1 API §5.2). None: it means nothing
    /// here. The result may still be relative.
    pub(super) fn expand<'a>(&'a self, text: &'a str, vocab: bool) -> Option<Cow<'a, str>> {
        if is_keyword(text) {
            return Some(text.into());
        }
        if is_keyword_like(text) {
            return None;
        }
        if vocab && let Some(definition) = self.terms.get(text) {
            return definition.iri.as_deref().map(Into::into);
        }
        if let Some((prefix, suffix)) = compact(text) {
            if let Some(definition) = self.terms.get(prefix)
                && definition.is_prefix
                && let Some(iri) = &definition.iri
            {
                return Some(format!("{}{suffix}", &**iri).into());
            }
            return Some(text.into());
        }
        match &self.vocab {
            Some(iri) if vocab && !text.contains(':') => Some(format!("{iri}{text}").into()),
            _ => Some(text.into()),
        }
    }

    /// Context processing (JSON-LD 1.1 API §4.1.2).
    fn laid_over(active: &Arc<Self>, value: &Value, scope: Scope, is_pinned: bool) -> Result<Arc<Self>, ContextError> {
        let mut building = Building {
            result: Self::copy(active),
            override_protected: scope == Scope::Property,
            is_pinned,
        };
        let propagates = match value {
            Value::Object(members) => match members.get("@propagate") {
                None => scope != Scope::Type,
                Some(Value::Bool(propagates)) => *propagates,
                Some(_) => return Err(ContextError::Invalid("@propagate".to_owned())),
            },
            _ => scope != Scope::Type,
        };
        if !propagates && building.result.previous.is_none() {
            building.result.previous = Some(Arc::clone(active));
        }
        building.add(value, 0)?;
        let mut result = building.result;
        result.aliases = result
            .terms
            .iter()
            .filter_map(|(term, definition)| Some((term, definition.iri.as_ref()?)))
            .filter(|(_, iri)| iri.starts_with('@'))
            .map(|(term, iri)| (Arc::clone(term), iri.clone()))
            .collect();
        if result.aliases.len() > MAX_ALIASES {
            return Err(ContextError::Unsupported("so many names for keywords"));
        }
        result.longest_alias = result.aliases.iter().map(|(alias, _)| alias.len()).max().unwrap_or(0);
        Ok(Arc::new(result))
    }

    fn copy(&self) -> Self {
        Self {
            terms: self.terms.clone(),
            aliases: Vec::new(),
            longest_alias: 0,
            vocab: self.vocab.clone(),
            language: self.language.clone(),
            previous: self.previous.clone(),
            is_mixed: self.is_mixed,
            lasts: false,
            kept: RwLock::default(),
        }
    }
}

/// `prefix:suffix`, unless it is a blank node or an IRI with an authority.
fn compact(text: &str) -> Option<(&str, &str)> {
    let (prefix, suffix) = text.split_once(':')?;
    (!prefix.is_empty() && prefix != "_" && !suffix.starts_with("//")).then_some((prefix, suffix))
}
