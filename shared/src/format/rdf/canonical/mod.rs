//! RDFC-1.0 ([RDF Dataset Canonicalization](https://www.w3.org/TR/rdf-canon/)).
//!
//! Blank nodes get their canonical names from what is said of them. When that tells them all apart, as it does in nearly
//! every credential, one hash each is all it takes; else the full algorithm runs, whose cost can grow with the factorial
//! of the number of nodes that look alike. It is bounded: a dataset made to be slow is refused (RDFC-1.0 §7.1).

mod lines;
mod mentions;

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_lc_rs::digest;

use self::{lines::Lines, mentions::Mentions};
use super::{Blank, Dataset, Quad};

/// The most steps spent on blank nodes that look alike; a step is one node named on one path, or so many names copied
/// ([`COPIED_IN_A_STEP`]).
const MAX_STEPS: usize = 20_000;

/// How many names are copied in the time of one step.
const COPIED_IN_A_STEP: usize = 32;

/// How many statements of a node are looked through in the time of one step.
const SEEN_IN_A_STEP: usize = 64;

/// How far from one node to the next paths are followed: each is a call within a call, and the stack has an end.
const MAX_DEPTH: u32 = 100;

/// The hash of the names (RDFC-1.0 §4.3): SHA-384 is for P-384 (ECDSA cryptosuites §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Digest {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
}

impl Digest {
    /// The digest of `bytes`: 32 or 48 bytes.
    pub(crate) fn of(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
        };
        digest::digest(algorithm, bytes)
    }

    /// The same in lower-case hexadecimal digits.
    pub(crate) fn hex(self, text: &str) -> String {
        let mut hex = String::new();
        push_hex(self.of(text.as_bytes()).as_ref(), &mut hex);
        hex
    }
}

/// A dataset was not canonicalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalizationError {
    /// Too many nodes look alike (RDFC-1.0 §7.1, "dataset poisoning").
    #[error("the dataset takes too long to canonicalise")]
    TooComplex,
}

/// A canonical dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// Canonical N-Quads: sorted statements, each once, each with its line feed.
    pub(crate) text: String,
    /// The number of each blank node: `labels[blank]` is 3 for `_:c14n3`.
    pub(crate) labels: Vec<u32>,
}

/// The canonical number of each blank node (RDFC-1.0 §4.4.3), from 0 without gap; those in no statement have none of their
/// own.
pub(crate) fn name_blanks(dataset: &Dataset<'_>, digest: Digest) -> Result<Vec<u32>, CanonicalizationError> {
    match dataset.blanks {
        // An only node has the first name, whatever is said of it: that of nearly every proof.
        0 | 1 => Ok(vec![0; dataset.blanks as usize]),
        _ => Naming::of(dataset, digest).finish(),
    }
}

/// Canonicalises (RDFC-1.0 §4.4.3).
pub(crate) fn canonicalize(dataset: &Dataset<'_>, digest: Digest) -> Result<Canonical, CanonicalizationError> {
    let labels = name_blanks(dataset, digest)?;
    let mut lines = Lines::with_capacity(dataset.quads.len());
    for quad in &dataset.quads {
        lines.push(quad, &mut |blank, out| {
            out.push_str("c14n");
            push_number(labels[blank as usize], out);
        });
    }
    if lines.sort() {
        lines.dedup();
    }
    Ok(Canonical {
        text: lines.into_joined(),
        labels,
    })
}

/// Appends a number in decimal digits.
fn push_number(number: u32, out: &mut String) {
    if number >= 10 {
        push_number(number / 10, out);
    }
    out.push(char::from(b"0123456789"[(number % 10) as usize]));
}

/// Appends bytes in lower-case hexadecimal digits.
fn push_hex(bytes: &[u8], out: &mut String) {
    out.reserve(2 * bytes.len());
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
}

/// Names given in order of appearance (RDFC-1.0 §4.5).
#[derive(Debug, Clone, Default)]
struct Issuer {
    order: Vec<Blank>,
    numbers: HashMap<Blank, u32>,
}

impl Issuer {
    /// The number of a node, given now if it has none.
    fn issue(&mut self, blank: Blank) -> u32 {
        // There are at most as many as there are blank nodes.
        let next = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(blank).or_insert_with(|| {
            self.order.push(blank);
            next
        })
    }
}

