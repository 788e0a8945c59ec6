//! Which statements a blank node is in.

use std::iter;

use crate::format::rdf::{Blank, NamedOrBlank, Quad};

/// For each blank node, the places of the statements it is in, in order, each once.
pub(super) struct Mentions {
    places: Vec<u32>,
    /// Where the places of each node end; those of the next begin there.
    ends: Vec<usize>,
}

impl Mentions {
    pub(super) fn of(quads: &[Quad<'_>], blanks: Blank) -> Self {
        let mut met: Vec<(Blank, u32)> = Vec::with_capacity(quads.len());
        for (place, quad) in (0..).zip(quads) {
            for blank in mentioned(quad).into_iter().flatten() {
                met.push((blank, place));
            }
        }
        let mut ends = vec![0; blanks as usize];
        for (blank, _) in &met {
            ends[*blank as usize] += 1;
        }
        // Now where those of each node begin; once they are written, that is where they end.
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut places = vec![0; met.len()];
        for (blank, place) in met {
            let end = &mut ends[blank as usize];
            places[*end] = place;
            *end += 1;
        }
        Self { places, ends }
    }

    /// The places of one node.
    pub(super) fn of_node(&self, blank: Blank) -> &[u32] {
        let node = blank as usize;
        let start = if node == 0 { 0 } else { self.ends[node - 1] };
        &self.places[start..self.ends[node]]
    }

    /// The places of every node, from the first to the last.
    pub(super) fn each(&self) -> impl Iterator<Item = &[u32]> {
        let starts = iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.places[start..*end])
    }

    /// Leaves out some statements.
    pub(super) fn forget(&mut self, is_forgotten: impl Fn(u32) -> bool) {
        let mut places = Vec::with_capacity(self.places.len());
        let mut start = 0;
        for end in &mut self.ends {
            places.extend(self.places[start..*end].iter().filter(|place| !is_forgotten(**place)));
            start = *end;
            *end = places.len();
        }
        self.places = places;
    }
}

/// The blank nodes in a statement, each once.
fn mentioned(quad: &Quad<'_>) -> [Option<Blank>; 3] {
    let subject = quad.subject.blank();
    let object = quad.object.blank().filter(|blank| Some(*blank) != subject);
    let graph = quad.graph.and_then(NamedOrBlank::blank);
    let graph = graph.filter(|blank| Some(*blank) != subject && quad.object.blank() != Some(*blank));
    [subject, object, graph]
}
