//! What a document must not hold before `ssi` expands it: everything it would drop or read otherwise without a word, and
//! everything that would keep it busy.
//!
//! Names are taken for what they are anywhere in the document, whatever holds where they stand: this refuses a little more
//! than it must, and never less.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use serde_json::Value;
use ssi::json_ld::Iri;

use super::super::{
    ContextError, Flaw, JsonLdError,
    iri::{is_keyword, is_keyword_like},
    pinned,
};
use crate::json::Node;

/// The most text of a document, its contexts included. In bytes.
const MAX_SIZE: usize = 64 * 1024;
/// The most values of a document, outside its contexts.
const MAX_VALUES: usize = 512;
/// How deeply values may be nested: every level is a call of `ssi` with a large frame.
const MAX_NESTED: u32 = 16;
/// The most terms of its own: each may be meant by another, and is defined by a call within that of the other.
const MAX_TERMS: usize = 128;
/// The most bytes of contexts of its own, for every object that may have them laid again.
const MAX_LAID: usize = 1 << 20;

/// The most scoped contexts of its own, for every value that may have them laid again: each copies all that holds around it.
const MAX_SCOPED: usize = 256;
/// How often scoped contexts of pinned ones may be laid: at every value of their property, and every mention of their type.
const MAX_PINNED: usize = 64;

/// In the labels we give: a letter that the labels of documents cannot have.
pub(super) const RESERVED: char = '·';

/// The terms of pinned contexts that have a context of their own.
static SCOPED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let mut scoped = HashSet::new();
    let mut left: Vec<&'static Value> = pinned::PINNED
        .iter()
        .filter_map(|pinned| pinned::find(pinned.iri))
        .collect();
    while let Some(context) = left.pop() {
        match context {
            Value::Array(contexts) => left.extend(contexts),
            Value::Object(definitions) => {
                for (term, definition) in definitions {
                    if let Some(context) = definition.get("@context") {
                        scoped.insert(term.as_str());
                        left.push(context);
                    }
                }
            }
            _ => {}
        }
    }
    scoped
});

type Members<'a> = [(Cow<'a, str>, Node<'a>)];

/// Refuses what the expansion would not; whether something has an index.
pub(super) fn check(members: &Members<'_>, context: Option<&Node<'_>>) -> Result<bool, JsonLdError> {
    let mut guard = Guard::default();
    if let Some(context) = context {
        guard.context(context, 0).map_err(|error| error.under("@context"))?;
    }
    guard.contexts(members, 0)?;
    if guard.objects.saturating_mul(guard.laid) > MAX_LAID || guard.values.saturating_mul(guard.scoped) > MAX_SCOPED {
        return Err(Flaw::TooComplex.into());
    }
    guard.object(members, true)?;
    Ok(guard.has_index)
}

/// Whether the member names a node, in the contexts that are pinned.
pub(super) fn is_id(name: &str) -> bool {
    matches!(name, "@id" | "id" | "uid")
}

#[derive(Default)]
struct Guard<'a> {
    /// Bytes of text.
    size: usize,
    values: usize,
    objects: usize,
    /// Bytes of the document's own contexts.
    laid: usize,
    terms: usize,
    scoped: usize,
    pinned: usize,
    /// Terms that mean nothing: they are dropped.
    ignored: HashSet<&'a str>,
    /// Terms that stand for `@nest`.
    nests: HashSet<&'a str>,
    has_index: bool,
}

impl<'a> Guard<'a> {
    /// Every context of the document, and how large it is.
    fn contexts(&mut self, members: &'a Members<'a>, depth: u32) -> Result<(), JsonLdError> {
        self.objects += 1;
        for (name, node) in members {
            self.grow(name.len())?;
            self.mention(name, node.each().len())?;
            if name != "@context" {
                self.within(node, depth + 1).map_err(|error| error.under(name))?;
            } else if depth > 0 {
                self.context(node, 0).map_err(|error| error.under(name))?;
            }
        }
        Ok(())
    }

    fn within(&mut self, node: &'a Node<'a>, depth: u32) -> Result<(), JsonLdError> {
        self.values += 1;
        if depth > MAX_NESTED || self.values > MAX_VALUES {
            return Err(Flaw::TooComplex.into());
        }
        match node {
            Node::Null | Node::Boolean(_) => Ok(()),
            Node::Number(text) => self.grow(text.len()),
            Node::Text(text) => {
                self.mention(text, 1)?;
                self.grow(text.len())
            }
            Node::Array(nodes) => nodes.iter().try_for_each(|node| self.within(node, depth + 1)),
            Node::Object(members) => self.contexts(members, depth),
        }
    }

