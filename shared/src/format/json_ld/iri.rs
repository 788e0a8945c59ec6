//! Keywords and IRIs, as JSON-LD tells them apart.

/// The keywords of JSON-LD 1.1 §1.7.
const KEYWORDS: [&str; 22] = [
    "@base",
    "@container",
    "@context",
    "@direction",
    "@graph",
    "@id",
    "@import",
    "@included",
    "@index",
    "@json",
    "@language",
    "@list",
    "@nest",
    "@none",
    "@prefix",
    "@propagate",
    "@protected",
    "@reverse",
    "@set",
    "@type",
    "@value",
    "@vocab",
];

/// Whether the text is a keyword. `@version` is one only inside a context, where it is read by name.
pub(super) fn is_keyword(text: &str) -> bool {
    text.starts_with('@') && KEYWORDS.contains(&text)
}

/// Whether the text has the form of a keyword, `@` and letters: reserved for versions to come.
pub(super) fn is_keyword_like(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Whether the text begins with a scheme (RFC 3986 §3.1) and holds nothing that N-Quads does not let into an IRI: a space
/// or a `>` there would let a document write statements of its own.
pub(crate) fn is_absolute(text: &str) -> bool {
    let mut scheme = text.bytes();
    scheme.next().is_some_and(|first| first.is_ascii_alphabetic())
        && scheme.find(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))) == Some(b':')
        // Without early exit, so that it runs over many bytes at once.
        && !text.bytes().fold(false, |found, byte| found | is_excluded(byte))
}

/// What an IRI of N-Quads cannot hold (RDF 1.1 N-Quads §4, `IRIREF`), and the delete character.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches it runs over many bytes at once"
)]
fn is_excluded(byte: u8) -> bool {
    (byte <= b' ')
        | (byte == b'<')
        | (byte == b'>')
        | (byte == b'"')
        | (byte == b'{')
        | (byte == b'}')
        | (byte == b'|')
        | (byte == b'^')
        | (byte == b'`')
        | (byte == b'\\')
        | (byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_what_looks_like_them() {
        assert!(is_keyword("@id") && !is_keyword("@foo") && !is_keyword("id"));
        assert!(is_keyword_like("@foo") && is_keyword_like("@id"));
        for text in ["@", "@foo.bar", "@foo1", "foo@bar", ""] {
            assert!(!is_keyword_like(text), "{text}");
        }
    }

    #[test]
    fn only_whole_iris_are_absolute() {
        for text in [
            "https://example.org/a#b",
            "urn:uuid:1",
            "did:web:a",
            "a+b-c.d:",
            "tag:é",
        ] {
            assert!(is_absolute(text), "{text}");
        }
        for text in [
            "", "a", ":a", "1a:b", "_:b0", "a b:c", "urn:a b", "urn:a>", "urn:\n", "urn:a\\b", "urn:{a}", "../a:b",
        ] {
            assert!(!is_absolute(text), "{text}");
        }
    }
}
