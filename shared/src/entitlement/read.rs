//! Reads and checks rule files: every key is known, every value has its type and its range, nothing contradicts.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::{
    number::{Fraction, Rounding},
    rule::{
        AttestBy, Cap, ClaimDate, Crossing, DeclareBetween, Grant, Measure, MinAge, NOT_SUPPORTED_YET, Requirement,
        Rule, RuleError, Select, WindowKind,
    },
};
use crate::activity::Assurance;

/// The largest whole number in a rule: room for every sum and product in 128 bits.
const LARGEST: u64 = 1_000_000_000_000;

/// The rules of a file, each read on its own; `Err` when the file itself is refused.
pub(super) fn file(name: &str, contents: &str) -> Result<Vec<Result<Rule, RuleError>>, RuleError> {
    let is_json = match name.rsplit_once('.') {
        Some((_, "json")) => true,
        Some((_, "toml")) => false,
        _ => contents.trim_start().starts_with('{'),
    };
    let refused = |problem: String| RuleError {
        path: name.to_owned(),
        problem,
    };
    let value = if is_json {
        serde_json::from_str(contents).map_err(|error| refused(format!("is not JSON: {error}")))?
    } else {
        let table: toml::Table =
            toml::from_str(contents).map_err(|error| refused(format!("is not TOML: {}", error.message())))?;
        json(toml::Value::Table(table))
    };
    if value.get("rules").is_none() {
        return Ok(vec![rule(&value, "")]);
    }
    let set = At::root(&value, "").members(&["format", "rules", "comment"])?;
    set.required("format")?.one_of(&[("musette-rule-set/1", ())])?;
    let rules = set.required("rules")?;
    let named = rules
        .value
        .as_object()
        .ok_or_else(|| rules.refused("must be a table of rules"))?;
    Ok(named
        .iter()
        .map(|(id, value)| {
            let rule = rule(value, &format!("rules.{id}"))?;
            if rule.id == *id {
                Ok(rule)
            } else {
                Err(RuleError {
                    path: format!("rules.{id}.id"),
                    problem: format!("must be {id}, as the rule is called"),
                })
            }
        })
        .collect())
}

/// One rule; `path` is where it is in its file.
pub(super) fn rule(value: &Value, path: &str) -> Result<Rule, RuleError> {
    let rule = At::root(value, path).members(&[
        "id",
        "format",
        "version",
        "status",
        "jurisdiction",
        "title",
        "legal_basis",
        "benefit",
        "predicates",
        "select",
        "admission",
        "plausibility",
        "overlap_same_issuer",
        "paid_same_issuer",
        "window",
        "measure",
        "require",
        "declare_between",
        "benefit_effective_from",
        "grant",
        "caps",
    ])?;
    rule.required("format")?.one_of(&[("musette-rule/1", ())])?;
    rule.required("status")?
        .one_of(&[("law", ()), ("administrative", ()), ("fictional", ())])?;
    rule.required("jurisdiction")?.text()?;
    let (accepts_expired, attest_by) = admission(rule.optional("admission"))?;
    let benefit = rule.required("benefit")?.members(&["code", "unit", "validity_years"])?;
    let read = Rule {
        id: rule.required("id")?.text()?,
        version: rule.required("version")?.text()?,
        title: rule.required("title")?.text()?,
        legal_basis: rule.required("legal_basis")?.texts()?,
        benefit: benefit.required("code")?.text()?,
        unit: benefit.required("unit")?.text()?,
        validity_years: benefit
            .optional("validity_years")
            .map(|years| years.between(1, 100))
            .transpose()?,
        predicates: rule
            .optional("predicates")
            .map_or(Ok(Vec::new()), |names| names.texts())?,
        select: select(&rule.required("select")?)?,
        accepts_expired,
        attest_by,
        max_minutes_per_day: rule
            .optional("plausibility")
            .map(|most| plausibility(&most))
            .transpose()?,
        best_disjoint: rule
            .optional("overlap_same_issuer")
            .map_or(Ok(false), |policy| policy.one_of(&[("best_disjoint", true)]))?,
        reviews_paid: rule
            .optional("paid_same_issuer")
            .map_or(Ok(false), |policy| policy.one_of(&[("review", true)]))?,
        window: window(&rule.required("window")?)?,
        measure: rule
            .required("measure")?
            .members(&["type"])?
            .required("type")?
            .one_of(&[
                ("minutes", Measure::Minutes),
                ("amount_cents", Measure::AmountCents),
                ("service_months", Measure::ServiceMonths),
                ("months_continuous", Measure::MonthsContinuous),
            ])?,
        require: requirements(rule.optional("require"))?,
        declare_between: rule
            .optional("declare_between")
            .map(|between| declare_between(&between))
            .transpose()?,
        benefit_effective_from: rule
            .optional("benefit_effective_from")
            .map(|day| day.day())
            .transpose()?,
        grant: grant(&rule.required("grant")?)?,
        caps: caps(rule.optional("caps"))?,
    };
    check_parts(&rule, &read)?;
    Ok(read)
}

