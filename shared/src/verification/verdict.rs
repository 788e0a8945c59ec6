//! The checks by name, how each ended, and what they come to.

use serde::Serialize;
use serde_json::Value;

use crate::status_list::token::Status;

/// A named check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// Structure and disclosures (RFC 9901 §7.1).
    Structure,
    /// The issuer's signature, by a key the issuer publishes.
    Signature,
    /// `vct` is one that was asked.
    Type,
    /// Signed by the holder's key over what was disclosed.
    KeyBinding,
    /// Answers our nonce.
    Nonce,
    /// Made for us.
    Audience,
    /// Within its validity, and the key binding just made.
    Time,
    /// Neither revoked nor suspended.
    Status,
    /// The issuer is on the trust list, and was when it signed.
    Trust,
    /// It keeps the rules of its type, as far as they are known (SD-JWT VC §5).
    TypeMetadata,
    /// It fits its schemas (VCDM 2.0 §4.11).
    Schema,
    /// What it refers to is what it was (VCDM 2.0 §5.3).
    Resources,
}

impl CheckId {
    /// Every check, in order.
    pub const ALL: &[Self] = &[
        Self::Structure,
        Self::Signature,
        Self::Type,
        Self::KeyBinding,
        Self::Nonce,
        Self::Audience,
        Self::Time,
        Self::Status,
        Self::Trust,
        Self::TypeMetadata,
        Self::Schema,
        Self::Resources,
    ];

    /// Whether nobody has to make this check: one that could not be made is no reason to refuse.
    fn is_optional(self) -> bool {
        matches!(self, Self::TypeMetadata | Self::Schema | Self::Resources)
    }

    /// Stable code, as in JSON and translation keys.
    pub fn code(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Signature => "signature",
            Self::Type => "type",
            Self::KeyBinding => "key_binding",
            Self::Nonce => "nonce",
            Self::Audience => "audience",
            Self::Time => "time",
            Self::Status => "status",
            Self::Trust => "trust",
            Self::TypeMetadata => "type_metadata",
            Self::Schema => "schema",
            Self::Resources => "resources",
        }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed(Reason),
    /// It could not be made: neither good nor bad.
    Skipped(Reason),
}

/// Why a check failed or could not be made. Each has a sentence in both languages, keyed `reason-CODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// RFC 9901 structure is wrong.
    Malformed,
    /// The signature does not fit any key of the issuer.
    WrongSignature,
    /// The issuer publishes no key of that name.
    UnknownKey,
    /// The issuer's keys could not be fetched.
    IssuerUnreachable,
    /// What the issuer's site answered are no keys of that issuer.
    IssuerUnusable,
    /// The issuer's identifier is not one we fetch (not https, private address).
    IssuerRefused,
    /// It comes with certificates, and we know no authority of ours to check them against.
    NoAuthority,
    /// No authority we know vouches for its certificate.
    UnknownAuthority,
    /// Its certificate is malformed, out of date, or names somebody else.
    WrongCertificate,
    /// A type that was not asked.
    WrongType,
    /// No key binding, or not by the holder.
    NotBound,
    /// Another nonce.
    OtherRequest,
    /// Another audience.
    OtherVerifier,
    /// Expired.
    Expired,
    /// Not valid yet.
    NotYetValid,
    /// The key binding is too old, or from the future.
    StaleBinding,
    /// Revoked.
    Revoked,
    /// Suspended.
    Suspended,
    /// A status value we do not know.
    UnknownStatus,
    /// The status list could not be fetched.
    StatusUnreachable,
    /// What was fetched is no status list, or one that has expired.
    StatusUnusable,
    /// The status list is one we do not fetch, or one that cannot be believed.
    StatusRefused,
    /// The issuer publishes no status for this credential: it cannot revoke it. Only ever a [`Check::note`], since asking
    /// again changes nothing.
    NoStatus,
    /// The issuer is not on the trust list.
    UnknownIssuer,
    /// The issuer was dissolved, or not yet recognised, at the time.
    IssuerNotThen,
    /// No usable trust list.
    NoTrustList,
    /// The trust list is past its next update.
    StaleTrustList,
    /// The description of its type could not be fetched.
    TypeUnreachable,
    /// The description of its type is malformed, or not the one that was meant.
    TypeUnusable,
    /// It breaks a rule of its type.
    AgainstType,
    /// A schema could not be fetched.
    SchemaUnreachable,
    /// A schema is of a kind or a version not known here, or too large.
    SchemaUnusable,
    /// A schema is malformed, or not the one that was meant.
    SchemaRefused,
    /// It does not fit a schema.
    AgainstSchema,
    /// Something it refers to could not be fetched.
    ResourceUnreachable,
    /// Something it refers to is not what it was.
    ResourceChanged,
    /// What this check needs was not there, because another check failed.
    Unavailable,
    /// This check was not made, because another that failed is enough.
    NotNeeded,
}

