//! RDF datasets: what a signature over linked data covers.
//!
//! A [`Dataset`] is made by [`super::json_ld`] and turned into canonical N-Quads by [`canonicalize`] (RDFC-1.0). Strings
//! are borrowed from the document and from the compiled contexts: a credential becomes quads without copying its text.

mod canonical;

use std::{
    fmt::Write,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

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

/// Text of a dataset: of the document, of a compiled context, or made on the way.
#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Arc<str>),
    Owned(String),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::Borrowed(text)
    }
}

/// A subject, an object or the name of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Term<'a> {
    /// Absolute, of characters that N-Quads allows: checked where it was read.
    Iri(Text<'a>),
    Blank(Blank),
    Literal {
        value: Text<'a>,
        annotation: Annotation<'a>,
    },
}

/// What a literal is, beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Annotation<'a> {
    /// `xsd:string`.
    Plain,
    Datatype(Text<'a>),
    Language(Text<'a>),
}

impl Term<'_> {
    fn blank(&self) -> Option<Blank> {
        match self {
            Self::Blank(blank) => Some(*blank),
            Self::Iri(_) | Self::Literal { .. } => None,
        }
    }
}

/// One statement. A predicate is always an IRI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Quad<'a> {
    pub(crate) subject: Term<'a>,
    pub(crate) predicate: Text<'a>,
    pub(crate) object: Term<'a>,
    /// None: the default graph.
    pub(crate) graph: Option<Term<'a>>,
}

impl Quad<'_> {
    /// The blank nodes in it, with the letter RDFC-1.0 §4.7 gives their position.
    fn blanks(&self) -> impl Iterator<Item = (char, Blank)> {
        [
            ('s', self.subject.blank()),
            ('o', self.object.blank()),
            ('g', self.graph.as_ref().and_then(Term::blank)),
        ]
        .into_iter()
        .filter_map(|(position, blank)| Some((position, blank?)))
    }

    /// Appends the statement in canonical N-Quads (RDFC-1.0 §5), with its line feed. `label` names blank nodes.
    pub(crate) fn write(&self, out: &mut String, label: &mut impl FnMut(Blank, &mut String)) {
        write_term(&self.subject, out, label);
        out.push(' ');
        write_iri(&self.predicate, out);
        out.push(' ');
        write_term(&self.object, out, label);
        if let Some(graph) = &self.graph {
            out.push(' ');
            write_term(graph, out, label);
        }
        out.push_str(" .\n");
    }
}

/// Statements, in the order they were read; the same one may be there twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dataset<'a> {
    pub(crate) quads: Vec<Quad<'a>>,
    /// How many blank nodes there are: each is below this number.
    pub(crate) blanks: Blank,
}

fn write_term(term: &Term<'_>, out: &mut String, label: &mut impl FnMut(Blank, &mut String)) {
    match term {
        Term::Iri(iri) => write_iri(iri, out),
        Term::Blank(blank) => {
            out.push_str("_:");
            label(*blank, out);
        }
        Term::Literal { value, annotation } => {
            out.push('"');
            write_escaped(value, out);
            out.push('"');
            match annotation {
                Annotation::Plain => {}
                Annotation::Datatype(datatype) if **datatype == *XSD_STRING => {}
                Annotation::Datatype(datatype) => {
                    out.push_str("^^");
                    write_iri(datatype, out);
                }
                Annotation::Language(tag) => {
                    out.push('@');
                    out.push_str(tag);
                }
            }
        }
    }
}

fn write_iri(iri: &str, out: &mut String) {
    out.push('<');
    out.push_str(iri);
    out.push('>');
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
            subject: Term::Blank(7),
            predicate: "https://example.org/p".into(),
            object: Term::Literal {
                value: value.into(),
                annotation,
            },
            graph: Some(Term::Iri("https://example.org/g".into())),
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
        assert!(line("a", Annotation::Datatype(XSD_STRING.into())).contains("\"a\" <"));
        assert!(line("1", Annotation::Datatype(XSD_INTEGER.into())).contains(&format!("\"1\"^^<{XSD_INTEGER}> ")));
        assert!(line("a", Annotation::Language("fr".into())).contains("\"a\"@fr "));
    }
}
