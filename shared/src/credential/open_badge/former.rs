//! Badges of before 3.0: told by name, never read. They are no verifiable credentials: most were believed because of
//! where they lay.

use serde_json::Value;

/// An edition we do not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Former {
    /// Open Badges 1.0 or 1.1.
    #[error("this is a badge of Open Badges 1, of before verifiable credentials")]
    V1,
    /// Open Badges 2.0 or 2.1.
    #[error("this is a badge of Open Badges 2, of before verifiable credentials")]
    V2,
    /// The address of a badge that its issuer hosts (Open Badges 1 and 2).
    #[error("this is the address of a hosted badge, not a badge that is signed")]
    Hosted,
}

/// The edition of a badge of before 3.0, by its JSON or its text; `None` when it is none of them.
pub fn former(text: &str) -> Option<Former> {
    let text = text.trim();
    if text.starts_with("https://") || text.starts_with("http://") {
        return Some(Former::Hosted);
    }
    let document = crate::json::parse(text.as_bytes()).ok()?;
    of_document(&document)
}

pub(super) fn of_document(document: &Value) -> Option<Former> {
    const HOSTS: [&str; 2] = ["https://w3id.org/openbadges/", "https://openbadgespec.org/"];
    const ASSERTION_PARTS: [&str; 3] = ["recipient", "badge", "verify"];
    let contexts = match document.get("@context") {
        Some(Value::Array(contexts)) => contexts.as_slice(),
        Some(context) => std::slice::from_ref(context),
        None => &[],
    };
    let names = |edition: &str| {
        contexts.iter().filter_map(Value::as_str).any(|context| {
            HOSTS
                .iter()
                .any(|host| context.strip_prefix(host).is_some_and(|rest| rest.starts_with(edition)))
        })
    };
    if names("v2") {
        Some(Former::V2)
    } else if names("v1") {
        Some(Former::V1)
    } else if contexts.is_empty() && ASSERTION_PARTS.iter().all(|part| document.get(part).is_some()) {
        // 1.0 had no context.
        Some(Former::V1)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_badges_of_before_are_told_by_their_edition() {
        for (text, edition) in [
            (
                r#"{"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}"#,
                Former::V2,
            ),
            (
                r#"{"@context":["https://w3id.org/openbadges/v2","https://w3id.org/openbadges/extensions"]}"#,
                Former::V2,
            ),
            (
                r#"{"@context":"https://w3id.org/openbadges/v1","type":"Assertion"}"#,
                Former::V1,
            ),
            (
                r#"{"uid":"1","recipient":{},"badge":"https://a.example","verify":{}}"#,
                Former::V1,
            ),
            (" https://badges.example.org/assertions/1\n", Former::Hosted),
        ] {
            assert_eq!(former(text), Some(edition), "{text}");
        }
        for text in [
            "",
            "{}",
            "bonjour",
            r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["OpenBadgeCredential"]}"#,
        ] {
            assert_eq!(former(text), None, "{text}");
        }
    }
}
