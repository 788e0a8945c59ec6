//! Doors for the official vectors of RDF canonicalization, JSON-LD, canonical JSON and selective disclosure.
#![expect(clippy::expect_used, reason = "vectors are well-formed")]

use std::collections::{BTreeMap, HashMap};

use bumpalo::Bump;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    format::{
        CanonicalizationError,
        data_integrity::{
            BaseKey, DataIntegrityError, ProofOptions,
            selective::{Prepared, Secrets, sign_base_with},
        },
        json_ld::{Context, JsonLdError},
        rdf::{Annotation, Blank, Dataset, Digest, NamedOrBlank, Quad, Term, canonicalize},
    },
    json::{Ambiguous, Node, canonical},
    keys::SigningKey,
};

/// The canonical N-Quads of N-Quads, and the canonical number of each of their blank nodes.
///
/// # Panics
/// When the text is no N-Quads.
pub fn canonical_n_quads(text: &str, sha384: bool) -> Result<(String, BTreeMap<String, u32>), CanonicalizationError> {
    let made = Bump::new();
    let (dataset, labels) = parse(text, &made);
    let digest = if sha384 { Digest::Sha384 } else { Digest::Sha256 };
    let canonical = canonicalize(&dataset, digest)?;
    let labels = labels
        .into_iter()
        .map(|(label, blank)| (label.to_owned(), canonical.labels[blank as usize]))
        .collect();
    Ok((canonical.text, labels))
}

/// The canonical N-Quads of a JSON-LD document.
///
/// # Panics
/// When the text is no JSON, or what it says cannot be canonicalised.
pub fn canonical_json_ld(text: &str) -> Result<String, JsonLdError> {
    let document = Node::parse(text).expect("JSON");
    let context = match document.member("@context") {
        Some(_) => Context::of(&document)?,
        None => Context::empty(),
    };
    let dataset = context.statements(&document)?;
    Ok(canonicalize(&dataset, Digest::Sha256)
        .expect("a dataset that is not poisoned")
        .text)
}

/// What a JSON-LD document says, as canonical N-Quads, through each path; None where the compiled path does not read such
/// documents, or there is no JSON-LD, or it is made to be slow.
pub fn json_ld_paths(text: &str) -> Option<[Result<String, JsonLdError>; 2]> {
    let document = Node::parse(text).ok()?;
    let context = Context::of(&document).ok()?;
    let (compiled, general) = context.through_each(&document);
    let canonical = |read: Result<Dataset<'_>, JsonLdError>| match read {
        Ok(dataset) => Some(Ok(canonicalize(&dataset, Digest::Sha256).ok()?.text)),
        Err(error) => Some(Err(error)),
    };
    Some([canonical(compiled?)?, canonical(general)?])
}

/// The canonical form of a JSON text (RFC 8785).
pub fn canonical_json(text: &str) -> Result<String, Ambiguous> {
    canonical(&Node::parse(text)?)
}

/// What a base proof signs.
#[derive(Debug, PartialEq, Eq)]
pub struct SelectiveBase {
    /// Every statement, in order.
    pub statements: Vec<String>,
    /// The positions of those that are always shown.
    pub mandatory: Vec<usize>,
    /// The hash of the options of the proof.
    pub proof_hash: [u8; 32],
    /// The hash of what is mandatory.
    pub mandatory_hash: [u8; 32],
}

/// What a selective suite signs when the HMAC key is given.
pub fn selective_base(
    document: &str,
    options: &ProofOptions,
    mandatory: &[String],
    hmac: [u8; 32],
) -> Result<SelectiveBase, DataIntegrityError> {
    let prepared = Prepared::of(document, options, mandatory, &hmac)?;
    let (mandatory_hash, _) = prepared.split();
    Ok(SelectiveBase {
        mandatory: (0..)
            .zip(&prepared.is_mandatory)
            .filter_map(|(index, is_mandatory)| is_mandatory.then_some(index))
            .collect(),
        proof_hash: prepared.proof_hash,
        mandatory_hash,
        statements: prepared.statements,
    })
}

/// A base proof whose HMAC key and, for `ecdsa-sd-2023`, key for statements are given. Its signatures are random all the same;
/// those of `bbs-2023` are not.
pub fn sign_base_with_secrets(
    document: &str,
    options: &ProofOptions,
    mandatory: &[String],
    key: BaseKey<'_>,
    hmac: [u8; 32],
    proof_key: SigningKey,
) -> Result<Map<String, Value>, DataIntegrityError> {
    let secrets = Secrets {
        hmac: Zeroizing::new(hmac),
        proof_key,
    };
    sign_base_with(document, options, mandatory, key, &secrets)
}

fn parse<'t>(text: &'t str, made: &'t Bump) -> (Dataset<'t>, HashMap<&'t str, Blank>) {
    let mut dataset = Dataset::default();
    let mut labels = HashMap::new();
    let named = |term| match term {
        Some(Term::Node(node)) => Some(node),
        _ => None,
    };
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let mut rest = line;
        let subject = named(read_term(&mut rest, &mut labels, &mut dataset.blanks, made)).expect("a subject");
        let Some(Term::Node(NamedOrBlank::Iri(predicate))) =
            read_term(&mut rest, &mut labels, &mut dataset.blanks, made)
        else {
            panic!("{line}: no predicate");
        };
        let object = read_term(&mut rest, &mut labels, &mut dataset.blanks, made).expect("an object");
        let graph = named(read_term(&mut rest, &mut labels, &mut dataset.blanks, made));
        dataset.quads.push(Quad {
            subject,
            predicate,
            object,
            graph,
        });
    }
    (dataset, labels)
}

/// The next term of a line; none at its full stop.
fn read_term<'t>(
    rest: &mut &'t str,
    labels: &mut HashMap<&'t str, Blank>,
    blanks: &mut Blank,
    made: &'t Bump,
) -> Option<Term<'t>> {
    let unescape = |text: &str| &*made.alloc_str(&unescape(text));
    *rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix('<') {
        let (iri, after) = after.split_once('>')?;
        *rest = after;
        return Some(Term::iri(unescape(iri)));
    }
    if let Some(after) = rest.strip_prefix("_:") {
        let (label, after) = after.split_at(after.find([' ', '\t']).unwrap_or(after.len()));
        *rest = after;
        let blank = *labels.entry(label).or_insert_with(|| {
            *blanks += 1;
            *blanks - 1
        });
        return Some(NamedOrBlank::Blank(blank).into());
    }
    let after = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = after.find(|letter| {
        let is_end = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        is_end
    })?;
    let value = unescape(&after[..end]);
    *rest = &after[end + 1..];
    let annotation = if let Some(after) = rest.strip_prefix("^^<") {
        let (iri, after) = after.split_once('>')?;
        *rest = after;
        Annotation::Datatype(unescape(iri))
    } else if let Some(after) = rest.strip_prefix('@') {
        let (tag, after) = after.split_at(after.find([' ', '\t']).unwrap_or(after.len()));
        *rest = after;
        Annotation::Language(tag)
    } else {
        Annotation::Plain
    };
    Some(Term::Literal { value, annotation })
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let digits = match letters.next().expect("an escape") {
            'b' => Err('\u{8}'),
            't' => Err('\t'),
            'n' => Err('\n'),
            'f' => Err('\u{c}'),
            'r' => Err('\r'),
            'u' => Ok(4),
            'U' => Ok(8),
            other => Err(other),
        };
        out.push(match digits {
            Err(letter) => letter,
            Ok(digits) => {
                let code: String = letters.by_ref().take(digits).collect();
                u32::from_str_radix(&code, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .expect("a character")
            }
        });
    }
    out
}
