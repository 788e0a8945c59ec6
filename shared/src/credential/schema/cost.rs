//! How much work a schema makes of a document, counted before any is done.
//!
//! Each subschema is taken to look at each place it may look at, whatever comes of it: what is counted is never less than
//! what a validator does. A schema that refers to itself at the same place, or whose parts multiply, runs out of steps here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{SchemaError, draft};

/// The most times that a subschema looks at a value.
const MAX_STEPS: usize = 200_000;
/// The deepest that subschemas and values nest together.
const MAX_DEPTH: usize = 192;
/// What a schema of schemas looks at for each value, at most: its vocabularies, each with its definitions.
const META_SCHEMA_STEPS: usize = 64;

/// What a pattern that goes back is counted for.
const BACKTRACKING_STEPS: usize = 1_000;

/// Refuses a schema that would take too long with this document, or that refers to others.
pub(super) fn bound(schema: &Value, document: &Value) -> Result<(), SchemaError> {
    let mut anchors = BTreeMap::new();
    collect_anchors(schema, &mut anchors);
    let mut counter = Counter {
        root: schema,
        anchors,
        steps: 0,
    };
    counter.visit(schema, document, 0)
}

struct Counter<'a> {
    root: &'a Value,
    /// Every schema that is named by `$anchor`, `$dynamicAnchor`, or a fragment in `$id` (draft 7).
    anchors: BTreeMap<&'a str, Vec<&'a Value>>,
    steps: usize,
}

