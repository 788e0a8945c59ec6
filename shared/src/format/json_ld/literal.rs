//! Literals: value objects (JSON-LD 1.1 §4.2.1), and Object to RDF Conversion (JSON-LD 1.1 API §8.2).

use std::{borrow::Cow, sync::Arc};

use bumpalo::Bump;

use super::{Flaw, JsonLdError, context::Active, iri::is_absolute};
use crate::{
    format::rdf::{Annotation, RDF_JSON, Term, XSD_BOOLEAN, XSD_DOUBLE, XSD_INTEGER},
    json::{Node, canonical},
};

/// What the datatype of text with a direction begins with.
const I18N: &str = "https://www.w3.org/ns/i18n#";

/// `{"@value": …}`.
pub(super) fn value_object<'a>(
    members: &'a [(Cow<'a, str>, Node<'a>)],
    active: &Arc<Active>,
    made: &'a Bump,
) -> Result<Term<'a>, JsonLdError> {
    let (mut value, mut language, mut datatype, mut direction) = (None, None, None, None);
    for (name, node) in members {
        match active.keyword(name) {
            Some("@value") => value = Some(node),
            Some("@language") => language = Some(node),
            Some("@type") => datatype = Some(node),
            Some("@direction") => direction = Some(node),
            _ => return Err(JsonLdError::from(Flaw::Unsupported).under(name)),
        }
    }
    let value = value.ok_or(Flaw::Unsupported)?;
    if let Some(direction) = direction {
        return directed(value, language, datatype, direction, made).map_err(|error| error.under("@direction"));
    }
    match (value, language, datatype) {
        (Node::Text(text), Some(Node::Text(tag)), None) => tagged(text, tag),
        (_, Some(_), _) => Err(Flaw::WrongLanguage.into()),
        (value, None, Some(Node::Text(datatype))) => {
            let iri = active.expand(datatype, true).ok_or(Flaw::WrongType)?;
            if iri == "@json" {
                let text = canonical(value).map_err(|_| Flaw::UnsafeNumber)?;
                return Ok(literal(made.alloc_str(&text), Annotation::Datatype(RDF_JSON)));
            }
            if !is_absolute(&iri) {
                return Err(Flaw::UndefinedType(datatype.to_string()).into());
            }
            let text = match value {
                Node::Text(text) => text,
                Node::Number(written) => number(written, Some(&iri), made)?.0,
                Node::Boolean(value) => boolean(*value),
                _ => return Err(Flaw::Unsupported.into()),
            };
            Ok(literal(text, Annotation::Datatype(made.alloc_str(&iri))))
        }
        (_, None, Some(_)) => Err(Flaw::WrongType.into()),
        (Node::Text(text), None, None) => Ok(literal(text, Annotation::Plain)),
        (Node::Number(written), None, None) => {
            let (text, datatype) = number(written, None, made)?;
            Ok(literal(text, Annotation::Datatype(datatype)))
        }
        (Node::Boolean(value), None, None) => Ok(literal(boolean(*value), Annotation::Datatype(XSD_BOOLEAN))),
        (Node::Null | Node::Array(_) | Node::Object(_), None, None) => Err(Flaw::Unsupported.into()),
    }
}

/// Text with a base direction. Left to itself, JSON-LD loses the direction on its way to RDF, and the signature with it: it is
/// kept in the datatype (JSON-LD 1.1 API §8.2, `i18n-datatype`), as Digital Bazaar keeps it too.
fn directed<'a>(
    value: &'a Node<'a>,
    language: Option<&Node<'_>>,
    datatype: Option<&Node<'_>>,
    direction: &Node<'_>,
    made: &'a Bump,
) -> Result<Term<'a>, JsonLdError> {
    let (Node::Text(text), None, Some(direction @ ("ltr" | "rtl"))) = (value, datatype, direction.text()) else {
        return Err(Flaw::Direction.into());
    };
    let tag = match language {
        None => "",
        Some(Node::Text(tag)) => {
            tagged(text, tag)?;
            tag.as_ref()
        }
        Some(_) => return Err(Flaw::WrongLanguage.into()),
    };
    Ok(literal(text, direction_annotation(tag, direction, made)))
}

/// What text in this language, if any, and direction is.
pub(super) fn direction_annotation<'a>(tag: &str, direction: &str, made: &'a Bump) -> Annotation<'a> {
    let tag = tag.to_ascii_lowercase();
    Annotation::Datatype(made.alloc_str(&format!("{I18N}{tag}_{direction}")))
}

pub(super) fn literal<'a>(value: &'a str, annotation: Annotation<'a>) -> Term<'a> {
    Term::Literal { value, annotation }
}

pub(super) fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// Text in a language; the tag is well-formed (RFC 5646 §2.1, loosely: what N-Quads can hold).
pub(super) fn tagged<'a>(text: &'a str, tag: &'a str) -> Result<Term<'a>, JsonLdError> {
    let mut parts = tag.split('-');
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let well_formed = parts
        .next()
        .is_some_and(|first| is_part(first) && first.bytes().all(|byte| byte.is_ascii_alphabetic()))
        && parts.all(is_part);
    if !well_formed {
        return Err(Flaw::WrongLanguage.into());
    }
    Ok(literal(text, Annotation::Language(tag)))
}

/// The lexical form and the datatype of a number (JSON-LD 1.1 API §8.2 steps 9 to 11). An integer that a double rounds is
/// refused: two documents would have one signature.
pub(super) fn number<'a>(
    written: &str,
    datatype: Option<&str>,
    made: &'a Bump,
) -> Result<(&'a str, &'static str), JsonLdError> {
    let value: f64 = written.parse().map_err(|_| Flaw::UnsafeNumber)?;
    let is_whole = value.fract() == 0.0 && value.abs() < 1e21;
    if is_whole && datatype != Some(XSD_DOUBLE) {
        let text = if value == 0.0 {
            "0".to_owned()
        } else {
            format!("{value:.0}")
        };
        let is_integer = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_integer && value != 0.0 && text != written {
            return Err(Flaw::UnsafeNumber.into());
        }
        return Ok((made.alloc_str(&text), XSD_INTEGER));
    }
    // `%1.15E`, without the zeros at the end of the fraction.
    let text = format!("{value:.15E}");
    let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let trimmed = mantissa.trim_end_matches('0');
    let zero = if trimmed.ends_with('.') { "0" } else { "" };
    let text = format!("{trimmed}{zero}E{exponent}");
    Ok((made.alloc_str(&text), XSD_DOUBLE))
}
