//! From a document to its statements, in one walk: expansion (JSON-LD 1.1 API §5.1) and deserialization to RDF (§8.1)
//! without the tree in between.
//!
//! Expansion drops what it does not understand. What is dropped is not signed, so here it is an error, with the place.

mod containers;
mod meaning;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bumpalo::Bump;

use self::meaning::{Meaning, is_list_object, keyword_among, meaning, stands_alone, vocabulary};
use super::{
    Flaw, JsonLdError,
    context::{Active, Coercion, Container, Definition, Local, OwnLanguage, Scope},
    iri::is_absolute,
    literal::{boolean, literal, number, tagged, value_object},
};
use crate::{
    format::rdf::{Annotation, Blank, Dataset, NamedOrBlank, Quad, RDF_JSON, RDF_TYPE, Term, XSD_BOOLEAN},
    json::{Node, canonical},
};

/// How many contexts of its own a document may make us compile.
const MAX_COMPILED: u32 = 256;

/// A scoped context over another, told by where they are.
type Laid = (*const Active, *const Local, Scope);

/// What a scoped context led to. The two it was made of are held: their places stay theirs.
struct Led {
    to: Arc<Active>,
    _of: (Arc<Active>, Arc<Local>),
}

type Members<'a> = [(Cow<'a, str>, Node<'a>)];

/// Where the statements of a document stand in it. Nodes are told by [`Node::address`].
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// For each statement of the dataset, the node that makes it: a value, or the object whose type it is.
    pub(crate) quads: Vec<usize>,
    /// Nodes whose parts say nothing on their own: lists, JSON literals, value objects.
    pub(crate) whole: HashSet<usize>,
    /// Members that say what the object around them is: contexts, identifiers, types.
    pub(crate) naming: HashSet<usize>,
}

/// The statements of a document whose `@context` was compiled to `active`. Text that stands in neither is put into `made`.
pub(super) fn statements<'a>(
    document: &'a Node<'a>,
    active: &Arc<Active>,
    made: &'a Bump,
) -> Result<Dataset<'a>, JsonLdError> {
    walk(document, active, made, None).map(|walk| walk.dataset)
}

/// The same, with the places they stand at.
pub(super) fn traced<'a>(
    document: &'a Node<'a>,
    active: &Arc<Active>,
    made: &'a Bump,
) -> Result<(Dataset<'a>, Origins), JsonLdError> {
    let walk = walk(document, active, made, Some(Origins::default()))?;
    Ok((walk.dataset, walk.origins.unwrap_or_default()))
}

fn walk<'a>(
    document: &'a Node<'a>,
    active: &Arc<Active>,
    made: &'a Bump,
    origins: Option<Origins>,
) -> Result<Walk<'a>, JsonLdError> {
    let mut walk = Walk {
        made,
        dataset: Dataset {
            quads: Vec::with_capacity(128),
            blanks: 0,
        },
        labels: HashMap::new(),
        compiled: 0,
        scoped: HashMap::new(),
        origins,
        at: document.address(),
    };
    let Node::Object(members) = document else {
        return Err(Flaw::NotAnObject.into());
    };
    let place = Place {
        active,
        property: "",
        definition: None,
        graph: None,
    };
    walk.object(members, &place, true)?;
    Ok(walk)
}

struct Walk<'a> {
    made: &'a Bump,
    dataset: Dataset<'a>,
    /// The nodes named by the document itself, `_:name`.
    labels: HashMap<&'a str, Blank>,
    /// How many contexts of its own it made us compile.
    compiled: u32,
    /// Where scoped contexts led before, in this document.
    scoped: HashMap<Laid, Led>,
    /// Where statements come from, when it is asked.
    origins: Option<Origins>,
    /// The node that makes the statements pushed now.
    at: usize,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'w, 'a> {
    active: &'w Arc<Active>,
    /// The property it is a value of, as the document writes it, and its definition.
    property: &'w str,
    definition: Option<&'w Definition>,
    graph: Option<NamedOrBlank<'a>>,
}

