//! From the expanded form to statements (JSON-LD 1.1 API §8.1 to §8.3).

use std::collections::HashMap;

use ssi::json_ld::{
    BlankIdBuf, ExpandedDocument, Id, Indexed, IndexedObject, IriBuf, Node, Object, ValidId, Value,
    object::{List, value::Literal},
    syntax::Print,
};

use super::super::{
    Flaw, JsonLdError,
    iri::is_absolute,
    literal::{boolean, direction_annotation, literal, number, tagged},
};
use crate::{
    format::rdf::{
        Annotation, Blank, Dataset, Quad, RDF_FIRST, RDF_JSON, RDF_NIL, RDF_REST, RDF_TYPE, Term, Text, XSD_BOOLEAN,
    },
    json::{self, canonical},
};

/// What a document says.
#[derive(Default)]
pub(super) struct Said {
    pub(super) dataset: Dataset<'static>,
    /// Whether there is an index: it makes no statement.
    pub(super) has_index: bool,
    /// The nodes named by the document.
    labels: HashMap<String, Blank>,
}

type Graph<'g> = Option<&'g Term<'static>>;

pub(super) fn of(expanded: &ExpandedDocument) -> Result<Said, JsonLdError> {
    let mut said = Said::default();
    for object in expanded {
        said.free(object, None)?;
    }
    Ok(said)
}

impl Said {
    /// An element of a graph: a node, or it says nothing.
    fn free(&mut self, object: &IndexedObject<IriBuf, BlankIdBuf>, graph: Graph<'_>) -> Result<(), JsonLdError> {
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

    fn node(&mut self, node: &Node, graph: Graph<'_>) -> Result<Term<'static>, JsonLdError> {
        let subject = match &node.id {
            Some(id) => self.id(id)?,
            None => Term::Blank(self.blank()),
        };
        for class in node.types() {
            let class = iri(class).map_err(|text| Flaw::UndefinedType(text.to_owned()))?;
            self.push(&subject, RDF_TYPE.into(), Term::Iri(class), graph);
        }
        for (property, objects) in &node.properties {
            let predicate = iri(property).map_err(|_| Flaw::UndefinedTerm)?;
            for object in objects {
                let object = self.object(object, graph)?;
                self.push(&subject, predicate.clone(), object, graph);
            }
        }
        for (property, nodes) in node.reverse_properties.iter().flatten() {
            let predicate = iri(property).map_err(|_| Flaw::UndefinedTerm)?;
            for node in nodes {
                self.indexed(node);
                let other = self.node(node.inner(), graph)?;
                self.push(&other, predicate.clone(), subject.clone(), graph);
            }
        }
        for node in node.included.iter().flatten() {
            self.indexed(node);
            self.node(node.inner(), graph)?;
        }
        for object in node.graph.iter().flatten() {
            self.free(object, Some(&subject))?;
        }
        Ok(subject)
    }

    fn object(
        &mut self,
        object: &IndexedObject<IriBuf, BlankIdBuf>,
        graph: Graph<'_>,
    ) -> Result<Term<'static>, JsonLdError> {
        self.indexed(object);
        match object.inner() {
            Object::Node(node) => self.node(node, graph),
            Object::List(list) => self.list(list, graph),
            Object::Value(value) => written(value),
        }
    }

    /// List to RDF Conversion (JSON-LD 1.1 API §8.3).
    fn list(&mut self, list: &List<IriBuf, BlankIdBuf>, graph: Graph<'_>) -> Result<Term<'static>, JsonLdError> {
        let mut rest = Term::Iri(RDF_NIL.into());
        for object in list.iter().rev() {
            let object = self.object(object, graph)?;
            let cell = Term::Blank(self.blank());
            self.push(&cell, RDF_FIRST.into(), object, graph);
            self.push(&cell, RDF_REST.into(), rest, graph);
            rest = cell;
        }
        Ok(rest)
    }

    fn id(&mut self, id: &Id) -> Result<Term<'static>, JsonLdError> {
        if let Id::Valid(ValidId::Blank(label)) = id {
            let label = label.as_str();
            let next = self.dataset.blanks;
            let blank = *self.labels.entry(label.to_owned()).or_insert(next);
            self.dataset.blanks = next.max(blank + 1);
            return Ok(Term::Blank(blank));
        }
        iri(id)
            .map(Term::Iri)
            .map_err(|text| Flaw::RelativeIri(text.to_owned()).into())
    }

    fn blank(&mut self) -> Blank {
        self.dataset.blanks += 1;
        self.dataset.blanks - 1
    }

    fn push(&mut self, subject: &Term<'static>, predicate: Text<'static>, object: Term<'static>, graph: Graph<'_>) {
        self.dataset.quads.push(Quad {
            subject: subject.clone(),
            predicate,
            object,
            graph: graph.cloned(),
        });
    }
}

/// An identifier as an absolute IRI, or the text that is none.
fn iri(id: &Id) -> Result<Text<'static>, &str> {
    match id.as_iri() {
        Some(iri) if is_absolute(iri.as_str()) => Ok(Text::Owned(iri.as_str().to_owned())),
        _ => Err(id.as_str()),
    }
}

/// Object to RDF Conversion (JSON-LD 1.1 API §8.2).
fn written(value: &Value) -> Result<Term<'static>, JsonLdError> {
    match value {
        Value::Json(value) => {
            let text = value.compact_print().to_string();
            let node = json::Node::parse(&text).map_err(|_| Flaw::UnsafeNumber)?;
            let text = canonical(&node).map_err(|_| Flaw::UnsafeNumber)?;
            Ok(literal(Text::Owned(text), Annotation::Datatype(RDF_JSON.into())))
        }
        Value::LangString(text) => {
            let (value, tag, direction) = text.parts();
            let tag = tag.map(|tag| tag.as_str());
            if let Some(tag) = tag {
                tagged(value, Text::Borrowed(tag))?;
            }
            let annotation = match (tag, direction) {
                (tag, Some(direction)) => direction_annotation(tag.unwrap_or_default(), direction.as_str()),
                (Some(tag), None) => Annotation::Language(Text::Owned(tag.to_owned())),
                (None, None) => Annotation::Plain,
            };
            Ok(literal(Text::Owned(value.to_owned()), annotation))
        }
        Value::Literal(value, datatype) => {
            let datatype = datatype.as_ref().map(|datatype| datatype.as_str().to_owned());
            if let Some(datatype) = datatype.as_ref().filter(|datatype| !is_absolute(datatype)) {
                return Err(Flaw::UndefinedType(datatype.clone()).into());
            }
            let (text, default) = match value {
                Literal::Null => return Err(Flaw::Unsupported.into()),
                Literal::Boolean(value) => (boolean(*value), Some(XSD_BOOLEAN)),
                Literal::Number(written) => {
                    let (text, default) = number(written.as_str(), datatype.as_deref())?;
                    (Text::Owned(text), Some(default))
                }
                Literal::String(text) => (Text::Owned(text.as_str().to_owned()), None),
            };
            let annotation = match (datatype, default) {
                (Some(datatype), _) => Annotation::Datatype(Text::Owned(datatype)),
                (None, Some(default)) => Annotation::Datatype(default.into()),
                (None, None) => Annotation::Plain,
            };
            Ok(literal(text, annotation))
        }
    }
}
