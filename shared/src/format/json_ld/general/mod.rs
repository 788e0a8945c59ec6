//! The general path: documents that use more of JSON-LD than is compiled, expanded by `ssi` and held to the same rules.
//!
//! Expansion drops what it does not understand, and what is dropped is not signed. [`guard`] refuses beforehand what `ssi`
//! would leave out without a word, its strict policy refuses undefined terms and types, and [`statements`] refuses whatever
//! stayed relative in the expanded form. Contexts are the pinned ones: a loader that knows nothing else.
//!
//! `ssi` copies every definition for each context it lays and cannot be stopped on its way, so the work a document asks for
//! is bounded before: what is beyond is left to the compiled path's refusal.

mod guard;
mod statements;

use std::{
    borrow::Cow,
    cell::Cell,
    collections::HashMap,
    pin::pin,
    sync::LazyLock,
    task::{self, Poll, Waker},
    thread,
};

use bumpalo::Bump;
use ssi::json_ld::{
    Expand, ExpandedDocument, Iri, IriBuf, LoadError, Loader, RemoteDocument,
    context_processing::algorithm::Action,
    expansion::{self, Options, Policy},
    syntax::{Object, Parse, Value, object::Entry},
};

use super::{Flaw, JsonLdError, pinned};
use crate::{format::rdf::Dataset, json::Node};

/// How often pinned contexts may be laid, those of scoped contexts included.
const MAX_LOADED: u32 = 16;

/// Room for the most nested document without optimisation, several times over. In bytes.
const STACK: usize = 32 << 20;

/// The pinned contexts, as `ssi` reads them.
static DOCUMENTS: LazyLock<HashMap<&'static str, Value>> = LazyLock::new(|| {
    pinned::PINNED
        .iter()
        .filter_map(|pinned| Some((pinned.iri, Value::parse_str(pinned.text).ok()?.0)))
        .collect()
});

/// The statements of a document in a context, its own `@context` left aside; their text is put into `made`.
/// [`Flaw::TooComplex`]: not for this path.
pub(super) fn statements<'a>(
    document: &Node<'_>,
    context: Option<&Node<'_>>,
    made: &'a Bump,
) -> Result<Dataset<'a>, JsonLdError> {
    let Node::Object(members) = document else {
        return Err(Flaw::NotAnObject.into());
    };
    let has_index = guard::check(members, context)?;
    let written = written(members, context)?;
    let expanded = apart(|| expand(&written))?;
    let said = statements::of(&expanded, made)?;
    // Last: whoever signs every byte takes this one for no flaw, and wants the others.
    if has_index || said.has_index {
        return Err(Flaw::Index.into());
    }
    Ok(said.dataset)
}

/// On a stack of its own: every level of a document is a chain of large frames of `ssi`. Should it panic, that is a refusal.
fn apart<T: Send>(read: impl FnOnce() -> Result<T, JsonLdError> + Send) -> Result<T, JsonLdError> {
    thread::scope(|scope| {
        let reading = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        match reading.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Flaw::Invalid("the expansion gave up".to_owned()).into()),
            Err(_) => Err(Flaw::TooComplex.into()),
        }
    })
}

fn expand(document: &Value) -> Result<ExpandedDocument, JsonLdError> {
    let options = Options {
        policy: Policy {
            invalid: Action::Reject,
            vocab: Action::Keep,
            allow_undefined: false,
        },
        ..Options::default()
    };
    let loader = Pinned { loaded: Cell::new(0) };
    let mut vocabulary = ();
    let expansion = document.expand_full(
        &mut vocabulary,
        ssi::json_ld::Context::default(),
        None,
        &loader,
        options,
        (),
    );
    // Nothing is fetched, so it never waits.
    match pin!(expansion).poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(expanded)) => Ok(expanded),
        Poll::Ready(Err(_)) if loader.loaded.get() > MAX_LOADED => Err(Flaw::TooComplex.into()),
        Poll::Ready(Err(error)) => Err(flaw(error).into()),
        Poll::Pending => Err(Flaw::TooComplex.into()),
    }
}

