//! What is granted, and up to where.

use super::value::At;
use crate::entitlement::{
    RuleError,
    rule::{Cap, Grant},
};

pub(super) fn grant(grant: &At<'_>) -> Result<Grant, RuleError> {
    let kind = At {
        value: grant.value.get("type").ok_or_else(|| grant.refused("has no type"))?,
        path: grant.below("type"),
    };
    match kind.text()?.as_str() {
        "fixed" => Ok(Grant::Fixed(
            grant.members(&["type", "amount"])?.required("amount")?.positive()?,
        )),
        "tiers_highest" => tiers(grant, "amount", |amount| amount.positive()).map(Grant::TiersHighest),
        "tiers_all" => tiers(grant, "level", |level| level.text()).map(Grant::TiersAll),
        "per_unit" => {
            let members = grant.members(&["type", "unit", "amount_per_unit", "carry_remainder"])?;
            Ok(Grant::PerUnit {
                unit: members.required("unit")?.positive()?,
                amount: members.required("amount_per_unit")?.positive()?,
                carry_remainder: members
                    .optional("carry_remainder")
                    .map_or(Ok(false), |carry| carry.boolean())?,
            })
        }
        "ratio_threshold" => {
            let members = grant.members(&["type", "reference", "amount", "full_from", "rounding"])?;
            let full_from = members.required("full_from")?;
            let read = Grant::RatioThreshold {
                reference: members.required("reference")?.positive()?,
                amount: members.required("amount")?.positive()?,
                full_from: full_from.fraction()?,
                rounding: members.required("rounding")?.rounding()?,
            };
            if full_from.fraction().is_ok_and(|from| from.numerator > from.denominator) {
                return Err(full_from.refused("must be 1 at most: more than the reference earns no more"));
            }
            Ok(read)
        }
        "linear" => {
            let members = grant.members(&["type", "num", "den", "rounding"])?;
            Ok(Grant::Linear {
                num: members.required("num")?.fraction()?,
                den: members.required("den")?.fraction()?,
                rounding: members.required("rounding")?.rounding()?,
            })
        }
        "term_award" => Err(kind.not_supported("a grant of type term_award")),
        _ => {
            Err(kind
                .refused("must be fixed, tiers_highest, tiers_all, per_unit, ratio_threshold, linear or term_award"))
        }
    }
}

/// Steps that rise.
fn tiers<T>(
    grant: &At<'_>,
    worth: &'static str,
    read_worth: impl Fn(At<'_>) -> Result<T, RuleError>,
) -> Result<Vec<(u64, T)>, RuleError> {
    let list = grant.members(&["type", "tiers"])?.required("tiers")?;
    let mut tiers: Vec<(u64, T)> = Vec::new();
    for element in list.elements()? {
        let members = element.members(&["gte", worth])?;
        let from = members.required("gte")?;
        let tier = (from.positive()?, read_worth(members.required(worth)?)?);
        if tiers.last().is_some_and(|(below, _)| *below >= tier.0) {
            return Err(from.refused("must be above the step before"));
        }
        tiers.push(tier);
    }
    if tiers.is_empty() {
        Err(list.refused("must not be empty"))
    } else {
        Ok(tiers)
    }
}

pub(super) fn caps(list: Option<At<'_>>) -> Result<Vec<Cap>, RuleError> {
    let mut caps: Vec<Cap> = Vec::new();
    for element in list.map_or(Ok(Vec::new()), |list| list.elements())? {
        let members = element.members(&["scope", "amount"])?;
        let amount = members.required("amount")?.positive()?;
        let scope = members.required("scope")?;
        let cap = scope.one_of(&[("window", Cap::Window(amount)), ("lifetime", Cap::Lifetime(amount))])?;
        if caps
            .iter()
            .any(|earlier| std::mem::discriminant(earlier) == std::mem::discriminant(&cap))
        {
            return Err(scope.refused("is capped twice"));
        }
        caps.push(cap);
    }
    Ok(caps)
}
