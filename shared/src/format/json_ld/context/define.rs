//! Laying definitions over a context (JSON-LD 1.1 API §4.1 and §4.2).

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Map, Value};

use super::{
    super::{
        iri::{is_absolute, is_keyword, is_keyword_like},
        pinned,
    },
    Active, Coercion, Container, ContextError, Definition, Local, OwnLanguage, Word, compact,
};

/// How many contexts may refer to one another.
const MAX_NESTING: u32 = 16;

/// The most terms of a context: three times what the pinned ones have together. Laying one over another copies them.
const MAX_TERMS: usize = 4096;

/// How far from one term to the next is gone to know what the first means: each is a call within a call, and the stack has
/// an end.
const MAX_CHAIN: u32 = 16;

/// The longest IRI that a term may stand for: a few letters of a document can stand for all of it. In bytes.
const MAX_IRI: usize = 1024;

/// The number of the next scoped context of a pinned one.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// A context while definitions are laid over it.
pub(super) struct Building {
    pub(super) result: Active,
    pub(super) override_protected: bool,
    pub(super) is_pinned: bool,
}

impl Building {
    pub(super) fn add(&mut self, value: &Value, nesting: u32) -> Result<(), ContextError> {
        if nesting > MAX_NESTING {
            return Err(ContextError::Invalid("a context that refers to itself".to_owned()));
        }
        match value {
            Value::Array(values) => values.iter().try_for_each(|value| self.add(value, nesting + 1)),
            Value::Null => self.clear(),
            Value::String(iri) => {
                let pinned = pinned::find(iri).ok_or_else(|| ContextError::Unknown(iri.clone()))?;
                let is_pinned = std::mem::replace(&mut self.is_pinned, true);
                self.add(pinned, nesting + 1)?;
                self.is_pinned = is_pinned;
                Ok(())
            }
            Value::Object(members) => self.define(members),
            _ => Err(ContextError::Invalid("@context".to_owned())),
        }
    }

    fn clear(&mut self) -> Result<(), ContextError> {
        if !self.override_protected && self.result.terms.values().any(|definition| definition.is_protected) {
            return Err(ContextError::Invalid("null over protected terms".to_owned()));
        }
        self.result = Active {
            previous: self.result.previous.take(),
            ..Active::default()
        };
        Ok(())
    }

    fn define(&mut self, members: &Map<String, Value>) -> Result<(), ContextError> {
        let invalid = |name: &str| Err(ContextError::Invalid(name.to_owned()));
        self.result.is_mixed |= !self.is_pinned;
        // `@version: 1.1` may be written as a number only (JSON-LD 1.1 API §4.1.2 step 5.5).
        match members.get("@version") {
            None => {}
            Some(Value::Number(version)) if version.to_string() == "1.1" => {}
            Some(_) => return invalid("@version"),
        }
        for name in ["@import", "@base", "@direction"] {
            if members.get(name).is_some_and(|value| !value.is_null()) {
                return Err(ContextError::Unsupported(match name {
                    "@import" => "@import",
                    "@base" => "@base",
                    _ => "@direction",
                }));
            }
        }
        match members.get("@vocab") {
            None => {}
            Some(Value::Null) => self.result.vocab = None,
            Some(Value::String(vocab)) => {
                let iri = self.result.expand(vocab, true).unwrap_or_default();
                if !is_absolute(&iri) {
                    return Err(ContextError::Unsupported("a relative @vocab"));
                }
                bounded(&iri)?;
                self.result.vocab = Some(iri.as_ref().into());
            }
            Some(_) => return invalid("@vocab"),
        }
        match members.get("@language") {
            None => {}
            Some(Value::Null) => self.result.language = None,
            Some(Value::String(language)) => self.result.language = Some(self.word(language)),
            Some(_) => return invalid("@language"),
        }
        let protected = match members.get("@protected") {
            None => false,
            Some(Value::Bool(protected)) => *protected,
            Some(_) => return invalid("@protected"),
        };
        let mut defining = Defining {
            members,
            defined: HashMap::new(),
            depth: 0,
            protected,
        };
        for term in members.keys() {
            if !matches!(
                term.as_str(),
                "@version" | "@import" | "@base" | "@direction" | "@vocab" | "@language" | "@protected" | "@propagate"
            ) {
                self.create_term(term, &mut defining)?;
            }
        }
        Ok(())
    }

