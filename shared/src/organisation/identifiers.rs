//! RNA, SIREN and SIRET, with their real checks (`domain.md` §3.1). Spaces are dropped when reading: people type them.

/// Why an identifier was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Not the right number of digits (or, for RNA, not `W` and 9 digits).
    #[error("the identifier does not have the right shape")]
    Shape,
    /// The check digit does not fit: most often two digits were swapped.
    #[error("the check digit of the identifier does not fit")]
    CheckDigit,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As written, without spaces.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentifierError;

            fn try_from(text: String) -> Result<Self, IdentifierError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// Number in the Répertoire national des associations: `W` and 9 digits. No check digit is published.
    Rna
}
identifier! {
    /// SIREN: 9 digits, Luhn.
    Siren
}
identifier! {
    /// SIRET: SIREN and 5 digits, Luhn over both; La Poste (356000000) also by a digit sum multiple of 5.
    Siret
}

impl Siret {
    /// The SIREN of the organisation this establishment belongs to.
    pub fn siren(&self) -> Siren {
        Siren(self.0[..9].to_owned())
    }
}

impl std::str::FromStr for Rna {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let number = without_spaces(text).to_ascii_uppercase();
        let digits = number.strip_prefix('W').ok_or(IdentifierError::Shape)?;
        check_digits(digits, 9)?;
        Ok(Self(number))
    }
}

impl std::str::FromStr for Siren {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let number = without_spaces(text);
        check_digits(&number, 9)?;
        if has_luhn(&number) {
            Ok(Self(number))
        } else {
            Err(IdentifierError::CheckDigit)
        }
    }
}

impl std::str::FromStr for Siret {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let number = without_spaces(text);
        check_digits(&number, 14)?;
        let fits =
            has_luhn(&number) || (number.starts_with(LA_POSTE) && digits(&number).sum::<u32>().is_multiple_of(5));
        if fits && has_luhn(&number[..9]) {
            Ok(Self(number))
        } else {
            Err(IdentifierError::CheckDigit)
        }
    }
}

/// So many post offices that the Luhn numbers ran out.
const LA_POSTE: &str = "356000000";

fn without_spaces(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

fn check_digits(text: &str, length: usize) -> Result<(), IdentifierError> {
    if text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(IdentifierError::Shape)
    }
}

fn digits(number: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    number.bytes().map(|byte| u32::from(byte - b'0'))
}

/// Every second digit from the right is doubled, its own digits added; the sum is a multiple of 10.
fn has_luhn(number: &str) -> bool {
    digits(number)
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum::<u32>()
        .is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_sirens() {
        assert_eq!("200 034 528".parse::<Siren>().unwrap().as_str(), "200034528");
        assert!("552008443".parse::<Siren>().is_ok());
        assert!("356\u{a0}000\u{202f}000".parse::<Siren>().is_ok());
        assert_eq!("200034582".parse::<Siren>(), Err(IdentifierError::CheckDigit));
        assert_eq!("552008442".parse::<Siren>(), Err(IdentifierError::CheckDigit));
        assert_eq!("55200844".parse::<Siren>(), Err(IdentifierError::Shape));
        assert_eq!("55200844X".parse::<Siren>(), Err(IdentifierError::Shape));
        assert_eq!("٥٥٢٠٠٨٤٤٣".parse::<Siren>(), Err(IdentifierError::Shape));
    }

    #[test]
    fn published_sirets() {
        let siret = "200 034 528 00014".parse::<Siret>().unwrap();
        assert_eq!(siret.as_str(), "20003452800014");
        assert_eq!(siret.siren().as_str(), "200034528");
        assert_eq!("20003452800041".parse::<Siret>(), Err(IdentifierError::CheckDigit));
        assert_eq!("2000345280001".parse::<Siret>(), Err(IdentifierError::Shape));
    }

    #[test]
    fn post_offices_have_a_check_of_their_own() {
        assert!("35600000000048".parse::<Siret>().is_ok(), "Luhn");
        assert!("35600000009075".parse::<Siret>().is_ok(), "digit sum multiple of 5");
        assert_eq!("35600000009076".parse::<Siret>(), Err(IdentifierError::CheckDigit));
        assert_eq!(
            "20003452800001".parse::<Siret>(),
            Err(IdentifierError::CheckDigit),
            "for La Poste only"
        );
    }

    #[test]
    fn rna_takes_a_small_w_and_spaces() {
        assert_eq!(" w691 999 901 ".parse::<Rna>().unwrap().as_str(), "W691999901");
        for wrong in ["691999901", "W69199990", "W6919999011", "X691999901", "W69199990A", ""] {
            assert_eq!(wrong.parse::<Rna>(), Err(IdentifierError::Shape), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_mistyped_digit_is_noticed(body in "[0-9]{8}", place in 0..9usize, shift in 1..=9u32) {
            let siren = (0..10).find_map(|key| format!("{body}{key}").parse::<Siren>().ok()).expect("one key always fits");
            let mistyped: String = digits(siren.as_str())
                .enumerate()
                .map(|(at, digit)| if at == place { (digit + shift) % 10 } else { digit }.to_string())
                .collect();
            prop_assert_eq!(mistyped.parse::<Siren>(), Err(IdentifierError::CheckDigit));
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _: (Result<Rna, _>, Result<Siren, _>, Result<Siret, _>) = (text.parse(), text.parse(), text.parse());
        }
    }
}
