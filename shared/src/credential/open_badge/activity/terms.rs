//! The codes of our model in the terms of others, one for one.

use crate::activity::{ActivityKind, Role};

const ENGAGEMENT: &str = "https://credentials.example.org/vocab/activity-hours#";
/// What the name of an activity begins with.
pub(super) const ACTIVITY: &str = "urn:musette:activity:";
/// A result in hours, as a decimal.
pub(super) const HOURS: &str = "ext:DurationHours";
/// A result in minutes.
pub(super) const MINUTES: &str = "ext:DurationMinutes";

/// A term of Open Badges where there is one.
pub(super) fn achievement_type(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::BenevolatAssociatif => "CommunityService",
        ActivityKind::Salariat => "ext:Employment",
        ActivityKind::SapeurPompierVolontaire => "ext:VolunteerFirefighting",
        ActivityKind::PlateformeContributive => "ext:OpenContribution",
    }
}

/// Learning activities of the European Learning Model: volunteering, job experience.
pub(super) fn activity_type(kind: ActivityKind) -> &'static str {
    if kind.is_paid() {
        "http://data.europa.eu/snb/learning-activity/4357e0e681"
    } else {
        "http://data.europa.eu/snb/learning-activity/59eaf34fab"
    }
}

pub(super) fn engagement(role: Role) -> String {
    let category = match role {
        Role::Dirigeant => "governance",
        Role::EncadrantBenevoles => "supervision",
        Role::Benevole => "other",
        Role::Salarie => "employment",
    };
    format!("{ENGAGEMENT}{category}")
}

/// `PT130H`, `PT2H30M`, `PT45M`.
pub(super) fn duration(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("PT{rest}M"),
        (hours, 0) => format!("PT{hours}H"),
        (hours, rest) => format!("PT{hours}H{rest}M"),
    }
}

/// The reverse, of what is written as [`duration`] writes it.
pub(super) fn minutes_of(text: &str) -> Option<u64> {
    let rest = text.strip_prefix("PT")?;
    let (hours, rest) = rest.split_once('H').unwrap_or(("0", rest));
    let rest = match rest {
        "" => "0",
        rest => rest.strip_suffix('M')?,
    };
    if hours.len() > 5 || rest.len() > 2 {
        return None;
    }
    let minutes = hours.parse::<u64>().ok()? * 60 + rest.parse::<u64>().ok()?;
    (duration(minutes) == text).then_some(minutes)
}

/// Hours as a decimal: exact when two decimals are enough, cut after them otherwise (the workload is exact).
pub(super) fn decimal_hours(minutes: u64) -> String {
    let (hours, hundredths) = (minutes / 60, minutes % 60 * 100 / 60);
    match (hundredths / 10, hundredths % 10) {
        (0, 0) => hours.to_string(),
        (tenths, 0) => format!("{hours}.{tenths}"),
        _ => format!("{hours}.{hundredths:02}"),
    }
}
