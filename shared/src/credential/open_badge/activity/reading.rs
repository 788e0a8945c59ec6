//! Reading one of our badges back.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{
    super::is_activity,
    terms::{ACTIVITY, HOURS, MINUTES, achievement_type, activity_type, decimal_hours, engagement, minutes_of},
};
use crate::{
    activity::{ActivityKind, Assurance, Role},
    credential::{activity_claims::ClaimMissing, vcdm},
};

/// The claims of one of our badges, as [`crate::credential::activity_claims`] names them: `iss` is the issuer's DID, `iat`
/// and `exp` are its dates, and the holder is `credentialSubject.id`. To be read on by
/// [`to_rule_input`](crate::credential::activity_claims::to_rule_input), which checks that they fit together.
///
/// What a badge says twice must be the same twice: whoever signed may have made it with other software than ours. An error
/// names the member that is missing or malformed, dotted.
pub fn claims_of(badge: &Value) -> Result<Value, ClaimMissing> {
    if !is_activity(badge) {
        return Err(missing("type"));
    }
    let members = badge.as_object().ok_or_else(|| missing("type"))?;
    let moment = |name: &'static str| match vcdm::instant(members, name) {
        Ok(moment) => Ok(moment.map(|moment| moment.timestamp())),
        Err(_) => Err(missing(name)),
    };
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), text(badge, "issuer.id")?.into());
    claims.insert(
        "iat".to_owned(),
        moment("validFrom")?.ok_or_else(|| missing("validFrom"))?.into(),
    );
    if let Some(expiry) = moment("validUntil")? {
        claims.insert("exp".to_owned(), expiry.into());
    }
    claims.insert("issuing_organization".to_owned(), organisation_of(badge)?);
    claims.insert("activity".to_owned(), activity_of(badge)?);
    Ok(Value::Object(claims))
}

fn organisation_of(badge: &Value) -> Result<Value, ClaimMissing> {
    let mut claims = Map::new();
    claims.insert("legal_name".to_owned(), text(badge, "issuer.legalName")?.into());
    for (scheme, claim) in [("RNA", "rna"), ("SIREN", "siren"), ("SIRET", "siret")] {
        let registered = only(badge, "issuer.registration", |entry| {
            entry.get("schemeName").is_some_and(|name| name == scheme)
        })?;
        let Some(registered) = registered else { continue };
        let number = text(registered, "notation").map_err(|_| missing("issuer.registration"))?;
        let kind = format!("ext:{scheme}");
        let other = only(badge, "issuer.otherIdentifier", |entry| {
            entry.get("identifierType").is_some_and(|name| *name == kind)
        })?;
        if other.and_then(|other| other.get("identifier")?.as_str()) != Some(number) {
            return Err(missing("issuer.otherIdentifier"));
        }
        claims.insert(claim.to_owned(), number.into());
    }
    Ok(Value::Object(claims))
}

