//! The attestation as claims, and back: the one place that knows the names.
//!
//! ```json
//! { "given_name": "Nadia", "family_name": "Benali", "age_over_16": true,
//!   "issuing_organization": { "legal_name": "…", "rna": "W…", "siren": "…", "siret": "…" },
//!   "activity": { "ref": "…", "kind": "benevolat_associatif", "role": "dirigeant", "paid": false,
//!     "start_date": "2025-01-01", "end_date": "2025-12-31", "minutes": 7800,
//!     "breakdown": { "2025": 7800 }, "mission": "…", "assurance": "attested" } }
//! ```
//! Every leaf is separately disclosable (`breakdown` as a whole). `age_over_16` is there only when true, `breakdown` only
//! when the period crosses 31 December. Never disclosable: `iss vct cnf status iat exp`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};

use super::{ACTIVITY_VCT, ClaimPath};
use crate::{
    activity::{ActivityAttestation, Assurance, Minutes, Period},
    entitlement,
    keys::Jwk,
    status_list::token::StatusReference,
};

/// Everything around the attestation in an SD-JWT VC.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Issuer identifier (`iss`).
    pub issuer: String,
    /// The holder's key (`cnf.jwk`).
    pub holder: Jwk,
    /// Where its status is.
    pub status: StatusReference,
    /// `iat`: rounded down to the day (VCI-I-086).
    pub issued_on: NaiveDate,
    /// `exp`.
    pub expires_at: DateTime<Utc>,
}

/// Every disclosable claim, in display order: its path and its dotted key.
const CLAIMS: &[(&[&str], &str)] = &[
    (&["given_name"], "given_name"),
    (&["family_name"], "family_name"),
    (&["age_over_16"], "age_over_16"),
    (
        &["issuing_organization", "legal_name"],
        "issuing_organization.legal_name",
    ),
    (&["issuing_organization", "rna"], "issuing_organization.rna"),
    (&["issuing_organization", "siren"], "issuing_organization.siren"),
    (&["issuing_organization", "siret"], "issuing_organization.siret"),
    (&["activity", "kind"], "activity.kind"),
    (&["activity", "role"], "activity.role"),
    (&["activity", "paid"], "activity.paid"),
    (&["activity", "mission"], "activity.mission"),
    (&["activity", "start_date"], "activity.start_date"),
    (&["activity", "end_date"], "activity.end_date"),
    (&["activity", "minutes"], "activity.minutes"),
    (&["activity", "breakdown"], "activity.breakdown"),
    (&["activity", "assurance"], "activity.assurance"),
    (&["activity", "ref"], "activity.ref"),
];

/// The claims to sign, and the paths to make disclosable.
pub fn to_claims(attestation: &ActivityAttestation, envelope: &Envelope) -> (Value, Vec<ClaimPath>) {
    let mut claims = json!({
        "iss": envelope.issuer,
        "vct": ACTIVITY_VCT,
        "iat": envelope.issued_on.and_time(NaiveTime::MIN).and_utc().timestamp(),
        "exp": envelope.expires_at.timestamp(),
        "cnf": { "jwk": envelope.holder },
        "status": { "status_list": envelope.status },
    });
    for (name, claim) in attested(attestation) {
        insert(&mut claims, &name, Some(claim));
    }
    let disclosable = CLAIMS
        .iter()
        .filter(|(path, _)| at(&claims, path).is_some())
        .map(|(path, _)| ClaimPath::of(path))
        .collect();
    (claims, disclosable)
}

/// What is attested, without what surrounds it.
pub fn attested(attestation: &ActivityAttestation) -> Map<String, Value> {
    let (person, activity) = (attestation.person(), attestation.activity());
    let organisation = attestation.organisation();

    let mut named = json!({ "legal_name": organisation.name });
    insert(&mut named, "rna", organisation.rna.as_ref().map(|rna| json!(rna)));
    insert(
        &mut named,
        "siren",
        organisation.siren.as_ref().map(|siren| json!(siren)),
    );
    insert(
        &mut named,
        "siret",
        organisation.siret.as_ref().map(|siret| json!(siret)),
    );

    let mut activity_claims = json!({
        "ref": activity.reference.as_str(),
        "kind": activity.kind,
        "role": activity.role,
        "paid": activity.paid,
        "start_date": activity.period.start(),
        "end_date": activity.period.end(),
        "minutes": activity.minutes,
        "assurance": attestation.assurance(),
    });
    insert(
        &mut activity_claims,
        "mission",
        activity.mission.as_ref().map(|mission| json!(mission)),
    );
    insert(
        &mut activity_claims,
        "breakdown",
        attestation.breakdown().map(|breakdown| json!(breakdown)),
    );

    let mut claims = Map::from_iter([
        ("given_name".to_owned(), json!(person.given_name)),
        ("family_name".to_owned(), json!(person.family_name)),
        ("issuing_organization".to_owned(), named),
        ("activity".to_owned(), activity_claims),
    ]);
    if person.age_over_16 {
        claims.insert("age_over_16".to_owned(), true.into());
    }
    claims
}

