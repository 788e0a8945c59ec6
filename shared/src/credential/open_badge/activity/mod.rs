//! The attestation as an open badge, and back.
//!
//! Every fact of [`ActivityAttestation`] has its place in terms that others know (Open Badges, and the European Learning
//! Model for the activity), so that the badge says the same to those who have never heard of us:
//!
//! | fact | place |
//! |---|---|
//! | `ref` | `credentialSubject.activity.id`: `urn:musette:activity:REF` |
//! | kind | `achievement.achievementType`, and `activity.activityType` |
//! | role | `activity.engagementCategory`, and `role` in words |
//! | paid | the kind says it |
//! | period | `activity.temporal`, and `activityStartDate`, `activityEndDate` |
//! | minutes | `activity.workload`, and `result` in hours |
//! | minutes of each year | `result` of a description of minutes, one a year |
//! | mission | `activity.title` |
//! | assurance | `evidence.genre` |
//! | organisation | `issuer.legalName`, `registration`, `otherIdentifier` |
//!
//! The person's name and age are not in it: a badge is made to be shown to everybody, and its signature covers all of it,
//! so that nothing could be held back. Whose badge it is, is proven with the key of `credentialSubject.id`.

mod reading;
mod terms;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

pub use self::reading::claims_of;
use self::terms::{ACTIVITY, HOURS, MINUTES, achievement_type, activity_type, decimal_hours, duration, engagement};
use crate::{
    activity::{Activity, ActivityAttestation, ActivityKind, Assurance, Breakdown, Period, Role},
    credential::vcdm,
    did::Did,
    organisation::Organisation,
    status_list::bitstring::Entry,
};

/// The type our badges have beside those of Open Badges.
pub(super) const TYPE: &str = "ActivityHoursCredential";

const CONTEXTS: [&str; 4] = [
    vcdm::CONTEXT_V2,
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://credentials.example.org/contexts/activity-hours/v1",
];
const FRANCE: &str = "http://publications.europa.eu/resource/authority/country/FRA";
const OPEN_BADGES_SCHEMA: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";
/// What our badges are beside what Open Badges wants of them.
pub(in crate::credential) const ACTIVITY_SCHEMA: &str =
    "https://credentials.example.org/schemas/activity-hours/v1.json";
/// The most hours a workload of ours is written with.
const MAX_HOURS: u64 = 99_999;

/// Everything around the attestation in a badge.
#[derive(Debug, Clone)]
pub struct BadgeEnvelope {
    /// The badge's own name: a URL, `urn:uuid:…`.
    pub id: String,
    /// Whose key signs it.
    pub issuer: Did,
    /// Where the organisation presents itself.
    pub page: url::Url,
    /// Whose key the holder proves to have.
    pub holder: Did,
    /// Where its status is.
    pub status: Entry,
    /// The first instant it is valid: the first of this day, in UTC.
    pub issued_on: NaiveDate,
    /// `validUntil`.
    pub expires_at: DateTime<Utc>,
}

/// Why an attestation cannot be a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABadge {
    /// The schema of our badges: an issuer has a number of the law.
    #[error("an organisation without RNA, SIREN or SIRET cannot issue badges")]
    NoIdentifier,
    /// The schema of our badges: five figures of hours.
    #[error("more than 99 999 hours do not fit a badge")]
    TooLong,
}

/// The unsigned badge. To be signed with `eddsa-rdfc-2022` (OB-007), in a list of proofs (OB-005).
pub fn to_badge(attestation: &ActivityAttestation, envelope: &BadgeEnvelope) -> Result<Value, NotABadge> {
    let (activity, organisation) = (attestation.activity(), attestation.organisation());
    let minutes = u64::from(activity.minutes);
    if minutes / 60 > MAX_HOURS {
        return Err(NotABadge::TooLong);
    }
    let reference = format!("{ACTIVITY}{}", activity.reference);
    let valid_from = instant(envelope.issued_on.and_time(NaiveTime::MIN).and_utc());
    let (start, end) = bounds(activity.period);
    let years = years(activity.period);
    let (name, achievement) = words(activity.kind);

    let hours = format!("{reference}:hours");
    let mut descriptions = vec![json!({
        "id": hours, "type": ["ResultDescription"], "name": "Heures attestées", "resultType": HOURS, "valueMin": "0",
    })];
    let mut results = vec![json!({
        "type": ["Result"], "resultDescription": hours, "value": decimal_hours(minutes),
    })];
    for (year, minutes) in attestation.breakdown().into_iter().flat_map(Breakdown::iter) {
        let id = format!("{reference}:minutes:{year}");
        descriptions.push(json!({
            "id": id, "type": ["ResultDescription"], "name": format!("Minutes attestées en {year}"),
            "resultType": MINUTES, "valueMin": "0",
        }));
        results.push(json!({ "type": ["Result"], "resultDescription": id, "value": minutes.to_string() }));
    }
    let mut done = json!({
        "id": reference,
        "type": ["LearningActivity"],
        "activityType": activity_type(activity.kind),
        "engagementCategory": engagement(activity.role),
        "workload": duration(minutes),
        "temporal": { "id": format!("{reference}:period"), "type": ["PeriodOfTime"], "startDate": start, "endDate": end },
        "directedBy": envelope.issuer,
    });
    if let Some(mission) = &activity.mission {
        done["title"] = json!(mission);
    }
    Ok(json!({
        "@context": CONTEXTS,
        "id": envelope.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential", TYPE],
        "name": format!("{name} {years}"),
        "description": format!("{achievement} : {} par {}.", in_words(minutes), organisation.name),
        "issuer": profile(organisation, envelope)?,
        "validFrom": valid_from,
        "validUntil": instant(envelope.expires_at),
        "awardedDate": valid_from,
        "credentialSubject": {
            "id": envelope.holder,
            "type": ["AchievementSubject"],
            "activityStartDate": start,
            "activityEndDate": end,
            "role": role(activity.role),
            "achievement": {
                "id": achievement_id(activity, envelope, &years),
                "type": ["Achievement"],
                "achievementType": achievement_type(activity.kind),
                "name": format!("{achievement} {years}"),
                "description": format!("{achievement} auprès de {} en {years}.", organisation.name),
                "criteria": { "narrative": criteria(attestation.assurance()) },
                "inLanguage": "fr",
                "resultDescription": descriptions,
            },
            "result": results,
            "activity": done,
        },
        "evidence": [{
            "id": format!("{reference}:evidence"),
            "type": ["Evidence"],
            "name": "Manière dont les heures sont connues",
            "narrative": criteria(attestation.assurance()),
            "genre": attestation.assurance(),
        }],
        "credentialStatus": envelope.status.to_value(),
        "credentialSchema": [
            { "id": OPEN_BADGES_SCHEMA, "type": "1EdTechJsonSchemaValidator2019" },
            { "id": ACTIVITY_SCHEMA, "type": "JsonSchema" },
        ],
    }))
}

