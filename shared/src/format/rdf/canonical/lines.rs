//! Canonical N-Quads (RDFC-1.0 §5), written and put in order.

use std::{iter, ops::Range};

use crate::format::rdf::{Blank, Quad};

/// About how long a statement is.
const LINE: usize = 160;

/// Where one is.
struct Line {
    /// Its first sixteen bytes: nearly half of all pairs are told apart by them alone.
    start: u128,
    range: Range<usize>,
}

/// Statements written one after the other, to be sorted without copying each.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    places: Vec<Line>,
    joined: String,
}

impl Lines {
    pub(super) fn with_capacity(lines: usize) -> Self {
        Self {
            text: String::with_capacity(LINE * lines),
            places: Vec::with_capacity(lines),
            joined: String::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
    }

    pub(super) fn push(&mut self, quad: &Quad<'_>, label: &mut impl FnMut(Blank, &mut String)) {
        let start = self.text.len();
        quad.write(&mut self.text, label);
        let range = start..self.text.len();
        let start = self.text.as_bytes()[start..].first_chunk().copied();
        self.places.extend(iter::once_with(|| Line {
            // No statement is shorter.
            start: u128::from_be_bytes(start.unwrap_or_default()),
            range,
        }));
    }

    /// Puts them in code point order. Whether two of them are the same.
    pub(super) fn sort(&mut self) -> bool {
        let text = self.text.as_bytes();
        self.places.sort_unstable_by(|a, b| {
            let starts = a.start.cmp(&b.start);
            starts.then_with(|| text[a.range.clone()].cmp(&text[b.range.clone()]))
        });
        let mut pairs = self.places.windows(2);
        pairs.any(|pair| text[pair[0].range.clone()] == text[pair[1].range.clone()])
    }

    /// Leaves one of those that are the same, once they are sorted.
    pub(super) fn dedup(&mut self) {
        let text = self.text.as_bytes();
        self.places
            .dedup_by(|a, b| text[a.range.clone()] == text[b.range.clone()]);
    }

    /// All of them, one after the other.
    pub(super) fn joined(&mut self) -> &str {
        self.joined.clear();
        self.joined.reserve(self.text.len());
        for line in &self.places {
            self.joined.push_str(&self.text[line.range.clone()]);
        }
        &self.joined
    }

    /// The same, of what is needed no longer.
    pub(super) fn into_joined(mut self) -> String {
        self.joined();
        self.joined
    }
}
