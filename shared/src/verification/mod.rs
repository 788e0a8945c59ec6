//! Checking what arrived. Verification is not an error: [`verify`] runs every check that can run and says for each whether
//! it passed, failed, or could not be made (`design.md` §6).

mod issuer;
mod paper;
mod verdict;
pub mod w3c;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use self::issuer::{Issuer, KnownKeys};
pub use self::issuer::{IssuerKeys, KeySource};
pub use self::paper::{paper_needs, verify_paper};
pub use self::verdict::{Check, CheckId, Outcome, Policy, Reason, Verdict};
use crate::{
    format::sd_jwt_vc::{
        self, BindingChecks, ExpectedBinding, Revealed, SdJwt, SdJwtError, check_binding, holder_key,
        type_metadata::{TypeMetadata, TypeMetadataError, TypeReference, Whole},
    },
    json::numeric_date,
    keys::{certificate::TrustAnchors, jws::JwsError},
    status_list::token::{Edition, Status, StatusListError, StatusReference},
    trust::{Recognition, TrustList},
};

/// How far other clocks may be from ours (NEG-18).
const MAX_SKEW: Duration = Duration::seconds(60);

/// Something that was fetched for a verification, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched<T> {
    /// Here it is.
    Found(T),
    /// The network or the server failed.
    Unreachable,
    /// Something else came: another media type, a redirection, too many bytes, no such document.
    Unusable,
    /// The address is one we do not fetch.
    Forbidden,
    /// It was not asked for: what needs it fails without it.
    NotAsked,
}

impl<T> Fetched<T> {
    /// Makes something of what was found.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fetched<U> {
        match self {
            Self::Found(found) => Fetched::Found(change(found)),
            Self::Unreachable => Fetched::Unreachable,
            Self::Unusable => Fetched::Unusable,
            Self::Forbidden => Fetched::Forbidden,
            Self::NotAsked => Fetched::NotAsked,
        }
    }
}

/// What must be fetched before [`verify`]: read from the unverified credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// `iss`, or who the certificate names when there is none: whose keys.
    pub issuer: String,
    /// Where they are.
    pub key_source: KeySource,
    /// The status list, when there is one.
    pub status_list: Option<String>,
    /// The metadata of its type. Nobody has to use it.
    pub type_metadata: Option<TypeReference>,
}

/// What was fetched.
#[derive(Debug, Clone)]
pub struct Materials {
    /// The issuer's keys; not asked for when the credential brings certificates.
    pub issuer_keys: Fetched<IssuerKeys>,
    /// The status list token, fetched now or kept from before.
    pub status_list: Fetched<Arc<Edition>>,
    /// The metadata of its type, or what is wrong with it. When it is not asked for, nothing is said of it.
    pub type_metadata: Fetched<Result<TypeMetadata, TypeMetadataError>>,
}

/// Who verifies, and what for.
#[derive(Debug, Clone, Copy)]
pub enum Expectation<'a> {
    /// A wallet that just collected: no key binding, bound to this thumbprint, of this issuer and type. No trust check.
    Collected {
        /// The credential issuer it was collected from.
        issuer: &'a str,
        /// The accepted type.
        vct: &'a str,
        /// RFC 7638 thumbprint of the key in our proof.
        holder: &'a str,
    },
    /// Somebody who looks at it: nobody presents it, to nobody in particular. No key binding, type or trust check.
    Found,
    /// A verifier that asked.
    Presented {
        /// Nonce and audience.
        binding: ExpectedBinding<'a>,
        /// Accepted types.
        vcts: &'a [&'a str],
        /// The trust list; `None` when there is none usable.
        trust: Option<&'a TrustList>,
    },
}

/// What a verifier takes beyond what everybody has to. By default nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules<'a> {
    /// The authorities whose certificates (`x5c`) it believes. Without them, what comes with certificates cannot be checked.
    pub anchors: Option<&'a TrustAnchors>,
    /// Whether the `typ` of older drafts will do: [`sd_jwt_vc::OLD_TYPE`] (SDVC-001).
    pub takes_old_type: bool,
}

/// What a verification will need, read without trusting anything. `Err` when nothing can be evaluated.
pub fn needs(credential: &str) -> Result<Needs, SdJwtError> {
    let signed = Signed::parse(credential)?;
    let key_source = signed.issuer.key_source();
    let issuer = signed.issuer.name.clone().ok_or(SdJwtError::Malformed)?;
    let status_list = StatusReference::from_claims(signed.claims())
        .ok()
        .flatten()
        .map(|reference| reference.uri);
    Ok(Needs {
        issuer,
        key_source,
        status_list,
        type_metadata: TypeReference::of_claims(signed.claims()).ok().flatten(),
    })
}

