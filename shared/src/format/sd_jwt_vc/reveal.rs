//! Putting disclosures back in place (RFC 9901 §7.1 steps 2–5).

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, hash_map::Entry},
    mem,
};

use base64::Engine;
use foldhash::fast::RandomState;
use serde_json::Value;

use super::{
    PROTECTED_CLAIMS, Revealed, SdJwt, SdJwtError,
    digest::{ALGORITHM, DIGESTS, PLACEHOLDER},
};
use crate::{
    base64url::BASE64URL,
    credential::{ClaimPath, PathElement},
    json::{MAX_DEPTH, Members, Node},
};

/// Up to how many members names are compared one by one.
const FEW: usize = 32;

/// The claims with the disclosures in place, as they stand in the texts they were read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims<'a>(Node<'a>);

impl Claims<'_> {
    /// The text of the member with this name, at the top.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.member(name).and_then(Node::text)
    }

    /// The same claims on their own.
    ///
    /// # Panics
    /// Never: what was read as JSON is JSON.
    #[expect(clippy::expect_used, reason = "a number that was read is a number")]
    pub fn into_value(self) -> Value {
        self.0.into_value().expect("claims that were read")
    }
}

impl SdJwt {
    /// Puts the disclosures back in place (RFC 9901 §7.1 steps 2–5). Does **not** check the signature.
    ///
    /// Each digest and each disclosure is looked at once, whatever the nesting.
    pub fn reveal(&self) -> Result<Revealed, SdJwtError> {
        let (claims, disclosed) = self.put_in_place(true)?;
        Ok(Revealed {
            claims: claims.into_value(),
            disclosed,
        })
    }

    /// The claims that [`SdJwt::reveal`] gives, for less: nothing is copied, and nobody asks where the disclosures are.
    pub fn revealed_claims(&self) -> Result<Claims<'_>, SdJwtError> {
        self.put_in_place(false).map(|(claims, _)| claims)
    }

    fn put_in_place(&self, tracks: bool) -> Result<(Claims<'_>, Vec<ClaimPath>), SdJwtError> {
        let disclosures = self
            .contents()?
            .map(|content| Disclosure::parse(content?).map(Some))
            .collect::<Result<Vec<_>, SdJwtError>>()?;
        let digests = self.algorithm.digests(self.disclosures());
        let mut places = HashMap::with_capacity_and_hasher(disclosures.len(), RandomState::default());
        for (index, digest) in digests.chunks_exact(self.algorithm.encoded_length()).enumerate() {
            if places.insert(digest.into(), Place::Of(index)).is_some() {
                return Err(SdJwtError::RepeatedDigest);
            }
        }
        let mut revealer = Revealer {
            unplaced: disclosures.len(),
            disclosed: vec![None; if tracks { disclosures.len() } else { 0 }],
            disclosures,
            places,
            depth: 0,
            in_protected: false,
            tracks,
            path: Vec::new(),
        };
        let mut claims = self.jws.unverified_node()?.clone();
        revealer.value(&mut claims)?;
        if revealer.unplaced > 0 {
            return Err(SdJwtError::UnreferencedDisclosure);
        }
        let disclosed = revealer.disclosed.into_iter().flatten().collect();
        Ok((Claims(claims), disclosed))
    }

    /// The JSON of each disclosure.
    fn contents(&self) -> Result<impl Iterator<Item = Result<&str, SdJwtError>>, SdJwtError> {
        let contents = self
            .contents
            .get_or_init(|| Contents::decode(self.disclosures(), self.binding_start - self.issued_end));
        let contents = contents.as_ref().ok_or(SdJwtError::Disclosure)?;
        let mut start = 0;
        Ok(contents.ends.iter().map(move |&end| {
            // One that ends within a character is no text, although both are together.
            let content = contents.texts.get(start..end).ok_or(SdJwtError::Disclosure);
            start = end;
            content
        }))
    }
}

