//! Rules as data: what a checked rule says.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::{
    IssuerFacts,
    number::{Fraction, Rounding},
    read,
};
use crate::activity::Assurance;

/// Why a rule was refused: the path of the member, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct RuleError {
    /// Dotted path in the rule file, `rules.fr-cec-benevolat.window.type`.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

/// The end of [`RuleError::problem`] when the rule is right, and this version cannot evaluate it.
pub(super) const NOT_SUPPORTED_YET: &str = "not supported yet";

impl RuleError {
    /// Whether the rule may well be right, but uses a part of the format that this version cannot evaluate.
    pub fn is_not_supported_yet(&self) -> bool {
        self.problem.ends_with(NOT_SUPPORTED_YET)
    }
}

/// A checked rule. Unknown keys, contradictory values and parts of the format this version cannot evaluate are refused
/// when it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) title: String,
    pub(super) legal_basis: Vec<String>,
    pub(super) benefit: String,
    pub(super) unit: String,
    pub(super) validity_years: Option<u32>,
    pub(super) predicates: Vec<String>,
    pub(super) select: Select,
    pub(super) accepts_expired: bool,
    pub(super) attest_by: Option<AttestBy>,
    pub(super) max_minutes_per_day: Option<u64>,
    pub(super) best_disjoint: bool,
    pub(super) reviews_paid: bool,
    pub(super) window: WindowKind,
    pub(super) measure: Measure,
    pub(super) require: Vec<Requirement>,
    pub(super) declare_between: Option<DeclareBetween>,
    pub(super) benefit_effective_from: Option<NaiveDate>,
    pub(super) grant: Grant,
    pub(super) caps: Vec<Cap>,
}

/// Which activities count.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Select {
    pub(super) kinds: Vec<String>,
    /// Empty: any.
    pub(super) roles: Vec<String>,
    pub(super) paid: Option<bool>,
    pub(super) min_assurance: Assurance,
    /// Empty: any.
    pub(super) regimes: Vec<String>,
    pub(super) min_age: Option<MinAge>,
    /// Empty: any.
    pub(super) purposes_any: Vec<String>,
}

/// How long the issuer must have been declared, and at which date of the claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MinAge {
    pub(super) years: u32,
    pub(super) at: ClaimDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClaimDate {
    DeclaredOn,
    AsOf,
    BenefitEffective,
}

/// The last day an attestation may be signed, `year_offset` years after the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AttestBy {
    pub(super) year_offset: i32,
    pub(super) month: u32,
    pub(super) day: u32,
}

/// When the holder must declare; (month, day).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DeclareBetween {
    pub(super) year_offset: i32,
    pub(super) from: (u32, u32),
    pub(super) to: (u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum WindowKind {
    CalendarYear {
        crossing: Crossing,
        /// Number of years measured, each on its own; at least 1.
        years: u32,
    },
    Lifetime,
    RollingMonths(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crossing {
    Reject,
    ProrataDays,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Minutes,
    AmountCents,
    ServiceMonths,
    MonthsContinuous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requirement {
    TotalGte(u64),
    MaxSingleIssuerGte(u64),
    AnyUsed,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Grant {
    Fixed(u64),
    /// (`gte`, amount), rising.
    TiersHighest(Vec<(u64, u64)>),
    /// (`gte`, level), rising.
    TiersAll(Vec<(u64, String)>),
    PerUnit {
        unit: u64,
        amount: u64,
        carry_remainder: bool,
    },
    RatioThreshold {
        reference: u64,
        amount: u64,
        full_from: Fraction,
        rounding: Rounding,
    },
    Linear {
        num: Fraction,
        den: Fraction,
        rounding: Rounding,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cap {
    Window(u64),
    Lifetime(u64),
}

impl Rule {
    /// Reads a rule from JSON (TOML parses to the same value).
    pub fn from_value(value: &Value) -> Result<Self, RuleError> {
        read::rule(value, "")
    }

    /// `fr-cec-benevolat`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// In words, French.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Code of the benefit: `CEC`.
    pub fn benefit(&self) -> &str {
        &self.benefit
    }

    /// Articles of law.
    pub fn legal_basis(&self) -> &[String] {
        &self.legal_basis
    }

    /// Predicates that must be proven elsewhere.
    pub fn predicates(&self) -> &[String] {
        &self.predicates
    }

    /// Whether a claim needs a calendar year.
    pub fn needs_year(&self) -> bool {
        matches!(self.window, WindowKind::CalendarYear { .. })
    }

    /// Whether a claim needs the day of declaration.
    pub fn needs_declaration(&self) -> bool {
        self.declare_between.is_some()
            || self
                .select
                .min_age
                .is_some_and(|min_age| min_age.at == ClaimDate::DeclaredOn)
    }

    /// Whether a claim needs the day from which the benefit runs.
    pub fn needs_benefit_effective(&self) -> bool {
        self.benefit_effective_from.is_some()
            || self
                .select
                .min_age
                .is_some_and(|min_age| min_age.at == ClaimDate::BenefitEffective)
    }

    /// The facts of an issuer that this rule would accept: what to suppose of one of whom nothing but its name is known.
    pub fn acceptable_issuer(&self, name: &str) -> IssuerFacts {
        IssuerFacts {
            name: name.to_owned(),
            regime: self.select.regimes.first().cloned().unwrap_or_default(),
            declared_on: NaiveDate::default(),
            dissolved_on: None,
            purposes: self.select.purposes_any.clone(),
        }
    }

    /// Whether it measures amounts of money, which attestations of time do not state.
    pub fn needs_amounts(&self) -> bool {
        self.measure == Measure::AmountCents
    }
}

/// Rules by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleSet {
    rules: BTreeMap<String, Rule>,
}

impl RuleSet {
    /// Adds a rule file: TOML (one rule) or JSON (one rule, or `{"rules": {…}}`). A name that ends in `.toml` or `.json`
    /// says which; otherwise the first character does. Nothing is added when something in the file is refused.
    pub fn add(&mut self, name: &str, contents: &str) -> Result<(), RuleError> {
        let rules = read::file(name, contents)?
            .into_iter()
            .map(|(_, rule)| rule)
            .collect::<Result<Vec<_>, _>>()?;
        self.insert(rules)
    }

    /// Like [`Self::add`], but leaves out rules that this version cannot evaluate, and says which (by id) and why.
    pub fn add_supported(&mut self, name: &str, contents: &str) -> Result<BTreeMap<String, RuleError>, RuleError> {
        let (mut rules, mut left_out) = (Vec::new(), BTreeMap::new());
        for (id, rule) in read::file(name, contents)? {
            match rule {
                Ok(rule) => rules.push(rule),
                Err(error) if error.is_not_supported_yet() => {
                    left_out.insert(id, error);
                }
                Err(error) => return Err(error),
            }
        }
        self.insert(rules)?;
        Ok(left_out)
    }

    /// A rule.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// All or nothing.
    fn insert(&mut self, rules: Vec<Rule>) -> Result<(), RuleError> {
        if let Some(twice) = rules.iter().find(|rule| self.rules.contains_key(&rule.id)) {
            let problem = format!("a rule called {} was read before", twice.id);
            return Err(RuleError {
                path: "id".to_owned(),
                problem,
            });
        }
        self.rules.extend(rules.into_iter().map(|rule| (rule.id.clone(), rule)));
        Ok(())
    }
}