/// Runs every check that can run. `Err` only when the text is no SD-JWT at all.
///
/// `materials` must be those of [`needs`]: the keys published by the very issuer the credential names. What it is worth
/// to a rule, and whether several presentations answer the whole query, is not checked here.
pub fn verify(
    credential: &str,
    expectation: Expectation<'_>,
    materials: &Materials,
    now: DateTime<Utc>,
) -> Result<Verdict, SdJwtError> {
    verify_under(&Rules::default(), credential, expectation, materials, now)
}

/// The same for a verifier with rules of its own.
pub fn verify_under(
    rules: &Rules<'_>,
    credential: &str,
    expectation: Expectation<'_>,
    materials: &Materials,
    now: DateTime<Utc>,
) -> Result<Verdict, SdJwtError> {
    let signed = Signed::parse(credential)?;
    let revealed = signed.sd_jwt.reveal().ok();
    let structure = passed(revealed.is_some() && signed.is_of_type(rules), Reason::Malformed);
    let whole = match expectation {
        Expectation::Collected { .. } => Whole::Yes,
        Expectation::Found | Expectation::Presented { .. } => Whole::Perhaps,
    };
    let type_metadata = signed.check_type_metadata(materials, revealed.as_ref(), whole);
    let revealed = revealed.map(|revealed| revealed.claims);
    let keys = signed.issuer.keys(materials, rules, now);
    let (status_outcome, status) = signed.check_status(materials, &keys, now);
    let mut checks = vec![(CheckId::Structure, structure)];
    match expectation {
        Expectation::Collected { issuer, vct, holder } => checks.extend([
            (CheckId::Signature, signed.check_signature(&keys, Some(issuer))),
            (CheckId::Type, signed.check_type(&[vct])),
            (CheckId::KeyBinding, signed.check_bound_to(holder)),
            (CheckId::Time, signed.check_time(revealed.as_ref(), now)),
            (CheckId::Status, status_outcome),
        ]),
        Expectation::Found => checks.extend([
            (CheckId::Signature, signed.check_signature(&keys, None)),
            (CheckId::Time, signed.check_time(revealed.as_ref(), now)),
            (CheckId::Status, status_outcome),
        ]),
        Expectation::Presented { binding, vcts, trust } => {
            let binding = check_binding(&signed.sd_jwt, binding, now).ok();
            let nonce = binding.as_ref().map(|checks| checks.nonce);
            let audience = binding.as_ref().map(|checks| checks.audience);
            let time = match (signed.check_time(revealed.as_ref(), now), &binding) {
                (Outcome::Passed, Some(BindingChecks { time: Err(_), .. })) => Outcome::Failed(Reason::StaleBinding),
                (outcome, _) => outcome,
            };
            checks.extend([
                (CheckId::Signature, signed.check_signature(&keys, None)),
                (CheckId::Type, signed.check_type(vcts)),
                (
                    CheckId::KeyBinding,
                    passed(binding.is_some_and(|checks| checks.binding.is_ok()), Reason::NotBound),
                ),
                (CheckId::Nonce, of_binding(nonce, Reason::OtherRequest)),
                (CheckId::Audience, of_binding(audience, Reason::OtherVerifier)),
                (CheckId::Time, time),
                (CheckId::Status, status_outcome),
                (CheckId::Trust, signed.check_trust(trust, revealed.as_ref(), now)),
            ]);
        }
    }
    checks.extend(type_metadata.map(|outcome| (CheckId::TypeMetadata, outcome)));
    let note = |id| (id == CheckId::Status && signed.has_no_status()).then_some(Reason::NoStatus);
    let checks = checks
        .into_iter()
        .map(|(id, outcome)| Check {
            id,
            outcome,
            note: note(id),
        })
        .collect();
    Ok(Verdict {
        checks,
        claims: revealed,
        status,
    })
}

fn passed(holds: bool, otherwise: Reason) -> Outcome {
    if holds {
        Outcome::Passed
    } else {
        Outcome::Failed(otherwise)
    }
}

/// A claim of the key binding; it could not be compared when there is no key binding.
fn of_binding<E>(claim: Option<Result<(), E>>, otherwise: Reason) -> Outcome {
    claim.map_or(Outcome::Skipped(Reason::Unavailable), |claim| {
        passed(claim.is_ok(), otherwise)
    })
}

