//! SD-JWT VC (`dc+sd-jwt`): RFC 9901 and draft-ietf-oauth-sd-jwt-vc.
//!
//! ```text
//! issue ──► text ──SdJwt::parse──► SdJwt ──reveal──► Revealed (claims, where each disclosure sits)
//!                                    └──present(chosen, key binding)──► text
//! ```

use serde_json::Value;

use crate::{credential::ClaimPath, entropy::Entropy, keys::{PublicKey, SigningKey, jws::Jws}};

/// `typ` of the issuer's JWT (SDVC-001).
pub const TYPE: &str = "dc+sd-jwt";
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
    /// §7.1 step 3.c: arity, or a name that is `_sd` or `...`.
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
    /// §4.2.4.2: `{"...": digest}` with another key, or `_sd` that is no array of strings.
    #[error("digests are in a shape that is not allowed")]
    DigestShape,
    /// SDVC-003: a claim that may not be selectively disclosed was.
    #[error("a protected claim is hidden in a disclosure")]
    ProtectedClaim,
    /// §7.3 step 2: key binding is missing, or there although none was expected.
    #[error("the holder's key binding is missing")]
    KeyBindingMissing,
    /// VCI-W-016: an issuer sent a presentation.
    #[error("an issuer may not send a key binding")]
    KeyBindingUnexpected,
    /// A path names nothing that can be disclosed.
    #[error("a claim to disclose does not exist")]
    NoSuchClaim,
}

/// Signs `claims` into `JWT~D1~…~`. `disclosable` lists the paths made selectively disclosable, each on its own (an
/// array element by its index); paths below another disclosable path nest. Salts are 128 bits, digests sorted.
pub fn issue(
    claims: Value,
    disclosable: &[ClaimPath],
    kid: &str,
    key: &SigningKey,
    entropy: &dyn Entropy,
) -> Result<String, SdJwtError> { todo!() }

/// A parsed, **unverified** SD-JWT or SD-JWT+KB.
#[derive(Debug, Clone)]
pub struct SdJwt { _todo: () }

impl SdJwt {
    /// Parses the compact form. Checks structure only.
    pub fn parse(text: &str) -> Result<Self, SdJwtError> { todo!() }
    /// The issuer's JWS.
    pub fn jws(&self) -> &Jws { todo!() }
    /// The key binding JWT, when there is one.
    pub fn key_binding(&self) -> Option<&Jws> { todo!() }
    /// Puts the disclosures back in place (RFC 9901 §7.1 steps 2–5). Does **not** check the signature.
    pub fn reveal(&self) -> Result<Revealed, SdJwtError> { todo!() }
    /// `sd_hash`: the digest of everything before the key binding (§4.3.1).
    pub fn hash(&self) -> String { todo!() }
    /// A presentation: only `chosen` claims (with their parents), bound by the holder's key.
    pub fn present(&self, chosen: &[ClaimPath], binding: &KeyBinding<'_>) -> Result<String, SdJwtError> { todo!() }
}

/// What the disclosures say once in place.
#[derive(Debug, Clone)]
pub struct Revealed {
    /// The claims, without `_sd`, `_sd_alg` and undisclosed elements.
    pub claims: Value,
    /// The path of each disclosure.
    pub disclosed: Vec<ClaimPath>,
}

/// What the holder signs to present (§4.3).
pub struct KeyBinding<'a> {
    /// The key in `cnf`.
    pub key: &'a SigningKey,
    /// The verifier's full `client_id`.
    pub audience: &'a str,
    /// The verifier's nonce.
    pub nonce: &'a str,
    /// When.
    pub issued_at: chrono::DateTime<chrono::Utc>,
}

/// Why a key binding does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyBindingError {
    /// No usable `cnf.jwk`.
    #[error("the credential names no holder key")]
    NoHolderKey,
    /// Signature or `typ` (SDJ-010).
    #[error("the key binding is not signed by the holder's key")]
    BadSignature,
    /// Malformed claims.
    #[error("the key binding is malformed")]
    Malformed,
    /// `sd_hash` differs.
    #[error("the key binding was made for another set of disclosures")]
    HashMismatch,
    /// `nonce` differs.
    #[error("the key binding answers another request")]
    Nonce,
    /// `aud` differs.
    #[error("the key binding was made for another verifier")]
    Audience,
    /// `iat` outside the window.
    #[error("the key binding was not made just now")]
    Time,
}

/// What a key binding is expected to say.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedBinding<'a> {
    /// Our full `client_id`.
    pub audience: &'a str,
    /// The nonce we gave.
    pub nonce: &'a str,
}

/// The checks of a key binding, each on its own, so that a page can tell them apart. `None` where the claim could not be
/// read.
#[derive(Debug, Clone)]
pub struct BindingChecks {
    /// Signature by `cnf.jwk`, `typ`, `sd_hash`.
    pub binding: Result<(), KeyBindingError>,
    /// `nonce`.
    pub nonce: Result<(), KeyBindingError>,
    /// `aud`.
    pub audience: Result<(), KeyBindingError>,
    /// `iat` within 300 s of `now`, 60 s ahead at most (NEG-18).
    pub time: Result<(), KeyBindingError>,
}

/// Checks the key binding of a presentation (RFC 9901 §7.3 step 5) against the holder key in `claims`.
pub fn check_binding(sd_jwt: &SdJwt, claims: &Value, expected: ExpectedBinding<'_>, now: chrono::DateTime<chrono::Utc>) -> Result<BindingChecks, SdJwtError> { todo!() }

/// The holder key in `cnf.jwk`.
pub fn holder_key(claims: &Value) -> Result<PublicKey, KeyBindingError> { todo!() }
