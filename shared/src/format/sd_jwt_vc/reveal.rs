//! Putting disclosures back in place (RFC 9901 §7.1 steps 2–5).

use std::collections::{HashMap, HashSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use foldhash::fast::RandomState;
use serde_json::{Map, Value};

use super::{
    PROTECTED_CLAIMS, Revealed, SdJwt, SdJwtError,
    digest::{ALGORITHM, DIGESTS, PLACEHOLDER},
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
        let (claims, disclosed) = self.put_in_place(true)?;
        Ok(Revealed { claims, disclosed })
    }

    /// The claims that [`SdJwt::reveal`] gives, for less: nobody asks where the disclosures are.
    pub fn revealed_claims(&self) -> Result<Value, SdJwtError> {
        self.put_in_place(false).map(|(claims, _)| claims)
    }

    fn put_in_place(&self, tracks: bool) -> Result<(Value, Vec<ClaimPath>), SdJwtError> {
        let disclosures = self
            .disclosures()
            .map(|text| Ok((self.algorithm.digest(text), Disclosure::parse(text)?)))
            .collect::<Result<Vec<_>, SdJwtError>>()?;
        let mut places = HashMap::with_capacity_and_hasher(disclosures.len(), RandomState::default());
        for (index, (digest, _)) in disclosures.iter().enumerate() {
            if places.insert(digest.as_str(), index).is_some() {
                return Err(SdJwtError::RepeatedDigest);
            }
        }
        let mut revealer = Revealer {
            disclosures: &disclosures,
            places,
            seen: HashSet::default(),
            depth: 0,
            in_protected: false,
            tracks,
            path: Vec::new(),
            disclosed: vec![None; if tracks { disclosures.len() } else { 0 }],
        };
        let claims = revealer.value(&self.claims)?;
        if !revealer.places.is_empty() {
            return Err(SdJwtError::UnreferencedDisclosure);
        }
        let disclosed = revealer.disclosed.into_iter().flatten().collect();
        Ok((claims, disclosed))
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

struct Revealer<'a> {
    /// With their digests.
    disclosures: &'a [(String, Disclosure)],
    /// Those that are not in place yet, by digest.
    places: HashMap<&'a str, usize, RandomState>,
    /// Every digest met, with or without a disclosure.
    seen: HashSet<&'a str, RandomState>,
    /// How deep we are in the revealed claims.
    depth: usize,
    /// Whether we are in a claim that stands in the open.
    in_protected: bool,
    tracks: bool,
    /// Where we are, and where each disclosure went; when that is asked.
    path: Vec<PathElement>,
    disclosed: Vec<Option<ClaimPath>>,
}

impl<'a> Revealer<'a> {
    fn value(&mut self, value: &'a Value) -> Result<Value, SdJwtError> {
        // Disclosures nest in one another: each alone may be shallow, and their chain too deep for the stack.
        if self.depth > MAX_DEPTH {
            return Err(SdJwtError::TooLarge);
        }
        match value {
            Value::Object(members) => self.object(members).map(Value::Object),
            Value::Array(elements) => self.array(elements).map(Value::Array),
            scalar => Ok(scalar.clone()),
        }
    }

    fn object(&mut self, members: &'a Map<String, Value>) -> Result<Map<String, Value>, SdJwtError> {
        let mut digests = [].as_slice();
        // Room for all that may be hidden: a map that grows is hashed again.
        let hidden = members.get(DIGESTS).and_then(Value::as_array).map_or(0, Vec::len);
        let mut revealed = Map::with_capacity(members.len() + hidden.min(self.places.len()));
        for (name, value) in members {
            match (name.as_str(), value) {
                (DIGESTS, Value::Array(found)) => digests = found,
                // Only at the top of what the issuer signed: disclosures are deeper.
                (ALGORITHM, _) if self.depth == 0 => {}
                (DIGESTS | PLACEHOLDER | ALGORITHM, _) => return Err(SdJwtError::DigestShape),
                _ => {
                    self.enter(|| PathElement::Key(name.clone()), Some(name));
                    let value = self.value(value)?;
                    self.leave();
                    revealed.insert(name.clone(), value);
                }
            }
        }
        for digest in digests {
            let Some((index, disclosure)) = self.take(digest)? else {
                continue;
            };
            let Disclosure::Member { name, value } = disclosure else {
                return Err(SdJwtError::Disclosure);
            };
            self.enter(|| PathElement::Key(name.clone()), Some(name));
            let value = self.place(index, value)?;
            self.leave();
            if revealed.contains_key(name) {
                return Err(SdJwtError::Collision);
            }
            revealed.insert(name.clone(), value);
        }
        Ok(revealed)
    }

    fn array(&mut self, elements: &'a [Value]) -> Result<Vec<Value>, SdJwtError> {
        let mut revealed = Vec::with_capacity(elements.len());
        for element in elements {
            self.enter(|| PathElement::Index(revealed.len() as u64), None);
            match element
                .as_object()
                .and_then(|members| Some((members, members.get(PLACEHOLDER)?)))
            {
                Some((members, digest)) => {
                    if members.len() > 1 {
                        return Err(SdJwtError::DigestShape);
                    }
                    if let Some((index, disclosure)) = self.take(digest)? {
                        let Disclosure::Element { value } = disclosure else {
                            return Err(SdJwtError::Disclosure);
                        };
                        revealed.push(self.place(index, value)?);
                    }
                }
                None => revealed.push(self.value(element)?),
            }
            self.leave();
        }
        Ok(revealed)
    }

    /// Goes one step down, to a member of this name or to an element.
    fn enter(&mut self, element: impl FnOnce() -> PathElement, name: Option<&str>) {
        if self.depth == 0 {
            self.in_protected = name.is_some_and(|name| PROTECTED_CLAIMS.contains(&name));
        }
        self.depth += 1;
        if self.tracks {
            self.path.push(element());
        }
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.path.pop();
    }

    /// The disclosure of a digest, if it was sent. A digest may appear once.
    fn take(&mut self, digest: &'a Value) -> Result<Option<(usize, &'a Disclosure)>, SdJwtError> {
        let digest = digest.as_str().ok_or(SdJwtError::DigestShape)?;
        if !self.seen.insert(digest) {
            return Err(SdJwtError::RepeatedDigest);
        }
        let index = self.places.remove(digest);
        Ok(index.map(|index| (index, &self.disclosures[index].1)))
    }

    /// Reveals what disclosure number `index` says at the present path.
    fn place(&mut self, index: usize, value: &'a Value) -> Result<Value, SdJwtError> {
        if self.in_protected {
            return Err(SdJwtError::ProtectedClaim);
        }
        if self.tracks {
            self.disclosed[index] = ClaimPath::try_from(self.path.clone()).ok();
        }
        self.value(value)
    }
}