/// Disclosures, decoded.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    /// One after the other.
    texts: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Contents {
    /// `length` is that of all of them, encoded.
    fn decode<'a>(disclosures: impl ExactSizeIterator<Item = &'a str>, length: usize) -> Option<Self> {
        let mut texts = Vec::with_capacity(length / 4 * 3 + 3);
        let mut ends = Vec::with_capacity(disclosures.len());
        for disclosure in disclosures {
            BASE64URL.decode_vec(disclosure, &mut texts).ok()?;
            ends.push(texts.len());
        }
        let texts = String::from_utf8(texts).ok()?;
        Some(Self { texts, ends })
    }
}

/// What one disclosure says (RFC 9901 §4.2.1 and §4.2.2).
enum Disclosure<'a> {
    Member { name: Cow<'a, str>, value: Node<'a> },
    Element { value: Node<'a> },
}

impl<'a> Disclosure<'a> {
    fn parse(content: &'a str) -> Result<Self, SdJwtError> {
        match Node::parse_few(content) {
            Ok(([Node::Text(_), value, _], 2)) => Ok(Self::Element { value }),
            Ok(([Node::Text(_), Node::Text(name), value], 3))
                if ![DIGESTS, PLACEHOLDER, ALGORITHM].contains(&&*name) =>
            {
                Ok(Self::Member { name, value })
            }
            _ => Err(SdJwtError::Disclosure),
        }
    }
}

/// What is known of a digest.
enum Place {
    /// The disclosure with this number has it; it was not found in the claims yet.
    Of(usize),
    /// It was found in the claims, with or without a disclosure.
    Found,
}

/// A step of the path we are at.
enum Step<'a> {
    Member(Cow<'a, str>),
    Element(usize),
}

impl From<&Step<'_>> for PathElement {
    fn from(step: &Step<'_>) -> Self {
        match step {
            Step::Member(name) => Self::Key(name.clone().into_owned()),
            Step::Element(index) => Self::Index(*index as u64),
        }
    }
}

/// A digest as it is written, of a disclosure or found in the claims.
#[derive(PartialEq, Eq, Hash)]
struct Digest<'d>(Cow<'d, [u8]>);

impl<'d> From<&'d [u8]> for Digest<'d> {
    fn from(written: &'d [u8]) -> Self {
        Self(written.into())
    }
}

impl<'d> From<Cow<'d, str>> for Digest<'d> {
    fn from(written: Cow<'d, str>) -> Self {
        Self(match written {
            Cow::Borrowed(text) => text.as_bytes().into(),
            Cow::Owned(text) => text.into_bytes().into(),
        })
    }
}

struct Revealer<'d, 'a: 'd> {
    /// Those that are not in place yet.
    disclosures: Vec<Option<Disclosure<'a>>>,
    /// How many those are.
    unplaced: usize,
    /// What is known of each digest.
    places: HashMap<Digest<'d>, Place, RandomState>,
    /// How deep we are in the revealed claims.
    depth: usize,
    /// Whether we are in a claim that stands in the open.
    in_protected: bool,
    tracks: bool,
    /// Where we are, and where each disclosure went; when that is asked.
    path: Vec<Step<'a>>,
    disclosed: Vec<Option<ClaimPath>>,
}

