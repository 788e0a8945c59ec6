//! What names mean in a context.

use bumpalo::Bump;

use super::Members;
use crate::{
    format::json_ld::{
        Flaw, JsonLdError,
        context::{Active, Definition},
        iri::{is_absolute, is_keyword, is_keyword_like},
    },
    json::Node,
};

/// What a member of a node object is.
pub(super) enum Meaning<'w, 'a> {
    Keyword(&'w str),
    Property(&'a str, Option<&'w Definition>),
}

/// Whether a context that does not propagate still holds here (JSON-LD 1.1 API §5.1.2 step 7).
pub(super) fn stands_alone(members: &Members<'_>, active: &Active) -> bool {
    keyword_among(members, active, "@value") || (members.len() == 1 && keyword_among(members, active, "@id"))
}

pub(super) fn keyword_among(members: &Members<'_>, active: &Active, wanted: &str) -> bool {
    members.iter().any(|(name, _)| active.keyword(name) == Some(wanted))
}

pub(super) fn is_list_object(node: &Node<'_>, active: &Active) -> bool {
    matches!(node, Node::Object(members) if keyword_among(members, active, "@list"))
}

pub(super) fn meaning<'w, 'a>(
    active: &'w Active,
    name: &'w str,
    made: &'a Bump,
) -> Result<Meaning<'w, 'a>, JsonLdError> {
    if let Some(definition) = active.definition(name) {
        return match &definition.iri {
            Some(iri) if iri.starts_with('@') => Ok(Meaning::Keyword(iri)),
            Some(iri) => Ok(Meaning::Property(iri.within(made), Some(definition))),
            None => Err(Flaw::UndefinedTerm.into()),
        };
    }
    if is_keyword(name) {
        return Ok(Meaning::Keyword(name));
    }
    if is_keyword_like(name) {
        return Err(Flaw::UndefinedTerm.into());
    }
    match active.expand(name, true) {
        Some(iri) if is_absolute(&iri) => Ok(Meaning::Property(made.alloc_str(&iri), None)),
        _ => Err(Flaw::UndefinedTerm.into()),
    }
}

/// A type or a term used as a value, and its definition, as the IRI it stands for.
pub(super) fn vocabulary<'a>(
    active: &Active,
    text: &str,
    definition: Option<&Definition>,
    made: &'a Bump,
) -> Option<&'a str> {
    if let Some(iri) = definition.and_then(|definition| definition.iri.as_ref()) {
        // Definitions hold keywords and absolute IRIs.
        return (!iri.starts_with('@')).then(|| iri.within(made));
    }
    let iri = active.expand(text, true).filter(|iri| is_absolute(iri))?;
    Some(made.alloc_str(&iri))
}