    /// A name that may have a pinned context laid, so many times.
    fn mention(&mut self, name: &str, times: usize) -> Result<(), JsonLdError> {
        if SCOPED.contains(name) {
            self.pinned += times;
            if self.pinned > MAX_PINNED {
                return Err(Flaw::TooComplex.into());
            }
        }
        Ok(())
    }

    fn grow(&mut self, bytes: usize) -> Result<(), JsonLdError> {
        // Quotes, a colon or a comma.
        self.size += bytes + 4;
        if self.size > MAX_SIZE {
            return Err(Flaw::TooComplex.into());
        }
        Ok(())
    }

    fn context(&mut self, node: &'a Node<'a>, depth: u32) -> Result<(), JsonLdError> {
        if depth > MAX_NESTED {
            return Err(Flaw::TooComplex.into());
        }
        let names: Vec<&str> = node.each().iter().filter_map(Node::text).collect();
        for (index, name) in names.iter().enumerate() {
            self.grow(name.len())?;
            if pinned::find(name).is_none() {
                return Err(Flaw::Context(ContextError::Unknown((*name).to_owned())).into());
            }
            // The second time, `ssi` takes it for a context that refers to itself and skips it.
            if names[..index].contains(name) {
                return Err(unsupported("a context twice"));
            }
        }
        for node in node.each() {
            match node {
                Node::Null | Node::Text(_) => {}
                Node::Object(members) => self.definitions(members, depth)?,
                _ => return Err(invalid("@context")),
            }
        }
        Ok(())
    }

    fn definitions(&mut self, members: &'a Members<'a>, depth: u32) -> Result<(), JsonLdError> {
        self.terms += members.len();
        if self.terms > MAX_TERMS {
            return Err(Flaw::TooComplex.into());
        }
        for (term, definition) in members {
            self.lay(term.len())?;
            match term.as_ref() {
                "@import" => {
                    let name = definition.text().ok_or_else(|| invalid("@import"))?;
                    self.lay(name.len())?;
                    if pinned::find(name).is_none() {
                        return Err(Flaw::Context(ContextError::Unknown(name.to_owned())).into());
                    }
                }
                "@vocab" => {
                    if let Some(text) = definition.text() {
                        self.lay(text.len())?;
                        whole(text)?;
                    }
                }
                "@version" | "@base" | "@direction" | "@language" | "@protected" | "@propagate" => {
                    self.lay(definition.text().map_or(4, str::len))?;
                }
                "@type" => {}
                term if is_keyword(term) => return Err(invalid(term)),
                term => self.definition(term, definition, depth)?,
            }
        }
        Ok(())
    }

