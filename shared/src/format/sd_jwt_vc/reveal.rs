//! Putting disclosures back in place (RFC 9901 §7.1 steps 2–5).

use std::collections::{HashMap, HashSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    Revealed, SdJwt, SdJwtError,
    digest::{ALGORITHM, DIGESTS, PLACEHOLDER},
    is_protected,
};
use crate::{
    credential::{ClaimPath, PathElement},
    json::{self, MAX_DEPTH},
};

impl SdJwt {
    /// Puts the disclosures back in place (RFC 9901 §7.1 steps 2–5). Does **not** check the signature.
    ///
    /// Each digest and each disclosure is looked at once, whatever the nesting.
    pub fn reveal(&self) -> Result<Revealed, SdJwtError> {
        let mut hidden = HashMap::with_capacity(self.disclosures.len());
        for (index, text) in self.disclosures().enumerate() {
            let disclosure = Disclosure::parse(text)?;
            if hidden
                .insert(self.algorithm.digest(text), (index, disclosure))
                .is_some()
            {
                return Err(SdJwtError::RepeatedDigest);
            }
        }
        let mut claims = self.claims.clone();
        claims.remove(ALGORITHM);
        let mut revealer = Revealer {
            placed: vec![None; hidden.len()],
            hidden,
            seen: HashSet::new(),
            path: Vec::new(),
        };
        let claims = Value::Object(revealer.object(claims)?);
        let disclosed: Option<Vec<ClaimPath>> = revealer.placed.into_iter().collect();
        Ok(Revealed {
            claims,
            disclosed: disclosed.ok_or(SdJwtError::UnreferencedDisclosure)?,
        })
    }
}

/// What one disclosure says (RFC 9901 §4.2.1 and §4.2.2).
enum Disclosure {
    Member { name: String, value: Value },
    Element { value: Value },
}

impl Disclosure {
    fn parse(text: &str) -> Result<Self, SdJwtError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SdJwtError::Disclosure)?;
        let Ok(Value::Array(parts)) = json::parse(&bytes) else {
            return Err(SdJwtError::Disclosure);
        };
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Value::String(_)), Some(value), None, None) => Ok(Self::Element { value }),
            (Some(Value::String(_)), Some(Value::String(name)), Some(value), None)
                if ![DIGESTS, PLACEHOLDER, ALGORITHM].contains(&name.as_str()) =>
            {
                Ok(Self::Member { name, value })
            }
            _ => Err(SdJwtError::Disclosure),
        }
    }
}

struct Revealer {
    /// The disclosures not yet in place, by digest, with their position in the text.
    hidden: HashMap<String, (usize, Disclosure)>,
    /// Every digest met, with or without a disclosure.
    seen: HashSet<String>,
    /// Where we are in the revealed claims.
    path: Vec<PathElement>,
    /// Where each disclosure went.
    placed: Vec<Option<ClaimPath>>,
}

impl Revealer {
    fn value(&mut self, value: Value) -> Result<Value, SdJwtError> {
        // Disclosures nest in one another: each alone may be shallow, and their chain too deep for the stack.
        if self.path.len() > MAX_DEPTH {
            return Err(SdJwtError::TooLarge);
        }
        match value {
            Value::Object(members) => self.object(members).map(Value::Object),
            Value::Array(elements) => self.array(elements).map(Value::Array),
            scalar => Ok(scalar),
        }
    }

    fn object(&mut self, mut members: Map<String, Value>) -> Result<Map<String, Value>, SdJwtError> {
        let digests = match members.remove(DIGESTS) {
            None => Vec::new(),
            Some(Value::Array(digests)) => digests,
            Some(_) => return Err(SdJwtError::DigestShape),
        };
        if members.contains_key(PLACEHOLDER) || members.contains_key(ALGORITHM) {
            return Err(SdJwtError::DigestShape);
        }
        let mut revealed = Map::new();
        for (name, value) in members {
            self.path.push(PathElement::Key(name.clone()));
            let value = self.value(value)?;
            self.path.pop();
            revealed.insert(name, value);
        }
        for digest in digests {
            let Some((index, disclosure)) = self.take(digest)? else {
                continue;
            };
            let Disclosure::Member { name, value } = disclosure else {
                return Err(SdJwtError::Disclosure);
            };
            self.path.push(PathElement::Key(name.clone()));
            let value = self.place(index, value)?;
            self.path.pop();
            if revealed.contains_key(&name) {
                return Err(SdJwtError::Collision);
            }
            revealed.insert(name, value);
        }
        Ok(revealed)
    }

    fn array(&mut self, elements: Vec<Value>) -> Result<Vec<Value>, SdJwtError> {
        let mut revealed = Vec::with_capacity(elements.len());
        for element in elements {
            self.path.push(PathElement::Index(revealed.len() as u64));
            match element {
                Value::Object(mut members) if members.contains_key(PLACEHOLDER) => {
                    let digest = members.remove(PLACEHOLDER).unwrap_or_default();
                    if !members.is_empty() {
                        return Err(SdJwtError::DigestShape);
                    }
                    if let Some((index, disclosure)) = self.take(digest)? {
                        let Disclosure::Element { value } = disclosure else {
                            return Err(SdJwtError::Disclosure);
                        };
                        revealed.push(self.place(index, value)?);
                    }
                }
                value => revealed.push(self.value(value)?),
            }
            self.path.pop();
        }
        Ok(revealed)
    }

    /// The disclosure of a digest, if it was sent. A digest may appear once.
    fn take(&mut self, digest: Value) -> Result<Option<(usize, Disclosure)>, SdJwtError> {
        let Value::String(digest) = digest else {
            return Err(SdJwtError::DigestShape);
        };
        let disclosure = self.hidden.remove(&digest);
        if self.seen.insert(digest) {
            Ok(disclosure)
        } else {
            Err(SdJwtError::RepeatedDigest)
        }
    }

    /// Reveals what disclosure number `index` says at the present path.
    fn place(&mut self, index: usize, value: Value) -> Result<Value, SdJwtError> {
        if is_protected(&self.path) {
            return Err(SdJwtError::ProtectedClaim);
        }
        self.placed[index] = ClaimPath::try_from(self.path.clone()).ok();
        self.value(value)
    }
}
