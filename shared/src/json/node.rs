//! JSON whose strings stay where they were read.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::{
    Ambiguous,
    read::{read, read_few},
};

/// The members of an object, in the order they were read.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

/// A JSON value. Numbers are kept as written; a double can hold their magnitude.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Boolean(bool),
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Members<'a>),
}

impl<'a> Node<'a> {
    /// Reads one JSON text: no repeated member name, nothing after the value.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Ambiguous> {
        read(text)
    }

    /// The same object, on its own.
    pub(crate) fn into_object(self) -> Result<Map<String, Value>, Ambiguous> {
        match self.into_value()? {
            Value::Object(members) => Ok(members),
            _ => Err(Ambiguous),
        }
    }

    /// Reads the text of an array of one value or more into the first of these places; says how many they are.
    pub(crate) fn parse_few(text: &'a str, places: &mut [Self]) -> Result<usize, Ambiguous> {
        read_few(text, places)
    }

    /// The same value, on its own.
    pub(crate) fn into_value(self) -> Result<Value, Ambiguous> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Bool(value),
            Self::Number(text) => Value::Number(number(&text)?),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Array(nodes) => Value::Array(nodes.into_iter().map(Self::into_value).collect::<Result<_, _>>()?),
            Self::Object(members) => {
                // Not collected: the map would not know how large it becomes, and hash again each time it grows.
                let mut object = Map::with_capacity(members.len());
                for (name, node) in members {
                    object.insert(name.into_owned(), node.into_value()?);
                }
                Value::Object(object)
            }
        })
    }

    /// The member of this name, when this is an object that has it.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find_map(|(found, node)| (found == name).then_some(node))
    }

    /// The value itself when it is no array, else its elements.
    pub(crate) fn each(&self) -> &[Self] {
        match self {
            Self::Array(nodes) => nodes,
            _ => std::slice::from_ref(self),
        }
    }

    /// Where it is in memory: tells nodes of one document apart, as long as it is not moved.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Whole numbers, nearly all there are, without the parser of JSON. Those are written as they were read, for no reader takes
/// a needless zero or sign.
fn number(text: &str) -> Result<Number, Ambiguous> {
    match text.parse::<u64>() {
        Ok(whole) => Ok(whole.into()),
        Err(_) => text.parse().map_err(|_| Ambiguous),
    }
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Number(number.to_string().into()),
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Array(values) => Self::Array(values.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.as_str().into(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}