/// Every claim path that may appear, in display order, with a stable key for translation: `given_name`,
/// `activity.minutes`…
pub fn known_paths() -> Vec<(ClaimPath, &'static str)> {
    CLAIMS.iter().map(|(path, key)| (ClaimPath::of(path), *key)).collect()
}

/// What a presentation disclosed of an attestation. Absent: not disclosed (SDVC-008: never read as "not issued").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisclosedActivity {
    /// The claims of `activity`, as disclosed.
    pub activity: Map<String, Value>,
    /// `given_name family_name`, when both are.
    pub person: Option<String>,
    /// `issuing_organization.legal_name`.
    pub organisation: Option<String>,
    /// Whether `age_over_16` is disclosed as true.
    pub age_over_16: bool,
}

/// A claim the rule engine needs was not disclosed or is malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{claim} is not disclosed, or is malformed")]
pub struct ClaimMissing {
    /// Its path, dotted.
    pub claim: String,
}

/// Reads disclosed claims.
pub fn from_claims(claims: &Value) -> DisclosedActivity {
    let text = |path: &[&str]| at(claims, path).and_then(Value::as_str);
    DisclosedActivity {
        activity: claims
            .get("activity")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default(),
        person: text(&["given_name"])
            .zip(text(&["family_name"]))
            .map(|(given_name, family_name)| format!("{given_name} {family_name}")),
        organisation: text(&["issuing_organization", "legal_name"]).map(str::to_owned),
        age_over_16: at(claims, &["age_over_16"]) == Some(&Value::Bool(true)),
    }
}

/// The rule engine's view of a verified credential (`../rules/format.md`, *Input*). `id` is the credential's
/// identity to the engine, `holder` the proven holder, `status` as checked.
///
/// Whoever signed may have built the claims with other software than ours: what contradicts itself (a reversed period, a
/// breakdown that does not add up) is malformed, whatever the signature says.
pub fn to_rule_input(
    claims: &Value,
    id: &str,
    holder: &str,
    status: entitlement::CredentialStatus,
) -> Result<entitlement::Credential, ClaimMissing> {
    let start = day(claims, &["activity", "start_date"])?;
    let end = day(claims, &["activity", "end_date"])?;
    let period = Period::new(start, end).map_err(|_| missing(&["activity", "end_date"]))?;
    let minutes = at(claims, &["activity", "minutes"])
        .and_then(Value::as_u64)
        .filter(|minutes| Minutes::try_from(*minutes).is_ok())
        .ok_or_else(|| missing(&["activity", "minutes"]))?;
    Ok(entitlement::Credential {
        id: id.to_owned(),
        issuer: code(claims, &["iss"])?,
        subject: holder.to_owned(),
        status,
        issued_on: day_of_instant(claims, "iat")?,
        valid_until: claims.get("exp").map(|_| day_of_instant(claims, "exp")).transpose()?,
        supersedes: None,
        assurance: code(claims, &["activity", "assurance"])?
            .parse::<Assurance>()
            .map_err(|_| missing(&["activity", "assurance"]))?,
        activity: entitlement::ClaimedActivity {
            reference: code(claims, &["activity", "ref"])?,
            kind: code(claims, &["activity", "kind"])?,
            role: code(claims, &["activity", "role"])?,
            paid: at(claims, &["activity", "paid"])
                .and_then(Value::as_bool)
                .ok_or_else(|| missing(&["activity", "paid"]))?,
            start,
            end,
            minutes: Some(minutes),
            amount_cents: None,
            breakdown: breakdown(claims, period, minutes)?,
        },
    })
}