/// A credential with the claims its issuer's JWT holds in the clear. What decides over trust is read from them alone,
/// never from a disclosure (SDVC-003, SDJ-012).
struct Signed {
    sd_jwt: SdJwt,
    issuer: Issuer,
}

impl Signed {
    fn parse(credential: &str) -> Result<Self, SdJwtError> {
        let sd_jwt = SdJwt::parse(credential)?;
        let issuer = Issuer::of(sd_jwt.jws().header(), sd_jwt.unverified_claims());
        Ok(Self { sd_jwt, issuer })
    }

    fn is_of_type(&self, rules: &Rules<'_>) -> bool {
        let is = |typ| self.sd_jwt.jws().expect_type(typ).is_ok();
        is(sd_jwt_vc::TYPE) || rules.takes_old_type && is(sd_jwt_vc::OLD_TYPE)
    }

    fn claims(&self) -> &Value {
        self.sd_jwt.unverified_claims()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims().get(name).and_then(Value::as_str)
    }

    /// The signature, by a key of the issuer; of `expected`, when it is known who must have signed.
    fn check_signature(&self, keys: &Result<KnownKeys<'_>, Outcome>, expected: Option<&str>) -> Outcome {
        if expected.is_some_and(|issuer| self.issuer.name.as_deref() != Some(issuer)) {
            return Outcome::Failed(Reason::WrongSignature);
        }
        let keys = match keys {
            Ok(keys) => keys,
            Err(outcome) => return *outcome,
        };
        match keys.of_token(self.sd_jwt.jws().header()) {
            None => Outcome::Failed(Reason::UnknownKey),
            Some(key) => passed(self.sd_jwt.jws().verify(&key).is_ok(), Reason::WrongSignature),
        }
    }

    fn check_type(&self, accepted: &[&str]) -> Outcome {
        passed(
            self.text("vct").is_some_and(|vct| accepted.contains(&vct)),
            Reason::WrongType,
        )
    }

    /// SDVC-007, SDVC-008. `None` when nobody asked what the type demands. What could not be fetched is not held against the
    /// credential; what came is used whole, or it is.
    fn check_type_metadata(&self, materials: &Materials, revealed: Option<&Revealed>, whole: Whole) -> Option<Outcome> {
        if TypeReference::of_claims(self.claims()).is_err() {
            return Some(Outcome::Failed(Reason::TypeUnusable));
        }
        let metadata = match &materials.type_metadata {
            Fetched::NotAsked => return None,
            Fetched::Unreachable | Fetched::Unusable | Fetched::Forbidden => {
                return Some(Outcome::Skipped(Reason::TypeUnreachable));
            }
            Fetched::Found(Err(_)) => return Some(Outcome::Failed(Reason::TypeUnusable)),
            Fetched::Found(Ok(metadata)) => metadata,
        };
        if self.text("vct") != metadata.types.first().map(String::as_str) {
            return Some(Outcome::Failed(Reason::TypeUnusable));
        }
        Some(match revealed {
            None => Outcome::Skipped(Reason::Unavailable),
            Some(revealed) => passed(metadata.check(revealed, whole).is_ok(), Reason::AgainstType),
        })
    }

    /// A credential just collected: bound to our key, and not already presented by someone (VCI-W-015, VCI-W-016).
    fn check_bound_to(&self, holder: &str) -> Outcome {
        let is_ours = holder_key(self.claims()).is_ok_and(|key| key.thumbprint() == holder);
        passed(is_ours && self.sd_jwt.key_binding().is_none(), Reason::NotBound)
    }

    /// `exp`, `nbf`, and `iat` not in the future. `iat` may be in a disclosure (SDVC-003).
    fn check_time(&self, revealed: Option<&Value>, now: DateTime<Utc>) -> Outcome {
        let issued_at = revealed.unwrap_or(self.claims()).get("iat");
        let instants = [self.claims().get("exp"), self.claims().get("nbf"), issued_at].map(|date| date.map(instant));
        match instants {
            [Some(None), ..] | [_, Some(None), _] | [.., Some(None)] => Outcome::Failed(Reason::Malformed),
            [Some(Some(expiry)), ..] if expiry <= now - MAX_SKEW => Outcome::Failed(Reason::Expired),
            [_, Some(Some(start)), _] | [_, _, Some(Some(start))] if start > now + MAX_SKEW => {
                Outcome::Failed(Reason::NotYetValid)
            }
            _ => Outcome::Passed,
        }
    }

    /// `status` is the issuer's to give or not, and in the open: nobody else can have left it out (SDVC-003).
    fn has_no_status(&self) -> bool {
        matches!(StatusReference::from_claims(self.claims()), Ok(None))
    }

