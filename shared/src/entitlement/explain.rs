//! A decision in words a volunteer understands, in both languages.

use std::collections::BTreeMap;

use super::{
    Code, Credential, Decision, IssuerFacts, Outcome, Rule,
    rule::{Cap, DeclareBetween, Grant, Measure, Requirement, WindowKind},
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

    /// A requirement that holds, in a sentence; `None` when it does not.
    fn held(&self, requirement: Requirement) -> Option<String> {
        let has = |code: Code| self.decision.reasons.contains(&code);
        match requirement {
            Requirement::TotalGte(least) if !has(Code::TotalBelowMinimum) => {
                let (measured, least) = (self.quantity(self.decision.measured), self.quantity(least));
                Some(match (self.each_year(), self.language) {
                    (false, French) => format!("Total retenu : {measured} ; il faut au moins {least}."),
                    (false, English) => format!("Total that counts: {measured}; at least {least} is needed."),
                    (true, French) => {
                        format!("Total retenu la dernière année : {measured} ; il faut au moins {least} chaque année.")
                    }
                    (true, English) => {
                        format!("Total that counts in the last year: {measured}; at least {least} is needed each year.")
                    }
                })
            }
            Requirement::MaxSingleIssuerGte(least) if !has(Code::NoIssuerReachesMinimum) => {
                let (issuer, most) = self.best_issuer()?;
                let (most, least, one) = (self.quantity(most), self.quantity(least), self.one_issuer());
                Some(match self.language {
                    French => format!("{most} chez {issuer} ; il faut au moins {least} dans une même {one}."),
                    English => format!("{most} at {issuer}; at least {least} in one {one} is needed."),
                })
            }
            _ => None,
        }
    }

    /// A reason, as it fits in a headline.
    fn briefly(&self, code: &Code) -> String {
        let missing = self.decision.missing;
        let french = self.language == French;
        match code {
            Code::TotalBelowMinimum => {
                let (short, singular) = (missing.total.unwrap_or(0), missing.total == Some(1));
                let short = self.quantity(short);
                match (french, singular) {
                    (true, _) => format!("il manque {short}"),
                    (false, true) => format!("{short} is missing"),
                    (false, false) => format!("{short} are missing"),
                }
            }
            Code::NoIssuerReachesMinimum => {
                let (least, one) = (self.quantity(self.single_issuer_minimum()), self.one_issuer());
                if french {
                    format!("aucune {one} n’atteint {least} à elle seule")
                } else {
                    format!("no single {one} reaches {least}")
                }
            }
            Code::PredicateMissing(name) => {
                let says = words::predicate(name, self.language);
                if french {
                    format!("il n’est pas prouvé que {says}")
                } else {
                    format!("it is not proven that {says}")
                }
            }
            other => {
                let (in_french, in_english) = match other {
                    Code::DeclaredTooEarly => (
                        "les heures ne sont pas encore déclarées",
                        "the hours are not declared yet",
                    ),
                    Code::DeclaredTooLate => ("la déclaration est trop tardive", "the declaration is too late"),
                    Code::BenefitBeforeEntryIntoForce => {
                        ("le droit prendrait effet trop tôt", "the right would start too early")
                    }
                    Code::NoEvidence => ("aucune attestation ne compte", "no attestation counts"),
                    Code::CapWindow | Code::CapLifetime => {
                        ("le plafond est déjà atteint", "the limit is already reached")
                    }
                    Code::BelowFirstStep => ("le premier palier n’est pas atteint", "the first step is not reached"),
                    _ => ("une condition n’est pas remplie", "a condition does not hold"),
                };
                if french { in_french } else { in_english }.to_owned()
            }
        }
    }

    /// A reason in a full sentence, with its threshold and its gap.
    fn fully(&self, code: &Code) -> String {
        let french = self.language == French;
        let sentence = match code {
            Code::TotalBelowMinimum => self.total_below_minimum(),
            Code::NoIssuerReachesMinimum => {
                let brief = self.briefly(code);
                match self.best_issuer() {
                    Some((issuer, most)) if french => {
                        format!("{brief} : {} au plus, chez {issuer}", self.quantity(most))
                    }
                    Some((issuer, most)) => format!("{brief}: {} at most, at {issuer}", self.quantity(most)),
                    None => brief,
                }
            }
            Code::DeclaredTooEarly => {
                let between = self.declaration();
                if french {
                    format!(
                        "les heures ne sont pas déclarées, ou l’ont été trop tôt : la déclaration se fait {between}"
                    )
                } else {
                    format!("the hours are not declared, or were declared too early: they are to be declared {between}")
                }
            }
            Code::DeclaredTooLate => {
                let between = self.declaration();
                if french {
                    format!("la déclaration est trop tardive : elle se fait {between}")
                } else {
                    format!("the declaration is too late: hours are to be declared {between}")
                }
            }
            Code::BenefitBeforeEntryIntoForce => match (self.rule.benefit_effective_from, french) {
                (Some(from), true) => format!(
                    "cette règle vaut pour un droit qui prend effet à partir du {}",
                    French.day(from)
                ),
                (Some(from), false) => {
                    format!("this rule is for a right that starts on {} or later", English.day(from))
                }
                (None, _) => self.briefly(code),
            },
            Code::CapWindow => self.capped(
                |cap| if let Cap::Window(most) = cap { Some(*most) } else { None },
                ("pour cette période", "for this period"),
            ),
            Code::CapLifetime => self.capped(
                |cap| {
                    if let Cap::Lifetime(most) = cap {
                        Some(*most)
                    } else {
                        None
                    }
                },
                ("en tout, au cours de la vie", "in all, over a lifetime"),
            ),
            Code::BelowFirstStep => match (self.first_step(), french) {
                (Some(step), true) => {
                    format!(
                        "le premier palier est à {} : le total retenu est de {}",
                        self.quantity(step),
                        self.quantity(self.decision.measured)
                    )
                }
                (Some(step), false) => {
                    format!(
                        "the first step is at {}: the total that counts is {}",
                        self.quantity(step),
                        self.quantity(self.decision.measured)
                    )
                }
                (None, _) => self.briefly(code),
            },
            Code::PaidBySameIssuer => {
                let one = self.one_issuer();
                if french {
                    format!(
                        "la personne a aussi été payée par la même {one} à la même période : quelqu’un doit examiner la demande"
                    )
                } else {
                    format!(
                        "the person was also paid by the same {one} at the same time: somebody must examine the claim"
                    )
                }
            }
            other => self.briefly(other),
        };
        format!("{}.", capitalised(&sentence))
    }

    fn total_below_minimum(&self) -> String {
        let brief = self.briefly(&Code::TotalBelowMinimum);
        let least = self.rule.require.iter().find_map(|requirement| match requirement {
            Requirement::TotalGte(least) => Some(self.quantity(*least)),
            _ => None,
        });
        let least = least.unwrap_or_default();
        let measured = self.quantity(self.decision.measured);
        match (self.each_year(), self.decision.measured, self.language) {
            (true, _, French) => format!("{brief} l’année la plus faible : il faut {least} chaque année"),
            (true, _, English) => format!("{brief} in the weakest year: {least} is needed each year"),
            (false, 0, French) => format!("{brief} : rien n’est retenu, il faut {least}"),
            (false, 0, English) => format!("{brief}: nothing counts, {least} is needed"),
            (false, _, French) => format!("{brief} : le total retenu est de {measured}, il faut {least}"),
            (false, _, English) => format!("{brief}: the total that counts is {measured}, {least} is needed"),
        }
    }

    fn capped(&self, most_of: impl Fn(&Cap) -> Option<u64>, (french, english): (&str, &str)) -> String {
        let most = self.rule.caps.iter().find_map(most_of).unwrap_or(0);
        let most = words::amount(most, &self.rule.unit, self.language);
        match self.language {
            French => format!("le plafond est de {most} {french}, droits déjà ouverts compris"),
            English => format!("the limit is {most} {english}, rights granted before included"),
        }
    }

    /// « entre le 1er janvier et le 30 juin de l’année suivante ».
    fn declaration(&self) -> String {
        let Some(DeclareBetween { year_offset, from, to }) = self.rule.declare_between else {
            return String::new();
        };
        let (from, to) = (
            self.language.day_of_year(from.0, from.1),
            self.language.day_of_year(to.0, to.1),
        );
        match (self.language, year_offset) {
            (French, 0) => format!("entre le {from} et le {to} de la même année"),
            (French, 1) => format!("entre le {from} et le {to} de l’année suivante"),
            (French, years) => format!("entre le {from} et le {to}, {years} ans après"),
            (English, 0) => format!("between {from} and {to} of the same year"),
            (English, 1) => format!("between {from} and {to} of the following year"),
            (English, years) => format!("between {from} and {to}, {years} years later"),
        }
    }

    fn used(&self, credential: &Credential) -> Line {
        Line {
            code: None,
            text: self.described(credential, self.decision.counted.get(&credential.id).copied()),
        }
    }

    fn rejected(&self) -> Vec<Line> {
        let left_aside = self.decision.rejected.iter().filter_map(|(id, code)| {
            let credential = self.credential(id)?;
            let (described, why) = (self.described(credential, None), self.left_aside(code, credential));
            let colon = if self.language == French { " :" } else { ":" };
            Some(Line {
                code: Some(code.to_string()),
                text: format!("{described}{colon} {why}."),
            })
        });
        let twice = self.decision.duplicates.iter().filter_map(|id| {
            let described = self.described(self.credential(id)?, None);
            let text = match self.language {
                French => format!("{described} : présentée plusieurs fois, elle ne compte qu’une fois."),
                English => format!("{described}: presented more than once, it counts only once."),
            };
            Some(Line { code: None, text })
        });
        left_aside.chain(twice).collect()
    }

    /// Why an attestation does not count.
    fn left_aside(&self, code: &Code, credential: &Credential) -> String {
        let french = self.language == French;
        let issuer = self.issuers.get(&credential.issuer);
        match code {
            Code::WrongRole => {
                let roles: Vec<_> = self
                    .rule
                    .select
                    .roles
                    .iter()
                    .map(|role| words::role(role, self.language))
                    .collect();
                if french {
                    format!(
                        "ce rôle ne compte pas pour ce droit, seuls comptent : {}",
                        roles.join(", ")
                    )
                } else {
                    format!(
                        "this role does not count for this right, only these do: {}",
                        roles.join(", ")
                    )
                }
            }
            Code::IssuerTooYoung => {
                let years = self.rule.select.min_age.map_or(0, |min_age| min_age.years);
                let since = issuer.map(|issuer| self.language.day(issuer.declared_on));
                match (french, since, years) {
                    (true, Some(since), 1) => {
                        format!("l’association doit être déclarée depuis au moins 1 an, elle l’est depuis le {since}")
                    }
                    (true, Some(since), _) => format!(
                        "l’association doit être déclarée depuis au moins {years} ans, elle l’est depuis le {since}"
                    ),
                    (false, Some(since), 1) => {
                        format!("the association must have been declared for at least 1 year, it was on {since}")
                    }
                    (false, Some(since), _) => {
                        format!("the association must have been declared for at least {years} years, it was on {since}")
                    }
                    (true, None, _) => "la date de déclaration de l’association n’est pas connue".to_owned(),
                    (false, None, _) => "the date when the association was declared is not known".to_owned(),
                }
            }
            Code::IssuedTooLate => {
                let by = self
                    .rule
                    .attest_by
                    .map(|by| (by.year_offset, self.language.day_of_year(by.month, by.day)));
                match (french, by) {
                    (true, Some((1, day))) => {
                        format!("signée trop tard, elle devait l’être au plus tard le {day} de l’année suivante")
                    }
                    (false, Some((1, day))) => format!("signed too late, it had to be by {day} of the following year"),
                    (true, _) => "signée trop tard".to_owned(),
                    (false, _) => "signed too late".to_owned(),
                }
            }
            Code::Implausible => {
                let most = words::duration(self.rule.max_minutes_per_day.unwrap_or(1440), self.language);
                if french {
                    format!("plus de {most} par jour en moyenne, ce n’est pas plausible")
                } else {
                    format!("more than {most} a day on average, which is not plausible")
                }
            }
            Code::Expired => {
                let last = credential.valid_until.map(|last| self.language.day(last));
                match (french, last) {
                    (true, Some(last)) => format!("elle a expiré, elle valait jusqu’au {last}"),
                    (false, Some(last)) => format!("it has expired, it was valid until {last}"),
                    (true, None) => "elle a expiré".to_owned(),
                    (false, None) => "it has expired".to_owned(),
                }
            }
            plain => plainly(plain, self.language).to_owned(),
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

    fn single_issuer_minimum(&self) -> u64 {
        let minimum = self.rule.require.iter().find_map(|requirement| match requirement {
            Requirement::MaxSingleIssuerGte(least) => Some(*least),
            _ => None,
        });
        minimum.unwrap_or(0)
    }

    fn first_step(&self) -> Option<u64> {
        match &self.rule.grant {
            Grant::PerUnit { unit, .. } => Some(*unit),
            Grant::TiersHighest(tiers) => tiers.first().map(|(from, _)| *from),
            Grant::TiersAll(tiers) => tiers.first().map(|(from, _)| *from),
            Grant::Fixed(_) | Grant::RatioThreshold { .. } | Grant::Linear { .. } => None,
        }
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

/// Why an attestation does not count, when nothing else needs to be said.
fn plainly(code: &Code, language: Language) -> &'static str {
    let (french, english) = match code {
        Code::SubjectMismatch => (
            "elle a été remise à une autre personne",
            "it was given to another person",
        ),
        Code::Revoked => ("l’organisme l’a révoquée", "the organisation has revoked it"),
        Code::Suspended => (
            "elle est suspendue le temps d’une vérification",
            "it is suspended while something is looked into",
        ),
        Code::Superseded => (
            "une attestation corrigée la remplace",
            "a corrected attestation replaces it",
        ),
        Code::DuplicateRef => (
            "une attestation plus récente de la même activité compte à sa place",
            "a later attestation of the same activity counts instead",
        ),
        Code::WrongKind => (
            "ce genre d’activité ne compte pas pour ce droit",
            "this kind of activity does not count for this right",
        ),
        Code::Paid => (
            "activité payée ou non, ce n’est pas ce que ce droit demande",
            "paid or unpaid, it is not what this right asks for",
        ),
        Code::LowAssurance => (
            "ces heures sont déclarées, aucun organisme ne les atteste",
            "these hours are declared, no organisation attests them",
        ),
        Code::IssuerRegime => (
            "cet organisme n’est pas de ceux que la règle admet",
            "this organisation is not of a kind that the rule admits",
        ),
        Code::IssuerPurpose => (
            "l’objet de cet organisme n’est pas de ceux que la règle admet",
            "the purpose of this organisation is not one that the rule admits",
        ),
        Code::OutsideWindow => (
            "aucun jour ne tombe dans la période demandée",
            "no day falls within the period asked for",
        ),
        Code::CrossesWindow => (
            "elle déborde de la période et ne dit pas combien d’heures chaque année",
            "it goes beyond the period and does not say how many hours each year",
        ),
        Code::OverlapSameIssuer => (
            "une autre attestation du même organisme couvre déjà ces jours",
            "another attestation of the same organisation already covers these days",
        ),
        _ => ("elle ne compte pas pour ce droit", "it does not count for this right"),
    };
    if language == French { french } else { english }
}

fn capitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
