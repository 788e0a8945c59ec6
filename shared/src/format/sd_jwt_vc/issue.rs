//! Issuing (RFC 9901 §4.1, §4.2 and §5.1).

use std::{collections::BTreeMap, slice::ChunksExact};

use base64::Engine;
use serde_json::{Map, Value};

use super::{
    MAX_BYTES, MAX_DISCLOSURES, SdJwtError, TYPE,
    digest::{ALGORITHM, DIGESTS, DigestAlgorithm, PLACEHOLDER},
    is_protected,
};
use crate::{
    base64url::BASE64URL,
    credential::{ClaimPath, PathElement},
    entropy::Entropy,
    json::MAX_DEPTH,
    keys::{SigningKey, certificate::CertificateChain, jws},
};

/// 128 bits (SDJ-005).
const SALT_BYTES: usize = 16;

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

/// The same with the certificates of the key, when it has any: `x5c` (RFC 7515 §4.1.6, HAIP 1.0 §6.1.1). That they are of this
/// key, and name the issuer of `claims`, is for the caller to know.
pub fn issue_certified(
    claims: Value,
    disclosable: &[ClaimPath],
    kid: &str,
    certificates: Option<&CertificateChain>,
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> {
    let concealment = Concealment {
        disclosable,
        ..Concealment::default()
    };
    let mut header = Map::from_iter([("kid".to_owned(), kid.into())]);
    header.extend(certificates.map(|chain| ("x5c".to_owned(), chain.to_x5c())));
    issue_as(TYPE, header, claims, &concealment, key, entropy)
}

/// The same as [`issue`] with decoys and another hash. Decoys in what holds neither object nor array are refused like paths that
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
    let mut plan = Plan::default();
    let hidden = plan.hide(&claims, concealment.disclosable)?;
    plan.strew(&claims, concealment.decoys)?;
    let Value::Object(mut claims) = claims else {
        return Err(SdJwtError::Malformed);
    };
    // All at once: each time the operating system is asked costs more than the bytes.
    let mut salts = vec![0; hidden * SALT_BYTES];
    entropy.fill(&mut salts);
    let mut concealer = Concealer {
        algorithm: concealment.algorithm,
        salts: salts.chunks_exact(SALT_BYTES),
        disclosures: String::with_capacity(128 * hidden),
        content: Vec::with_capacity(256),
        entropy,
    };
    concealer.object(&mut claims, &plan, 0)?;
    claims.insert(ALGORITHM.to_owned(), concealment.algorithm.name().into());

    let mut text = jws::sign(typ, header, &Value::Object(claims), key);
    text.reserve(1 + concealer.disclosures.len());
    text.push('~');
    text.push_str(&concealer.disclosures);
    if text.len() > MAX_BYTES {
        Err(SdJwtError::TooLarge)
    } else {
        Ok(text)
    }
}

/// What is hidden of a place of the claims, and of the places in it.
#[derive(Default)]
struct Plan<'a> {
    is_hidden: bool,
    decoys: usize,
    members: BTreeMap<&'a str, Plan<'a>>,
    elements: BTreeMap<u64, Plan<'a>>,
}

impl<'a> Plan<'a> {
    /// Hides what the paths select, and says how many places that are.
    fn hide(&mut self, claims: &Value, disclosable: &'a [ClaimPath]) -> Result<usize, SdJwtError> {
        let mut hidden = 0;
        for path in disclosable {
            if is_protected(path.elements()) {
                return Err(SdJwtError::ProtectedClaim);
            }
            let found = self.select(claims, path.elements(), &mut |place, _| {
                hidden += usize::from(!place.is_hidden);
                place.is_hidden = true;
                Ok(())
            })?;
            if !found {
                return Err(SdJwtError::NoSuchClaim);
            }
        }
        if hidden > MAX_DISCLOSURES {
            return Err(SdJwtError::TooLarge);
        }
        Ok(hidden)
    }

    /// Adds decoys where they are wanted.
    fn strew(&mut self, claims: &Value, wanted: &[Decoys<'a>]) -> Result<(), SdJwtError> {
        let mut total = 0_usize;
        for Decoys { within, count } in wanted {
            let path = within.map(ClaimPath::elements).unwrap_or_default();
            if is_protected(path) {
                return Err(SdJwtError::ProtectedClaim);
            }
            let found = self.select(claims, path, &mut |place, value| {
                if !(value.is_object() || value.is_array()) {
                    return Err(SdJwtError::NoSuchClaim);
                }
                total = total.saturating_add(*count);
                if total > MAX_DISCLOSURES {
                    return Err(SdJwtError::TooLarge);
                }
                place.decoys += count;
                Ok(())
            })?;
            if !found {
                return Err(SdJwtError::NoSuchClaim);
            }
        }
        Ok(())
    }

    /// Marks each place that `pattern` selects in `value`. False when there is none.
    fn select(
        &mut self,
        value: &Value,
        pattern: &'a [PathElement],
        mark: &mut dyn FnMut(&mut Self, &Value) -> Result<(), SdJwtError>,
    ) -> Result<bool, SdJwtError> {
        let Some((step, rest)) = pattern.split_first() else {
            mark(self, value)?;
            return Ok(true);
        };
        match (step, value) {
            (PathElement::Key(name), Value::Object(members)) => match members.get(name) {
                Some(inner) => self.members.entry(name).or_default().select(inner, rest, mark),
                None => Ok(false),
            },
            (PathElement::Index(index), Value::Array(elements)) => {
                let inner = usize::try_from(*index).ok().and_then(|index| elements.get(index));
                match inner {
                    Some(inner) => self.elements.entry(*index).or_default().select(inner, rest, mark),
                    None => Ok(false),
                }
            }
            (PathElement::All, Value::Array(elements)) => {
                let mut found = false;
                // No short circuit: each element that fits is selected.
                for (index, inner) in (0..).zip(elements) {
                    found |= self.elements.entry(index).or_default().select(inner, rest, mark)?;
                }
                Ok(found)
            }
            _ => Ok(false),
        }
    }
}

/// Walks the claims from the leaves up, so that a disclosure already holds the digests of those nested in it.
struct Concealer<'a> {
    algorithm: DigestAlgorithm,
    /// One for each place that is hidden.
    salts: ChunksExact<'a, u8>,
    /// `D1~D2~…`.
    disclosures: String,
    /// What a disclosure holds, while it is written.
    content: Vec<u8>,
    entropy: &'a dyn Entropy,
}

