//! The statements of a document as selective suites sign them: canonical, with other names for the blank nodes.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{MAX_STATEMENTS, pointer::Selection};
use crate::{
    format::{
        data_integrity::DataIntegrityError,
        json_ld::{Context, Origins},
        rdf::{Blank, Dataset, Digest, Quad, name_blanks},
    },
    json::Node,
};

/// A document, read.
pub(super) struct Reading<'a> {
    dataset: Dataset<'a>,
    /// The canonical number of each blank node.
    numbers: Vec<u32>,
    /// Where in the document each statement stands.
    pub(super) origins: Origins,
    /// How many blank nodes have a name.
    pub(super) blanks: usize,
}

/// Statements with their final names, in the order of their text, each once.
pub(super) struct Statements {
    /// Canonical N-Quads, each with its line feed.
    pub(super) lines: Vec<String>,
    /// Which line each statement of the dataset is.
    places: Vec<usize>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(context: &'a Context, document: &'a Node<'a>) -> Result<Self, DataIntegrityError> {
        let (dataset, origins) = context.traced(document)?;
        if dataset.quads.len() > MAX_STATEMENTS {
            return Err(DataIntegrityError::TooManyStatements);
        }
        let numbers = name_blanks(&dataset, Digest::Sha256)?;
        let blanks = named(&dataset).count();
        Ok(Self {
            dataset,
            numbers,
            origins,
            blanks,
        })
    }

    /// The statements when canonical node `n` is called `labels[n]`.
    pub(super) fn statements(&self, labels: &[String]) -> Statements {
        let mut written: Vec<(String, usize)> = Vec::with_capacity(self.dataset.quads.len());
        for (index, quad) in self.dataset.quads.iter().enumerate() {
            let mut line = String::with_capacity(256);
            quad.write(&mut line, &mut |blank, out| {
                out.push_str(&labels[self.numbers[blank as usize] as usize]);
            });
            written.push((line, index));
        }
        written.sort_unstable();
        let mut statements = Statements {
            lines: Vec::with_capacity(written.len()),
            places: vec![0; written.len()],
        };
        for (line, index) in written {
            if statements.lines.last() != Some(&line) {
                statements.lines.push(line);
            }
            statements.places[index] = statements.lines.len() - 1;
        }
        statements
    }

    /// For each line, whether what is selected says it.
    pub(super) fn selected(&self, statements: &Statements, selection: &Selection) -> Vec<bool> {
        let mut selected = vec![false; statements.lines.len()];
        for (place, origin) in statements.places.iter().zip(&self.origins.quads) {
            selected[*place] |= selection.has(*origin);
        }
        selected
    }

    /// The canonical number here of each blank node that the reader of the selection alone will number 0, 1, 2…
    pub(super) fn verifier_labels(&self, selection: &Selection) -> Result<Vec<u32>, DataIntegrityError> {
        let quads = self.dataset.quads.iter().zip(&self.origins.quads);
        let shown = Dataset {
            quads: quads
                .filter(|(_, origin)| selection.has(**origin))
                .map(|(quad, _)| *quad)
                .collect(),
            blanks: self.dataset.blanks,
        };
        let numbers = name_blanks(&shown, Digest::Sha256)?;
        let mut labels: Vec<(u32, u32)> = named(&shown)
            .map(|blank| (numbers[blank as usize], self.numbers[blank as usize]))
            .collect();
        labels.sort_unstable();
        Ok(labels.into_iter().map(|(_, number)| number).collect())
    }
}

/// The blank nodes that statements are about, each once.
fn named(dataset: &Dataset<'_>) -> impl Iterator<Item = Blank> {
    let mut is_named = vec![false; dataset.blanks as usize];
    for (_, blank) in dataset.quads.iter().flat_map(Quad::blanks) {
        is_named[blank as usize] = true;
    }
    (0..).zip(is_named).filter_map(|(blank, named)| named.then_some(blank))
}

/// What hides in which order canonicalization met the nodes (ECDSA cryptosuites §3.4.4): the HMAC-SHA-256 of each canonical
/// name.
pub(super) fn hmac_digests(key: &[u8; 32], count: usize) -> Vec<[u8; 32]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    (0..count)
        .map(|number| {
            let mut digest = [0; 32];
            digest.copy_from_slice(hmac::sign(&key, format!("c14n{number}").as_bytes()).as_ref());
            digest
        })
        .collect()
}

/// The names that such digests are: `u` and base64url.
pub(super) fn digest_labels(digests: &[[u8; 32]]) -> Vec<String> {
    let label = |digest: &[u8; 32]| {
        let mut label = String::with_capacity(44);
        label.push('u');
        URL_SAFE_NO_PAD.encode_string(digest, &mut label);
        label
    };
    digests.iter().map(label).collect()
}
