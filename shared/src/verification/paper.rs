//! Checking a paper attestation: a code that was scanned. Nobody's key is bound to it: the name is compared with an identity
//! card, by a person.

use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Map, Value};

use super::{Check, CheckId, Fetched, MAX_SKEW, Materials, Needs, Outcome, Reason, Verdict, check_reference, passed};
use crate::{
    credential::activity_claims,
    format::paper::{PaperAttestation, PaperError},
    keys::PublicKey,
};

/// What [`verify_paper`] will need, read without trusting anything.
pub fn paper_needs(text: &str) -> Result<Needs, PaperError> {
    let envelope = PaperAttestation::parse(text)?.envelope().clone();
    Ok(Needs {
        issuer: envelope.issuer,
        status_list: Some(envelope.status.uri),
    })
}

/// Runs every check that can run. `Err` when the text is no code of a paper attestation. `materials` must be those of
/// [`paper_needs`]. Whether the issuer is to be trusted is not checked here.
pub fn verify_paper(text: &str, materials: &Materials, now: DateTime<Utc>) -> Result<Verdict, PaperError> {
    let paper = PaperAttestation::parse(text)?;
    let envelope = paper.envelope();
    let signature = check_signature(&paper, materials);
    let time = if envelope.expires_at <= now - MAX_SKEW {
        Outcome::Failed(Reason::Expired)
    } else if envelope.issued_on.and_time(NaiveTime::MIN).and_utc() > now + MAX_SKEW {
        Outcome::Failed(Reason::NotYetValid)
    } else {
        Outcome::Passed
    };
    let (status_outcome, status) = check_reference(&envelope.status, materials, now);
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

/// By one of the keys of the issuer that the hint may mean.
fn check_signature(paper: &PaperAttestation, materials: &Materials) -> Outcome {
    let keys = match &materials.issuer_keys {
        Fetched::Found(keys) => keys,
        Fetched::Unreachable => return Outcome::Skipped(Reason::IssuerUnreachable),
        Fetched::Unusable => return Outcome::Skipped(Reason::IssuerUnusable),
        Fetched::Forbidden => return Outcome::Failed(Reason::IssuerRefused),
        Fetched::NotAsked => return Outcome::Skipped(Reason::NotNeeded),
    };
    let published = keys.keys.iter().filter_map(|jwk| PublicKey::from_jwk(jwk).ok());
    let mut hinted = published.filter(|key| paper.key().is_of(key)).peekable();
    if hinted.peek().is_none() {
        return Outcome::Failed(Reason::UnknownKey);
    }
    passed(hinted.any(|key| paper.verify(&key).is_ok()), Reason::WrongSignature)
}