impl Concealer<'_> {
    fn value(&mut self, value: &mut Value, plan: &Plan<'_>, depth: usize) -> Result<(), SdJwtError> {
        if depth > MAX_DEPTH {
            return Err(SdJwtError::TooLarge);
        }
        match value {
            Value::Object(members) => self.object(members, plan, depth),
            Value::Array(elements) => self.array(elements, plan, depth),
            _ => Ok(()),
        }
    }

    fn object(&mut self, members: &mut Map<String, Value>, plan: &Plan<'_>, depth: usize) -> Result<(), SdJwtError> {
        let mut digests = Vec::with_capacity(plan.members.len() + plan.decoys);
        let mut refused = None;
        // In place: the names that stay are not hashed again.
        members.retain(|name, value| {
            if refused.is_some() {
                return true;
            }
            match self.member(name, value, plan, depth) {
                Ok(None) => true,
                Ok(Some(digest)) => {
                    digests.push(digest);
                    false
                }
                Err(error) => {
                    refused = Some(error);
                    true
                }
            }
        });
        if let Some(refused) = refused {
            return Err(refused);
        }
        for _ in 0..plan.decoys {
            digests.push(self.decoy());
        }
        if !digests.is_empty() {
            // Sorted: their order must not tell which claim is which (SDJ-005).
            digests.sort_unstable();
            members.insert(DIGESTS.to_owned(), digests.into());
        }
        Ok(())
    }

    /// The digest of a member, when it is hidden.
    fn member(
        &mut self,
        name: &str,
        value: &mut Value,
        plan: &Plan<'_>,
        depth: usize,
    ) -> Result<Option<String>, SdJwtError> {
        check_name(name)?;
        let Some(inner) = plan.members.get(name) else {
            return check_open(value, depth + 1).map(|()| None);
        };
        self.value(value, inner, depth + 1)?;
        inner.is_hidden.then(|| self.disclose(Some(name), value)).transpose()
    }

    fn array(&mut self, elements: &mut Vec<Value>, plan: &Plan<'_>, depth: usize) -> Result<(), SdJwtError> {
        for (index, value) in (0..).zip(elements.iter_mut()) {
            let Some(inner) = plan.elements.get(&index) else {
                check_open(value, depth + 1)?;
                continue;
            };
            self.value(value, inner, depth + 1)?;
            if inner.is_hidden {
                *value = placeholder(self.disclose(None, value)?);
            }
        }
        for _ in 0..plan.decoys {
            // Anywhere between the others, whose own order is kept.
            let places = u32::try_from(elements.len() + 1).map_err(|_| SdJwtError::TooLarge)?;
            let place = self.entropy.below(places);
            elements.insert(place as usize, placeholder(self.decoy()));
        }
        Ok(())
    }

    /// The digest of a random number that nobody keeps.
    fn decoy(&self) -> String {
        self.algorithm.digest(&self.entropy.token())
    }

    /// Writes `[salt, name, value]`, or `[salt, value]` for an element of an array; gives its digest.
    fn disclose(&mut self, name: Option<&str>, value: &Value) -> Result<String, SdJwtError> {
        let salt = self.salts.next().ok_or(SdJwtError::TooLarge)?;
        self.content.clear();
        self.content.extend_from_slice(b"[\"");
        self.content.extend_from_slice(BASE64URL.encode(salt).as_bytes());
        self.content.extend_from_slice(b"\",");
        if let Some(name) = name {
            serde_json::to_writer(&mut self.content, name).map_err(|_| SdJwtError::Malformed)?;
            self.content.push(b',');
        }
        serde_json::to_writer(&mut self.content, value).map_err(|_| SdJwtError::Malformed)?;
        self.content.push(b']');
        let start = self.disclosures.len();
        BASE64URL.encode_string(&self.content, &mut self.disclosures);
        let digest = self.algorithm.digest(&self.disclosures[start..]);
        self.disclosures.push('~');
        Ok(digest)
    }
}

/// What stands for a hidden element.
fn placeholder(digest: String) -> Value {
    Value::Object(Map::from_iter([(PLACEHOLDER.to_owned(), digest.into())]))
}

/// What stays in the open may not look like a digest either.
fn check_open(value: &Value, depth: usize) -> Result<(), SdJwtError> {
    if depth > MAX_DEPTH {
        return Err(SdJwtError::TooLarge);
    }
    match value {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            check_name(name)?;
            check_open(value, depth + 1)
        }),
        Value::Array(elements) => elements.iter().try_for_each(|value| check_open(value, depth + 1)),
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), SdJwtError> {
    if [DIGESTS, PLACEHOLDER, ALGORITHM].contains(&name) {
        Err(SdJwtError::DigestShape)
    } else {
        Ok(())
    }
}
