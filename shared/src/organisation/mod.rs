//! Organisations: who they are to the law.

mod identifiers;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use identifiers::{IdentifierError, Rna, Siren, Siret};

use crate::text::Text;

/// What an attestation says of the organisation that signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: Text<200>,
    /// RNA number (none in Alsace-Moselle).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rna: Option<Rna>,
    /// SIREN, when it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub siren: Option<Siren>,
    /// SIRET of the establishment, when it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub siret: Option<Siret>,
}

impl Organisation {
    /// Whether the SIRET, when both are there, is of an establishment of the SIREN.
    pub fn numbers_agree(&self) -> bool {
        match (&self.siren, &self.siret) {
            (Some(organisation), Some(establishment)) => establishment.siren() == *organisation,
            _ => true,
        }
    }
}

/// The last part of an organisation's addresses: `les-paniers-du-vallon`. 1 to 60 of `a-z 0-9 -`, no `-` at an end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// This text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only a-z, 0-9 and - are allowed, 60 at most, no - at an end")]
pub struct NotASlug;

impl Slug {
    /// The longest, in characters.
    pub const MAX: usize = 60;

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug made from a name: accents dropped, everything else that is not a letter or a digit to a dash, cut between
    /// words when too long. Refused when nothing is left (a name in another script).
    pub fn from_name(name: &str) -> Result<Self, NotASlug> {
        let mut slug = String::new();
        for character in name
            .to_lowercase()
            .nfkd()
            .filter(|character| !is_combining_mark(*character))
        {
            match character {
                'a'..='z' | '0'..='9' => slug.push(character),
                'œ' => slug.push_str("oe"),
                'æ' => slug.push_str("ae"),
                'ß' => slug.push_str("ss"),
                'ø' => slug.push('o'),
                'ł' => slug.push('l'),
                'đ' => slug.push('d'),
                _ if slug.is_empty() || slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        if slug.len() > Self::MAX {
            let word_end = slug[..=Self::MAX].rfind('-').unwrap_or(Self::MAX);
            slug.truncate(word_end);
        }
        slug.trim_end_matches('-').parse()
    }
}

impl std::str::FromStr for Slug {
    type Err = NotASlug;

    fn from_str(text: &str) -> Result<Self, NotASlug> {
        let fits = (1..=Self::MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotASlug) }
    }
}

impl TryFrom<String> for Slug {
    type Error = NotASlug;

    fn try_from(text: String) -> Result<Self, NotASlug> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Les Paniers du Vallon", "les-paniers-du-vallon"),
            ("Cyclo-Répar’ Croix-Rousse", "cyclo-repar-croix-rousse"),
            ("Chœur des Deux Rives", "choeur-des-deux-rives"),
            ("  L'Îlot  (69)  ", "l-ilot-69"),
        ] {
            assert_eq!(Slug::from_name(name).unwrap().as_str(), slug);
        }
        let long = "association pour la sauvegarde du patrimoine et des jardins partagés du vallon";
        assert_eq!(
            Slug::from_name(long).unwrap().as_str(),
            "association-pour-la-sauvegarde-du-patrimoine-et-des-jardins"
        );
        assert_eq!(Slug::from_name("协会"), Err(NotASlug));
    }

    #[test]
    fn what_is_no_slug() {
        for text in ["", "-a", "a-", "A", "é", "a/b", "a.b", "a b", &"a".repeat(61)] {
            assert_eq!(text.parse::<Slug>(), Err(NotASlug), "{text}");
        }
    }

    #[test]
    fn a_siret_of_another_siren_is_noticed() {
        let organisation = |siren: &str| Organisation {
            name: "Mairie".parse().unwrap(),
            rna: None,
            siren: Some(siren.parse().unwrap()),
            siret: Some("20003452800014".parse().unwrap()),
        };
        assert!(organisation("200034528").numbers_agree());
        assert!(!organisation("552008443").numbers_agree());
    }

    proptest! {
        #[test]
        fn a_slug_from_any_name_is_a_slug(name in any::<String>()) {
            if let Ok(slug) = Slug::from_name(&name) {
                prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug.clone()));
                prop_assert_eq!(Slug::from_name(slug.as_str()), Ok(slug));
            }
        }
    }
}
