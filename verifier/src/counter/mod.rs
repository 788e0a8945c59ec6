//! The counter: which right, for which year, declared when.

pub(crate) mod pages;

use chrono::NaiveDate;
use serde::Deserialize;
use shared::entitlement::{Rule, RuleSet};

use crate::requests::Claimed;

/// Years that make sense for a claim.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2200;

/// What the form of the counter holds, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    pub(crate) csrf: String,
    #[serde(default)]
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) year: String,
    #[serde(default)]
    pub(crate) declared_on: String,
    #[serde(default)]
    pub(crate) age_seen: Option<String>,
}

/// What is wrong with the form, each beside its field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Problems {
    /// No such right.
    pub(crate) rule: bool,
    /// No year, or not one.
    pub(crate) year: bool,
    /// No day, or not one.
    pub(crate) declared_on: bool,
}

/// Reads the form: what the rule needs must be there, what it does not need is left out.
pub(crate) fn read<'a>(rules: &'a RuleSet, choice: &Choice) -> Result<(&'a Rule, Claimed), Problems> {
    let rule = rules.rule(&choice.rule).ok_or(Problems {
        rule: true,
        ..Problems::default()
    })?;
    let year = rule
        .needs_year()
        .then(|| choice.year.trim().parse().ok().filter(|year| YEARS.contains(year)));
    let declared_on = rule
        .needs_declaration()
        .then(|| choice.declared_on.trim().parse::<NaiveDate>().ok());
    let problems = Problems {
        rule: false,
        year: year == Some(None),
        declared_on: declared_on == Some(None),
    };
    if problems != Problems::default() {
        return Err(problems);
    }
    let claimed = Claimed {
        rule: rule.id().to_owned(),
        year: year.flatten(),
        declared_on: declared_on.flatten(),
        age_seen: choice.age_seen.is_some(),
    };
    Ok((rule, claimed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(rule: &str, year: &str, declared_on: &str) -> Choice {
        Choice {
            rule: rule.to_owned(),
            year: year.to_owned(),
            declared_on: declared_on.to_owned(),
            ..Choice::default()
        }
    }

    #[test]
    fn a_choice_is_read_or_each_problem_is_told() {
        let rules = crate::rules::load(None).unwrap();
        let (rule, claimed) = read(&rules, &choice("fr-cec-benevolat", " 2025 ", "2026-03-15")).unwrap();
        assert_eq!(rule.id(), "fr-cec-benevolat");
        assert_eq!(claimed.year, Some(2025));
        assert_eq!(claimed.declared_on, NaiveDate::from_ymd_opt(2026, 3, 15));
        assert!(!claimed.age_seen);

        let problems = read(&rules, &choice("fr-cec-benevolat", "25", "15/03/2026")).unwrap_err();
        assert_eq!(
            problems,
            Problems {
                rule: false,
                year: true,
                declared_on: true
            }
        );
        assert!(read(&rules, &choice("nothing", "2025", "2026-03-15")).unwrap_err().rule);
    }
}
