//! The two languages of the pages. French is the source language.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A language Musette speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Français.
    #[default]
    #[serde(rename = "fr")]
    French,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both, the source language first.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The language of a BCP 47 tag, when it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The best of ours for an `Accept-Language` header (RFC 9110 §12.5.4); French when none fits.
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (0u16, Self::default());
        for range in accept_language.split(',').take(32) {
            let mut parts = range.trim().split(';');
            let Some(language) = parts.next().and_then(Self::from_tag) else {
                continue;
            };
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1000, thousandths);
            if quality > best.0 {
                best = (quality, language);
            }
        }
        best.1
    }

    /// A day in words: « 1er juillet 2026 », "1 July 2026".
    pub fn day(self, day: NaiveDate) -> String {
        format!("{} {}", self.day_of_year(day.month(), day.day()), day.year())
    }

    /// A day of any year in words: « 30 juin », "30 June". `month` is 1 to 12.
    pub fn day_of_year(self, month: u32, day: u32) -> String {
        let months = match self {
            Self::French => FRENCH_MONTHS,
            Self::English => ENGLISH_MONTHS,
        };
        let name = months
            .get(month.saturating_sub(1) as usize)
            .copied()
            .unwrap_or_default();
        match (self, day) {
            (Self::French, 1) => format!("1er {name}"),
            _ => format!("{day} {name}"),
        }
    }
}

const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A `qvalue` (`0.8`) in thousandths; 0 when it is not one.
fn thousandths(qvalue: &str) -> u16 {
    let (units, decimals) = qvalue.trim().split_once('.').unwrap_or((qvalue.trim(), ""));
    let decimals = format!("{decimals:0<3}");
    match (units, decimals.get(..3).and_then(|digits| digits.parse::<u16>().ok())) {
        ("0", Some(value)) => value,
        ("1", Some(0)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_prefers_the_highest_quality_and_falls_back_to_french() {
        assert_eq!(Language::negotiate("en-GB,en;q=0.9,fr;q=0.8"), Language::English);
        assert_eq!(Language::negotiate("en;q=0.3, fr-CA"), Language::French);
        assert_eq!(Language::negotiate("de, es;q=0.5"), Language::French);
        assert_eq!(Language::negotiate(""), Language::French);
        assert_eq!(Language::negotiate("en;q=0"), Language::French);
    }

    #[test]
    fn days_in_both_languages() {
        let first = "2026-07-01".parse().unwrap();
        assert_eq!(Language::French.day(first), "1er juillet 2026");
        assert_eq!(Language::English.day(first), "1 July 2026");
        assert_eq!(Language::French.day_of_year(12, 31), "31 décembre");
    }
}
