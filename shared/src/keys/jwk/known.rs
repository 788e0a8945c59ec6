//! What the members of a JWK say.

use serde_json::{Map, Value};

use super::super::{KeyError, KeyKind, PublicKey};
use crate::json::{Members, Node};

/// Members that hold a secret, in any kind of key (RFC 7518 §6).
pub(super) const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The members that say something to us, found in one pass.
#[derive(Default)]
pub(in crate::keys) struct KnownMembers<'a> {
    is_private: bool,
    kty: Option<Written<'a>>,
    crv: Option<Written<'a>>,
    x: Option<Written<'a>>,
    y: Option<Written<'a>>,
    kid: Option<Written<'a>>,
    alg: Option<Written<'a>>,
    usage: Option<Written<'a>>,
    operations: Option<Written<'a>>,
}

/// What stands in such a member.
enum Written<'a> {
    Text(&'a str),
    /// The texts of an array.
    Texts(Vec<&'a str>),
    Other,
}

impl<'a> KnownMembers<'a> {
    pub(in crate::keys) fn of(members: &'a Map<String, Value>) -> Self {
        Self::gather(members.iter().map(|(name, value)| (name.as_str(), value)))
    }

    pub(in crate::keys) fn of_nodes(members: &'a Members<'_>) -> Self {
        Self::gather(members.iter().map(|(name, node)| (&**name, node)))
    }

    fn gather<T: Into<Written<'a>>>(members: impl Iterator<Item = (&'a str, T)>) -> Self {
        let mut known = Self::default();
        for (name, value) in members {
            let place = match name {
                "kty" => &mut known.kty,
                "crv" => &mut known.crv,
                "x" => &mut known.x,
                "y" => &mut known.y,
                "kid" => &mut known.kid,
                "alg" => &mut known.alg,
                "use" => &mut known.usage,
                "key_ops" => &mut known.operations,
                name => {
                    known.is_private |= PRIVATE_MEMBERS.contains(&name);
                    continue;
                }
            };
            *place = Some(value.into());
        }
        known
    }

    /// The key they are.
    pub(in crate::keys) fn key(&self) -> Result<PublicKey, KeyError> {
        if self.is_private {
            return Err(KeyError::Private);
        }
        let kind = text(self.kty.as_ref())
            .zip(text(self.crv.as_ref()))
            .and_then(|(key_type, curve)| KeyKind::of(key_type, curve))
            .ok_or(KeyError::Unsupported)?;
        let named = [&self.kid, &self.alg, &self.usage];
        if named.into_iter().flatten().any(|value| !value.is_text()) {
            return Err(KeyError::Unsupported);
        }
        // RFC 8037 §2: a key on Ed25519 has no `y`.
        if self.y.is_some() != kind.ecdsa().is_some() || self.y.as_ref().is_some_and(|y| !y.is_text()) {
            return Err(KeyError::NotOnCurve);
        }
        let x = text(self.x.as_ref()).ok_or(KeyError::NotOnCurve)?;
        PublicKey::from_coordinates(kind, x, text(self.y.as_ref()))
    }

    /// Whether nothing in them speaks against this use of the key.
    pub(in crate::keys) fn is_for(&self, alg: &str, usage: &str, operation: &str) -> bool {
        let is = |found: &Option<Written<'_>>, wanted| found.is_none() || text(found.as_ref()) == Some(wanted);
        is(&self.alg, alg)
            && is(&self.usage, usage)
            && match &self.operations {
                None => true,
                Some(Written::Texts(operations)) => operations.contains(&operation),
                Some(_) => false,
            }
    }
}

impl Written<'_> {
    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

fn text<'a>(written: Option<&Written<'a>>) -> Option<&'a str> {
    match written {
        Some(Written::Text(text)) => Some(text),
        _ => None,
    }
}

impl<'a> From<&'a Value> for Written<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Array(values) => Self::Texts(values.iter().filter_map(Value::as_str).collect()),
            _ => Self::Other,
        }
    }
}

impl<'a> From<&'a Node<'_>> for Written<'a> {
    fn from(node: &'a Node<'_>) -> Self {
        match node {
            Node::Text(text) => Self::Text(text),
            Node::Array(nodes) => Self::Texts(nodes.iter().filter_map(Node::text).collect()),
            _ => Self::Other,
        }
    }
}
