//! Members that documents of the W3C data model have in several shapes.

use serde_json::{Map, Value};

/// Whether `type`, one or several, names this type.
pub fn has_type(members: &Map<String, Value>, wanted: &str) -> bool {
    match members.get("type") {
        Some(Value::Array(types)) => types.iter().any(|found| found == wanted),
        found => found.is_some_and(|found| found == wanted),
    }
}

/// The identifier of an `issuer` or a `holder`: itself, or the `id` of the object it is.
pub fn party<'a>(members: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    match members.get(member)? {
        Value::Object(party) => party.get("id")?.as_str(),
        party => party.as_str(),
    }
}

/// Puts a context at the end, unless it, or one that says the same, is there.
pub fn add_context(members: &mut Map<String, Value>, context: &str, same: &[&str]) {
    let mut contexts = match members.remove("@context") {
        Some(Value::Array(contexts)) => contexts,
        only => Vec::from_iter(only),
    };
    let is_there = |found: &Value| {
        let found = found.as_str();
        found == Some(context) || same.iter().any(|same| found == Some(*same))
    };
    if !contexts.iter().any(is_there) {
        contexts.push(context.into());
    }
    members.insert("@context".to_owned(), contexts.into());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!() };
        members
    }

    #[test]
    fn one_or_several_types_are_read_alike() {
        for (document, expected) in [
            (json!({"type": "A"}), true),
            (json!({"type": ["B", "A"]}), true),
            (json!({"type": ["B"]}), false),
            (json!({"type": {"A": 1}}), false),
            (json!({}), false),
        ] {
            assert_eq!(has_type(&members(document.clone()), "A"), expected, "{document}");
        }
    }

    #[test]
    fn a_party_is_named_by_itself_or_by_its_id() {
        for (document, expected) in [
            (json!({"issuer": "did:a:b"}), Some("did:a:b")),
            (json!({"issuer": {"id": "did:a:b", "name": "A"}}), Some("did:a:b")),
            (json!({"issuer": {"name": "A"}}), None),
            (json!({"issuer": ["did:a:b"]}), None),
            (json!({}), None),
        ] {
            assert_eq!(party(&members(document.clone()), "issuer"), expected, "{document}");
        }
    }

    #[test]
    fn a_context_is_added_once_and_in_a_list() {
        let mut document = members(json!({"@context": "https://a.example"}));
        for _ in 0..2 {
            add_context(&mut document, "https://b.example", &[]);
        }
        assert_eq!(document["@context"], json!(["https://a.example", "https://b.example"]));
        add_context(&mut document, "https://c.example", &["https://b.example"]);
        assert_eq!(document["@context"].as_array().map(Vec::len), Some(2));
    }
}
