//! Values of a rule file, each with its path: an error says where it is.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::entitlement::{
    RuleError,
    number::{Fraction, Rounding},
    rule::NOT_SUPPORTED_YET,
};

/// The largest whole number in a rule: room for every sum and product in 128 bits.
const LARGEST: u64 = 1_000_000_000_000;

/// A value and where it is.
pub(super) struct At<'a> {
    pub(super) value: &'a Value,
    pub(super) path: String,
}

/// The members of a table whose keys are all known.
pub(super) struct Members<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

impl<'a> Members<'a> {
    pub(super) fn optional(&self, name: &str) -> Option<At<'a>> {
        self.members.get(name).map(|value| At {
            value,
            path: join(&self.path, name),
        })
    }

    pub(super) fn required(&self, name: &str) -> Result<At<'a>, RuleError> {
        self.optional(name).ok_or_else(|| self.refused(name, "is missing"))
    }

    pub(super) fn refused(&self, name: &str, problem: &str) -> RuleError {
        RuleError {
            path: join(&self.path, name),
            problem: problem.to_owned(),
        }
    }
}

impl<'a> At<'a> {
    pub(super) fn root(value: &'a Value, path: &str) -> Self {
        Self {
            value,
            path: path.to_owned(),
        }
    }

    pub(super) fn below(&self, name: &str) -> String {
        join(&self.path, name)
    }

    pub(super) fn refused(&self, problem: &str) -> RuleError {
        let path = if self.path.is_empty() {
            "the rule".to_owned()
        } else {
            self.path.clone()
        };
        RuleError {
            path,
            problem: problem.to_owned(),
        }
    }

    pub(super) fn not_supported(&self, part: &str) -> RuleError {
        self.refused(&format!("{part} is {NOT_SUPPORTED_YET}"))
    }

    pub(super) fn members(&self, known: &[&str]) -> Result<Members<'a>, RuleError> {
        let members = self.value.as_object().ok_or_else(|| self.refused("must be a table"))?;
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(Members {
                members,
                path: self.path.clone(),
            }),
            Some(unknown) => Err(RuleError {
                path: self.below(unknown),
                problem: "is not a key that is known here".to_owned(),
            }),
        }
    }

    pub(super) fn elements(&self) -> Result<Vec<At<'a>>, RuleError> {
        let elements = self.value.as_array().ok_or_else(|| self.refused("must be a list"))?;
        Ok(elements
            .iter()
            .enumerate()
            .map(|(at, value)| At {
                value,
                path: self.below(&at.to_string()),
            })
            .collect())
    }

    pub(super) fn text(&self) -> Result<String, RuleError> {
        self.value
            .as_str()
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
            .ok_or_else(|| self.refused("must be a text that is not empty"))
    }

    /// A list of different texts, at least one.
    pub(super) fn texts(&self) -> Result<Vec<String>, RuleError> {
        let mut texts: Vec<String> = Vec::new();
        for element in self.elements()? {
            let text = element.text()?;
            if texts.contains(&text) {
                return Err(element.refused("is there twice"));
            }
            texts.push(text);
        }
        if texts.is_empty() {
            Err(self.refused("must not be empty"))
        } else {
            Ok(texts)
        }
    }

    pub(super) fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Result<T, RuleError> {
        let found = self
            .value
            .as_str()
            .and_then(|text| known.iter().find(|(name, _)| *name == text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            self.refused(&format!("must be {}", names.join(" or ")))
        })
    }

    pub(super) fn boolean(&self) -> Result<bool, RuleError> {
        self.value
            .as_bool()
            .ok_or_else(|| self.refused("must be true or false"))
    }

    pub(super) fn between<T: TryFrom<u64>>(&self, least: u64, most: u64) -> Result<T, RuleError> {
        self.value
            .as_u64()
            .filter(|number| (least..=most).contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| self.refused(&format!("must be a whole number from {least} to {most}")))
    }

    pub(super) fn positive(&self) -> Result<u64, RuleError> {
        self.between(1, LARGEST)
    }

    pub(super) fn year_offset(&self) -> Result<i32, RuleError> {
        self.between::<i32>(0, 10)
    }

    pub(super) fn day(&self) -> Result<NaiveDate, RuleError> {
        self.value
            .as_str()
            .and_then(|text| text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text))
            .ok_or_else(|| self.refused("must be a date, YYYY-MM-DD"))
    }

    /// `06-30`.
    pub(super) fn month_and_day(&self) -> Result<(u32, u32), RuleError> {
        let parse = |text: &str| {
            let (month, day) = text.split_once('-')?;
            let two_digits = |part: &str| (part.len() == 2).then(|| part.parse().ok()).flatten();
            Some((two_digits(month)?, two_digits(day)?))
        };
        self.value
            .as_str()
            .and_then(parse)
            .filter(|(month, day)| is_day_of_every_year(*month, *day))
            .ok_or_else(|| self.refused("must be a day of every year, MM-DD"))
    }

    pub(super) fn fraction(&self) -> Result<Fraction, RuleError> {
        self.value
            .as_str()
            .and_then(Fraction::parse)
            .filter(|fraction| fraction.numerator > 0)
            .ok_or_else(|| self.refused("must be a fraction of positive whole numbers in a text, \"1/2\""))
    }

    pub(super) fn rounding(&self) -> Result<Rounding, RuleError> {
        self.one_of(&[
            ("floor", Rounding::Floor),
            ("ceil", Rounding::Ceil),
            ("half_up", Rounding::HalfUp),
        ])
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A leap day is not a day of every year.
pub(super) fn is_day_of_every_year(month: u32, day: u32) -> bool {
    NaiveDate::from_ymd_opt(2023, month, day).is_some()
}
