//! Reads and checks rule files: every key is known, every value has its type and its range, nothing contradicts.

mod conditions;
mod grant;
mod value;

use serde_json::Value;

use self::{
    conditions::{admission, declare_between, plausibility, requirements, select, window},
    grant::{caps, grant},
    value::{At, Members},
};
use super::rule::{Measure, Requirement, Rule, RuleError};

/// A rule read on its own, by the id that the file gives it.
type Read = (String, Result<Rule, RuleError>);

/// The rules of a file, each read on its own; `Err` when the file itself is refused.
pub(super) fn file(name: &str, contents: &str) -> Result<Vec<Read>, RuleError> {
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
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        return Ok(vec![(id, rule(&value, ""))]);
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
        .map(|(id, value)| (id.clone(), named_rule(id, value)))
        .collect())
}

/// A rule of a set, which calls it so.
fn named_rule(id: &str, value: &Value) -> Result<Rule, RuleError> {
    let rule = rule(value, &format!("rules.{id}"))?;
    if rule.id == *id {
        Ok(rule)
    } else {
        Err(RuleError {
            path: format!("rules.{id}.id"),
            problem: format!("must be {id}, as the rule is called"),
        })
    }
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
