//! SD-JWT VC (`dc+sd-jwt`): RFC 9901 and draft-ietf-oauth-sd-jwt-vc.
//!
//! ```text
//! issue ──► text ──SdJwt::parse──► SdJwt ──reveal──► Revealed (claims, where each disclosure sits)
//!                                    └──present(chosen, key binding)──► text
//! ```

mod binding;
mod digest;
mod issue;
mod present;
mod reveal;
#[cfg(test)]
mod tests;
pub mod type_metadata;

use std::ops::Range;

use serde_json::Value;

pub(crate) use self::issue::issue_as;
pub use self::{
    binding::{
        BindingChecks, ExpectedBinding, KeyBindingError, MAX_BINDING_AGE, MAX_CLOCK_SKEW, check_binding, holder_key,
    },
    digest::DigestAlgorithm,
    issue::{Concealment, Decoys, issue, issue_certified, issue_concealed},
    present::KeyBinding,
};
use crate::{
    credential::{ClaimPath, PathElement},
    keys::{
        KeyKind,
        jws::{ES256, Jws},
    },
};

/// `typ` of the issuer's JWT (SDVC-001).
pub const TYPE: &str = "dc+sd-jwt";
/// `typ` in drafts before 2025, deleted since: taken only by who says so (SDVC-001).
pub const OLD_TYPE: &str = "vc+sd-jwt";
/// `typ` of the holder's key binding (SDJ-010).
pub const KEY_BINDING_TYPE: &str = "kb+jwt";
/// The largest SD-JWT that is parsed, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The largest number of disclosures.
pub const MAX_DISCLOSURES: usize = 1024;

/// Why an SD-JWT was refused. Steps are those of RFC 9901 §7.1 and §7.3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdJwtError {
    /// The JWS layer refused it.
    #[error(transparent)]
    Jws(#[from] crate::keys::jws::JwsError),
    /// Larger than we accept, in bytes or disclosures.
    #[error("the credential is too large")]
    TooLarge,
    /// §4: not `JWT~disclosures~[KB-JWT]`.
    #[error("the credential is malformed")]
    Malformed,
    /// §4.1.1: a hash we do not accept.
    #[error("the digest algorithm is not accepted")]
    DigestAlgorithm,
    /// §7.1 step 3.c: arity, or a reserved name (`_sd`, `...`, `_sd_alg`).
    #[error("a disclosure is malformed")]
    Disclosure,
    /// §7.1 step 3.c.ii.3: the name stands there already.
    #[error("a disclosed name collides with another claim")]
    Collision,
    /// §7.1 step 4.
    #[error("a digest appears more than once")]
    RepeatedDigest,
    /// §7.1 step 5.
    #[error("a disclosure is referenced by nothing")]
    UnreferencedDisclosure,
    /// §4.1: `{"...": digest}` with another key, `_sd` that is no array of strings, `_sd_alg` or `...` elsewhere than
    /// they belong.
    #[error("digests are in a shape that is not allowed")]
    DigestShape,
    /// SDVC-003: a claim that may not be selectively disclosed was.
    #[error("a protected claim is hidden in a disclosure")]
    ProtectedClaim,
    /// §7.3 step 2.
    #[error("the holder's key binding is missing")]
    KeyBindingMissing,
    /// A path names nothing that can be disclosed.
    #[error("a claim to disclose does not exist")]
    NoSuchClaim,
}

/// Claims that stand in the open, with all they contain (SDVC-003): they decide whether a credential is to be believed, so
/// a holder must not be able to leave them out.
pub const PROTECTED_CLAIMS: [&str; 8] = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"];

/// Whether `path` is a protected claim or lies within one.
fn is_protected(path: &[PathElement]) -> bool {
    matches!(path.first(), Some(PathElement::Key(name)) if PROTECTED_CLAIMS.contains(&name.as_str()))
}

/// A parsed, **unverified** SD-JWT or SD-JWT+KB.
#[derive(Debug, Clone)]
pub struct SdJwt {
    /// Everything before the key binding: `JWT~D1~…~`.
    text: Box<str>,
    /// The issuer's JWT in `text`.
    issued: Range<usize>,
    /// The disclosures in `text`.
    disclosures: Vec<Range<usize>>,
    jws: Jws,
    /// What the issuer signed: an object.
    claims: Value,
    algorithm: DigestAlgorithm,
    key_binding: Option<Jws>,
}

impl SdJwt {
    /// Parses the compact form. Checks structure only: disclosures are read by [`SdJwt::reveal`].
    pub fn parse(text: &str) -> Result<Self, SdJwtError> {
        Self::parse_for(text, ES256)
    }

    /// The same with the algorithms of these kinds of keys.
    pub(crate) fn parse_for(text: &str, kinds: &[KeyKind]) -> Result<Self, SdJwtError> {
        if text.len() > MAX_BYTES {
            return Err(SdJwtError::TooLarge);
        }
        let end = text.rfind('~').ok_or(SdJwtError::Malformed)? + 1;
        let (text, binding) = text.split_at(end);
        let mut start = 0;
        let mut parts = text.split_terminator('~').map(|part| {
            let range = start..start + part.len();
            start = range.end + 1;
            range
        });
        let issued = parts.next().ok_or(SdJwtError::Malformed)?;
        let disclosures: Vec<_> = parts.take(MAX_DISCLOSURES + 1).collect();
        if disclosures.len() > MAX_DISCLOSURES {
            return Err(SdJwtError::TooLarge);
        }
        if disclosures.iter().any(Range::is_empty) {
            return Err(SdJwtError::Malformed);
        }
        let jws = Jws::parse_for(&text[issued.clone()], kinds)?;
        let claims = jws.unverified_object()?;
        let algorithm = DigestAlgorithm::of_claims(&claims)?;
        let key_binding = if binding.is_empty() {
            None
        } else {
            Some(Jws::parse_for(binding, kinds)?)
        };
        Ok(Self {
            text: text.into(),
            issued,
            disclosures,
            jws,
            claims: Value::Object(claims),
            algorithm,
            key_binding,
        })
    }

    /// The issuer's JWS.
    pub fn jws(&self) -> &Jws {
        &self.jws
    }

    /// The claims that the issuer signed in the open, digests among them, **whether or not** the signature was checked.
    pub fn unverified_claims(&self) -> &Value {
        &self.claims
    }

    /// The key binding JWT, when there is one.
    pub fn key_binding(&self) -> Option<&Jws> {
        self.key_binding.as_ref()
    }

    /// `sd_hash`: the digest of everything before the key binding (§4.3.1).
    pub fn hash(&self) -> String {
        self.algorithm.digest(&self.text)
    }

    fn issuer_part(&self) -> &str {
        &self.text[self.issued.clone()]
    }

    fn disclosures(&self) -> impl Iterator<Item = &str> {
        self.disclosures.iter().map(|range| &self.text[range.clone()])
    }
}

/// What the disclosures say once in place.
#[derive(Debug, Clone)]
pub struct Revealed {
    /// The claims, without `_sd`, `_sd_alg` and undisclosed elements.
    pub claims: Value,
    /// The path of each disclosure in `claims`, in the order they were sent.
    pub disclosed: Vec<ClaimPath>,
}
