//! How much work a context asks for, before any of it is done.

use serde_json::Value;

use super::pinned;
use crate::json::Node;

/// The most definitions that the contexts of a document may make us lay, one over another or each at its place.
pub(in super::super) const MAX_WEIGHT: usize = 16 * 1024;

/// How many definitions are laid with a context as a document writes it.
pub(in super::super) fn of_written(context: &Node<'_>) -> usize {
    match context {
        Node::Text(name) => of_pinned(name),
        Node::Array(contexts) => contexts.iter().map(of_written).sum(),
        Node::Object(members) => 1 + members.len(),
        Node::Null | Node::Boolean(_) | Node::Number(_) => 1,
    }
}

/// The same of one that a definition holds.
pub(in super::super) fn of_value(context: &Value) -> usize {
    match context {
        Value::String(name) => of_pinned(name),
        Value::Array(contexts) => contexts.iter().map(of_value).sum(),
        Value::Object(members) => 1 + members.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// Those that are pinned name no others.
fn of_pinned(name: &str) -> usize {
    1 + pinned::find(name).map_or(0, |context| match context {
        Value::Array(contexts) => contexts
            .iter()
            .filter_map(Value::as_object)
            .map(|members| 1 + members.len())
            .sum(),
        Value::Object(members) => members.len(),
        _ => 0,
    })
}
