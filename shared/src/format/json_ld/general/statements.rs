//! From the expanded form to statements (JSON-LD 1.1 API §8.1 to §8.3).

use std::collections::HashMap;

use bumpalo::Bump;
use ssi::json_ld::{
    BlankIdBuf, ExpandedDocument, Id, Indexed, IndexedObject, IriBuf, Node, Object, ValidId, Value,
    object::{List, value::Literal},
    syntax::Print,
};

use super::super::{
    Flaw, JsonLdError, MAX_SAID,
    iri::is_absolute,
    literal::{boolean, direction_annotation, literal, number, tagged},
};
use crate::{
    format::rdf::{
        Annotation, Blank, Dataset, NamedOrBlank, Quad, RDF_FIRST, RDF_JSON, RDF_NIL, RDF_REST, RDF_TYPE, Term,
        XSD_BOOLEAN, size,
    },
    json::{self, canonical},
};

/// What a document says.
pub(super) struct Said<'a> {
    pub(super) dataset: Dataset<'a>,
    /// Whether there is an index: it makes no statement.
    pub(super) has_index: bool,
    /// How much it said: see [`MAX_SAID`].
    bytes: usize,
    /// The nodes named by the document.
    labels: HashMap<String, Blank>,
    /// Where its text stands.
    made: &'a Bump,
}

type Graph<'a> = Option<NamedOrBlank<'a>>;

/// The statements of the expanded form; their text is put into `made`.
pub(super) fn of<'a>(expanded: &ExpandedDocument, made: &'a Bump) -> Result<Said<'a>, JsonLdError> {
    let mut said = Said {
        dataset: Dataset::default(),
        has_index: false,
        bytes: 0,
        labels: HashMap::new(),
        made,
    };
    for object in expanded {
        said.free(object, None)?;
    }
    Ok(said)
}

impl<'a> Said<'a> {
    /// An element of a graph: a node, or it says nothing.
    fn free(&mut self, object: &IndexedObject<IriBuf, BlankIdBuf>, graph: Graph<'a>) -> Result<(), JsonLdError> {
        self.indexed(object);
        match object.inner() {
            // Of a name alone, nothing is said in a graph.
            Object::Node(node) if graph.is_some() && node.id.is_some() && node.is_empty() => {
                Err(Flaw::Unsupported.into())
            }
            Object::Node(node) => self.node(node, graph).map(drop),
            Object::Value(_) | Object::List(_) => Err(Flaw::Unsupported.into()),
        }
    }

    fn indexed<T>(&mut self, object: &Indexed<T>) {
        self.has_index |= object.index().is_some();
    }

    fn node(&mut self, node: &Node, graph: Graph<'a>) -> Result<NamedOrBlank<'a>, JsonLdError> {
        let subject = match &node.id {
            Some(id) => self.id(id)?,
            None => NamedOrBlank::Blank(self.blank()),
        };
        for class in node.types() {
            let class = self.iri(class).map_err(|text| Flaw::UndefinedType(text.to_owned()))?;
            self.push(subject, RDF_TYPE, Term::iri(class), graph)?;
        }
        for (property, objects) in &node.properties {
            let predicate = self.iri(property).map_err(|_| Flaw::UndefinedTerm)?;
            for object in objects {
                let object = self.object(object, graph)?;
                self.push(subject, predicate, object, graph)?;
            }
        }
        for (property, nodes) in node.reverse_properties.iter().flatten() {
            let predicate = self.iri(property).map_err(|_| Flaw::UndefinedTerm)?;
            for node in nodes {
                self.indexed(node);
                let other = self.node(node.inner(), graph)?;
                self.push(other, predicate, subject.into(), graph)?;
            }
        }
        for node in node.included.iter().flatten() {
            self.indexed(node);
            self.node(node.inner(), graph)?;
        }
        for object in node.graph.iter().flatten() {
            self.free(object, Some(subject))?;
        }
        Ok(subject)
    }

    fn object(
        &mut self,
        object: &IndexedObject<IriBuf, BlankIdBuf>,
        graph: Graph<'a>,
    ) -> Result<Term<'a>, JsonLdError> {
        self.indexed(object);
        match object.inner() {
            Object::Node(node) => self.node(node, graph).map(Term::Node),
            Object::List(list) => self.list(list, graph),
            Object::Value(value) => written(value, self.made),
        }
    }

