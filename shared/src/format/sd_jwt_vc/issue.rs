//! Issuing (RFC 9901 §4.1, §4.2 and §5.1).

use std::collections::{HashMap, HashSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{
    MAX_BYTES, MAX_DISCLOSURES, SdJwtError, TYPE,
    digest::{ALGORITHM, DIGESTS, DigestAlgorithm, PLACEHOLDER},
    is_protected,
};
use crate::{
    credential::{ClaimPath, PathElement},
    entropy::Entropy,
    json::MAX_DEPTH,
    keys::{SigningKey, jws},
};

/// What of the claims is hidden, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct Concealment<'a> {
    /// The paths made selectively disclosable, each on its own (an array element by its index, every element by `null`);
    /// paths below another disclosable path nest.
    pub disclosable: &'a [ClaimPath],
    /// Where digests of nothing are strewn in (SDJ-007).
    pub decoys: &'a [Decoys<'a>],
    /// `_sd_alg`.
    pub algorithm: DigestAlgorithm,
}

/// Digests of nothing among those of one place, so that how many there are does not tell how much is hidden
/// (RFC 9901 §4.2.5): nobody tells them from others by their length or order.
#[derive(Debug, Clone, Copy)]
pub struct Decoys<'a> {
    /// The object or array they are in, every element of an array by `null`; the top of the claims when `None`.
    pub within: Option<&'a ClaimPath>,
    /// How many, in each place the path selects.
    pub count: usize,
}

