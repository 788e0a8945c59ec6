//! A decision in words a volunteer understands, in both languages.

mod left_aside;
mod reasons;

use std::collections::BTreeMap;

use super::{
    Credential, Decision, IssuerFacts, Outcome, Rule,
    rule::{Measure, WindowKind},
    words,
};
use crate::language::Language::{self, English, French};

/// One sentence about one thing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// The code it explains, when it explains one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The sentence.
    pub text: String,
}

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Explanation {
    /// « Droit ouvert : 240 € (compte d’engagement citoyen) ».
    pub headline: String,
    /// How it ends.
    pub outcome: Outcome,
    /// Why: totals, thresholds, what is missing.
    pub reasons: Vec<Line>,
    /// One line a used attestation: « 130 h 00 — dirigeant — Les Paniers du Vallon ».
    pub used: Vec<Line>,
    /// One line an attestation left aside, with its reason.
    pub rejected: Vec<Line>,
    /// The articles of law.
    pub legal_basis: Vec<String>,
}

/// Puts a decision in words.
pub fn explain(
    rule: &Rule,
    decision: &Decision,
    credentials: &[Credential],
    issuers: &BTreeMap<String, IssuerFacts>,
    language: Language,
) -> Explanation {
    let told = Told {
        rule,
        decision,
        credentials,
        issuers,
        language,
    };
    Explanation {
        headline: told.headline(),
        outcome: decision.decision,
        reasons: told.reasons(),
        used: decision
            .used
            .iter()
            .filter_map(|id| told.credential(id))
            .map(|used| told.used(used))
            .collect(),
        rejected: told.rejected(),
        legal_basis: rule.legal_basis.clone(),
    }
}

/// « 2 h 30 », "2 h 30 min".
pub fn hours(minutes: u64, language: Language) -> String {
    words::hours(minutes, language)
}

/// What is told, and to whom.
struct Told<'a> {
    rule: &'a Rule,
    decision: &'a Decision,
    credentials: &'a [Credential],
    issuers: &'a BTreeMap<String, IssuerFacts>,
    language: Language,
}

impl Told<'_> {
    fn headline(&self) -> String {
        let amount = words::amount(self.decision.amount, &self.decision.unit, self.language);
        let scheme = words::scheme(self.rule, self.language);
        match (self.decision.decision, self.language) {
            (Outcome::Granted, French) => format!("Droit ouvert : {amount} ({scheme})"),
            (Outcome::Granted, English) => format!("Right granted: {amount} ({scheme})"),
            (Outcome::Review, French) => format!("À examiner par une personne : {amount} en jeu ({scheme})"),
            (Outcome::Review, English) => format!("For a person to examine: {amount} at stake ({scheme})"),
            (Outcome::Denied, _) => {
                let cause = self
                    .decision
                    .reasons
                    .first()
                    .map_or_else(String::new, |code| self.briefly(code));
                match self.language {
                    French => format!("Droit non ouvert : {cause} ({scheme})"),
                    English => format!("Right not granted: {cause} ({scheme})"),
                }
            }
        }
    }

    /// What holds, then what does not, then the limits.
    fn reasons(&self) -> Vec<Line> {
        let held = self
            .rule
            .require
            .iter()
            .filter_map(|requirement| self.held(*requirement));
        let held = held.map(|text| Line { code: None, text });
        let codes = self.decision.reasons.iter().map(|code| Line {
            code: Some(code.to_string()),
            text: self.fully(code),
        });
        let levels = (!self.decision.levels.is_empty()).then(|| Line {
            code: None,
            text: match self.language {
                French => format!("Niveaux atteints : {}.", self.decision.levels.join(", ")),
                English => format!("Levels reached: {}.", self.decision.levels.join(", ")),
            },
        });
        let until = self.decision.valid_until.map(|last| Line {
            code: None,
            text: match self.language {
                French => format!("Ce droit vaut jusqu’au {}.", French.day(last)),
                English => format!("This right is valid until {}.", English.day(last)),
            },
        });
        held.chain(codes).chain(levels).chain(until).collect()
    }

    fn used(&self, credential: &Credential) -> Line {
        Line {
            code: None,
            text: self.described(credential, self.decision.counted.get(&credential.id).copied()),
        }
    }

    /// « 130 h 00 — dirigeant — Les Paniers du Vallon ».
    fn described(&self, credential: &Credential, counted: Option<u64>) -> String {
        let activity = &credential.activity;
        let of_all = match self.rule.measure {
            Measure::AmountCents => activity.amount_cents,
            Measure::Minutes => activity.minutes,
            Measure::ServiceMonths | Measure::MonthsContinuous => None,
        };
        let figure = match (counted.or(of_all), self.rule.measure) {
            (Some(cents), Measure::AmountCents) => words::amount(cents, "EUR_cent", self.language),
            (Some(minutes), _) => words::hours(minutes, self.language),
            (None, _) => {
                let (start, end) = (self.language.day(activity.start), self.language.day(activity.end));
                if self.language == French {
                    format!("du {start} au {end}")
                } else {
                    format!("from {start} to {end}")
                }
            }
        };
        format!(
            "{figure} — {} — {}",
            words::role(&activity.role, self.language),
            self.name(&credential.issuer)
        )
    }

    fn credential(&self, id: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    /// The name of an issuer; its identifier when it is not on the list.
    fn name<'b>(&'b self, issuer: &'b str) -> &'b str {
        self.issuers
            .get(issuer)
            .map(|facts| facts.name.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or(issuer)
    }

    /// Who adds most, and how much; the first by identifier on a tie. Over several years it would mean nothing.
    fn best_issuer(&self) -> Option<(&str, u64)> {
        if self.each_year() {
            return None;
        }
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for (id, value) in &self.decision.counted {
            let sum = sums.entry(&self.credential(id)?.issuer).or_default();
            *sum = sum.saturating_add(*value);
        }
        let most = sums.values().max().copied()?;
        sums.into_iter()
            .find(|(_, sum)| *sum == most)
            .map(|(issuer, sum)| (self.name(issuer), sum))
    }

    fn each_year(&self) -> bool {
        matches!(self.rule.window, WindowKind::CalendarYear { years: 2.., .. })
    }

    fn quantity(&self, value: u64) -> String {
        words::quantity(self.rule.measure, value, self.language)
    }

    /// Who attests, by the kinds the rule takes; feminine in French.
    fn one_issuer(&self) -> &'static str {
        let associations = self.rule.select.kinds.iter().all(|kind| kind == "benevolat_associatif");
        match (associations, self.language) {
            (true, _) => "association",
            (false, French) => "structure",
            (false, English) => "organisation",
        }
    }
}
