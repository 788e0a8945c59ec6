//! Checking a paper attestation: a code that was scanned. Nobody's key is bound to it: the name is compared with an identity
//! card, by a person.

use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Map, Value};

use super::{
    Check, CheckId, Fetched, IssuerKeys, KeySource, MAX_SKEW, Materials, Needs, Outcome, Reason, Verdict,
    check_reference, issuer::KnownKeys, passed,
};
use crate::{
    credential::activity_claims,
    format::paper::{PaperAttestation, PaperError},
    keys::{JwkSet, PublicKey},
};

/// What [`verify_paper`] will need, read without trusting anything.
pub fn paper_needs(text: &str) -> Result<Needs, PaperError> {
    let envelope = PaperAttestation::parse(text)?.envelope().clone();
    Ok(Needs {
        issuer: envelope.issuer,
        key_source: KeySource::Metadata,
        status_list: Some(envelope.status.uri),
        type_metadata: None,
    })
}

/// Runs every check that can run. `Err` when the text is no code of a paper attestation. `materials` must be those of
/// [`paper_needs`]. Whether the issuer is to be trusted is not checked here.
pub fn verify_paper(text: &str, materials: &Materials, now: DateTime<Utc>) -> Result<Verdict, PaperError> {
    let paper = PaperAttestation::parse(text)?;
    let envelope = paper.envelope();
    let keys = published(materials);
    let signature = keys
        .as_ref()
        .map_or_else(|outcome| *outcome, |keys| check_signature(&paper, keys));
    let time = if envelope.expires_at <= now - MAX_SKEW {
        Outcome::Failed(Reason::Expired)
    } else if envelope.issued_on.and_time(NaiveTime::MIN).and_utc() > now + MAX_SKEW {
        Outcome::Failed(Reason::NotYetValid)
    } else {
        Outcome::Passed
    };
    let (status_outcome, status) = check_reference(
        &envelope.status,
        materials,
        keys.map(KnownKeys::Published).ok().as_ref(),
        now,
    );
    let checks = [
        (CheckId::Structure, Outcome::Passed),
        (CheckId::Signature, signature),
        (CheckId::Time, time),
        (CheckId::Status, status_outcome),
    ];
    let mut claims = Map::from_iter([("iss".to_owned(), Value::from(envelope.issuer.as_str()))]);
    claims.extend(activity_claims::attested(paper.attestation()));
    Ok(Verdict {
        checks: checks
            .into_iter()
            .map(|(id, outcome)| Check {
                id,
                outcome,
                note: None,
            })
            .collect(),
        claims: Some(Value::Object(claims)),
        status,
    })
}

/// The keys its issuer publishes, or how the check of the signature ends without them.
fn published(materials: &Materials) -> Result<&JwkSet, Outcome> {
    match &materials.issuer_keys {
        Fetched::Found(IssuerKeys::Published(keys)) => Ok(keys),
        Fetched::Found(IssuerKeys::Document(_)) => Err(Outcome::Failed(Reason::UnknownKey)),
        Fetched::Unreachable => Err(Outcome::Skipped(Reason::IssuerUnreachable)),
        Fetched::Unusable => Err(Outcome::Skipped(Reason::IssuerUnusable)),
        Fetched::Forbidden => Err(Outcome::Failed(Reason::IssuerRefused)),
        Fetched::NotAsked => Err(Outcome::Skipped(Reason::NotNeeded)),
    }
}

/// By one of the keys of the issuer that the hint may mean.
fn check_signature(paper: &PaperAttestation, keys: &JwkSet) -> Outcome {
    let published = keys.keys.iter().filter_map(|jwk| PublicKey::from_jwk(jwk).ok());
    let mut hinted = published.filter(|key| paper.key().is_of(key)).peekable();
    if hinted.peek().is_none() {
        return Outcome::Failed(Reason::UnknownKey);
    }
    passed(hinted.any(|key| paper.verify(&key).is_ok()), Reason::WrongSignature)
}
