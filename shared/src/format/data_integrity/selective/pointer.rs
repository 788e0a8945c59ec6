//! JSON Pointers (RFC 6901) and what they select of a document (ECDSA cryptosuites §3.4.10 to §3.4.13).

use std::{borrow::Cow, collections::HashSet};

use super::MAX_POINTERS;
use crate::{
    format::{data_integrity::DataIntegrityError, json_ld::Origins},
    json::Node,
};

/// Nodes of a document, told by [`Node::address`].
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Every node on the way to what is selected, and all that is below it.
    nodes: HashSet<usize>,
    /// Those selected with everything below them.
    complete: HashSet<usize>,
}

impl Selection {
    /// What some pointers select. Without pointers that is nothing.
    pub(super) fn of<P: AsRef<str>>(
        document: &Node<'_>,
        pointers: &[P],
        origins: &Origins,
    ) -> Result<Self, DataIntegrityError> {
        let mut selection = Self::default();
        selection.add(document, pointers, origins)?;
        Ok(selection)
    }

    /// Selects more.
    pub(super) fn add<P: AsRef<str>>(
        &mut self,
        document: &Node<'_>,
        pointers: &[P],
        origins: &Origins,
    ) -> Result<(), DataIntegrityError> {
        if pointers.len() > MAX_POINTERS {
            return Err(DataIntegrityError::TooManyPointers);
        }
        pointers
            .iter()
            .try_for_each(|pointer| self.follow(document, pointer.as_ref(), origins))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn has(&self, address: usize) -> bool {
        self.nodes.contains(&address)
    }

    fn follow(&mut self, document: &Node<'_>, pointer: &str, origins: &Origins) -> Result<(), DataIntegrityError> {
        let nowhere = || DataIntegrityError::NoSuchValue(pointer.to_owned());
        let mut node = document;
        let mut way = vec![node.address()];
        if !pointer.is_empty() {
            let tokens = pointer.strip_prefix('/').ok_or_else(nowhere)?;
            for token in tokens.split('/') {
                if origins.whole.contains(&node.address()) {
                    return Err(DataIntegrityError::PartOfWhole(pointer.to_owned()));
                }
                node = step(node, token).ok_or_else(nowhere)?;
                way.push(node.address());
            }
        }
        self.nodes.extend(way);
        self.complete(node);
        Ok(())
    }

    /// A node and all below it.
    fn complete(&mut self, node: &Node<'_>) {
        if !self.complete.insert(node.address()) {
            return;
        }
        self.nodes.insert(node.address());
        match node {
            Node::Array(nodes) => nodes.iter().for_each(|node| self.complete(node)),
            Node::Object(members) => members.iter().for_each(|(_, node)| self.complete(node)),
            Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => {}
        }
    }
}

/// RFC 6901 §4: one reference token.
fn step<'n, 'a>(node: &'n Node<'a>, token: &str) -> Option<&'n Node<'a>> {
    match node {
        Node::Array(nodes) => {
            let is_index = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
            nodes.get(is_index.then(|| token.parse::<usize>().ok())??)
        }
        Node::Object(_) => node.member(&unescape(token)?),
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => None,
    }
}

/// RFC 6901 §3: `~0` and `~1`, and no other tilde.
fn unescape(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(token.into());
    }
    let mut pieces = token.split('~');
    let mut name = pieces.next()?.to_owned();
    for piece in pieces {
        let (letter, rest) = match piece.as_bytes().first()? {
            b'0' => ('~', &piece[1..]),
            b'1' => ('/', &piece[1..]),
            _ => return None,
        };
        name.push(letter);
        name.push_str(rest);
    }
    Some(name.into())
}

/// The document with only what is selected, arrays without gaps (ECDSA cryptosuites §3.4.13). What an object on the way is
/// (its context, its identifier, its types) stays with it.
pub(super) fn reveal<'a>(node: &Node<'a>, selection: &Selection, origins: &Origins) -> Node<'a> {
    if selection.complete.contains(&node.address()) {
        return node.clone();
    }
    match node {
        Node::Array(nodes) => Node::Array(
            nodes
                .iter()
                .filter(|node| selection.has(node.address()))
                .map(|node| reveal(node, selection, origins))
                .collect(),
        ),
        Node::Object(members) => {
            let shown = members.iter().filter_map(|(name, node)| {
                let address = node.address();
                if origins.naming.contains(&address) {
                    return Some((name.clone(), node.clone()));
                }
                selection
                    .has(address)
                    .then(|| (name.clone(), reveal(node, selection, origins)))
            });
            Node::Object(shown.collect())
        }
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => node.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"a":{"b":[10,{"c":1,"d":2},30],"":0,"x/y":1,"m~n":2},"e":"f"}"#;

    fn found(pointer: &str) -> Option<String> {
        let document = Node::parse(TEXT).unwrap();
        let selection = Selection::of(&document, &[pointer], &Origins::default()).ok()?;
        let shown = reveal(&document, &selection, &Origins::default());
        Some(shown.into_value().unwrap().to_string())
    }

    #[test]
    fn a_pointer_selects_what_it_points_at_and_the_way_to_it() {
        for (pointer, shown) in [
            ("/e", r#"{"e":"f"}"#),
            ("/a/b", r#"{"a":{"b":[10,{"c":1,"d":2},30]}}"#),
            ("/a/b/1", r#"{"a":{"b":[{"c":1,"d":2}]}}"#),
            ("/a/b/1/d", r#"{"a":{"b":[{"d":2}]}}"#),
            ("/a/", r#"{"a":{"":0}}"#),
            ("/a/x~1y", r#"{"a":{"x/y":1}}"#),
            ("/a/m~0n", r#"{"a":{"m~n":2}}"#),
            ("", TEXT),
        ] {
            assert_eq!(found(pointer).as_deref(), Some(shown), "{pointer}");
        }
    }

    #[test]
    fn a_pointer_to_nothing_is_refused_by_name() {
        for pointer in [
            "e",
            "/f",
            "/a/b/3",
            "/a/b/-",
            "/a/b/01",
            "/a/b/+1",
            "/a/b/",
            "/e/0",
            "/a/m~n",
            "/a/m~2n",
            "/a/m~",
            "//",
            "/a/b/1/c/0",
            "/a/b/99999999999999999999",
        ] {
            let document = Node::parse(TEXT).unwrap();
            let refused = Selection::of(&document, &[pointer], &Origins::default()).unwrap_err();
            assert_eq!(refused, DataIntegrityError::NoSuchValue(pointer.to_owned()));
        }
    }

    #[test]
    fn there_are_only_so_many_pointers() {
        let document = Node::parse(TEXT).unwrap();
        let pointers = vec!["/e"; MAX_POINTERS + 1];
        assert_eq!(
            Selection::of(&document, &pointers, &Origins::default()).unwrap_err(),
            DataIntegrityError::TooManyPointers
        );
    }
}
