//! From a document to its statements, in one walk: expansion (JSON-LD 1.1 API §5.1) and deserialization to RDF (§8.1)
//! without the tree in between.
//!
//! Expansion drops what it does not understand. What is dropped is not signed, so here it is an error, with the place.

mod containers;
mod meaning;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    iter,
    sync::Arc,
};

use bumpalo::Bump;
use smallvec::SmallVec;

use self::meaning::{Meaning, is_list_object, keyword_among, meaning, stands_alone, vocabulary};
use super::{
    Flaw, JsonLdError, MAX_SAID,
    context::{Active, Coercion, Container, Definition, Local, OwnLanguage, Scope, weight},
    iri::is_absolute,
    literal::{boolean, literal, number, tagged, value_object},
};
use crate::{
    format::rdf::{Annotation, Blank, Dataset, NamedOrBlank, Quad, RDF_JSON, RDF_TYPE, Term, XSD_BOOLEAN, size},
    json::{Node, canonical},
};

/// How many contexts of its own a document may make us compile.
const MAX_COMPILED: u32 = 256;

/// The object of a statement until it is known.
const NOTHING: Term<'static> = Term::Literal {
    value: "",
    annotation: Annotation::Plain,
};
/// The most nodes without a name: each is hashed with all that is said of it.
const MAX_BLANKS: Blank = 8 * 1024;

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
        laid: 0,
        said: 0,
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
    /// How many definitions that was.
    laid: usize,
    /// How much it said: see [`MAX_SAID`].
    said: usize,
    /// Where scoped contexts led before, in this document.
    scoped: HashMap<Laid, Led>,
    /// Where statements come from, when it is asked.
    origins: Option<Origins>,
    /// The node that makes the statements pushed now.
    at: usize,
}

/// A type of a node.
struct Type<'w, 'a> {
    iri: &'a str,
    scoped: Option<&'w Arc<Local>>,
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
        let laid = self.laid(members, place, is_document)?;
        let by_type = laid.as_ref().unwrap_or(place.active);
        // What they mean is asked later: the type of a value is another matter.
        let mut terms = SmallVec::<[(&str, &'a str); 4]>::new();
        for (name, node) in members {
            match by_type.keyword(name) {
                Some("@type") => {
                    for node in node.each() {
                        let text = node
                            .text()
                            .ok_or_else(|| JsonLdError::from(Flaw::WrongType).under(name))?;
                        terms.push((name, text));
                    }
                }
                Some("@value") => {
                    self.is_whole();
                    return value_object(members, by_type, self.made);
                }
                Some("@list") => {
                    self.is_whole();
                    return self.list_object(members, node, by_type, place);
                }
                _ => {}
            }
        }
        terms.sort_unstable_by_key(|(_, term)| *term);
        let mut types = SmallVec::<[Type<'_, 'a>; 4]>::new();
        for (name, term) in terms {
            types.push(self.type_of(term, by_type).map_err(|error| error.under(name))?);
        }
        let mut narrowed = None;
        for local in types.iter().filter_map(|found| found.scoped) {
            narrowed = Some(self.scoped(narrowed.as_ref().unwrap_or(by_type), local, Scope::Type)?);
        }
        let active = narrowed.as_ref().unwrap_or(by_type);
        let mut subject = None;
        for (name, node) in members {
            if active.keyword(name) == Some("@id") {
                if subject.is_some() {
                    return Err(JsonLdError::from(Flaw::Twice("@id")).under(name));
                }
                subject = Some(self.id(node, active).map_err(|error| error.under(name))?);
            }
        }
        let subject = subject.unwrap_or_else(|| NamedOrBlank::Blank(self.blank()));
        for found in types {
            self.push(subject, RDF_TYPE, Term::iri(found.iri), place.graph)?;
        }
        for (name, node) in members {
            self.member(name, node, subject, active, place.graph)
                .map_err(|error| error.under(name))?;
        }
        Ok(subject.into())
    }

    /// What a type means.
    fn type_of<'w>(&mut self, term: &'a str, active: &'w Active) -> Result<Type<'w, 'a>, JsonLdError> {
        let definition = active.definition(term);
        let iri = vocabulary(active, term, definition, self.made);
        let iri = iri.ok_or_else(|| Flaw::UndefinedType(term.to_owned()))?;
        // It may have been made for this type alone.
        self.count(iri.len())?;
        Ok(Type {
            iri,
            scoped: definition.and_then(|definition| definition.scoped.as_ref()),
        })
    }

