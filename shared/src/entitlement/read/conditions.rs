//! What must hold: which activities count, when, and for how much.

use super::value::{At, is_day_of_every_year};
use crate::{
    activity::Assurance,
    entitlement::{
        RuleError,
        rule::{AttestBy, ClaimDate, Crossing, DeclareBetween, MinAge, Requirement, Select, WindowKind},
    },
};

pub(super) fn select(select: &At<'_>) -> Result<Select, RuleError> {
    let select = select.members(&["kinds", "roles", "paid", "min_assurance", "issuer"])?;
    let issuer = select
        .optional("issuer")
        .map(|issuer| issuer.members(&["regimes", "min_age_years", "age_at", "purposes_any"]))
        .transpose()?;
    let of_issuer = |name: &str| issuer.as_ref().and_then(|issuer| issuer.optional(name));
    let min_age = match (of_issuer("min_age_years"), of_issuer("age_at")) {
        (None, None) => None,
        (Some(years), Some(at)) => Some(MinAge {
            years: years.between(1, 200)?,
            at: at.one_of(&[
                ("declared_on", ClaimDate::DeclaredOn),
                ("as_of", ClaimDate::AsOf),
                ("benefit_effective", ClaimDate::BenefitEffective),
            ])?,
        }),
        (Some(alone), None) => return Err(alone.refused("needs age_at beside it")),
        (None, Some(alone)) => return Err(alone.refused("needs min_age_years beside it")),
    };
    Ok(Select {
        kinds: select.required("kinds")?.texts()?,
        roles: select.optional("roles").map_or(Ok(Vec::new()), |roles| roles.texts())?,
        paid: select.optional("paid").map(|paid| paid.boolean()).transpose()?,
        min_assurance: select
            .optional("min_assurance")
            .map_or(Ok(Assurance::SelfAsserted), |level| {
                level.one_of(&[
                    ("attested", Assurance::Attested),
                    ("evidenced", Assurance::Evidenced),
                    ("self_asserted", Assurance::SelfAsserted),
                ])
            })?,
        regimes: of_issuer("regimes").map_or(Ok(Vec::new()), |regimes| regimes.texts())?,
        min_age,
        purposes_any: of_issuer("purposes_any").map_or(Ok(Vec::new()), |purposes| purposes.texts())?,
    })
}

pub(super) fn admission(admission: Option<At<'_>>) -> Result<(bool, Option<AttestBy>), RuleError> {
    let Some(admission) = admission else {
        return Ok((false, None));
    };
    let admission = admission.members(&["expired", "attest_by"])?;
    let accepts_expired = admission.optional("expired").map_or(Ok(false), |policy| {
        policy.one_of(&[("reject", false), ("accept", true)])
    })?;
    let Some(attest_by) = admission.optional("attest_by") else {
        return Ok((accepts_expired, None));
    };
    let members = attest_by.members(&["year_offset", "month", "day"])?;
    let read = AttestBy {
        year_offset: members.required("year_offset")?.year_offset()?,
        month: members.required("month")?.between(1, 12)?,
        day: members.required("day")?.between(1, 31)?,
    };
    if is_day_of_every_year(read.month, read.day) {
        Ok((accepts_expired, Some(read)))
    } else {
        Err(attest_by.refused("is not a day of every year"))
    }
}

pub(super) fn plausibility(plausibility: &At<'_>) -> Result<u64, RuleError> {
    plausibility
        .members(&["max_minutes_per_day"])?
        .required("max_minutes_per_day")?
        .between(1, 1440)
}

pub(super) fn window(window: &At<'_>) -> Result<WindowKind, RuleError> {
    let kind = window
        .members(&["type", "crossing", "repeat_back", "months"])?
        .required("type")?;
    match kind.text()?.as_str() {
        "calendar_year" => {
            let window = window.members(&["type", "crossing", "repeat_back"])?;
            Ok(WindowKind::CalendarYear {
                crossing: window
                    .required("crossing")?
                    .one_of(&[("reject", Crossing::Reject), ("prorata_days", Crossing::ProrataDays)])?,
                years: window
                    .optional("repeat_back")
                    .map_or(Ok(1), |years| years.between(1, 50))?,
            })
        }
        "lifetime" => window.members(&["type"]).map(|_| WindowKind::Lifetime),
        "rolling_months" => {
            let months = window
                .members(&["type", "months"])?
                .required("months")?
                .between(1, 1200)?;
            Ok(WindowKind::RollingMonths(months))
        }
        "term" => Err(kind.not_supported("a window of type term")),
        _ => Err(kind.refused("must be calendar_year, lifetime, rolling_months or term")),
    }
}

pub(super) fn requirements(list: Option<At<'_>>) -> Result<Vec<Requirement>, RuleError> {
    let mut read = Vec::new();
    for element in list.map_or(Ok(Vec::new()), |list| list.elements())? {
        let operation = element.members(&["op", "value"])?.required("op")?;
        let requirement = match operation.text()?.as_str() {
            "total_gte" => Requirement::TotalGte(element.members(&["op", "value"])?.required("value")?.positive()?),
            "max_single_issuer_gte" => {
                Requirement::MaxSingleIssuerGte(element.members(&["op", "value"])?.required("value")?.positive()?)
            }
            "any_used" => element.members(&["op"]).map(|_| Requirement::AnyUsed)?,
            _ => return Err(operation.refused("must be total_gte, max_single_issuer_gte or any_used")),
        };
        let same = |earlier: &Requirement| std::mem::discriminant(earlier) == std::mem::discriminant(&requirement);
        if read.iter().any(same) {
            return Err(operation.refused("is required twice"));
        }
        read.push(requirement);
    }
    Ok(read)
}

pub(super) fn declare_between(between: &At<'_>) -> Result<DeclareBetween, RuleError> {
    let members = between.members(&["year_offset", "from", "to"])?;
    let read = DeclareBetween {
        year_offset: members.required("year_offset")?.year_offset()?,
        from: members.required("from")?.month_and_day()?,
        to: members.required("to")?.month_and_day()?,
    };
    if read.from <= read.to {
        Ok(read)
    } else {
        Err(between.refused("ends before it starts"))
    }
}