    /// TSL §8.3 (TSL-006). Without a status there is nothing to check ([`Reason::NoStatus`] is noted).
    fn check_status(
        &self,
        materials: &Materials,
        keys: &Result<KnownKeys<'_>, Outcome>,
        now: DateTime<Utc>,
    ) -> (Outcome, Option<Status>) {
        let reference = match StatusReference::from_claims(self.claims()) {
            Ok(Some(reference)) => reference,
            Ok(None) => return (Outcome::Passed, None),
            Err(_) => return (Outcome::Failed(Reason::Malformed), None),
        };
        check_reference(&reference, materials, keys.as_ref().ok(), now)
    }

    /// Whether the issuer could attest on the day it signed (NEG-30).
    fn check_trust(&self, trust: Option<&TrustList>, revealed: Option<&Value>, now: DateTime<Utc>) -> Outcome {
        let Some(list) = trust else {
            return Outcome::Skipped(Reason::NoTrustList);
        };
        if list.is_stale(now) {
            return Outcome::Skipped(Reason::StaleTrustList);
        }
        let name = self.issuer.name.as_deref();
        let Some(issuer) = name.filter(|issuer| list.issuers.contains_key(*issuer)) else {
            return Outcome::Failed(Reason::UnknownIssuer);
        };
        let Some(issued_at) = revealed.unwrap_or(self.claims()).get("iat").and_then(instant) else {
            return Outcome::Skipped(Reason::Unavailable);
        };
        match list.recognition(issuer, issued_at.date_naive()) {
            Recognition::Recognised(_) => Outcome::Passed,
            Recognition::NotThen(_) => Outcome::Failed(Reason::IssuerNotThen),
            Recognition::Unknown => Outcome::Failed(Reason::UnknownIssuer),
        }
    }
}

/// What the list says of an entry. One that is out of reach, past its time or unreadable says nothing; one that was signed by
/// somebody else or for another address, or that has no such entry, is held against whoever names it (NEG-19).
fn check_reference(
    reference: &StatusReference,
    materials: &Materials,
    keys: Option<&KnownKeys<'_>>,
    now: DateTime<Utc>,
) -> (Outcome, Option<Status>) {
    let edition = match &materials.status_list {
        Fetched::Found(edition) => edition,
        Fetched::Unreachable => return (Outcome::Skipped(Reason::StatusUnreachable), None),
        Fetched::Unusable => return (Outcome::Skipped(Reason::StatusUnusable), None),
        Fetched::Forbidden => return (Outcome::Failed(Reason::StatusRefused), None),
        Fetched::NotAsked => return (Outcome::Skipped(Reason::NotNeeded), None),
    };
    let Some(keys) = keys else {
        return (Outcome::Skipped(Reason::Unavailable), None);
    };
    match read_status(edition, reference, keys, now) {
        Ok(status) => (outcome_of(status), Some(status)),
        Err(None) => (Outcome::Failed(Reason::StatusRefused), None),
        Err(Some(error)) if is_wrong(&error) => (Outcome::Failed(Reason::StatusRefused), None),
        Err(Some(_)) => (Outcome::Skipped(Reason::StatusUnusable), None),
    }
}

/// The status in a token, once it is signed by the issuer. `Err(None)`: by none of its keys.
fn read_status(
    edition: &Edition,
    reference: &StatusReference,
    keys: &KnownKeys<'_>,
    now: DateTime<Utc>,
) -> Result<Status, Option<StatusListError>> {
    let Some(key) = keys.of_token(edition.unverified_header()?) else {
        edition.doubt();
        return Err(None);
    };
    Ok(edition.verify(&reference.uri, &key, now)?.status(reference.idx)?)
}

/// Whether a status list is a wrong one, rather than none.
fn is_wrong(error: &StatusListError) -> bool {
    matches!(
        error,
        StatusListError::Jws(JwsError::BadSignature | JwsError::Algorithm)
            | StatusListError::OtherList
            | StatusListError::OutOfRange
    )
}

fn outcome_of(status: Status) -> Outcome {
    match status {
        Status::Valid => Outcome::Passed,
        Status::Invalid => Outcome::Failed(Reason::Revoked),
        Status::Suspended => Outcome::Failed(Reason::Suspended),
        Status::Other(_) => Outcome::Failed(Reason::UnknownStatus),
    }
}

/// A NumericDate (RFC 7519 §2).
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(numeric_date(value)?, 0)
}

#[cfg(test)]
mod tests;