/// The canonicalization state (RDFC-1.0 §4.2).
struct Naming<'a> {
    quads: &'a [Quad<'a>],
    digest: Digest,
    /// The statements each blank node is in.
    mentions: Mentions,
    /// The first-degree hash of each blank node.
    hashes: Vec<digest::Digest>,
    canonical: Issuer,
    steps: usize,
    depth: u32,
}

impl<'a> Naming<'a> {
    fn of(dataset: &'a Dataset<'a>, digest: Digest) -> Self {
        let mut naming = Self {
            quads: &dataset.quads,
            digest,
            mentions: Mentions::of(&dataset.quads, dataset.blanks),
            hashes: Vec::with_capacity(dataset.blanks as usize),
            canonical: Issuer::default(),
            steps: 0,
            depth: 0,
        };
        if naming.hash_nodes() {
            // Two statements that look alike from one node, or one made twice: only the second must not count.
            naming.forget_repeats();
            naming.hash_nodes();
        }
        naming
    }

    /// Hash First Degree Quads of each node (RDFC-1.0 §4.6). Whether some node saw two statements that look alike.
    fn hash_nodes(&mut self) -> bool {
        let mut alike = false;
        let mut lines = Lines::default();
        self.hashes.clear();
        for (blank, mentions) in (0..).zip(self.mentions.each()) {
            lines.clear();
            for index in mentions {
                lines.push(&self.quads[*index as usize], &mut |other, out| {
                    out.push(if other == blank { 'a' } else { 'z' });
                });
            }
            alike |= lines.sort();
            self.hashes.push(self.digest.of(lines.joined().as_bytes()));
        }
        alike
    }

    /// Names every node that is in a statement; the result gives the number of each.
    fn finish(mut self) -> Result<Vec<u32>, CanonicalizationError> {
        let mut order: Vec<Blank> = (0..)
            .zip(self.mentions.each())
            .filter_map(|(blank, quads)| (!quads.is_empty()).then_some(blank))
            .collect();
        let hash = |blank: Blank| self.hashes[blank as usize].as_ref();
        order.sort_by(|a, b| hash(*a).cmp(hash(*b)));
        let look_alike = |pair: &[Blank]| hash(pair[0]) == hash(pair[1]);
        if !order.windows(2).any(look_alike) {
            let mut labels = vec![0; self.hashes.len()];
            for (number, blank) in (0..).zip(order) {
                labels[blank as usize] = number;
            }
            return Ok(labels);
        }
        let alike: Vec<Vec<Blank>> = order
            .chunk_by(|a, b| hash(*a) == hash(*b))
            .map(<[Blank]>::to_vec)
            .collect();
        for group in &alike {
            if let [only] = group.as_slice() {
                self.canonical.issue(*only);
            }
        }
        for group in alike.iter().filter(|group| group.len() > 1) {
            let mut paths = Vec::new();
            for blank in group {
                if self.canonical.numbers.contains_key(blank) {
                    continue;
                }
                let mut issuer = Issuer::default();
                issuer.issue(*blank);
                paths.push(self.n_degree(*blank, issuer)?);
            }
            paths.sort_by(|(a, _), (b, _)| a.cmp(b));
            for (_, issuer) in paths {
                for blank in issuer.order {
                    self.canonical.issue(blank);
                }
            }
        }
        Ok((0..)
            .take(self.hashes.len())
            .map(|blank| self.canonical.issue(blank))
            .collect())
    }

    /// A statement made twice is one.
    fn forget_repeats(&mut self) {
        let mut seen = HashSet::new();
        let repeated: HashSet<u32> = (0..)
            .zip(self.quads)
            .filter_map(|(index, quad)| (!seen.insert(quad)).then_some(index))
            .collect();
        self.mentions.forget(|index| repeated.contains(&index));
    }

    /// Hash Related Blank Node (RDFC-1.0 §4.7).
    fn related(&self, related: Blank, quad: &Quad<'_>, issuer: &Issuer, position: char) -> String {
        let mut input = String::from(position);
        if position != 'g' {
            input.push('<');
            input.push_str(quad.predicate);
            input.push('>');
        }
        match self.name(related, issuer) {
            Some(name) => input.push_str(&name),
            None => push_hex(self.hashes[related as usize].as_ref(), &mut input),
        }
        self.digest.hex(&input)
    }

