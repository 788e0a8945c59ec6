//! Figures, codes and schemes in words. Spaces are plain, so that what is read can be copied and compared.

use super::rule::{Measure, Rule};
use crate::language::Language::{self, English, French};

/// « 130 h 00 », « 2 h 30 », "45 min"; "130 h", "2 h 30 min", "45 min".
pub(super) fn hours(minutes: u64, language: Language) -> String {
    let (hours, rest) = (grouped(minutes / 60, language), minutes % 60);
    match (language, minutes, rest) {
        (_, 0..60, _) => format!("{rest} min"),
        (French, ..) => format!("{hours} h {rest:02}"),
        (English, _, 0) => format!("{hours} h"),
        (English, ..) => format!("{hours} h {rest} min"),
    }
}

/// A duration inside a sentence: « 30 minutes », « 200 h », « 199 h 30 ».
pub(super) fn duration(minutes: u64, language: Language) -> String {
    match (minutes, minutes % 60) {
        (1, _) => "1 minute".to_owned(),
        (0..60, rest) => format!("{rest} minutes"),
        (_, 0) => format!("{} h", grouped(minutes / 60, language)),
        _ => hours(minutes, language),
    }
}

/// What a rule measures, inside a sentence.
pub(super) fn quantity(measure: Measure, value: u64, language: Language) -> String {
    match (measure, language) {
        (Measure::Minutes, _) => duration(value, language),
        (Measure::AmountCents, _) => amount(value, "EUR_cent", language),
        (Measure::ServiceMonths | Measure::MonthsContinuous, French) => format!("{} mois", grouped(value, language)),
        (Measure::ServiceMonths | Measure::MonthsContinuous, English) => plural(value, "month", "months", language),
    }
}

/// A benefit: « 240 € », « 5 points », « 2 jours ouvrables ».
pub(super) fn amount(value: u64, unit: &str, language: Language) -> String {
    match (unit, language) {
        ("EUR_cent", French) => format!("{} €", hundredths(value, language)),
        ("EUR_cent", English) => format!("€{}", hundredths(value, language)),
        ("USD_cent", French) => format!("{} $", hundredths(value, language)),
        ("USD_cent", English) => format!("${}", hundredths(value, language)),
        ("minute", _) => hours(value, language),
        ("point", _) => plural(value, "point", "points", language),
        ("centipoint", _) => format!("{} points", hundredths(value, language)),
        ("trimestre", French) => plural(value, "trimestre", "trimestres", language),
        ("trimestre", English) => plural(value, "quarter", "quarters", language),
        ("jour_ouvrable", French) => plural(value, "jour ouvrable", "jours ouvrables", language),
        ("jour_ouvrable", English) => plural(value, "working day", "working days", language),
        ("card", French) => plural(value, "carte", "cartes", language),
        ("card", English) => plural(value, "card", "cards", language),
        ("attestation", French) => plural(value, "attestation", "attestations", language),
        ("attestation", English) => plural(value, "certificate", "certificates", language),
        ("level", French) => plural(value, "niveau", "niveaux", language),
        ("level", English) => plural(value, "level", "levels", language),
        (other, _) => format!("{} {}", grouped(value, language), other.replace('_', " ")),
    }
}

/// The short name of what is granted; the rule's title when it has none.
pub(super) fn scheme(rule: &Rule, language: Language) -> String {
    let (french, english) = match rule.benefit.as_str() {
        "CEC" => ("compte d’engagement citoyen", "citizen engagement account"),
        "CPF" => ("compte personnel de formation", "personal training account"),
        "CPF_TOPUP" => (
            "abondement du compte personnel de formation",
            "top-up of the personal training account",
        ),
        "POINTS" => ("points retraite des bénévoles", "volunteers’ pension points"),
        "TRIMESTRE" => ("trimestres de retraite", "pension quarters"),
        "AA_POINTS" => ("points Agirc-Arrco", "Agirc-Arrco points"),
        "CONGE" => ("congé d’engagement associatif", "leave for volunteers"),
        "SEGAL" => ("bourse Segal AmeriCorps", "Segal AmeriCorps Education Award"),
        "CARD" => ("carte de bénévole de Bavière", "Bavarian volunteer card"),
        "ATTESTATION" => (
            "attestation de compétences du volontaire",
            "volunteer’s skills certificate",
        ),
        "SALTIRE" => ("Saltire Awards", "Saltire Awards"),
        "TIME" => ("banque de temps Zeitvorsorge", "Zeitvorsorge time bank"),
        _ => return rule.title.clone(),
    };
    match language {
        French => french.to_owned(),
        English => english.to_owned(),
    }
}