fn profile(organisation: &Organisation, envelope: &BadgeEnvelope) -> Result<Value, NotABadge> {
    let numbers = [
        ("RNA", organisation.rna.as_ref().map(ToString::to_string)),
        ("SIREN", organisation.siren.as_ref().map(ToString::to_string)),
        ("SIRET", organisation.siret.as_ref().map(ToString::to_string)),
    ];
    let (identifiers, registrations): (Vec<Value>, Vec<Value>) = numbers
        .into_iter()
        .filter_map(|(scheme, number)| {
            let number = number?;
            let identifier = json!({
                "type": "IdentifierEntry", "identifier": number, "identifierType": format!("ext:{scheme}"),
            });
            let registration = json!({
                "id": format!("urn:musette:registration:{scheme}:{number}"), "type": ["LegalIdentifier"],
                "notation": number, "schemeName": scheme, "spatial": FRANCE,
            });
            Some((identifier, registration))
        })
        .unzip();
    if identifiers.is_empty() {
        return Err(NotABadge::NoIdentifier);
    }
    Ok(json!({
        "id": envelope.issuer,
        "type": ["Profile"],
        "name": organisation.name,
        "url": envelope.page,
        "legalName": organisation.name,
        "otherIdentifier": identifiers,
        "registration": registrations,
    }))
}

/// `2025-01-01T00:00:00Z` and `2025-12-31T23:59:59Z`.
fn bounds(period: Period) -> (String, String) {
    (
        format!("{}T00:00:00Z", period.start()),
        format!("{}T23:59:59Z", period.end()),
    )
}

fn instant(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2025`, or `2024–2025`.
fn years(period: Period) -> String {
    match period.calendar_year() {
        Some(year) => year.to_string(),
        None => format!("{}–{}", period.start().format("%Y"), period.end().format("%Y")),
    }
}

/// A place of the organisation's own page: the same for everybody who did this there in those years.
fn achievement_id(activity: &Activity, envelope: &BadgeEnvelope, years: &str) -> String {
    let mut id = envelope.page.clone();
    let years = years.replace('–', "-");
    id.set_fragment(Some(&format!("{}-{}-{years}", activity.kind, activity.role)));
    id.into()
}

/// « 130 h 00 ».
fn in_words(minutes: u64) -> String {
    format!("{} h {:02}", minutes / 60, minutes % 60)
}

/// What the badge and the achievement are called, before the years.
fn words(kind: ActivityKind) -> (&'static str, &'static str) {
    match kind {
        ActivityKind::BenevolatAssociatif => ("Attestation d’heures de bénévolat", "Engagement bénévole"),
        ActivityKind::Salariat => ("Attestation d’heures de travail", "Emploi salarié"),
        ActivityKind::SapeurPompierVolontaire => (
            "Attestation d’heures de sapeur-pompier volontaire",
            "Engagement de sapeur-pompier volontaire",
        ),
        ActivityKind::PlateformeContributive => (
            "Attestation d’heures de contribution",
            "Contribution à une plateforme libre",
        ),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Dirigeant => "Membre des instances dirigeantes",
        Role::EncadrantBenevoles => "Encadrement de bénévoles",
        Role::Benevole => "Bénévole",
        Role::Salarie => "Salarié",
    }
}

fn criteria(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Attested => "Heures attestées par l’organisme, qui signe ce badge.",
        Assurance::Evidenced => "Heures étayées par des justificatifs que l’organisme conserve.",
        Assurance::SelfAsserted => "Heures déclarées par la personne.",
    }
}

#[cfg(test)]
mod tests;
