//! Issuing (RFC 9901 §4.1, §4.2 and §5.1).

use std::collections::HashSet;

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

/// Signs `claims` into `JWT~D1~…~`. `disclosable` lists the paths made selectively disclosable, each on its own (an
/// array element by its index, every element by `null`); paths below another disclosable path nest. Salts are 128 bits,
/// digests sorted.
///
/// Refuses paths that select nothing, claims SDVC-003 keeps in the open, and claims with reserved names.
pub fn issue(
    claims: Value,
    disclosable: &[ClaimPath],
    kid: &str,
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> {
    let header = Map::from_iter([("kid".to_owned(), kid.into())]);
    issue_as(TYPE, header, claims, disclosable, key, entropy)
}

/// The same under another `typ` and header.
pub(crate) fn issue_as(
    typ: &str,
    header: Map<String, Value>,
    claims: Value,
    disclosable: &[ClaimPath],
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> {
    let mut hidden = HashSet::new();
    for path in disclosable {
        if is_protected(path.elements()) {
            return Err(SdJwtError::ProtectedClaim);
        }
        if !expand(&claims, path.elements(), &mut Vec::new(), &mut hidden) {
            return Err(SdJwtError::NoSuchClaim);
        }
    }
    if hidden.len() > MAX_DISCLOSURES {
        return Err(SdJwtError::TooLarge);
    }
    let Value::Object(claims) = claims else {
        return Err(SdJwtError::Malformed);
    };
    let mut concealer = Concealer {
        hidden,
        path: Vec::new(),
        disclosures: Vec::new(),
        entropy,
    };
    let mut claims = concealer.object(claims)?;
    claims.insert(ALGORITHM.to_owned(), "sha-256".into());

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
        Ok(open)
    }

    fn disclose(&mut self, content: impl FnOnce(String) -> Value) -> String {
        let salt = URL_SAFE_NO_PAD.encode(self.entropy.bytes::<16>());
        let disclosure = URL_SAFE_NO_PAD.encode(content(salt).to_string());
        let digest = DigestAlgorithm::Sha256.digest(&disclosure);
        self.disclosures.push(disclosure);
        digest
    }
}
