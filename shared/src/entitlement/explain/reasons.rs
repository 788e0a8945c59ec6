//! Why a right opens or does not, in words.

use super::Told;
use crate::{
    entitlement::{
        Code,
        rule::{Cap, DeclareBetween, Grant, Requirement},
        words,
    },
    language::Language::{English, French},
};

impl Told<'_> {
    /// A requirement that holds, in a sentence; `None` when it does not.
    pub(super) fn held(&self, requirement: Requirement) -> Option<String> {
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
    pub(super) fn briefly(&self, code: &Code) -> String {
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
    pub(super) fn fully(&self, code: &Code) -> String {
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
}

fn capitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