/// What is right on its own and wrong together.
fn check_parts(rule: &Members<'_>, read: &Rule) -> Result<(), RuleError> {
    let by_year = read.needs_year();
    let counts_months = matches!(read.measure, Measure::ServiceMonths | Measure::MonthsContinuous);
    let needs_a_year = "needs a window of type calendar_year";
    let contradictions = [
        (
            read.attest_by.is_some() && !by_year,
            "admission.attest_by",
            needs_a_year,
        ),
        (
            read.declare_between.is_some() && !by_year,
            "declare_between",
            needs_a_year,
        ),
        (read.best_disjoint && !by_year, "overlap_same_issuer", needs_a_year),
        (
            counts_months && by_year,
            "measure.type",
            "counts months, which a window of type calendar_year would cut",
        ),
        (
            counts_months
                && read
                    .require
                    .iter()
                    .any(|requirement| matches!(requirement, Requirement::MaxSingleIssuerGte(_))),
            "require",
            "asks for a minimum of one issuer, which is for sums only",
        ),
    ];
    contradictions
        .into_iter()
        .find(|(contradicts, ..)| *contradicts)
        .map_or(Ok(()), |(_, member, problem)| Err(rule.refused(member, problem)))
}

fn select(select: &At<'_>) -> Result<Select, RuleError> {
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

fn admission(admission: Option<At<'_>>) -> Result<(bool, Option<AttestBy>), RuleError> {
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

fn plausibility(plausibility: &At<'_>) -> Result<u64, RuleError> {
    plausibility
        .members(&["max_minutes_per_day"])?
        .required("max_minutes_per_day")?
        .between(1, 1440)
}

fn window(window: &At<'_>) -> Result<WindowKind, RuleError> {
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

fn requirements(list: Option<At<'_>>) -> Result<Vec<Requirement>, RuleError> {
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

fn declare_between(between: &At<'_>) -> Result<DeclareBetween, RuleError> {
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

fn grant(grant: &At<'_>) -> Result<Grant, RuleError> {
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

fn caps(list: Option<At<'_>>) -> Result<Vec<Cap>, RuleError> {
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

/// A leap day is not a day of every year.
fn is_day_of_every_year(month: u32, day: u32) -> bool {
    NaiveDate::from_ymd_opt(2023, month, day).is_some()
}

/// TOML as JSON. Decimals stay decimals: they are refused where a whole number is read.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(boolean) => Value::Bool(boolean),
        toml::Value::Datetime(day) => Value::String(day.to_string()),
        toml::Value::Array(elements) => elements.into_iter().map(json).collect(),
        toml::Value::Table(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (name, json(member))).collect())
        }
    }
}

/// A value and where it is.
struct At<'a> {
    value: &'a Value,
    path: String,
}

/// The members of a table whose keys are all known.
struct Members<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

impl<'a> Members<'a> {
    fn optional(&self, name: &str) -> Option<At<'a>> {
        self.members.get(name).map(|value| At {
            value,
            path: join(&self.path, name),
        })
    }

    fn required(&self, name: &str) -> Result<At<'a>, RuleError> {
        self.optional(name).ok_or_else(|| self.refused(name, "is missing"))
    }

    fn refused(&self, name: &str, problem: &str) -> RuleError {
        RuleError {
            path: join(&self.path, name),
            problem: problem.to_owned(),
        }
    }
}

impl<'a> At<'a> {
    fn root(value: &'a Value, path: &str) -> Self {
        Self {
            value,
            path: path.to_owned(),
        }
    }

    fn below(&self, name: &str) -> String {
        join(&self.path, name)
    }

    fn refused(&self, problem: &str) -> RuleError {
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

    fn not_supported(&self, part: &str) -> RuleError {
        self.refused(&format!("{part} is {NOT_SUPPORTED_YET}"))
    }

    fn members(&self, known: &[&str]) -> Result<Members<'a>, RuleError> {
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

    fn elements(&self) -> Result<Vec<At<'a>>, RuleError> {
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

    fn text(&self) -> Result<String, RuleError> {
        self.value
            .as_str()
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
            .ok_or_else(|| self.refused("must be a text that is not empty"))
    }

    /// A list of different texts, at least one.
    fn texts(&self) -> Result<Vec<String>, RuleError> {
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

    fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Result<T, RuleError> {
        let found = self
            .value
            .as_str()
            .and_then(|text| known.iter().find(|(name, _)| *name == text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            self.refused(&format!("must be {}", names.join(" or ")))
        })
    }

    fn boolean(&self) -> Result<bool, RuleError> {
        self.value
            .as_bool()
            .ok_or_else(|| self.refused("must be true or false"))
    }

    fn between<T: TryFrom<u64>>(&self, least: u64, most: u64) -> Result<T, RuleError> {
        self.value
            .as_u64()
            .filter(|number| (least..=most).contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| self.refused(&format!("must be a whole number from {least} to {most}")))
    }

    fn positive(&self) -> Result<u64, RuleError> {
        self.between(1, LARGEST)
    }

    fn year_offset(&self) -> Result<i32, RuleError> {
        self.between::<i32>(0, 10)
    }

    fn day(&self) -> Result<NaiveDate, RuleError> {
        self.value
            .as_str()
            .and_then(|text| text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text))
            .ok_or_else(|| self.refused("must be a date, YYYY-MM-DD"))
    }

    /// `06-30`.
    fn month_and_day(&self) -> Result<(u32, u32), RuleError> {
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

    fn fraction(&self) -> Result<Fraction, RuleError> {
        self.value
            .as_str()
            .and_then(Fraction::parse)
            .filter(|fraction| fraction.numerator > 0)
            .ok_or_else(|| self.refused("must be a fraction of positive whole numbers in a text, \"1/2\""))
    }

    fn rounding(&self) -> Result<Rounding, RuleError> {
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