    /// The name a node already has, canonical or on this path.
    fn name(&self, blank: Blank, issuer: &Issuer) -> Option<String> {
        let canonical = self.canonical.numbers.get(&blank);
        canonical
            .map(|number| format!("_:c14n{number}"))
            .or_else(|| issuer.numbers.get(&blank).map(|number| format!("_:b{number}")))
    }

    /// Hash N-Degree Quads (RDFC-1.0 §4.8).
    fn n_degree(&mut self, blank: Blank, issuer: Issuer) -> Result<(String, Issuer), CanonicalizationError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(CanonicalizationError::TooComplex);
        }
        self.spend(self.mentions.of_node(blank).len() / SEEN_IN_A_STEP)?;
        let found = self.paths_from(blank, issuer);
        self.depth -= 1;
        found
    }

    fn paths_from(&mut self, blank: Blank, mut issuer: Issuer) -> Result<(String, Issuer), CanonicalizationError> {
        let mut neighbours: BTreeMap<String, Vec<Blank>> = BTreeMap::new();
        for index in self.mentions.of_node(blank) {
            let quad = &self.quads[*index as usize];
            for (position, related) in quad.blanks().filter(|(_, related)| *related != blank) {
                let hash = self.related(related, quad, &issuer, position);
                neighbours.entry(hash).or_default().push(related);
            }
        }
        let mut input = String::new();
        for (hash, related) in neighbours {
            input.push_str(&hash);
            let mut chosen: Option<(String, Issuer)> = None;
            let mut permutation = related;
            permutation.sort_unstable();
            loop {
                if let Some(better) = self.follow(&permutation, &issuer, chosen.as_ref().map(|(path, _)| path))? {
                    chosen = Some(better);
                }
                if !next_permutation(&mut permutation) {
                    break;
                }
            }
            if let Some((path, found)) = chosen {
                input.push_str(&path);
                issuer = found;
            }
        }
        Ok((self.digest.hex(&input), issuer))
    }

    /// One order of alike neighbours (RDFC-1.0 §4.8.3, step 5.4): its path, unless the chosen one comes before it.
    fn follow(
        &mut self,
        permutation: &[Blank],
        issuer: &Issuer,
        chosen: Option<&String>,
    ) -> Result<Option<(String, Issuer)>, CanonicalizationError> {
        let is_behind = |path: &String| chosen.is_some_and(|chosen| path.len() >= chosen.len() && path > chosen);
        self.spend(permutation.len() + issuer.order.len() / COPIED_IN_A_STEP)?;
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut unnamed = Vec::new();
        for related in permutation {
            if let Some(number) = self.canonical.numbers.get(related) {
                path.push_str("_:c14n");
                push_number(*number, &mut path);
            } else {
                if !issuer.numbers.contains_key(related) {
                    unnamed.push(*related);
                }
                path.push_str("_:b");
                push_number(issuer.issue(*related), &mut path);
            }
            if is_behind(&path) {
                return Ok(None);
            }
        }
        for related in unnamed {
            self.spend(issuer.order.len() / COPIED_IN_A_STEP)?;
            let (hash, found) = self.n_degree(related, issuer.clone())?;
            path.push_str("_:b");
            push_number(issuer.issue(related), &mut path);
            path.extend(["<", &hash, ">"]);
            issuer = found;
            if is_behind(&path) {
                return Ok(None);
            }
        }
        Ok(chosen.is_none_or(|chosen| path < *chosen).then_some((path, issuer)))
    }

    fn spend(&mut self, steps: usize) -> Result<(), CanonicalizationError> {
        self.steps += steps;
        if self.steps > MAX_STEPS {
            return Err(CanonicalizationError::TooComplex);
        }
        Ok(())
    }
}

/// The next order of `items`, as a dictionary would list them; false after the last.
fn next_permutation(items: &mut [Blank]) -> bool {
    let Some(pivot) = items.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let after = items.iter().rposition(|item| *item > items[pivot]).unwrap_or(pivot);
    items.swap(pivot, after);
    items[pivot + 1..].reverse();
    true
}

#[cfg(test)]
mod tests;
