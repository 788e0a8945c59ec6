//! Why an attestation does not count, in words.

use super::{Line, Told};
use crate::{
    entitlement::{Code, Credential, words},
    language::Language::{self, English, French},
};

impl Told<'_> {
    pub(super) fn rejected(&self) -> Vec<Line> {
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