    /// List to RDF Conversion (JSON-LD 1.1 API §8.3).
    fn list(&mut self, list: &List<IriBuf, BlankIdBuf>, graph: Graph<'a>) -> Result<Term<'a>, JsonLdError> {
        let mut rest = NamedOrBlank::Iri(RDF_NIL);
        for object in list.iter().rev() {
            let object = self.object(object, graph)?;
            let cell = NamedOrBlank::Blank(self.blank());
            self.push(cell, RDF_FIRST, object, graph)?;
            self.push(cell, RDF_REST, rest.into(), graph)?;
            rest = cell;
        }
        Ok(rest.into())
    }

    fn id(&mut self, id: &Id) -> Result<NamedOrBlank<'a>, JsonLdError> {
        if let Id::Valid(ValidId::Blank(label)) = id {
            let label = label.as_str();
            let next = self.dataset.blanks;
            let blank = *self.labels.entry(label.to_owned()).or_insert(next);
            self.dataset.blanks = next.max(blank + 1);
            return Ok(NamedOrBlank::Blank(blank));
        }
        self.iri(id)
            .map(NamedOrBlank::Iri)
            .map_err(|text| Flaw::RelativeIri(text.to_owned()).into())
    }

    fn blank(&mut self) -> Blank {
        self.dataset.blanks += 1;
        self.dataset.blanks - 1
    }

    fn push(
        &mut self,
        subject: NamedOrBlank<'a>,
        predicate: &'a str,
        object: Term<'a>,
        graph: Graph<'a>,
    ) -> Result<(), JsonLdError> {
        self.bytes += size(subject, predicate, object, graph);
        if self.bytes > MAX_SAID {
            return Err(Flaw::TooComplex.into());
        }
        self.dataset.quads.push(Quad {
            subject,
            predicate,
            object,
            graph,
        });
        Ok(())
    }

    /// An identifier as an absolute IRI, or the text that is none.
    fn iri<'i>(&self, id: &'i Id) -> Result<&'a str, &'i str> {
        match id.as_iri() {
            Some(iri) if is_absolute(iri.as_str()) => Ok(self.made.alloc_str(iri.as_str())),
            _ => Err(id.as_str()),
        }
    }
}

/// Object to RDF Conversion (JSON-LD 1.1 API §8.2).
fn written<'a>(value: &Value, made: &'a Bump) -> Result<Term<'a>, JsonLdError> {
    match value {
        Value::Json(value) => {
            let text = value.compact_print().to_string();
            let node = json::Node::parse(&text).map_err(|_| Flaw::UnsafeNumber)?;
            let text = canonical(&node).map_err(|_| Flaw::UnsafeNumber)?;
            Ok(literal(made.alloc_str(&text), Annotation::Datatype(RDF_JSON)))
        }
        Value::LangString(text) => {
            let (value, tag, direction) = text.parts();
            let tag = tag.map(|tag| tag.as_str());
            if let Some(tag) = tag {
                tagged(value, tag)?;
            }
            let annotation = match (tag, direction) {
                (tag, Some(direction)) => direction_annotation(tag.unwrap_or_default(), direction.as_str(), made),
                (Some(tag), None) => Annotation::Language(made.alloc_str(tag)),
                (None, None) => Annotation::Plain,
            };
            Ok(literal(made.alloc_str(value), annotation))
        }
        Value::Literal(value, datatype) => {
            let datatype = datatype.as_ref().map(|datatype| &*made.alloc_str(datatype.as_str()));
            if let Some(datatype) = datatype.filter(|datatype| !is_absolute(datatype)) {
                return Err(Flaw::UndefinedType(datatype.to_owned()).into());
            }
            let (text, default) = match value {
                Literal::Null => return Err(Flaw::Unsupported.into()),
                Literal::Boolean(value) => (boolean(*value), Some(XSD_BOOLEAN)),
                Literal::Number(written) => {
                    let (text, default) = number(written.as_str(), datatype, made)?;
                    (text, Some(default))
                }
                Literal::String(text) => (&*made.alloc_str(text.as_str()), None),
            };
            let annotation = match (datatype, default) {
                (Some(datatype), _) => Annotation::Datatype(datatype),
                (None, Some(default)) => Annotation::Datatype(default),
                (None, None) => Annotation::Plain,
            };
            Ok(literal(text, annotation))
        }
    }
}
