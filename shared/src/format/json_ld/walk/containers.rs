//! Values that stand in a container: texts by language, graphs, lists.

use std::sync::Arc;

use super::{Members, Place, Walk};
use crate::{
    format::{
        json_ld::{
            Flaw, JsonLdError,
            context::Active,
            literal::{literal, tagged},
        },
        rdf::{Annotation, NamedOrBlank, RDF_FIRST, RDF_NIL, RDF_REST, Term},
    },
    json::Node,
};

impl<'a> Walk<'a> {
    pub(super) fn language_map(
        &mut self,
        node: &'a Node<'a>,
        subject: NamedOrBlank<'a>,
        predicate: &'a str,
        place: &Place<'_, 'a>,
    ) -> Result<(), JsonLdError> {
        let Node::Object(members) = node else { return Ok(()) };
        for (tag, node) in members {
            for node in node.each() {
                let object = match node {
                    Node::Null => continue,
                    Node::Text(text) if place.active.keyword(tag) == Some("@none") => literal(text, Annotation::Plain),
                    Node::Text(text) => tagged(text, tag).map_err(|error| error.under(tag))?,
                    _ => return Err(JsonLdError::from(Flaw::WrongLanguage).under(tag)),
                };
                self.at = node.address();
                self.push(subject, predicate, object, place.graph)?;
            }
        }
        Ok(())
    }

    /// Values that are each a graph of their own.
    pub(super) fn graphs(
        &mut self,
        node: &'a Node<'a>,
        subject: NamedOrBlank<'a>,
        predicate: &'a str,
        place: &Place<'_, 'a>,
    ) -> Result<(), JsonLdError> {
        for (index, node) in node.each().iter().enumerate() {
            let members = match node {
                Node::Object(members) => members,
                // A set within a set, or nothing.
                Node::Array(_) | Node::Null => return Err(Flaw::Unsupported.into()),
                Node::Text(_) | Node::Number(_) | Node::Boolean(_) => return Err(Flaw::NotAnObject.into()),
            };
            let name = NamedOrBlank::Blank(self.blank());
            let inside = Place {
                graph: Some(name),
                ..*place
            };
            self.at = node.address();
            self.object(members, &inside, false)
                .map_err(|error| error.under(&index.to_string()))?;
            self.at = node.address();
            self.push(subject, predicate, name.into(), place.graph)?;
        }
        Ok(())
    }

    pub(super) fn list_object(
        &mut self,
        members: &'a Members<'a>,
        node: &'a Node<'a>,
        active: &Arc<Active>,
        place: &Place<'_, 'a>,
    ) -> Result<Term<'a>, JsonLdError> {
        if members.len() > 1 {
            return Err(Flaw::Unsupported.into());
        }
        // In a node, the terms of its type hold no longer.
        let definition = active.definition(place.property);
        self.list(
            node.each(),
            &Place {
                active,
                definition,
                ..*place
            },
        )
    }

    /// List to RDF Conversion (JSON-LD 1.1 API §8.3).
    pub(super) fn list(&mut self, nodes: &'a [Node<'a>], place: &Place<'_, 'a>) -> Result<Term<'a>, JsonLdError> {
        let mut head = None;
        let mut last = None;
        for (index, node) in nodes.iter().enumerate() {
            if matches!(node, Node::Null) {
                continue;
            }
            self.at = node.address();
            let cell = NamedOrBlank::Blank(self.blank());
            match last.replace(cell) {
                Some(before) => self.push(before, RDF_REST, cell.into(), place.graph)?,
                None => head = Some(cell),
            }
            match node {
                Node::Array(_) => Err(Flaw::Unsupported.into()),
                _ => self.one(node, cell, RDF_FIRST, place),
            }
            .map_err(|error: JsonLdError| error.under(&index.to_string()))?;
            self.at = node.address();
        }
        let nil = Term::iri(RDF_NIL);
        Ok(match (head, last) {
            (Some(head), Some(last)) => {
                self.push(last, RDF_REST, nil, place.graph)?;
                head.into()
            }
            _ => nil,
        })
    }
}