/// Signs `claims` into `JWT~D1~…~`, with the paths of `disclosable` hidden. Salts are 128 bits, digests sorted.
///
/// Refuses paths that select nothing, claims SDVC-003 keeps in the open, and claims with reserved names.
pub fn issue(
    claims: Value,
    disclosable: &[ClaimPath],
    kid: &str,
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> {
    let concealment = Concealment {
        disclosable,
        ..Concealment::default()
    };
    issue_concealed(claims, &concealment, kid, key, entropy)
}

/// The same with decoys and another hash. Decoys in what holds neither object nor array are refused like paths that
/// select nothing.
pub fn issue_concealed(
    claims: Value,
    concealment: &Concealment<'_>,
    kid: &str,
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> {
    let header = Map::from_iter([("kid".to_owned(), kid.into())]);
    issue_as(TYPE, header, claims, concealment, key, entropy)
}

/// The same under another `typ` and header.
pub(crate) fn issue_as(
    typ: &str,
    header: Map<String, Value>,
    claims: Value,
    concealment: &Concealment<'_>,
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> {
    let hidden = hidden(&claims, concealment.disclosable)?;
    let decoys = decoys(&claims, concealment.decoys)?;
    let Value::Object(claims) = claims else {
        return Err(SdJwtError::Malformed);
    };
    let mut concealer = Concealer {
        hidden,
        decoys,
        algorithm: concealment.algorithm,
        path: Vec::new(),
        disclosures: Vec::new(),
        entropy,
    };
    let mut claims = concealer.object(claims)?;
    claims.insert(ALGORITHM.to_owned(), concealment.algorithm.name().into());

    let mut text = jws::sign(typ, header, &Value::Object(claims), key);
    text.push('~');
    for disclosure in concealer.disclosures {
        text.push_str(&disclosure);
        text.push('~');
    }
    if text.len() > MAX_BYTES {
        Err(SdJwtError::TooLarge)
    } else {
        Ok(text)
    }
}

/// The concrete paths to hide.
fn hidden(claims: &Value, disclosable: &[ClaimPath]) -> Result<HashSet<Vec<PathElement>>, SdJwtError> {
    let mut hidden = HashSet::new();
    for path in disclosable {
        if is_protected(path.elements()) {
            return Err(SdJwtError::ProtectedClaim);
        }
        if !expand(claims, path.elements(), &mut Vec::new(), &mut hidden) {
            return Err(SdJwtError::NoSuchClaim);
        }
    }
    if hidden.len() > MAX_DISCLOSURES {
        return Err(SdJwtError::TooLarge);
    }
    Ok(hidden)
}

/// How many decoys go to which concrete place.
fn decoys(claims: &Value, wanted: &[Decoys<'_>]) -> Result<HashMap<Vec<PathElement>, usize>, SdJwtError> {
    let mut decoys = HashMap::new();
    let mut total = 0_usize;
    for Decoys { within, count } in wanted {
        let places = match within {
            None => vec![(Vec::new(), claims)],
            Some(path) if is_protected(path.elements()) => return Err(SdJwtError::ProtectedClaim),
            Some(path) => {
                let places = path.resolve(claims).map_err(|_| SdJwtError::NoSuchClaim)?;
                places.into_iter().map(|(path, value)| (path.into(), value)).collect()
            }
        };
        for (place, value) in places {
            if !(value.is_object() || value.is_array()) {
                return Err(SdJwtError::NoSuchClaim);
            }
            total = total.saturating_add(*count);
            if total > MAX_DISCLOSURES {
                return Err(SdJwtError::TooLarge);
            }
            *decoys.entry(place).or_insert(0) += count;
        }
    }
    Ok(decoys)
}

/// Adds the concrete paths that `pattern` selects below `path`. False when there is none.
fn expand(
    value: &Value,
    pattern: &[PathElement],
    path: &mut Vec<PathElement>,
    selected: &mut HashSet<Vec<PathElement>>,
) -> bool {
    let Some((step, rest)) = pattern.split_first() else {
        selected.insert(path.clone());
        return true;
    };
    let mut descend = |element: PathElement, inner: &Value| {
        path.push(element);
        let found = expand(inner, rest, path, selected);
        path.pop();
        found
    };
    match (step, value) {
        (PathElement::Key(name), Value::Object(members)) => {
            members.get(name).is_some_and(|inner| descend(step.clone(), inner))
        }
        (PathElement::Index(index), Value::Array(elements)) => usize::try_from(*index)
            .ok()
            .and_then(|index| elements.get(index))
            .is_some_and(|inner| descend(step.clone(), inner)),
        (PathElement::All, Value::Array(elements)) => {
            // No short circuit: each element that fits is selected.
            (0u64..).zip(elements).fold(false, |found, (index, inner)| {
                descend(PathElement::Index(index), inner) | found
            })
        }
        _ => false,
    }
}

/// Walks the claims from the leaves up, so that a disclosure already holds the digests of those nested in it.
struct Concealer<'a> {
    hidden: HashSet<Vec<PathElement>>,
    decoys: HashMap<Vec<PathElement>, usize>,
    algorithm: DigestAlgorithm,
    path: Vec<PathElement>,
    disclosures: Vec<String>,
    entropy: &'a dyn Entropy,
}

impl Concealer<'_> {
    fn value(&mut self, value: Value) -> Result<Value, SdJwtError> {
        if self.path.len() > MAX_DEPTH {
            return Err(SdJwtError::TooLarge);
        }
        match value {
            Value::Object(members) => self.object(members).map(Value::Object),
            Value::Array(elements) => self.array(elements).map(Value::Array),
            scalar => Ok(scalar),
        }
    }

    fn object(&mut self, members: Map<String, Value>) -> Result<Map<String, Value>, SdJwtError> {
        let mut open = Map::new();
        let mut digests = Vec::new();
        for (name, value) in members {
            if [DIGESTS, PLACEHOLDER, ALGORITHM].contains(&name.as_str()) {
                return Err(SdJwtError::DigestShape);
            }
            self.path.push(PathElement::Key(name.clone()));
            let value = self.value(value)?;
            if self.hidden.contains(self.path.as_slice()) {
                digests.push(self.disclose(|salt| json!([salt, name, value])));
            } else {
                open.insert(name, value);
            }
            self.path.pop();
        }
        for _ in 0..self.decoys_here() {
            digests.push(self.decoy());
        }
        if !digests.is_empty() {
            // Sorted: their order must not tell which claim is which (SDJ-005).
            digests.sort_unstable();
            open.insert(DIGESTS.to_owned(), digests.into());
        }
        Ok(open)
    }

    fn array(&mut self, elements: Vec<Value>) -> Result<Vec<Value>, SdJwtError> {
        let mut open = Vec::with_capacity(elements.len());
        for (index, value) in (0u64..).zip(elements) {
            self.path.push(PathElement::Index(index));
            let value = self.value(value)?;
            if self.hidden.contains(self.path.as_slice()) {
                let digest = self.disclose(|salt| json!([salt, value]));
                open.push(json!({PLACEHOLDER: digest}));
            } else {
                open.push(value);
            }
            self.path.pop();
        }
        for _ in 0..self.decoys_here() {
            // Anywhere between the others, whose own order is kept.
            let places = u32::try_from(open.len() + 1).map_err(|_| SdJwtError::TooLarge)?;
            let place = self.entropy.below(places);
            open.insert(place as usize, json!({PLACEHOLDER: self.decoy()}));
        }
        Ok(open)
    }

    fn decoys_here(&self) -> usize {
        self.decoys.get(self.path.as_slice()).copied().unwrap_or_default()
    }

    /// The digest of a random number that nobody keeps.
    fn decoy(&self) -> String {
        self.algorithm.digest(&self.entropy.token())
    }

    fn disclose(&mut self, content: impl FnOnce(String) -> Value) -> String {
        let salt = URL_SAFE_NO_PAD.encode(self.entropy.bytes::<16>());
        let disclosure = URL_SAFE_NO_PAD.encode(content(salt).to_string());
        let digest = self.algorithm.digest(&disclosure);
        self.disclosures.push(disclosure);
        digest
    }
}
