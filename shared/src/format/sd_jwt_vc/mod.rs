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

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use base64::Engine;
use serde_json::Value;

pub(crate) use self::issue::issue_as;
use self::reveal::Contents;
pub use self::{
    binding::{
        BindingChecks, ExpectedBinding, KeyBindingError, MAX_BINDING_AGE, MAX_CLOCK_SKEW, check_binding, holder_key,
    },
    digest::DigestAlgorithm,
    issue::{Concealment, Decoys, issue, issue_certified, issue_concealed},
    present::KeyBinding,
    reveal::Claims,
};
use crate::{
    base64url::BASE64URL,
    credential::{ClaimPath, PathElement},
    keys::{
        KeyKind, PublicKey,
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
    /// All of it: `JWT~D1~…~KB`.
    text: Arc<str>,
    /// Where the issuer's JWT ends in `text`.
    issued_end: usize,
    /// Where the key binding starts in `text`.
    binding_start: usize,
    /// The disclosures in `text`.
    disclosures: Vec<Range<usize>>,
    jws: Jws,
    /// What the issuer signed, an object, once somebody asks for it.
    claims: OnceLock<Value>,
    algorithm: DigestAlgorithm,
    /// The disclosures decoded, once somebody asks for them; `None` when one does not decode.
    contents: OnceLock<Option<Contents>>,
    key_binding: Option<KeyBound>,
}

/// The holder's JWT, and the key the issuer's JWT names as the holder's.
#[derive(Debug, Clone)]
struct KeyBound {
    jws: Jws,
    holder: Result<PublicKey, KeyBindingError>,
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
        let mut start = 0;
        let mut parts = text[..end].split_terminator('~').map(|part| {
            let range = start..start + part.len();
            start = range.end + 1;
            range
        });
        let issued = parts.next().ok_or(SdJwtError::Malformed)?;
        let mut disclosures = Vec::with_capacity(16);
        disclosures.extend(parts.take(MAX_DISCLOSURES + 1));
        if disclosures.len() > MAX_DISCLOSURES {
            return Err(SdJwtError::TooLarge);
        }
        if disclosures.iter().any(Range::is_empty) {
            return Err(SdJwtError::Malformed);
        }
        let text = Arc::from(text);
        let jws = Jws::parse_part(&text, issued.clone(), kinds)?;
        let claims = jws.unverified_node()?;
        let algorithm = DigestAlgorithm::of_claims(claims)?;
        let key_binding = if end == text.len() {
            None
        } else {
            Some(KeyBound {
                jws: Jws::parse_part(&text, end..text.len(), kinds)?,
                holder: binding::holder_key_of(claims),
            })
        };
        Ok(Self {
            text,
            issued_end: issued.end,
            binding_start: end,
            disclosures,
            jws,
            claims: OnceLock::new(),
            algorithm,
            contents: OnceLock::new(),
            key_binding,
        })
    }

    /// The issuer's JWS.
    pub fn jws(&self) -> &Jws {
        &self.jws
    }

    /// The claims that the issuer signed in the open, digests among them, **whether or not** the signature was checked.
    ///
    /// # Panics
    /// Never: they were read when the text was parsed.
    #[expect(clippy::expect_used, reason = "they were read when the text was parsed")]
    pub fn unverified_claims(&self) -> &Value {
        let claims = || self.jws.unverified_object().expect("claims that were read");
        self.claims.get_or_init(|| Value::Object(claims()))
    }

    /// The key binding JWT, when there is one.
    pub fn key_binding(&self) -> Option<&Jws> {
        self.key_binding.as_ref().map(|binding| &binding.jws)
    }

    /// `sd_hash`: the digest of everything before the key binding (§4.3.1).
    pub fn hash(&self) -> String {
        match self.algorithm {
            // The issuer's JWT comes first: what of it is signed is hashed for the signature too.
            DigestAlgorithm::Sha256 => {
                let mut context = self.jws.sha256_of_signed();
                context.update(&self.text.as_bytes()[self.jws.signed().len()..self.binding_start]);
                BASE64URL.encode(context.finish())
            }
            algorithm => algorithm.digest(&self.text[..self.binding_start]),
        }
    }

    fn issuer_part(&self) -> &str {
        &self.text[..self.issued_end]
    }

    fn disclosures(&self) -> impl ExactSizeIterator<Item = &str> {
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
