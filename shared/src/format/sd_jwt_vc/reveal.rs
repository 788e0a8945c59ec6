//! Putting disclosures back in place (RFC 9901 §7.1 steps 2–5).

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
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
        let mut disclosures = Vec::new();
        disclosures.resize_with(self.disclosures.len(), Disclosure::default);
        for (content, disclosure) in self.contents()?.zip(&mut disclosures) {
            disclosure.read(content?)?;
        }
        let digests = self.algorithm.digests(self.disclosures());
        let mut places = HashMap::with_capacity_and_hasher(disclosures.len(), RandomState::default());
        for (index, digest) in digests.chunks_exact(self.algorithm.encoded_length()).enumerate() {
            if places.insert(digest, Place::Of(index)).is_some() {
                return Err(SdJwtError::RepeatedDigest);
            }
        }
        let mut revealer = Revealer {
            disclosures: &disclosures,
            unplaced: disclosures.len(),
            places,
            depth: 0,
            in_protected: false,
            tracks,
            path: Vec::new(),
            disclosed: vec![None; if tracks { disclosures.len() } else { 0 }],
        };
        let mut claims = Node::Null;
        revealer.value(self.jws.unverified_node()?, &mut claims)?;
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

/// What one disclosure says (RFC 9901 §4.2.1 and §4.2.2). Read into the place where it stays, as nearly everything here: to
/// make it elsewhere and move it takes longer.
struct Disclosure<'a> {
    /// Salt, name and value of a member; salt and value of an element.
    parts: [Node<'a>; 3],
    count: usize,
}

impl Default for Disclosure<'_> {
    fn default() -> Self {
        Self {
            parts: [const { Node::Null }; 3],
            count: 0,
        }
    }
}

impl<'a> Disclosure<'a> {
    fn read(&mut self, content: &'a str) -> Result<(), SdJwtError> {
        self.count = Node::parse_few(content, &mut self.parts).map_err(|_| SdJwtError::Disclosure)?;
        match (&self.parts, self.count) {
            ([Node::Text(_), _, _], 2) => Ok(()),
            ([Node::Text(_), Node::Text(name), _], 3) if ![DIGESTS, PLACEHOLDER, ALGORITHM].contains(&&**name) => {
                Ok(())
            }
            _ => Err(SdJwtError::Disclosure),
        }
    }

    fn member(&self) -> Result<(&Cow<'a, str>, &Node<'a>), SdJwtError> {
        match (&self.parts, self.count) {
            ([_, Node::Text(name), value], 3) => Ok((name, value)),
            _ => Err(SdJwtError::Disclosure),
        }
    }

    fn element(&self) -> Result<&Node<'a>, SdJwtError> {
        match (&self.parts, self.count) {
            ([_, value, _], 2) => Ok(value),
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
#[derive(Clone, Copy)]
enum Step<'d> {
    Member(&'d str),
    Element(usize),
}

impl From<Step<'_>> for PathElement {
    fn from(step: Step<'_>) -> Self {
        match step {
            Step::Member(name) => Self::Key(name.to_owned()),
            Step::Element(index) => Self::Index(index as u64),
        }
    }
}

/// Walks the claims, and the disclosures (`'d`) where they belong; what both say is somewhere else (`'a`).
struct Revealer<'d, 'a> {
    disclosures: &'d [Disclosure<'a>],
    /// How many of them are not in place yet.
    unplaced: usize,
    /// What is known of each digest, as it is written.
    places: HashMap<&'d [u8], Place, RandomState>,
    /// How deep we are in the revealed claims.
    depth: usize,
    /// Whether we are in a claim that stands in the open.
    in_protected: bool,
    tracks: bool,
    /// Where we are, and where each disclosure went; when that is asked.
    path: Vec<Step<'d>>,
    disclosed: Vec<Option<ClaimPath>>,
}

impl<'d, 'a> Revealer<'d, 'a> {
    fn value(&mut self, value: &'d Node<'a>, into: &mut Node<'a>) -> Result<(), SdJwtError> {
        // Disclosures nest in one another: each alone may be shallow, and their chain too deep for the stack.
        if self.depth > MAX_DEPTH {
            return Err(SdJwtError::TooLarge);
        }
        *into = match value {
            Node::Object(members) => Node::Object(self.object(members)?),
            Node::Array(elements) => Node::Array(self.array(elements)?),
            scalar => scalar.clone(),
        };
        Ok(())
    }