/// The disclosed breakdown: minutes of years of the period that add up to the total. Mandatory when the period crosses 31
/// December: without it, nobody knows which year the minutes belong to.
fn breakdown(claims: &Value, period: Period, minutes: u64) -> Result<Option<BTreeMap<i32, u64>>, ClaimMissing> {
    const PATH: &[&str] = &["activity", "breakdown"];
    let Some(disclosed) = at(claims, PATH) else {
        return match period.calendar_year() {
            Some(_) => Ok(None),
            None => Err(missing(PATH)),
        };
    };
    let years = disclosed
        .as_object()
        .and_then(|years| {
            years
                .iter()
                .map(|(year, minutes)| Some((year.parse().ok()?, minutes.as_u64()?)))
                .collect::<Option<BTreeMap<i32, u64>>>()
        })
        .filter(|years| years.keys().all(|year| period.days_in(*year) > 0))
        .filter(|years| years.values().try_fold(0u64, |sum, minutes| sum.checked_add(*minutes)) == Some(minutes));
    years.map(Some).ok_or_else(|| missing(PATH))
}

fn insert(object: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}

fn at<'a>(claims: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(claims, |value, key| value.as_object()?.get(*key))
}

fn missing(path: &[&str]) -> ClaimMissing {
    ClaimMissing { claim: path.join(".") }
}

/// A text that is not empty.
fn code(claims: &Value, path: &[&str]) -> Result<String, ClaimMissing> {
    at(claims, path)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| missing(path))
}

/// An ISO date, exactly `YYYY-MM-DD`: chrono's reading is more generous than ISO 8601.
fn day(claims: &Value, path: &[&str]) -> Result<NaiveDate, ClaimMissing> {
    at(claims, path)
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text))
        .ok_or_else(|| missing(path))
}

