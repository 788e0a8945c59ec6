//! Claims back to the attestation they are of: all of them, as whoever signs has them. What a holder disclosed is read by
//! [`activity_claims::from_claims`](super::activity_claims::from_claims).

use chrono::{DateTime, NaiveDate};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    activity::{Activity, ActivityAttestation, AttestationError, Period},
    json::numeric_date,
    organisation::Organisation,
};

/// Why claims make no attestation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAttested {
    /// A claim is missing, or is not what it must be.
    #[error("{0} is missing or malformed")]
    Claim(&'static str),
    /// The claims contradict one another.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
}

/// The attestation that `claims` are of, in the shape of [`activity_claims`](super::activity_claims); signed on the day of
/// `iat`.
pub fn attestation(claims: &Value) -> Result<ActivityAttestation, NotAttested> {
    let day = |path| required::<NaiveDate>(claims, path);
    let period = Period::new(day("/activity/start_date")?, day("/activity/end_date")?)
        .map_err(|_| NotAttested::Claim("/activity/end_date"))?;
    let reference: String = required(claims, "/activity/ref")?;
    let signed_on = claims
        .get("iat")
        .and_then(numeric_date)
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(NotAttested::Claim("/iat"))?
        .date_naive();
    let organisation = Organisation {
        name: required(claims, "/issuing_organization/legal_name")?,
        rna: optional(claims, "/issuing_organization/rna")?,
        siren: optional(claims, "/issuing_organization/siren")?,
        siret: optional(claims, "/issuing_organization/siret")?,
    };
    let person = serde_json::from_value(claims.clone()).map_err(|_| NotAttested::Claim("/given_name"))?;
    let activity = Activity {
        reference: reference.parse().map_err(|_| NotAttested::Claim("/activity/ref"))?,
        kind: required(claims, "/activity/kind")?,
        role: required(claims, "/activity/role")?,
        paid: required(claims, "/activity/paid")?,
        period,
        minutes: required(claims, "/activity/minutes")?,
        mission: optional(claims, "/activity/mission")?,
    };
    Ok(ActivityAttestation::new(
        organisation,
        person,
        activity,
        optional(claims, "/activity/breakdown")?,
        required(claims, "/activity/assurance")?,
        signed_on,
    )?)
}

fn required<T: DeserializeOwned>(claims: &Value, pointer: &'static str) -> Result<T, NotAttested> {
    optional(claims, pointer)?.ok_or(NotAttested::Claim(pointer))
}

fn optional<T: DeserializeOwned>(claims: &Value, pointer: &'static str) -> Result<Option<T>, NotAttested> {
    let read = |value: &Value| serde_json::from_value(value.clone()).map_err(|_| NotAttested::Claim(pointer));
    claims.pointer(pointer).map(read).transpose()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        activity::tests::{across_two_years, within_a_year},
        credential::activity_claims::attested,
    };

    fn claims(of: &ActivityAttestation) -> Value {
        let mut claims = Value::Object(attested(of));
        let midnight = of.signed_on().and_time(chrono::NaiveTime::MIN).and_utc();
        claims["iat"] = json!(midnight.timestamp());
        claims
    }

    #[test]
    fn an_attestation_survives_its_claims() {
        for of in [across_two_years(), within_a_year()] {
            assert_eq!(attestation(&claims(&of)), Ok(of));
        }
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        for (pointer, value) in [
            ("/iat", json!("yesterday")),
            ("/activity/minutes", json!(0)),
            ("/activity/role", json!("roi")),
            ("/activity/end_date", json!("2020-01-01")),
            ("/issuing_organization/siren", json!("1")),
            ("/given_name", json!(7)),
        ] {
            let mut wrong = claims(&across_two_years());
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_eq!(attestation(&wrong), Err(NotAttested::Claim(pointer)), "{pointer}");
        }
        let mut wrong = claims(&across_two_years());
        wrong["activity"].as_object_mut().unwrap().remove("breakdown");
        assert_eq!(
            attestation(&wrong),
            Err(NotAttested::Attestation(AttestationError::BreakdownMissing))
        );
    }
}