    /// Create Term Definition (JSON-LD 1.1 API §4.2.2).
    fn create_term(&mut self, term: &str, defining: &mut Defining<'_>) -> Result<(), ContextError> {
        let invalid = || Err(ContextError::Invalid(term.to_owned()));
        match defining.defined.get(term) {
            Some(true) => return Ok(()),
            // It is needed to say what it means.
            Some(false) => return invalid(),
            None => {}
        }
        if defining.depth > MAX_CHAIN {
            return Err(ContextError::Unsupported("terms that need so many others"));
        }
        defining.defined.insert(term.to_owned(), false);
        if term == "@type" {
            return Err(ContextError::Unsupported("a definition of @type"));
        }
        if term.is_empty() || is_keyword(term) {
            return invalid();
        }
        if is_keyword_like(term) {
            // Reserved: such a term is ignored, and a document that uses it is refused.
            return Ok(());
        }
        let null = Value::Null;
        let empty = Map::new();
        let (written, id, simple) = match defining.members.get(term).unwrap_or(&null) {
            Value::Null => (&empty, Some(&null), false),
            id @ Value::String(_) => (&empty, Some(id), true),
            Value::Object(members) => (members, members.get("@id"), false),
            _ => return invalid(),
        };
        for name in written.keys() {
            match name.as_str() {
                "@id" | "@type" | "@container" | "@context" | "@language" | "@protected" | "@prefix" => {}
                "@reverse" => return Err(ContextError::Unsupported("@reverse")),
                "@nest" => return Err(ContextError::Unsupported("@nest")),
                "@index" => return Err(ContextError::Unsupported("@index")),
                "@direction" => return Err(ContextError::Unsupported("@direction")),
                _ => return invalid(),
            }
        }
        let previous = self.result.terms.remove(term);
        let is_protected = match written.get("@protected") {
            None => defining.protected,
            Some(Value::Bool(protected)) => *protected,
            Some(_) => return invalid(),
        };
        defining.depth += 1;
        let coercion = self.coercion(term, written.get("@type"), defining)?;
        let meaning = self.meaning(term, id, simple, defining)?;
        defining.depth -= 1;
        let Some((iri, is_prefix)) = meaning else {
            return Ok(());
        };
        iri.as_deref().map_or(Ok(()), bounded)?;
        let is_prefix = match written.get("@prefix") {
            None => is_prefix,
            Some(Value::Bool(prefix)) if !term.contains([':', '/']) => *prefix,
            Some(_) => return invalid(),
        };
        let language = match written.get("@language") {
            _ if written.contains_key("@type") => OwnLanguage::Inherited,
            None => OwnLanguage::Inherited,
            Some(Value::Null) => OwnLanguage::None,
            Some(Value::String(language)) => OwnLanguage::Tag(self.word(language)),
            Some(_) => return invalid(),
        };
        let mut definition = Definition {
            iri,
            coercion,
            container: container(term, written.get("@container"))?,
            language,
            scoped: written.get("@context").map(|value| {
                Arc::new(Local {
                    value: value.clone(),
                    number: self.is_pinned.then(|| NUMBERS.fetch_add(1, Ordering::Relaxed)),
                })
            }),
            is_prefix,
            is_protected,
        };
        if let Some(previous) = previous
            && previous.is_protected
            && !self.override_protected
        {
            if !definition.says_the_same(&previous) {
                return invalid();
            }
            definition.is_protected = true;
            // The same object, so that what its scoped context led to is found again.
            definition.scoped.clone_from(&previous.scoped);
        }
        if self.result.terms.len() == MAX_TERMS {
            return Err(ContextError::Unsupported("so many terms"));
        }
        self.result.terms.insert(term.into(), Arc::new(definition));
        defining.defined.insert(term.to_owned(), true);
        Ok(())
    }

    /// `@type` of a definition.
    fn coercion(
        &mut self,
        term: &str,
        written: Option<&Value>,
        defining: &mut Defining<'_>,
    ) -> Result<Coercion, ContextError> {
        let Some(written) = written else {
            return Ok(Coercion::None);
        };
        let text = written.as_str().ok_or_else(|| ContextError::Invalid(term.to_owned()))?;
        Ok(match self.expand_defining(text, defining)?.as_deref() {
            Some("@id") => Coercion::Id,
            Some("@vocab") => Coercion::Vocab,
            Some("@json") => Coercion::Json,
            Some("@none") => Coercion::None,
            Some(iri) if is_absolute(iri) => Coercion::Datatype(self.word(iri)),
            _ => return Err(ContextError::Invalid(term.to_owned())),
        })
    }

