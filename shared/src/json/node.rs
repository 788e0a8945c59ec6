//! JSON whose strings stay where they were read.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use super::{Ambiguous, MAX_DEPTH};

/// The member under which `serde_json` with `arbitrary_precision` hands numbers to a visitor.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// From how many members on names are compared by hash rather than one by one.
const MANY: usize = 24;

/// A JSON value. Numbers are kept as written; a double can hold their magnitude.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Boolean(bool),
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads one JSON text: no repeated member name, nothing after the value.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Ambiguous> {
        // In our texts this token must only ever come from serde_json itself, for a number.
        if text.contains(NUMBER_TOKEN) {
            return Err(Ambiguous);
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let node = Reading { depth: 0 }
            .deserialize(&mut deserializer)
            .map_err(|_| Ambiguous)?;
        deserializer.end().map_err(|_| Ambiguous)?;
        Ok(node)
    }

    /// The same value, on its own.
    pub(crate) fn into_value(self) -> Result<Value, Ambiguous> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Bool(value),
            Self::Number(text) => Value::Number(text.parse().map_err(|_| Ambiguous)?),
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

/// Reads a value at `depth` enclosing arrays and objects.
#[derive(Clone, Copy)]
struct Reading {
    depth: usize,
}

impl Reading {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            Err(E::custom("nested too deeply"))
        } else {
            Ok(Self { depth: self.depth + 1 })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reading {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading {
    type Value = Node<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.to_string().into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.to_string().into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut nodes = Vec::new();
        while let Some(node) = sequence.next_element_seed(inner)? {
            nodes.push(node);
        }
        Ok(Node::Array(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Node<'de>)> = Vec::with_capacity(8);
        let mut names = HashSet::new();
        let mut next = map.next_key_seed(Name)?;
        if let Some(Cow::Borrowed(NUMBER_TOKEN)) = next {
            return number(map.next_value()?);
        }
        let inner = self.deeper()?;
        while let Some(name) = next {
            if members.len() == MANY {
                names.extend(members.iter().map(|(name, _)| name.clone()));
            }
            let repeated = if members.len() < MANY {
                members.iter().any(|(found, _)| *found == name)
            } else {
                !names.insert(name.clone())
            };
            // The token written with an escape: an object that would pass for a number later.
            if repeated || name == NUMBER_TOKEN {
                return Err(Error::custom("a repeated or reserved name"));
            }
            let node = map.next_value_seed(inner)?;
            members.push((name, node));
            next = map.next_key_seed(Name)?;
        }
        Ok(Node::Object(members))
    }
}

/// A number as it is written, if a double can hold its magnitude.
fn number<'de, E: Error>(text: String) -> Result<Node<'de>, E> {
    let number: Number = text.parse().map_err(E::custom)?;
    if number.is_i64() || number.is_u64() || number.as_f64().is_some_and(f64::is_finite) {
        Ok(Node::Number(text.into()))
    } else {
        Err(E::custom("a number out of range"))
    }
}

/// A member name, borrowed when it is written without escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(text.to_owned().into())
    }
}