fn activity_of(badge: &Value) -> Result<Value, ClaimMissing> {
    const SUBJECT: &str = "credentialSubject";
    const PART: &str = "credentialSubject.activity";
    let here = |name: &str| format!("{PART}.{name}");
    let id = text(badge, &here("id"))?;
    let reference = id.strip_prefix(ACTIVITY).ok_or_else(|| missing(&here("id")))?;

    let achievement = format!("{SUBJECT}.achievement.achievementType");
    let written = text(badge, &achievement)?;
    let kind = *ActivityKind::ALL
        .iter()
        .find(|kind| achievement_type(**kind) == written)
        .ok_or_else(|| missing(&achievement))?;
    if text(badge, &here("activityType"))? != activity_type(kind) {
        return Err(missing(&here("activityType")));
    }
    let category = text(badge, &here("engagementCategory"))?;
    let role = *Role::ALL
        .iter()
        .find(|role| engagement(**role) == category)
        .ok_or_else(|| missing(&here("engagementCategory")))?;
    let minutes = minutes_of(text(badge, &here("workload"))?).ok_or_else(|| missing(&here("workload")))?;

    let mut days = [NaiveDate::MIN; 2];
    for (day, (names, midnight)) in days.iter_mut().zip([
        (["startDate", "activityStartDate"], "T00:00:00Z"),
        (["endDate", "activityEndDate"], "T23:59:59Z"),
    ]) {
        let place = here(&format!("temporal.{}", names[0]));
        let written = text(badge, &place)?;
        *day = written
            .strip_suffix(midnight)
            .and_then(|day| day.parse().ok())
            .ok_or_else(|| missing(&place))?;
        let again = format!("{SUBJECT}.{}", names[1]);
        if text(badge, &again)? != written {
            return Err(missing(&again));
        }
    }
    let genre = only(badge, "evidence", |evidence| evidence.get("genre").is_some())?;
    let assurance = genre
        .and_then(|evidence| evidence.get("genre")?.as_str()?.parse::<Assurance>().ok())
        .ok_or_else(|| missing("evidence"))?;

    let mut claims = json!({
        "ref": reference,
        "kind": kind,
        "role": role,
        "paid": kind.is_paid(),
        "start_date": days[0],
        "end_date": days[1],
        "minutes": minutes,
        "assurance": assurance,
    });
    match at(badge, &here("title")) {
        None => {}
        Some(Value::String(title)) => claims["mission"] = title.as_str().into(),
        Some(_) => return Err(missing(&here("title"))),
    }
    let breakdown = results(badge, id, minutes)?;
    if !breakdown.is_empty() {
        claims["breakdown"] = Value::Object(breakdown);
    }
    Ok(claims)
}

/// The minutes of each year among the results; those in hours must be the minutes of the workload.
fn results(badge: &Value, activity: &str, minutes: u64) -> Result<Map<String, Value>, ClaimMissing> {
    const RESULT: &str = "credentialSubject.result";
    const DESCRIPTION: &str = "credentialSubject.achievement.resultDescription";
    let mut breakdown = Map::new();
    for description in list(badge, DESCRIPTION)? {
        let id = text(description, "id").map_err(|_| missing(DESCRIPTION))?;
        let result = only(badge, RESULT, |result| {
            result.get("resultDescription").is_some_and(|named| named == id)
        })?;
        let Some(result) = result else { continue };
        let value = text(result, "value").map_err(|_| missing(RESULT))?;
        match description.get("resultType").and_then(Value::as_str) {
            Some(HOURS) if value != decimal_hours(minutes) => return Err(missing(RESULT)),
            Some(MINUTES) => {
                let year = id
                    .strip_prefix(activity)
                    .and_then(|rest| rest.strip_prefix(":minutes:"))
                    .filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
                    .ok_or_else(|| missing(DESCRIPTION))?;
                let minutes: u64 = value.parse().map_err(|_| missing(RESULT))?;
                if breakdown.insert(year.to_owned(), minutes.into()).is_some() {
                    return Err(missing(DESCRIPTION));
                }
            }
            _ => {}
        }
    }
    Ok(breakdown)
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(value, |value, name| value.as_object()?.get(name))
}

fn text<'a>(value: &'a Value, path: &str) -> Result<&'a str, ClaimMissing> {
    at(value, path)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| missing(path))
}

fn list<'a>(value: &'a Value, path: &str) -> Result<&'a [Value], ClaimMissing> {
    match at(value, path) {
        None => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(missing(path)),
    }
}

/// The one of a list that fits; two that fit say two things.
fn only<'a>(value: &'a Value, path: &str, fits: impl Fn(&Value) -> bool) -> Result<Option<&'a Value>, ClaimMissing> {
    let mut found = list(value, path)?.iter().filter(|entry| fits(entry));
    let first = found.next();
    if found.next().is_some() {
        return Err(missing(path));
    }
    Ok(first)
}

fn missing(path: &str) -> ClaimMissing {
    ClaimMissing { claim: path.to_owned() }
}
