//! Rules as data.

use std::collections::BTreeMap;

/// Why a rule was refused: the path of the member, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct RuleError {
    /// Dotted path in the rule file, `rules.fr-cec-benevolat.window.type`.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

/// A checked rule. Unknown keys, contradictory values and parts of the format this version cannot evaluate are refused
/// when it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    _todo: (),
}

impl Rule {
    /// Reads a rule from JSON (TOML parses to the same value).
    pub fn from_value(value: &serde_json::Value) -> Result<Self, RuleError> {
        todo!()
    }
    /// `fr-cec-benevolat`.
    pub fn id(&self) -> &str {
        todo!()
    }
    /// Version.
    pub fn version(&self) -> &str {
        todo!()
    }
    /// In words, French.
    pub fn title(&self) -> &str {
        todo!()
    }
    /// Code of the benefit: `CEC`.
    pub fn benefit(&self) -> &str {
        todo!()
    }
    /// Articles of law.
    pub fn legal_basis(&self) -> &[String] {
        todo!()
    }
    /// Predicates that must be proven elsewhere.
    pub fn predicates(&self) -> &[String] {
        todo!()
    }
    /// Whether a claim needs a calendar year.
    pub fn needs_year(&self) -> bool {
        todo!()
    }
    /// Whether a claim needs the day of declaration.
    pub fn needs_declaration(&self) -> bool {
        todo!()
    }
}

/// Rules by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleSet {
    rules: BTreeMap<String, Rule>,
}

impl RuleSet {
    /// Adds a rule file: TOML (one rule) or JSON (one rule, or `{"rules": {…}}`).
    pub fn add(&mut self, name: &str, contents: &str) -> Result<(), RuleError> {
        todo!()
    }
    /// A rule.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }
}