impl<'a> Revealer<'_, 'a> {
    fn value(&mut self, value: &mut Node<'a>) -> Result<(), SdJwtError> {
        // Disclosures nest in one another: each alone may be shallow, and their chain too deep for the stack.
        if self.depth > MAX_DEPTH {
            return Err(SdJwtError::TooLarge);
        }
        match value {
            Node::Object(members) => self.object(members),
            Node::Array(elements) => self.array(elements),
            _ => Ok(()),
        }
    }

    fn object(&mut self, members: &mut Members<'a>) -> Result<(), SdJwtError> {
        let mut digests = Vec::new();
        let mut is_hiding = false;
        for (name, value) in &mut *members {
            match (&**name, &mut *value) {
                (DIGESTS, Node::Array(found)) => {
                    digests = mem::take(found);
                    is_hiding = true;
                }
                // Only at the top of what the issuer signed: disclosures are deeper.
                (ALGORITHM, _) if self.depth == 0 => is_hiding = true,
                (DIGESTS | PLACEHOLDER | ALGORITHM, _) => return Err(SdJwtError::DigestShape),
                (_, value) => {
                    self.enter_member(name.clone());
                    self.value(value)?;
                    self.leave();
                }
            }
        }
        if is_hiding {
            members.retain(|(name, _)| ![DIGESTS, ALGORITHM].contains(&&**name));
        }
        self.disclose(digests, members)
    }

    /// Adds the members that `digests` stand for.
    fn disclose(&mut self, digests: Vec<Node<'a>>, members: &mut Members<'a>) -> Result<(), SdJwtError> {
        // Where there are many, a new one is not compared with each.
        let are_many = members.len() + digests.len().min(self.unplaced) > FEW;
        let mut names: Option<HashSet<_, RandomState>> =
            are_many.then(|| members.iter().map(|(name, _)| name.clone()).collect());
        for digest in digests {
            let Some((index, disclosure)) = self.take(digest)? else {
                continue;
            };
            let Disclosure::Member { name, mut value } = disclosure else {
                return Err(SdJwtError::Disclosure);
            };
            self.enter_member(name.clone());
            self.place(index, &mut value)?;
            self.leave();
            let is_new = match &mut names {
                Some(names) => names.insert(name.clone()),
                None => members.iter().all(|(other, _)| *other != name),
            };
            if !is_new {
                return Err(SdJwtError::Collision);
            }
            members.push((name, value));
        }
        Ok(())
    }

    fn array(&mut self, elements: &mut Vec<Node<'a>>) -> Result<(), SdJwtError> {
        let found = mem::take(elements);
        elements.reserve(found.len());
        for mut element in found {
            self.enter_element(elements.len());
            if let Some(digest) = placeholder(&mut element)? {
                if let Some((index, disclosure)) = self.take(digest)? {
                    let Disclosure::Element { mut value } = disclosure else {
                        return Err(SdJwtError::Disclosure);
                    };
                    self.place(index, &mut value)?;
                    elements.push(value);
                }
            } else {
                self.value(&mut element)?;
                elements.push(element);
            }
            self.leave();
        }
        Ok(())
    }

    fn enter_member(&mut self, name: Cow<'a, str>) {
        if self.depth == 0 {
            self.in_protected = PROTECTED_CLAIMS.contains(&&*name);
        }
        self.depth += 1;
        if self.tracks {
            self.path.push(Step::Member(name));
        }
    }

    fn enter_element(&mut self, index: usize) {
        self.depth += 1;
        if self.tracks {
            self.path.push(Step::Element(index));
        }
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.path.pop();
    }

    /// The disclosure of a digest, if it was sent. A digest may appear once.
    fn take(&mut self, digest: Node<'a>) -> Result<Option<(usize, Disclosure<'a>)>, SdJwtError> {
        let Node::Text(digest) = digest else {
            return Err(SdJwtError::DigestShape);
        };
        let place = match self.places.entry(digest.into()) {
            Entry::Vacant(unknown) => {
                unknown.insert(Place::Found);
                return Ok(None);
            }
            Entry::Occupied(mut known) => known.insert(Place::Found),
        };
        let Place::Of(index) = place else {
            return Err(SdJwtError::RepeatedDigest);
        };
        self.unplaced -= 1;
        Ok(self.disclosures[index].take().map(|disclosure| (index, disclosure)))
    }

    /// Reveals what disclosure number `index` says at the present path.
    fn place(&mut self, index: usize, value: &mut Node<'a>) -> Result<(), SdJwtError> {
        if self.in_protected {
            return Err(SdJwtError::ProtectedClaim);
        }
        if self.tracks {
            let path: Vec<_> = self.path.iter().map(PathElement::from).collect();
            self.disclosed[index] = ClaimPath::try_from(path).ok();
        }
        self.value(value)
    }
}

/// The digest, when `element` stands for a hidden one.
fn placeholder<'a>(element: &mut Node<'a>) -> Result<Option<Node<'a>>, SdJwtError> {
    let Node::Object(members) = element else {
        return Ok(None);
    };
    match members.as_mut_slice() {
        [(name, digest)] if name == PLACEHOLDER => Ok(Some(mem::replace(digest, Node::Null))),
        members if members.iter().any(|(name, _)| name == PLACEHOLDER) => Err(SdJwtError::DigestShape),
        _ => Ok(None),
    }
}