impl<'a> Counter<'a> {
    fn take(&mut self, steps: usize) -> Result<(), SchemaError> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            Err(SchemaError::Costly)
        } else {
            Ok(())
        }
    }

    fn visit(&mut self, schema: &'a Value, value: &Value, depth: usize) -> Result<(), SchemaError> {
        self.take(1)?;
        if depth > MAX_DEPTH {
            return Err(SchemaError::Costly);
        }
        let Value::Object(members) = schema else {
            return Ok(());
        };
        if !std::ptr::eq(schema, self.root) && names_a_base(members) {
            return Err(SchemaError::Remote);
        }
        self.take(size(members, value))?;
        // What is left unevaluated is known only once all parts have been evaluated, again for each member.
        let unevaluated = members.contains_key("unevaluatedProperties") || members.contains_key("unevaluatedItems");
        let repeats = if unevaluated { 1 + children(value) } else { 1 };
        for _ in 0..repeats {
            self.in_place(members, value, depth)?;
        }
        match value {
            Value::Object(object) => self.of_object(members, object, depth),
            Value::Array(elements) => self.of_array(members, elements, depth),
            _ => Ok(()),
        }
    }

    /// Subschemas that look at the same value.
    fn in_place(&mut self, members: &'a Map<String, Value>, value: &Value, depth: usize) -> Result<(), SchemaError> {
        for name in ["allOf", "anyOf", "oneOf"] {
            for schema in members.get(name).and_then(Value::as_array).into_iter().flatten() {
                self.visit(schema, value, depth + 1)?;
            }
        }
        for name in ["not", "if", "then", "else"] {
            if let Some(schema) = members.get(name) {
                self.visit(schema, value, depth + 1)?;
            }
        }
        for name in ["dependentSchemas", "dependencies"] {
            for schema in members
                .get(name)
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(Map::values)
            {
                self.visit(schema, value, depth + 1)?;
            }
        }
        for name in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(reference) = members.get(name) else {
                continue;
            };
            let reference = reference.as_str().ok_or(SchemaError::Malformed)?;
            if draft(reference).is_some() {
                self.take(META_SCHEMA_STEPS.saturating_mul(1 + nodes(value)))?;
                continue;
            }
            for schema in self.resolve(reference)? {
                self.visit(schema, value, depth + 1)?;
            }
        }
        Ok(())
    }

    fn of_object(
        &mut self,
        members: &'a Map<String, Value>,
        object: &Map<String, Value>,
        depth: usize,
    ) -> Result<(), SchemaError> {
        if let Some(properties) = members.get("properties").and_then(Value::as_object) {
            for (name, schema) in properties {
                if let Some(value) = object.get(name) {
                    self.visit(schema, value, depth + 1)?;
                }
            }
        }
        let patterns = members.get("patternProperties").and_then(Value::as_object);
        let others = ["additionalProperties", "unevaluatedProperties"].map(|name| members.get(name));
        for schema in patterns
            .into_iter()
            .flat_map(Map::values)
            .chain(others.into_iter().flatten())
        {
            for value in object.values() {
                self.visit(schema, value, depth + 1)?;
            }
        }
        if let Some(schema) = members.get("propertyNames") {
            for name in object.keys() {
                self.visit(schema, &Value::String(name.clone()), depth + 1)?;
            }
        }
        Ok(())
    }

    fn of_array(
        &mut self,
        members: &'a Map<String, Value>,
        elements: &[Value],
        depth: usize,
    ) -> Result<(), SchemaError> {
        for name in ["items", "prefixItems"] {
            match members.get(name) {
                Some(Value::Array(schemas)) => {
                    for (schema, value) in schemas.iter().zip(elements) {
                        self.visit(schema, value, depth + 1)?;
                    }
                }
                Some(schema) => {
                    for value in elements {
                        self.visit(schema, value, depth + 1)?;
                    }
                }
                None => {}
            }
        }
        for name in ["additionalItems", "unevaluatedItems", "contains"] {
            if let Some(schema) = members.get(name) {
                for value in elements {
                    self.visit(schema, value, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// What a reference within the schema may mean.
    fn resolve(&self, reference: &str) -> Result<Vec<&'a Value>, SchemaError> {
        let fragment = match reference.split_once('#') {
            Some(("", fragment)) => fragment,
            split => {
                let (base, fragment) = split.unwrap_or((reference, ""));
                let id = self.root.get("$id").and_then(Value::as_str).unwrap_or_default();
                if base != id.split('#').next().unwrap_or_default() {
                    return Err(SchemaError::Remote);
                }
                fragment
            }
        };
        if fragment.is_empty() {
            return Ok(vec![self.root]);
        }
        if !fragment.starts_with('/') {
            return self.anchors.get(fragment).cloned().ok_or(SchemaError::Malformed);
        }
        // A pointer in a fragment is percent-encoded (RFC 6901 §6); whoever writes one that needs it is not understood.
        if fragment.contains('%') {
            return Err(SchemaError::Remote);
        }
        let found = self.root.pointer(fragment).ok_or(SchemaError::Malformed)?;
        Ok(vec![found])
    }
}

/// Whether references in a schema count from elsewhere than the root.
fn names_a_base(members: &Map<String, Value>) -> bool {
    let id = members.get("$id").and_then(Value::as_str);
    id.is_some_and(|id| !id.starts_with('#'))
}

fn collect_anchors<'a>(schema: &'a Value, anchors: &mut BTreeMap<&'a str, Vec<&'a Value>>) {
    match schema {
        Value::Object(members) => {
            let names = ["$anchor", "$dynamicAnchor"].map(|name| members.get(name).and_then(Value::as_str));
            let of_draft_7 = members
                .get("$id")
                .and_then(Value::as_str)
                .and_then(|id| id.strip_prefix('#'));
            for name in names.into_iter().flatten().chain(of_draft_7) {
                anchors.entry(name).or_default().push(schema);
            }
            members.values().for_each(|value| collect_anchors(value, anchors));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_anchors(value, anchors)),
        _ => {}
    }
}

/// What keywords without subschemas look at: values to compare with, text to match.
fn size(members: &Map<String, Value>, value: &Value) -> usize {
    let compared = if members.contains_key("enum") || members.contains_key("const") {
        members.get("enum").and_then(Value::as_array).map_or(1, Vec::len)
    } else {
        0
    };
    let listed = members.get("required").and_then(Value::as_array).map_or(0, Vec::len);
    let own = match value {
        Value::String(text) if members.get("pattern").and_then(Value::as_str).is_some_and(goes_back) => {
            BACKTRACKING_STEPS + text.len() / 64
        }
        Value::String(text) => text.len() / 64,
        // Every element with every other.
        Value::Array(elements) if members.contains_key("uniqueItems") => {
            elements.len().saturating_mul(elements.len()) / 16
        }
        _ => 0,
    };
    let patterns = members
        .get("patternProperties")
        .and_then(Value::as_object)
        .map_or(0, Map::len);
    compared + listed + own + patterns.saturating_mul(children(value))
}

/// Whether a pattern may hold look-around or back references, which are not matched in linear time.
fn goes_back(pattern: &str) -> bool {
    pattern.contains("(?")
        || pattern
            .as_bytes()
            .windows(2)
            .any(|pair| pair[0] == b'\\' && pair[1] != b'.')
}

fn children(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len(),
        Value::Array(elements) => elements.len(),
        _ => 0,
    }
}

fn nodes(value: &Value) -> usize {
    let below = match value {
        Value::Object(members) => members.values().map(nodes).sum(),
        Value::Array(elements) => elements.iter().map(nodes).sum(),
        _ => 0,
    };
    1 + below
}