/// The day of a `NumericDate` in whole seconds.
fn day_of_instant(claims: &Value, name: &str) -> Result<NaiveDate, ClaimMissing> {
    claims
        .get(name)
        .and_then(Value::as_i64)
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0))
        .map(|instant| instant.date_naive())
        .ok_or_else(|| missing(&[name]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{activity::tests as attestations, entitlement::CredentialStatus};

    fn envelope() -> Envelope {
        let holder = json!({
            "kty": "EC", "crv": "P-256",
            "x": "RxxAZ9u9guEuz0CY64ZGfuVOuK694Wkmvd239FV5oIM",
            "y": "88IM2WrduZ4yC43NfUV3YH5gyzatmH_vWHIRdgb9-bo",
        });
        Envelope {
            issuer: "https://attestations.example/o/les-paniers-du-vallon".to_owned(),
            holder: Jwk::from_value(holder).unwrap(),
            status: StatusReference {
                idx: 7,
                uri: "https://attestations.example/o/les-paniers-du-vallon/status/1".to_owned(),
            },
            issued_on: "2026-01-12".parse().unwrap(),
            expires_at: "2031-01-12T09:30:00Z".parse().unwrap(),
        }
    }

    /// The path of every leaf, `breakdown` as a whole.
    fn leaves(value: &Value, above: &[&str], found: &mut Vec<String>) {
        for (name, member) in value.as_object().unwrap() {
            let path = [above, &[name.as_str()]].concat();
            if member.is_object() && name != "breakdown" {
                leaves(member, &path, found);
            } else {
                found.push(path.join("."));
            }
        }
    }

    fn dotted(path: &ClaimPath) -> String {
        serde_json::to_value(path)
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(".")
    }

    #[test]
    fn every_leaf_is_disclosable_but_for_the_envelope() {
        for attestation in [attestations::within_a_year(), attestations::across_two_years()] {
            let (claims, disclosable) = to_claims(&attestation, &envelope());
            let mut expected = Vec::new();
            leaves(&claims, &[], &mut expected);
            expected.retain(|path| {
                !["iss", "vct", "iat", "exp", "cnf", "status"].contains(&path.split('.').next().unwrap())
            });
            expected.sort();
            let mut disclosable: Vec<_> = disclosable.iter().map(dotted).collect();
            disclosable.sort();
            assert_eq!(disclosable, expected);
        }
    }

    #[test]
    fn the_claims_are_those_of_the_documentation() {
        let (claims, _) = to_claims(&attestations::across_two_years(), &envelope());
        assert_eq!(claims["vct"], ACTIVITY_VCT);
        assert_eq!(claims["iat"], 1_768_176_000);
        assert_eq!(claims["activity"]["minutes"], 18_000);
        assert_eq!(claims["activity"]["start_date"], "2024-09-01");
        assert_eq!(
            claims["activity"]["breakdown"],
            json!({ "2024": 5_400, "2025": 12_600 })
        );
        assert_eq!(claims["issuing_organization"]["rna"], "W691999901");
        assert_eq!(claims["age_over_16"], true);
        let (within, _) = to_claims(&attestations::within_a_year(), &envelope());
        assert_eq!(within["activity"].get("breakdown"), None);
    }

    #[test]
    fn the_paths_are_named_after_themselves() {
        for (path, key) in known_paths() {
            assert_eq!(dotted(&path), key);
        }
    }

    #[test]
    fn claims_read_back() {
        let (mut claims, _) = to_claims(&attestations::across_two_years(), &envelope());
        let read = from_claims(&claims);
        assert_eq!(read.person.as_deref(), Some("Nadia Benali"));
        assert_eq!(read.organisation.as_deref(), Some("Les Paniers du Vallon"));
        assert!(read.age_over_16);
        assert_eq!(read.activity["role"], "dirigeant");

        let input = to_rule_input(&claims, "a", "holder", CredentialStatus::Valid).unwrap();
        assert_eq!(input.issuer, "https://attestations.example/o/les-paniers-du-vallon");
        assert_eq!(input.issued_on, "2026-01-12".parse().unwrap());
        assert_eq!(input.valid_until, Some("2031-01-12".parse().unwrap()));
        assert_eq!(input.activity.minutes, Some(18_000));
        assert_eq!(input.activity.breakdown.as_ref().unwrap()[&2025], 12_600);

        // Nothing but the names withheld changes nothing for the engine.
        claims
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["given_name", "family_name", "age_over_16"].contains(&name.as_str()));
        assert_eq!(
            to_rule_input(&claims, "a", "holder", CredentialStatus::Valid),
            Ok(input)
        );
        assert_eq!(from_claims(&claims).person, None);
    }

    #[test]
    fn what_is_withheld_or_contradicts_itself_is_named() {
        let (claims, _) = to_claims(&attestations::across_two_years(), &envelope());
        let with = |name: &str, value: Value| {
            let mut claims = claims.clone();
            claims["activity"][name] = value;
            to_rule_input(&claims, "a", "holder", CredentialStatus::Valid)
                .unwrap_err()
                .claim
        };
        for name in [
            "ref",
            "kind",
            "role",
            "paid",
            "start_date",
            "end_date",
            "minutes",
            "assurance",
        ] {
            assert_eq!(with(name, Value::Null), format!("activity.{name}"));
        }
        let mut withheld = claims.clone();
        withheld["activity"].as_object_mut().unwrap().remove("breakdown");
        let error = to_rule_input(&withheld, "a", "holder", CredentialStatus::Valid).unwrap_err();
        assert_eq!(error.claim, "activity.breakdown", "it crosses 31 December");
        let (within, _) = to_claims(&attestations::within_a_year(), &envelope());
        let input = to_rule_input(&within, "a", "holder", CredentialStatus::Valid).unwrap();
        assert_eq!(input.activity.breakdown, None);
        assert_eq!(with("minutes", json!(-1)), "activity.minutes");
        assert_eq!(with("minutes", json!("18000")), "activity.minutes");
        assert_eq!(with("minutes", json!(0)), "activity.minutes");
        assert_eq!(with("end_date", json!("2024-08-31")), "activity.end_date");
        assert_eq!(with("start_date", json!("+2024-09-1")), "activity.start_date");
        assert_eq!(with("assurance", json!("certain")), "activity.assurance");
        assert_eq!(with("paid", json!("false")), "activity.paid");
        for breakdown in [
            json!({}),
            json!({"2024": 18_001}),
            json!({"2024": 5_400, "2026": 12_600}),
            json!([18_000]),
            json!({"2025": "18000"}),
        ] {
            assert_eq!(with("breakdown", breakdown), "activity.breakdown");
        }
        for claims in [json!(null), json!({}), json!({"activity": []}), json!([])] {
            assert!(to_rule_input(&claims, "a", "holder", CredentialStatus::Valid).is_err());
            assert_eq!(from_claims(&claims), DisclosedActivity::default());
        }
    }

    #[test]
    fn a_false_age_is_not_a_proof() {
        assert!(!from_claims(&json!({"age_over_16": false})).age_over_16);
        assert!(!from_claims(&json!({"age_over_16": "true"})).age_over_16);
    }
}