    /// What a term stands for and whether it may be a prefix (steps 14 to 18). None: it is ignored.
    fn meaning(
        &mut self,
        term: &str,
        id: Option<&Value>,
        simple: bool,
        defining: &mut Defining<'_>,
    ) -> Result<Option<(Option<Word>, bool)>, ContextError> {
        let invalid = || Err(ContextError::Invalid(term.to_owned()));
        match id {
            Some(Value::Null) => return Ok(Some((None, false))),
            Some(Value::String(id)) if id != term => {
                if is_keyword_like(id) && !is_keyword(id) {
                    return Ok(None);
                }
                let Some(iri) = self.expand_defining(id, defining)? else {
                    return invalid();
                };
                if iri == "@context" || !(is_keyword(&iri) || is_absolute(&iri)) {
                    return invalid();
                }
                if term.char_indices().any(|(index, letter)| index > 0 && letter == ':') || term.contains('/') {
                    defining.defined.insert(term.to_owned(), true);
                    if self.expand_defining(term, defining)?.as_deref() != Some(&*iri) {
                        return invalid();
                    }
                    return Ok(Some((Some(self.word(&iri)), false)));
                }
                let is_prefix = simple && iri.ends_with([':', '/', '?', '#', '[', ']', '@']);
                return Ok(Some((Some(self.word(&iri)), is_prefix)));
            }
            Some(Value::String(_)) | None => {}
            Some(_) => return invalid(),
        }
        if let Some((prefix, suffix)) = term.split_once(':').filter(|(prefix, _)| !prefix.is_empty()) {
            if defining.members.contains_key(prefix) {
                self.create_term(prefix, defining)?;
            }
            let iri = self.result.terms.get(prefix).and_then(|prefix| prefix.iri.clone());
            let iri = match iri {
                Some(iri) => self.word(&format!("{}{suffix}", &*iri)),
                None => self.word(term),
            };
            return if is_absolute(&iri) {
                Ok(Some((Some(iri), false)))
            } else {
                invalid()
            };
        }
        if term.contains('/') {
            return Err(ContextError::Unsupported("a relative term"));
        }
        match &self.result.vocab {
            Some(vocab) => Ok(Some((Some(self.word(&format!("{vocab}{term}"))), false))),
            None => invalid(),
        }
    }

    /// A text of the context being made.
    fn word(&self, text: &str) -> Word {
        if self.result.is_mixed {
            Word::Own(text.into())
        } else {
            Word::pinned(text)
        }
    }

    /// IRI expansion while terms are being defined (JSON-LD 1.1 API §5.2.2 with a local context).
    fn expand_defining(&mut self, text: &str, defining: &mut Defining<'_>) -> Result<Option<String>, ContextError> {
        if !is_keyword(text) && !is_keyword_like(text) {
            for needed in [Some(text), compact(text).map(|(prefix, _)| prefix)]
                .into_iter()
                .flatten()
            {
                if defining.members.contains_key(needed) && defining.defined.get(needed) != Some(&true) {
                    self.create_term(needed, defining)?;
                }
            }
        }
        let expanded = self.result.expand(text, true);
        expanded.as_deref().map_or(Ok(()), bounded)?;
        Ok(expanded.map(Cow::into_owned))
    }
}

/// The definitions being laid, and which are done.
struct Defining<'a> {
    members: &'a Map<String, Value>,
    defined: HashMap<String, bool>,
    /// How many terms are being created, each for the one before it.
    depth: u32,
    protected: bool,
}

/// Refuses an IRI that is too long.
fn bounded(iri: &str) -> Result<(), ContextError> {
    if iri.len() > MAX_IRI {
        return Err(ContextError::Unsupported("so long an IRI"));
    }
    Ok(())
}

fn container(term: &str, written: Option<&Value>) -> Result<Container, ContextError> {
    let names: Vec<&str> = match written {
        None => return Ok(Container::Set),
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(_) => Vec::new(),
    };
    Ok(match names.as_slice() {
        ["@set"] => Container::Set,
        ["@list"] => Container::List,
        ["@language"] | ["@language", "@set"] | ["@set", "@language"] => Container::Language,
        ["@graph"] | ["@graph", "@set"] | ["@set", "@graph"] => Container::Graph,
        [] => return Err(ContextError::Invalid(term.to_owned())),
        _ => return Err(ContextError::Unsupported("this @container")),
    })
}
