//! RDF datasets: what a signature over linked data covers.
//!
//! A [`Dataset`] is made by [`super::json_ld`] and turned into canonical N-Quads by [`canonicalize`] (RDFC-1.0). Its text
//! stands elsewhere (in the document, in a context, in what was made on the way), so that terms and statements are copied
//! without cost.

mod canonical;

use std::fmt::Write;

pub use self::canonical::CanonicalizationError;
pub(crate) use self::canonical::{Digest, canonicalize, name_blanks};

/// `http://www.w3.org/1999/02/22-rdf-syntax-ns#type`.
pub(crate) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
pub(crate) const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
pub(crate) const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
pub(crate) const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
pub(crate) const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
pub(crate) const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
pub(crate) const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
pub(crate) const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
pub(crate) const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// A blank node: its place in the order of appearance.
pub(crate) type Blank = u32;

/// A subject or the name of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NamedOrBlank<'a> {
    /// Absolute, of characters that N-Quads allows: checked where it was read.
    Iri(&'a str),
    Blank(Blank),
}

impl NamedOrBlank<'_> {
    /// About how long it is when it is written, in bytes: labels of blank nodes are not known yet.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Iri(iri) => iri.len(),
            Self::Blank(_) => 16,
        }
    }

    pub(crate) fn blank(self) -> Option<Blank> {
        match self {
            Self::Blank(blank) => Some(blank),
            Self::Iri(_) => None,
        }
    }
}

/// An object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Term<'a> {
    Node(NamedOrBlank<'a>),
    Literal { value: &'a str, annotation: Annotation<'a> },
}

impl<'a> Term<'a> {
    pub(crate) fn iri(iri: &'a str) -> Self {
        Self::Node(NamedOrBlank::Iri(iri))
    }

    /// About how long it is when it is written, in bytes, but for escapes.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Node(node) => node.size(),
            Self::Literal { value, annotation } => match annotation {
                Annotation::Plain => value.len(),
                Annotation::Datatype(text) | Annotation::Language(text) => value.len() + text.len(),
            },
        }
    }

    pub(crate) fn blank(self) -> Option<Blank> {
        match self {
            Self::Node(node) => node.blank(),
            Self::Literal { .. } => None,
        }
    }
}

impl<'a> From<NamedOrBlank<'a>> for Term<'a> {
    fn from(node: NamedOrBlank<'a>) -> Self {
        Self::Node(node)
    }
}

/// What a literal is, beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Annotation<'a> {
    /// `xsd:string`.
    Plain,
    Datatype(&'a str),
    Language(&'a str),
}

/// One statement. A predicate is always an IRI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Quad<'a> {
    pub(crate) subject: NamedOrBlank<'a>,
    pub(crate) predicate: &'a str,
    pub(crate) object: Term<'a>,
    /// None: the default graph.
    pub(crate) graph: Option<NamedOrBlank<'a>>,
}

impl Quad<'_> {
    /// The blank nodes in it, with the letter RDFC-1.0 §4.7 gives their position.
    pub(crate) fn blanks(&self) -> impl Iterator<Item = (char, Blank)> {
        [
            ('s', self.subject.blank()),
            ('o', self.object.blank()),
            ('g', self.graph.and_then(NamedOrBlank::blank)),
        ]
        .into_iter()
        .filter_map(|(position, blank)| Some((position, blank?)))
    }

    /// Appends the statement in canonical N-Quads (RDFC-1.0 §5), with its line feed. `label` names blank nodes.
    pub(crate) fn write(&self, out: &mut String, label: &mut impl FnMut(Blank, &mut String)) {
        // What stands between two texts is written at once: a statement is mostly such.
        match self.subject {
            NamedOrBlank::Iri(iri) => {
                out.push('<');
                out.push_str(iri);
                out.push_str("> <");
            }
            NamedOrBlank::Blank(blank) => {
                out.push_str("_:");
                label(blank, out);
                out.push_str(" <");
            }
        }
        out.push_str(self.predicate);
        out.push_str("> ");
        match self.object {
            Term::Node(node) => write_node(node, out, label),
            Term::Literal { value, annotation } => write_literal(value, annotation, out),
        }
        if let Some(graph) = self.graph {
            out.push(' ');
            write_node(graph, out, label);
        }
        out.push_str(" .\n");
    }
}