/// What the expansion found wrong; it does not say where.
fn flaw(error: expansion::Error) -> Flaw {
    match error {
        expansion::Error::KeyExpansionFailed(_) => Flaw::UndefinedTerm,
        expansion::Error::InvalidIdValue => Flaw::WrongId,
        expansion::Error::InvalidTypeValue => Flaw::WrongType,
        error => Flaw::Invalid(error.to_string()),
    }
}

/// Knows the pinned contexts and nothing else: not those that `ssi` brings with it.
struct Pinned {
    loaded: Cell<u32>,
}

/// Not a pinned context, or one too many.
#[derive(Debug, thiserror::Error)]
#[error("this context is not loaded")]
struct NotLoaded;

impl Loader for Pinned {
    async fn load(&self, iri: &Iri) -> Result<RemoteDocument<IriBuf>, LoadError> {
        self.loaded.set(self.loaded.get() + 1);
        match DOCUMENTS.get(iri.as_str()) {
            Some(document) if self.loaded.get() <= MAX_LOADED => {
                Ok(RemoteDocument::new(Some(iri.to_owned()), None, document.clone()))
            }
            _ => Err(LoadError::new(iri.to_owned(), NotLoaded)),
        }
    }
}

/// The document as `ssi` reads it, in its context.
fn written(members: &[(Cow<'_, str>, Node<'_>)], context: Option<&Node<'_>>) -> Result<Value, JsonLdError> {
    let mut entries = Vec::with_capacity(members.len() + 1);
    if let Some(context) = context {
        entries.push(entry("@context", value(context)?));
    }
    let mut labels = 0;
    for (name, node) in members {
        if name != "@context" {
            entries.push(entry(name, member(name, node, &mut labels)?));
        }
    }
    Ok(Value::Object(Object::from_vec(entries)))
}

fn entry(name: &str, value: Value) -> Entry {
    Entry::new(name.into(), value)
}

/// A member of an object. `ssi` keeps the nodes of a graph in a set in which two that look alike are one: those without a
/// name get one that no document can write.
fn member(name: &str, node: &Node<'_>, labels: &mut u32) -> Result<Value, JsonLdError> {
    let mut value = labelled(node, labels)?;
    if matches!(name, "@graph" | "@included") {
        name_nodes(&mut value, labels);
    }
    Ok(value)
}

fn name_nodes(value: &mut Value, labels: &mut u32) {
    match value {
        Value::Array(values) => {
            for value in values {
                name_nodes(value, labels);
            }
        }
        Value::Object(object) if !object.iter().any(|entry| guard::is_id(&entry.key)) => {
            *labels += 1;
            object.push_entry(entry(
                "@id",
                Value::String(format!("_:n{}{labels}", guard::RESERVED).into()),
            ));
        }
        _ => {}
    }
}

fn value(node: &Node<'_>) -> Result<Value, JsonLdError> {
    labelled(node, &mut 0)
}

fn labelled(node: &Node<'_>, labels: &mut u32) -> Result<Value, JsonLdError> {
    Ok(match node {
        Node::Null => Value::Null,
        Node::Boolean(value) => Value::Boolean(*value),
        Node::Number(written) => Value::Number(written.parse().map_err(|_| Flaw::UnsafeNumber)?),
        Node::Text(text) => Value::String(text.as_ref().into()),
        Node::Array(nodes) => Value::Array(
            nodes
                .iter()
                .map(|node| labelled(node, labels))
                .collect::<Result<_, _>>()?,
        ),
        Node::Object(members) => Value::Object(Object::from_vec(
            members
                .iter()
                .map(|(name, node)| Ok(entry(name, member(name, node, labels)?)))
                .collect::<Result<_, JsonLdError>>()?,
        )),
    })
}

#[cfg(test)]
mod tests;