impl Reason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::Malformed,
        Self::WrongSignature,
        Self::UnknownKey,
        Self::IssuerUnreachable,
        Self::IssuerUnusable,
        Self::IssuerRefused,
        Self::NoAuthority,
        Self::UnknownAuthority,
        Self::WrongCertificate,
        Self::WrongType,
        Self::NotBound,
        Self::OtherRequest,
        Self::OtherVerifier,
        Self::Expired,
        Self::NotYetValid,
        Self::StaleBinding,
        Self::Revoked,
        Self::Suspended,
        Self::UnknownStatus,
        Self::StatusUnreachable,
        Self::StatusUnusable,
        Self::StatusRefused,
        Self::NoStatus,
        Self::UnknownIssuer,
        Self::IssuerNotThen,
        Self::NoTrustList,
        Self::StaleTrustList,
        Self::TypeUnreachable,
        Self::TypeUnusable,
        Self::AgainstType,
        Self::SchemaUnreachable,
        Self::SchemaUnusable,
        Self::SchemaRefused,
        Self::AgainstSchema,
        Self::ResourceUnreachable,
        Self::ResourceChanged,
        Self::Unavailable,
        Self::NotNeeded,
    ];

    /// Stable code, as in JSON and translation keys.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::WrongSignature => "wrong_signature",
            Self::UnknownKey => "unknown_key",
            Self::IssuerUnreachable => "issuer_unreachable",
            Self::IssuerUnusable => "issuer_unusable",
            Self::IssuerRefused => "issuer_refused",
            Self::NoAuthority => "no_authority",
            Self::UnknownAuthority => "unknown_authority",
            Self::WrongCertificate => "wrong_certificate",
            Self::WrongType => "wrong_type",
            Self::NotBound => "not_bound",
            Self::OtherRequest => "other_request",
            Self::OtherVerifier => "other_verifier",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::StaleBinding => "stale_binding",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::UnknownStatus => "unknown_status",
            Self::StatusUnreachable => "status_unreachable",
            Self::StatusUnusable => "status_unusable",
            Self::StatusRefused => "status_refused",
            Self::NoStatus => "no_status",
            Self::UnknownIssuer => "unknown_issuer",
            Self::IssuerNotThen => "issuer_not_then",
            Self::NoTrustList => "no_trust_list",
            Self::StaleTrustList => "stale_trust_list",
            Self::TypeUnreachable => "type_unreachable",
            Self::TypeUnusable => "type_unusable",
            Self::AgainstType => "against_type",
            Self::SchemaUnreachable => "schema_unreachable",
            Self::SchemaUnusable => "schema_unusable",
            Self::SchemaRefused => "schema_refused",
            Self::AgainstSchema => "against_schema",
            Self::ResourceUnreachable => "resource_unreachable",
            Self::ResourceChanged => "resource_changed",
            Self::Unavailable => "unavailable",
            Self::NotNeeded => "not_needed",
        }
    }
}

/// One check and its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What is to be known although it passed: [`Reason::NoStatus`], and nothing else so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Reason>,
}

impl Check {
    /// Whether it passed, or could not be made and nobody has to make it.
    pub fn stands(&self) -> bool {
        match self.outcome {
            Outcome::Passed => true,
            Outcome::Failed(_) => false,
            Outcome::Skipped(_) => self.id.is_optional(),
        }
    }
}

/// Every check, in the order of [`CheckId`], and what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The checks.
    pub checks: Vec<Check>,
    /// The disclosed claims; `None` when the structure is wrong. **Not to be believed** unless [`Verdict::accepted`].
    pub claims: Option<Value>,
    /// The status read, when it could be.
    pub status: Option<Status>,
}

/// Which checks may be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Everything must pass, but for checks that nobody has to make.
    Strict,
    /// A status that could not be checked is accepted with a warning; nothing that failed is.
    AcceptUncheckedStatus,
}

impl Verdict {
    /// Whether every check passed, but for what `policy` lets be skipped.
    pub fn accepted(&self, policy: Policy) -> bool {
        let may_be_skipped = |id: CheckId| policy == Policy::AcceptUncheckedStatus && id == CheckId::Status;
        self.claims.is_some()
            && !self.checks.is_empty()
            && self
                .checks
                .iter()
                .all(|check| check.stands() || may_be_skipped(check.id) && matches!(check.outcome, Outcome::Skipped(_)))
    }

    /// The outcome of a check; `None` when it does not apply.
    pub fn outcome(&self, id: CheckId) -> Option<Outcome> {
        self.checks
            .iter()
            .find(|check| check.id == id)
            .map(|check| check.outcome)
    }

    /// Whether some check failed (not merely skipped).
    pub fn has_failed(&self) -> bool {
        self.checks
            .iter()
            .any(|check| matches!(check.outcome, Outcome::Failed(_)))
    }
}