/// A role; the words of the code when it is none of ours.
pub(super) fn role(code: &str, language: Language) -> String {
    let known = match (code, language) {
        ("dirigeant", English) => "on the governing body",
        ("encadrant_benevoles", French) => "encadrement de bénévoles",
        ("encadrant_benevoles", English) => "supervising volunteers",
        ("benevole", French) => "bénévole",
        ("benevole", English) => "volunteer",
        ("salarie", French) => "salarié",
        ("salarie", English) => "employee",
        ("spv", French) => "sapeur-pompier volontaire",
        ("spv", English) => "volunteer firefighter",
        ("maitre_apprentissage", French) => "maître d’apprentissage",
        ("maitre_apprentissage", English) => "apprentice’s tutor",
        (other, _) => return other.replace('_', " "),
    };
    known.to_owned()
}

/// What a predicate says of the person, as the object of « il n’est pas prouvé que… » and "it is not proven that…".
pub(super) fn predicate(name: &str, language: Language) -> String {
    match (name, language) {
        ("age_over_16", French) => "la personne a 16 ans ou plus".to_owned(),
        ("age_over_16", English) => "the person is 16 or older".to_owned(),
        ("age_12_to_25", French) => "la personne a de 12 à 25 ans".to_owned(),
        ("age_12_to_25", English) => "the person is 12 to 25 years old".to_owned(),
        ("employed_by_payer_on_31_dec", French) => {
            "la personne était salariée de l’entreprise le 31 décembre".to_owned()
        }
        ("employed_by_payer_on_31_dec", English) => "the person worked for the company on 31 December".to_owned(),
        (other, French) => format!("la condition « {} » est remplie", other.replace('_', " ")),
        (other, English) => format!("the condition “{}” holds", other.replace('_', " ")),
    }
}

/// In French, zero and one are singular.
fn plural(value: u64, one: &str, many: &str, language: Language) -> String {
    let singular = value == 1 || (value == 0 && language == French);
    format!("{} {}", grouped(value, language), if singular { one } else { many })
}

/// Hundredths; whole numbers without their zeros.
fn hundredths(value: u64, language: Language) -> String {
    let (units, rest) = (grouped(value / 100, language), value % 100);
    match (rest, language) {
        (0, _) => units,
        (_, French) => format!("{units},{rest:02}"),
        (_, English) => format!("{units}.{rest:02}"),
    }
}

/// Groups of three digits.
fn grouped(value: u64, language: Language) -> String {
    let separator = match language {
        French => '\u{202f}',
        English => ',',
    };
    let digits = value.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_as_they_are_read() {
        for (minutes, french, english) in [
            (7_800, "130 h 00", "130 h"),
            (150, "2 h 30", "2 h 30 min"),
            (45, "45 min", "45 min"),
            (0, "0 min", "0 min"),
            (96_425, "1\u{202f}607 h 05", "1,607 h 5 min"),
        ] {
            assert_eq!(hours(minutes, French), french);
            assert_eq!(hours(minutes, English), english);
        }
    }

    #[test]
    fn durations_inside_a_sentence() {
        assert_eq!(duration(30, French), "30 minutes");
        assert_eq!(duration(1, English), "1 minute");
        assert_eq!(duration(12_000, French), "200 h");
        assert_eq!(duration(11_970, French), "199 h 30");
    }

    #[test]
    fn amounts_with_their_unit() {
        assert_eq!(amount(24_000, "EUR_cent", French), "240 €");
        assert_eq!(amount(24_985, "EUR_cent", French), "249,85 €");
        assert_eq!(amount(500_000, "EUR_cent", English), "€5,000");
        assert_eq!(amount(1, "trimestre", French), "1 trimestre");
        assert_eq!(amount(2, "jour_ouvrable", English), "2 working days");
        assert_eq!(amount(7_371, "centipoint", French), "73,71 points");
        assert_eq!(amount(3, "badge", French), "3 badge");
    }
}
