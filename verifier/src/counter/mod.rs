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
    /// What is wrong with the day.
    pub(crate) declared_on: Option<DayProblem>,
}

/// What is wrong with a day of declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayProblem {
    /// None, or not a day.
    Unreadable,
    /// It has not come yet: nobody has declared on it.
    Future,
}

/// Reads the form: what the rule needs must be there, what it does not need is left out.
pub(crate) fn read<'a>(rules: &'a RuleSet, choice: &Choice, today: NaiveDate) -> Result<(&'a Rule, Claimed), Problems> {
    let rule = rules.rule(&choice.rule).ok_or(Problems {
        rule: true,
        ..Problems::default()
    })?;
    let year = rule
        .needs_year()
        .then(|| choice.year.trim().parse().ok().filter(|year| YEARS.contains(year)));
    let declared_on = rule
        .needs_declaration()
        .then(|| past_day(&choice.declared_on, today))
        .transpose();
    let problems = Problems {
        rule: false,
        year: year == Some(None),
        declared_on: declared_on.err(),
    };
    if problems != Problems::default() {
        return Err(problems);
    }
    let claimed = Claimed {
        rule: rule.id().to_owned(),
        year: year.flatten(),
        declared_on: declared_on.ok().flatten(),
        age_seen: choice.age_seen.is_some(),
    };
    Ok((rule, claimed))
}

/// A day that has come.
fn past_day(typed: &str, today: NaiveDate) -> Result<NaiveDate, DayProblem> {
    match typed.trim().parse() {
        Ok(day) if day <= today => Ok(day),
        Ok(_) => Err(DayProblem::Future),
        Err(_) => Err(DayProblem::Unreadable),
    }
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
        let today = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap();
        let read = |choice: &Choice| read(&rules, choice, today);
        let (rule, claimed) = read(&choice("fr-cec-benevolat", " 2025 ", "2026-03-15")).unwrap();
        assert_eq!(rule.id(), "fr-cec-benevolat");
        assert_eq!(claimed.year, Some(2025));
        assert_eq!(claimed.declared_on, NaiveDate::from_ymd_opt(2026, 3, 15));
        assert!(!claimed.age_seen);

        let problems = read(&choice("fr-cec-benevolat", "25", "15/03/2026")).unwrap_err();
        assert_eq!(
            problems,
            Problems {
                rule: false,
                year: true,
                declared_on: Some(DayProblem::Unreadable)
            }
        );
        let tomorrow = read(&choice("fr-cec-benevolat", "2025", "2026-03-16")).unwrap_err();
        assert_eq!(
            tomorrow,
            Problems {
                declared_on: Some(DayProblem::Future),
                ..Problems::default()
            }
        );
        assert!(read(&choice("nothing", "2025", "2026-03-15")).unwrap_err().rule);
    }
}