    fn object(&mut self, members: &'d Members<'a>) -> Result<Members<'a>, SdJwtError> {
        let mut digests = [].as_slice();
        if let Some((_, Node::Array(found))) = members.iter().find(|(name, _)| name == DIGESTS) {
            digests = found;
        }
        // Room for all that may be hidden.
        let mut revealed = Vec::with_capacity(members.len() + digests.len().min(self.unplaced));
        for (name, value) in members {
            match (&**name, value) {
                (DIGESTS, Node::Array(_)) => {}
                // Only at the top of what the issuer signed: disclosures are deeper.
                (ALGORITHM, _) if self.depth == 0 => {}
                (DIGESTS | PLACEHOLDER | ALGORITHM, _) => return Err(SdJwtError::DigestShape),
                (text, value) => {
                    self.enter_member(text);
                    self.value(value, another(&mut revealed, name))?;
                    self.leave();
                }
            }
        }
        self.disclose(digests, &mut revealed)?;
        Ok(revealed)
    }

    /// Adds the members that `digests` stand for.
    fn disclose(&mut self, digests: &'d [Node<'a>], revealed: &mut Members<'a>) -> Result<(), SdJwtError> {
        // Where there are many, a new one is not compared with each.
        let are_many = revealed.len() + digests.len().min(self.unplaced) > FEW;
        let mut names: Option<HashSet<_, RandomState>> =
            are_many.then(|| revealed.iter().map(|(name, _)| name.clone()).collect());
        for digest in digests {
            let Some((index, disclosure)) = self.take(digest)? else {
                continue;
            };
            let (name, value) = disclosure.member()?;
            let is_new = match &mut names {
                Some(names) => names.insert(name.clone()),
                None => revealed.iter().all(|(other, _)| other != name),
            };
            self.enter_member(name);
            self.place(index, value, another(revealed, name))?;
            self.leave();
            if !is_new {
                return Err(SdJwtError::Collision);
            }
        }
        Ok(())
    }

    fn array(&mut self, elements: &'d [Node<'a>]) -> Result<Vec<Node<'a>>, SdJwtError> {
        let mut revealed = Vec::with_capacity(elements.len());
        for element in elements {
            self.enter_element(revealed.len());
            if let Some(digest) = element.member(PLACEHOLDER) {
                if matches!(element, Node::Object(members) if members.len() > 1) {
                    return Err(SdJwtError::DigestShape);
                }
                if let Some((index, disclosure)) = self.take(digest)? {
                    let mut value = Node::Null;
                    self.place(index, disclosure.element()?, &mut value)?;
                    revealed.push(value);
                }
            } else {
                let mut value = Node::Null;
                self.value(element, &mut value)?;
                revealed.push(value);
            }
            self.leave();
        }
        Ok(revealed)
    }

    fn enter_member(&mut self, name: &'d str) {
        if self.depth == 0 {
            self.in_protected = PROTECTED_CLAIMS.contains(&name);
        }
        self.enter(Step::Member(name));
    }

    fn enter_element(&mut self, index: usize) {
        self.enter(Step::Element(index));
    }

    fn enter(&mut self, step: Step<'d>) {
        self.depth += 1;
        if self.tracks {
            self.path.push(step);
        }
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.path.pop();
    }

    /// The disclosure of a digest, if it was sent. A digest may appear once.
    fn take(&mut self, digest: &'d Node<'a>) -> Result<Option<(usize, &'d Disclosure<'a>)>, SdJwtError> {
        let digest = digest.text().ok_or(SdJwtError::DigestShape)?;
        match self.places.insert(digest.as_bytes(), Place::Found) {
            None => Ok(None),
            Some(Place::Found) => Err(SdJwtError::RepeatedDigest),
            Some(Place::Of(index)) => {
                self.unplaced -= 1;
                Ok(Some((index, &self.disclosures[index])))
            }
        }
    }

    /// Reveals what disclosure number `index` says at the present path.
    fn place(&mut self, index: usize, value: &'d Node<'a>, into: &mut Node<'a>) -> Result<(), SdJwtError> {
        if self.in_protected {
            return Err(SdJwtError::ProtectedClaim);
        }
        if self.tracks {
            let path: Vec<_> = self.path.iter().copied().map(PathElement::from).collect();
            self.disclosed[index] = ClaimPath::try_from(path).ok();
        }
        self.value(value, into)
    }
}

/// The place of one member more.
fn another<'m, 'a>(members: &'m mut Members<'a>, name: &Cow<'a, str>) -> &'m mut Node<'a> {
    let last = members.len();
    members.resize_with(last + 1, || (Cow::Borrowed(""), Node::Null));
    let (place, value) = &mut members[last];
    place.clone_from(name);
    value
}