impl<'a> Walk<'a> {
    /// A node, value or list object; the term that stands for it.
    fn object(
        &mut self,
        members: &'a Members<'a>,
        place: &Place<'_, 'a>,
        is_document: bool,
    ) -> Result<Term<'a>, JsonLdError> {
        let mut active = Arc::clone(place.active);
        if let Some(previous) = &active.previous
            && !stands_alone(members, &active)
        {
            active = Arc::clone(previous);
        }
        if let Some(local) = place.definition.and_then(|definition| definition.scoped.as_ref()) {
            active = self.scoped(&active, local, Scope::Property)?;
        }
        if !is_document && let Some((_, context)) = members.iter().find(|(name, _)| name == "@context") {
            self.lay()?;
            active = active
                .embedded(context)
                .map_err(|error| JsonLdError::from(Flaw::Context(error)).under("@context"))?;
        }
        let by_type = Arc::clone(&active);
        let mut types: Vec<&'a str> = Vec::new();
        let mut subject = None;
        for (name, node) in members {
            match by_type.keyword(name) {
                Some("@type") => {
                    for node in node.each() {
                        let text = node
                            .text()
                            .ok_or_else(|| JsonLdError::from(Flaw::WrongType).under(name))?;
                        types.push(text);
                    }
                }
                Some("@value") => {
                    self.is_whole();
                    return value_object(members, &by_type, self.made);
                }
                Some("@list") => {
                    self.is_whole();
                    return self.list_object(members, node, &by_type, place);
                }
                _ => {}
            }
        }
        types.sort_unstable();
        for term in &types {
            if let Some(local) = by_type
                .definition(term)
                .and_then(|definition| definition.scoped.as_ref())
            {
                active = self.scoped(&active, local, Scope::Type)?;
            }
        }
        for (name, node) in members {
            if active.keyword(name) == Some("@id") {
                if subject.is_some() {
                    return Err(JsonLdError::from(Flaw::Twice("@id")).under(name));
                }
                subject = Some(self.id(node, &active).map_err(|error| error.under(name))?);
            }
        }
        let subject = subject.unwrap_or_else(|| NamedOrBlank::Blank(self.blank()));
        for term in types {
            let iri = vocabulary(&by_type, term, self.made)
                .ok_or_else(|| JsonLdError::from(Flaw::UndefinedType(term.to_owned())).under("type"))?;
            self.push(subject, RDF_TYPE, Term::iri(iri), place.graph);
        }
        for (name, node) in members {
            self.member(name, node, subject, &active, place.graph)
                .map_err(|error| error.under(name))?;
        }
        Ok(subject.into())
    }

    /// One member of a node object.
    fn member(
        &mut self,
        name: &'a str,
        node: &'a Node<'a>,
        subject: NamedOrBlank<'a>,
        active: &Arc<Active>,
        graph: Option<NamedOrBlank<'a>>,
    ) -> Result<(), JsonLdError> {
        let (predicate, definition) = match meaning(active, name, self.made)? {
            Meaning::Keyword(keyword) => {
                return match keyword {
                    "@context" | "@id" | "@type" => {
                        if let Some(origins) = &mut self.origins {
                            origins.naming.insert(node.address());
                        }
                        Ok(())
                    }
                    _ => Err(Flaw::Unsupported.into()),
                };
            }
            Meaning::Property(predicate, definition) => (predicate, definition),
        };
        let place = Place {
            active,
            property: name,
            definition,
            graph,
        };
        if definition.is_some_and(|found| found.coercion == Coercion::Json) {
            let text = canonical(node).map_err(|_| Flaw::UnsafeNumber)?;
            let literal = literal(self.made.alloc_str(&text), Annotation::Datatype(RDF_JSON));
            self.at = node.address();
            self.is_whole();
            self.push(subject, predicate, literal, graph);
            return Ok(());
        }
        match definition.map_or(Container::Set, |found| found.container) {
            Container::Language if matches!(node, Node::Object(_)) => {
                self.language_map(node, subject, predicate, &place)
            }
            Container::Graph => self.graphs(node, subject, predicate, &place),
            Container::List if !is_list_object(node, active) => {
                self.at = node.address();
                self.is_whole();
                let list = self.list(node.each(), &place)?;
                self.at = node.address();
                self.push(subject, predicate, list, graph);
                Ok(())
            }
            _ => self.values(node, subject, predicate, &place),
        }
    }

    /// Every value of a property; sets within sets are one set.
    fn values(
        &mut self,
        node: &'a Node<'a>,
        subject: NamedOrBlank<'a>,
        predicate: &'a str,
        place: &Place<'_, 'a>,
    ) -> Result<(), JsonLdError> {
        match node {
            Node::Array(nodes) => (0..).zip(nodes).try_for_each(|(index, node): (usize, _)| {
                self.values(node, subject, predicate, place)
                    .map_err(|error| error.under(&index.to_string()))
            }),
            Node::Object(members) if keyword_among(members, place.active, "@set") => Err(Flaw::Unsupported.into()),
            Node::Null => Ok(()),
            _ => {
                self.at = node.address();
                let object = self.value(node, place)?;
                self.at = node.address();
                self.push(subject, predicate, object, place.graph);
                Ok(())
            }
        }
    }

    /// One value, not null and no array.
    fn value(&mut self, node: &'a Node<'a>, place: &Place<'_, 'a>) -> Result<Term<'a>, JsonLdError> {
        let Node::Object(members) = node else {
            return self.scalar(node, place);
        };
        self.object(members, place, false)
    }

    /// Value expansion (JSON-LD 1.1 API §5.3) and Object to RDF Conversion (§8.2).
    fn scalar(&mut self, node: &'a Node<'a>, place: &Place<'_, 'a>) -> Result<Term<'a>, JsonLdError> {
        if let Some(local) = place.definition.and_then(|definition| definition.scoped.as_ref()) {
            let active = self.scoped(place.active, local, Scope::Property)?;
            let definition = active.definition(place.property);
            return self.plain(
                node,
                &Place {
                    active: &active,
                    definition,
                    ..*place
                },
            );
        }
        self.plain(node, place)
    }

    /// A scalar, in the context of its property.
    fn plain(&mut self, node: &'a Node<'a>, place: &Place<'_, 'a>) -> Result<Term<'a>, JsonLdError> {
        let definition = place.definition;
        let coercion = definition.map_or(&Coercion::None, |definition| &definition.coercion);
        let datatype = |default: &'static str| match coercion {
            Coercion::Datatype(iri) => iri.within(self.made),
            _ => default,
        };
        match node {
            Node::Text(text) => match coercion {
                Coercion::Id => self.reference(text, place.active, false).map(Term::Node),
                Coercion::Vocab => self.reference(text, place.active, true).map(Term::Node),
                Coercion::Datatype(iri) => Ok(literal(text, Annotation::Datatype(iri.within(self.made)))),
                Coercion::None | Coercion::Json => {
                    let language = match definition.map(|definition| &definition.language) {
                        Some(OwnLanguage::Tag(tag)) => Some(tag),
                        Some(OwnLanguage::None) => None,
                        Some(OwnLanguage::Inherited) | None => place.active.language.as_ref(),
                    };
                    match language {
                        Some(tag) => tagged(text, tag.within(self.made)),
                        None => Ok(literal(text, Annotation::Plain)),
                    }
                }
            },
            Node::Number(written) => {
                let wanted = match coercion {
                    Coercion::Datatype(iri) => Some(&**iri),
                    _ => None,
                };
                let (text, default) = number(written, wanted, self.made)?;
                Ok(literal(text, Annotation::Datatype(datatype(default))))
            }
            Node::Boolean(value) => Ok(literal(boolean(*value), Annotation::Datatype(datatype(XSD_BOOLEAN)))),
            Node::Null | Node::Array(_) | Node::Object(_) => Err(Flaw::Unsupported.into()),
        }
    }

    /// `@id`.
    fn id(&mut self, node: &'a Node<'a>, active: &Active) -> Result<NamedOrBlank<'a>, JsonLdError> {
        self.reference(node.text().ok_or(Flaw::WrongId)?, active, false)
    }

    /// A string that names a node.
    fn reference(&mut self, text: &'a str, active: &Active, vocab: bool) -> Result<NamedOrBlank<'a>, JsonLdError> {
        if let Some(label) = text.strip_prefix("_:") {
            if label.is_empty()
                || !label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            {
                return Err(Flaw::RelativeIri(text.to_owned()).into());
            }
            let next = self.dataset.blanks;
            let blank = *self.labels.entry(label).or_insert(next);
            self.dataset.blanks = next.max(blank + 1);
            return Ok(NamedOrBlank::Blank(blank));
        }
        if vocab {
            return vocabulary(active, text, self.made)
                .map(NamedOrBlank::Iri)
                .ok_or_else(|| Flaw::RelativeIri(text.to_owned()).into());
        }
        match active.expand(text, false) {
            Some(Cow::Borrowed(iri)) if is_absolute(iri) && std::ptr::eq(iri, text) => Ok(NamedOrBlank::Iri(text)),
            Some(iri) if is_absolute(&iri) => Ok(NamedOrBlank::Iri(self.made.alloc_str(&iri))),
            _ => Err(Flaw::RelativeIri(text.to_owned()).into()),
        }
    }

    /// A scoped context laid over another.
    fn scoped(&mut self, active: &Arc<Active>, local: &Arc<Local>, scope: Scope) -> Result<Arc<Active>, JsonLdError> {
        if let Some(kept) = active.kept(local, scope) {
            return Ok(kept.map_err(Flaw::Context)?);
        }
        let key = (Arc::as_ptr(active), Arc::as_ptr(local), scope);
        if let Some(led) = self.scoped.get(&key) {
            return Ok(Arc::clone(&led.to));
        }
        self.lay()?;
        let made = active.scoped(local, scope).map_err(Flaw::Context)?;
        let led = Led {
            to: Arc::clone(&made),
            _of: (Arc::clone(active), Arc::clone(local)),
        };
        self.scoped.insert(key, led);
        Ok(made)
    }

    /// Counts a context that is compiled for this document alone.
    fn lay(&mut self) -> Result<(), JsonLdError> {
        self.compiled += 1;
        if self.compiled > MAX_COMPILED {
            return Err(Flaw::TooComplex.into());
        }
        Ok(())
    }

    /// The node at hand cannot be taken apart.
    fn is_whole(&mut self) {
        if let Some(origins) = &mut self.origins {
            origins.whole.insert(self.at);
        }
    }

    fn push(
        &mut self,
        subject: NamedOrBlank<'a>,
        predicate: &'a str,
        object: Term<'a>,
        graph: Option<NamedOrBlank<'a>>,
    ) {
        if let Some(origins) = &mut self.origins {
            origins.quads.push(self.at);
        }
        self.dataset.quads.push(Quad {
            subject,
            predicate,
            object,
            graph,
        });
    }

    fn blank(&mut self) -> Blank {
        self.dataset.blanks += 1;
        self.dataset.blanks - 1
    }
}