/// About how long a statement of these parts is when it is written, in bytes.
pub(crate) fn size(
    subject: NamedOrBlank<'_>,
    predicate: &str,
    object: Term<'_>,
    graph: Option<NamedOrBlank<'_>>,
) -> usize {
    subject.size() + predicate.len() + object.size() + graph.map_or(0, NamedOrBlank::size) + 16
}

/// Statements, in the order they were read; the same one may be there twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dataset<'a> {
    pub(crate) quads: Vec<Quad<'a>>,
    /// How many blank nodes there are: each is below this number.
    pub(crate) blanks: Blank,
}

fn write_node(node: NamedOrBlank<'_>, out: &mut String, label: &mut impl FnMut(Blank, &mut String)) {
    match node {
        NamedOrBlank::Iri(iri) => {
            out.push('<');
            out.push_str(iri);
            out.push('>');
        }
        NamedOrBlank::Blank(blank) => {
            out.push_str("_:");
            label(blank, out);
        }
    }
}

fn write_literal(value: &str, annotation: Annotation<'_>, out: &mut String) {
    out.push('"');
    write_escaped(value, out);
    match annotation {
        Annotation::Plain | Annotation::Datatype(XSD_STRING) => out.push('"'),
        Annotation::Datatype(datatype) => {
            out.push_str("\"^^<");
            out.push_str(datatype);
            out.push('>');
        }
        Annotation::Language(tag) => {
            out.push_str("\"@");
            out.push_str(tag);
        }
    }
}

/// RDFC-1.0 §5: short escapes where there are any, `\uXXXX` for other control characters, and nothing else.
fn write_escaped(text: &str, out: &mut String) {
    // Without early exit, so that it runs over many bytes at once: nearly every text is plain.
    if !text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        out.push_str(text);
        return;
    }
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        if !is_special(byte) {
            continue;
        }
        // The byte is ASCII, so it begins and ends a character.
        out.push_str(&text[plain..index]);
        plain = index + 1;
        match byte {
            0x08 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            // Writing to a String does not fail.
            _ => {
                let _ = write!(out, "\\u{byte:04X}");
            }
        }
    }
    out.push_str(&text[plain..]);
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches it runs over many bytes at once"
)]
fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: &str, annotation: Annotation<'_>) -> String {
        let quad = Quad {
            subject: NamedOrBlank::Blank(7),
            predicate: "https://example.org/p",
            object: Term::Literal { value, annotation },
            graph: Some(NamedOrBlank::Iri("https://example.org/g")),
        };
        let mut out = String::new();
        quad.write(&mut out, &mut |blank, out| {
            let _ = write!(out, "b{blank}");
        });
        out
    }

    #[test]
    fn literals_are_escaped_as_canonical_n_quads_are() {
        assert_eq!(
            line("a\u{8}\t\n\u{b}\u{c}\r\"\\\u{7f}é\u{1F9FA}", Annotation::Plain),
            "_:b7 <https://example.org/p> \"a\\b\\t\\n\\u000B\\f\\r\\\"\\\\\\u007Fé\u{1F9FA}\" <https://example.org/g> .\n"
        );
    }

    #[test]
    fn a_string_has_no_datatype_and_a_language_has_its_sign() {
        assert!(line("a", Annotation::Datatype(XSD_STRING)).contains("\"a\" <"));
        assert!(line("1", Annotation::Datatype(XSD_INTEGER)).contains(&format!("\"1\"^^<{XSD_INTEGER}> ")));
        assert!(line("a", Annotation::Language("fr")).contains("\"a\"@fr "));
    }
}