    fn definition(&mut self, term: &'a str, definition: &'a Node<'a>, depth: u32) -> Result<(), JsonLdError> {
        if is_keyword_like(term) {
            return Err(unsupported("a term like a keyword"));
        }
        if term.contains(':') {
            whole(term)?;
        }
        let members: &Members<'_> = match definition {
            Node::Object(members) => members,
            Node::Null | Node::Text(_) => {
                return self.meaning(term, definition);
            }
            _ => return Err(invalid(term)),
        };
        for (name, node) in members {
            self.lay(name.len())?;
            match (name.as_ref(), node) {
                ("@id", _) => self.meaning(term, node)?,
                ("@context", _) => {
                    self.scoped += node.each().len();
                    self.context(node, depth + 1)?;
                }
                ("@container", _) => {
                    for name in node.each().iter().filter_map(Node::text) {
                        self.lay(name.len())?;
                        // What a name of such a map says is dropped when its node has a name already, or is no node.
                        if matches!(name, "@id" | "@type") {
                            return Err(unsupported("this @container"));
                        }
                    }
                }
                ("@index", Node::Text(text)) => {
                    self.lay(text.len())?;
                    // A property must be meant, or the index is dropped together with what stands under it.
                    whole(text)?;
                }
                ("@type" | "@reverse", Node::Text(text)) => {
                    self.lay(text.len())?;
                    if !is_keyword(text) {
                        whole(text)?;
                    }
                }
                ("@language" | "@nest", Node::Text(text)) => self.lay(text.len())?,
                _ => self.lay(4)?,
            }
        }
        Ok(())
    }

    /// What a term stands for.
    fn meaning(&mut self, term: &'a str, id: &'a Node<'a>) -> Result<(), JsonLdError> {
        match id {
            Node::Null => {
                self.ignored.insert(term);
            }
            Node::Text(text) => {
                self.lay(text.len())?;
                match text.as_ref() {
                    "@type" => {}
                    "@id" if is_id(term) => {}
                    "@nest" => {
                        self.nests.insert(term);
                    }
                    text if is_keyword(text) => return Err(unsupported("an alias of a keyword")),
                    text if text != term => whole(text)?,
                    _ => {}
                }
            }
            _ => return Err(invalid(term)),
        }
        Ok(())
    }

    /// Bytes of a context of the document's own.
    fn lay(&mut self, bytes: usize) -> Result<(), JsonLdError> {
        self.laid += bytes + 4;
        self.grow(bytes)
    }

    /// An object of the document; of a graph when it must be a node.
    fn object(&mut self, members: &'a Members<'a>, is_node: bool) -> Result<(), JsonLdError> {
        let has = |wanted: &str| members.iter().any(|(name, _)| name == wanted);
        let unsupported = |name: &str| Err(JsonLdError::from(Flaw::Unsupported).under(name));
        // A node of a graph of which nothing but the name is known is dropped.
        if is_node && !members.is_empty() && members.iter().all(|(name, _)| is_id(name)) {
            return Err(Flaw::Unsupported.into());
        }
        for (name, node) in members {
            let alone = members.len() == 1;
            match name.as_ref() {
                "@context" => continue,
                "@value" if !is_node && (*node != Node::Null || alone) => {}
                "@list" | "@set" if !is_node && alone => {}
                "@value" | "@list" | "@set" => return unsupported(name),
                // They are dropped where there is no value.
                "@language" | "@direction" if !has("@value") => return unsupported(name),
                "@index" => self.has_index = true,
                "@id" | "@type" | "@language" | "@direction" | "@graph" | "@included" | "@nest" | "@reverse" => {}
                // The rest means something in contexts alone, and is dropped here.
                name if is_keyword(name) || is_keyword_like(name) || self.ignored.contains(name) => {
                    return Err(JsonLdError::from(Flaw::UndefinedTerm).under(name));
                }
                // A vocabulary would make an IRI of it, which the compiled path does not.
                name if is_broken(name) => return Err(JsonLdError::from(Flaw::UndefinedTerm).under(name)),
                _ => {}
            }
            let of_nodes =
                matches!(name.as_ref(), "@graph" | "@included" | "@nest") || self.nests.contains(name.as_ref());
            self.value(node, of_nodes, matches!(name.as_ref(), "@type" | "type"))
                .map_err(|error| error.under(name))?;
        }
        Ok(())
    }

    fn value(&mut self, node: &'a Node<'a>, of_nodes: bool, is_type: bool) -> Result<(), JsonLdError> {
        match node {
            Node::Object(members) => self.object(members, of_nodes),
            Node::Array(nodes) => nodes.iter().try_for_each(|node| self.value(node, of_nodes, is_type)),
            // A value that belongs to nothing is dropped.
            Node::Text(_) | Node::Number(_) | Node::Boolean(_) if of_nodes => Err(Flaw::Unsupported.into()),
            // Where an identifier is wanted, a text that looks like a keyword is dropped, and so is a term without meaning.
            Node::Text(text)
                if (is_keyword_like(text) && !(is_type && text == "@json")) || self.ignored.contains(text.as_ref()) =>
            {
                Err(Flaw::Unsupported.into())
            }
            Node::Text(text) if is_type && is_broken(text) => Err(Flaw::UndefinedType(text.to_string()).into()),
            Node::Text(text) if text.strip_prefix("_:").is_some_and(|label| !is_label(label)) => {
                Err(Flaw::RelativeIri(text.to_string()).into())
            }
            Node::Null | Node::Text(_) | Node::Number(_) | Node::Boolean(_) => Ok(()),
        }
    }
}

/// Whether a node may be named so by a document, after `_:`.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether it looks like an IRI and is none.
fn is_broken(text: &str) -> bool {
    text.contains(':') && Iri::new(text).is_err()
}

/// An IRI or a compact one: the rest is relative to a vocabulary, or another term, which may stand for a keyword. `ssi`
/// writes what it cannot make an IRI of to the standard error.
fn whole(text: &str) -> Result<(), JsonLdError> {
    if text.contains(':') && Iri::new(text).is_ok() {
        return Ok(());
    }
    Err(unsupported("a name that is no IRI"))
}

fn unsupported(what: &'static str) -> JsonLdError {
    Flaw::Context(ContextError::Unsupported(what)).into()
}

fn invalid(name: &str) -> JsonLdError {
    Flaw::Context(ContextError::Invalid(name.to_owned())).into()
}
