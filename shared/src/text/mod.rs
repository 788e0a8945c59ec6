//! Text that people typed: checked once, wherever it enters.

mod invisible;
mod social_security;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::invisible::has_invisible;
pub use self::social_security::has_social_security_number;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but spaces.
    #[error("the text is empty")]
    Empty,
    /// Longer than allowed, in characters.
    #[error("the text is longer than {max} characters")]
    TooLong {
        /// The limit, in characters.
        max: usize,
    },
    /// Control characters, or marks that reverse or hide text.
    #[error("the text has invisible characters")]
    Invisible,
    /// A social-security number (NIR): forbidden outside the décret 2019-341 list.
    #[error("the text has a social-security number")]
    SocialSecurityNumber,
}

/// A single line of checked text: trimmed, not empty, at most `MAX` characters, nothing invisible, no social-security
/// number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> std::str::FromStr for Text<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().nth(MAX).is_some() {
            return Err(TextError::TooLong { max: MAX });
        }
        if has_invisible(text) {
            return Err(TextError::Invisible);
        }
        if has_social_security_number(text) {
            return Err(TextError::SocialSecurityNumber);
        }
        Ok(Self(text.to_owned()))
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_trimmed_and_counted_in_characters() {
        assert_eq!("  Élodie  ".parse::<Text<6>>().unwrap().as_str(), "Élodie");
        assert_eq!("Élodie R".parse::<Text<6>>(), Err(TextError::TooLong { max: 6 }));
        assert_eq!(" \u{a0} ".parse::<Text<6>>(), Err(TextError::Empty));
        assert_eq!(serde_json::from_str::<Text<6>>("\"Nadia\\u0000\"").ok(), None);
    }

    #[test]
    fn what_hides_or_turns_text_is_refused() {
        for hidden in [
            "a\u{200b}b",
            "a\u{202e}b",
            "a\nb",
            "a\tb",
            "a\u{feff}b",
            "a\u{200d}b",
            "a\u{00ad}b",
            "\u{2800}",
            "a\u{fe0f}b",
            "a\u{e0041}b",
        ] {
            assert_eq!(hidden.parse::<Text<20>>(), Err(TextError::Invisible), "{hidden:?}");
        }
    }

    #[test]
    fn what_real_names_need_is_kept() {
        for name in [
            "Les Amis\u{202f}: ici\u{a0}!",
            "علی\u{200c}رضا",
            "葛\u{e0100}飾",
            "O’Brien-N’Guyen",
            "Sœur Zoë Łuczak",
        ] {
            assert!(name.parse::<Text<40>>().is_ok(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            if let Ok(checked) = text.parse::<Text<50>>() {
                prop_assert_eq!(checked.as_str().parse::<Text<50>>(), Ok(checked.clone()));
                prop_assert!(checked.as_str().chars().count() <= 50);
            }
        }
    }
}