    /// The context of a node before its types say more; none: that of the place where it stands.
    fn laid(
        &mut self,
        members: &'a Members<'a>,
        place: &Place<'_, 'a>,
        is_document: bool,
    ) -> Result<Option<Arc<Active>>, JsonLdError> {
        let mut laid = match &place.active.previous {
            Some(previous) if !stands_alone(members, place.active) => Some(Arc::clone(previous)),
            _ => None,
        };
        if let Some(local) = place.definition.and_then(|definition| definition.scoped.as_ref()) {
            laid = Some(self.scoped(laid.as_ref().unwrap_or(place.active), local, Scope::Property)?);
        }
        if !is_document && let Some((_, context)) = members.iter().find(|(name, _)| name == "@context") {
            self.lay(weight::of_written(context))?;
            let embedded = laid.as_ref().unwrap_or(place.active).embedded(context);
            laid = Some(embedded.map_err(|error| JsonLdError::from(Flaw::Context(error)).under("@context"))?);
        }
        Ok(laid)
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
        self.count(predicate.len())?;
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
            return self.push(subject, predicate, literal, graph);
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
                self.push(subject, predicate, list, graph)
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
            _ => self.one(node, subject, predicate, place),
        }
    }

    /// One value of a property, not null and no array. The statement is made first and its object written where it stays:
    /// handing it back takes longer than reading it.
    fn one(
        &mut self,
        node: &'a Node<'a>,
        subject: NamedOrBlank<'a>,
        predicate: &'a str,
        place: &Place<'_, 'a>,
    ) -> Result<(), JsonLdError> {
        self.at = node.address();
        let quad = self.dataset.quads.len();
        self.push(subject, predicate, NOTHING, place.graph)?;
        let Node::Object(members) = node else {
            return self.scalar(quad, node, place);
        };
        let object = self.object(members, place, false)?;
        self.say(quad, object)
    }

    /// Value expansion (JSON-LD 1.1 API §5.3) and Object to RDF Conversion (§8.2).
    fn scalar(&mut self, quad: usize, node: &'a Node<'a>, place: &Place<'_, 'a>) -> Result<(), JsonLdError> {
        if let Some(local) = place.definition.and_then(|definition| definition.scoped.as_ref()) {
            let active = self.scoped(place.active, local, Scope::Property)?;
            let definition = active.definition(place.property);
            let place = Place {
                active: &active,
                definition,
                ..*place
            };
            return self.plain(quad, node, &place);
        }
        self.plain(quad, node, place)
    }

    /// A scalar, in the context of its property.
    fn plain(&mut self, quad: usize, node: &'a Node<'a>, place: &Place<'_, 'a>) -> Result<(), JsonLdError> {
        let definition = place.definition;
        let coercion = definition.map_or(&Coercion::None, |definition| &definition.coercion);
        let made = self.made;
        let datatype = |default: &'static str| match coercion {
            Coercion::Datatype(iri) => iri.within(made),
            _ => default,
        };
        match node {
            Node::Text(text) => match coercion {
                Coercion::Id | Coercion::Vocab => {
                    let node = self.reference(text, place.active, *coercion == Coercion::Vocab)?;
                    self.say(quad, Term::Node(node))
                }
                Coercion::Datatype(iri) => self.say(quad, literal(text, Annotation::Datatype(iri.within(made)))),
                Coercion::None | Coercion::Json => {
                    let language = match definition.map(|definition| &definition.language) {
                        Some(OwnLanguage::Tag(tag)) => Some(tag),
                        Some(OwnLanguage::None) => None,
                        Some(OwnLanguage::Inherited) | None => place.active.language.as_ref(),
                    };
                    match language {
                        Some(tag) => self.say(quad, tagged(text, tag.within(made))?),
                        None => self.say(quad, literal(text, Annotation::Plain)),
                    }
                }
            },
            Node::Number(written) => {
                let wanted = match coercion {
                    Coercion::Datatype(iri) => Some(&**iri),
                    _ => None,
                };
                let (text, default) = number(written, wanted, made)?;
                self.say(quad, literal(text, Annotation::Datatype(datatype(default))))
            }
            Node::Boolean(value) => {
                let annotation = Annotation::Datatype(datatype(XSD_BOOLEAN));
                self.say(quad, literal(boolean(*value), annotation))
            }
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
            return vocabulary(active, text, active.definition(text), self.made)
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
        self.lay(weight::of_value(local.value()))?;
        let made = active.scoped(local, scope).map_err(Flaw::Context)?;
        let led = Led {
            to: Arc::clone(&made),
            _of: (Arc::clone(active), Arc::clone(local)),
        };
        self.scoped.insert(key, led);
        Ok(made)
    }

    /// Counts a context that is compiled for this document alone.
    fn lay(&mut self, weight: usize) -> Result<(), JsonLdError> {
        self.compiled += 1;
        self.laid += weight;
        if self.compiled > MAX_COMPILED || self.laid > weight::MAX_WEIGHT {
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
    ) -> Result<(), JsonLdError> {
        self.count(size(subject, predicate, object, graph))?;
        if let Some(origins) = &mut self.origins {
            origins.quads.push(self.at);
        }
        // Not pushed: that would make it elsewhere and move it.
        self.dataset.quads.extend(iter::once_with(|| Quad {
            subject,
            predicate,
            object,
            graph,
        }));
        Ok(())
    }

    /// The object of a statement that was made without.
    fn say(&mut self, quad: usize, object: Term<'a>) -> Result<(), JsonLdError> {
        self.count(object.size())?;
        self.dataset.quads[quad].object = object;
        Ok(())
    }

    /// Counts what is said.
    fn count(&mut self, bytes: usize) -> Result<(), JsonLdError> {
        self.said += bytes;
        if self.said > MAX_SAID || self.dataset.blanks > MAX_BLANKS {
            return Err(Flaw::TooComplex.into());
        }
        Ok(())
    }

    fn blank(&mut self) -> Blank {
        self.dataset.blanks += 1;
        self.dataset.blanks - 1
    }
}
