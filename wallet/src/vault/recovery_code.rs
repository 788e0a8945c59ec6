//! The printed recovery code: 135 random bits in Crockford base 32, and a check character that catches a wrong letter
//! and most swaps before anything is tried. Written in blocks of four: `7K2M-…`.

use shared::{entropy::Entropy, keys::seal::SealingKey};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random characters; one more checks them.
const RANDOM: usize = 27;
/// Characters of a code, without dashes.
const LENGTH: usize = RANDOM + 1;
const BLOCK: usize = 4;

/// A recovery code, as values of its characters (0 to 31). Erased from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RecoveryCode(Zeroizing<[u8; LENGTH]>);

/// Why what was typed is not a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecoveryCodeError {
    /// A character that no code has.
    #[error("a recovery code has no such character")]
    Character,
    /// Something is missing, or too much.
    #[error("a recovery code has 28 characters")]
    Length,
    /// The check character does not fit.
    #[error("a character of the recovery code is wrong")]
    Check,
}

impl RecoveryCode {
    /// A fresh code.
    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        let mut values = Zeroizing::new([0; LENGTH]);
        entropy.fill(&mut values[..RANDOM]);
        for value in &mut values[..RANDOM] {
            *value &= 31;
        }
        values[RANDOM] = check_value(&values[..RANDOM]);
        Self(values)
    }

    /// In blocks of four, as printed.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / BLOCK));
        for (position, value) in self.0.iter().enumerate() {
            if position > 0 && position % BLOCK == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
        text
    }

    /// The last block, typed again to show that the code was written down.
    pub(crate) fn ends_with(&self, typed: &str) -> bool {
        let values: Option<Vec<u8>> = typed.chars().filter(|c| !is_separator(*c)).map(value_of).collect();
        values.is_some_and(|values| values == self.0[LENGTH - BLOCK..])
    }

    /// The key it gives.
    pub(crate) fn key(&self) -> SealingKey {
        SealingKey::derived(&*self.0, "wallet recovery code wrap")
    }
}

impl std::str::FromStr for RecoveryCode {
    type Err = RecoveryCodeError;

    /// Forgives case, spaces, dashes, and `O`, `I`, `L` for `0` and `1`.
    fn from_str(text: &str) -> Result<Self, RecoveryCodeError> {
        let mut values = Zeroizing::new([0; LENGTH]);
        let mut length = 0;
        for character in text.chars().filter(|character| !is_separator(*character)) {
            let value = value_of(character).ok_or(RecoveryCodeError::Character)?;
            *values.get_mut(length).ok_or(RecoveryCodeError::Length)? = value;
            length += 1;
        }
        if length != LENGTH {
            return Err(RecoveryCodeError::Length);
        }
        if check_value(&values[..RANDOM]) != values[RANDOM] {
            return Err(RecoveryCodeError::Check);
        }
        Ok(Self(values))
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '‐' | '‑' | '–')
}

fn value_of(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|letter| char::from(*letter) == character)
        .and_then(|value| u8::try_from(value).ok())
}

/// Luhn's algorithm in base 32: every single wrong character is caught.
fn check_value(values: &[u8]) -> u8 {
    let sum: u32 = values
        .iter()
        .rev()
        .enumerate()
        .map(|(position, value)| {
            let weighted = u32::from(*value) * if position % 2 == 0 { 2 } else { 1 };
            weighted / 32 + weighted % 32
        })
        .sum();
    u8::try_from((32 - sum % 32) % 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::testing::SeededEntropy;

    use super::*;

    fn code(seed: u64) -> RecoveryCode {
        RecoveryCode::random(&SeededEntropy::new(seed))
    }

    proptest! {
        #[test]
        fn a_printed_code_reads_back_however_it_is_typed(seed: u64) {
            let printed = code(seed).to_text();
            for typed in [printed.to_lowercase(), printed.replace('-', " "), printed.replace('0', "O").replace('1', "l")] {
                prop_assert!(typed.parse::<RecoveryCode>().unwrap() == code(seed));
            }
        }

        #[test]
        fn one_wrong_character_is_noticed(seed: u64, position in 0..LENGTH, shift in 1u8..32) {
            let mut values = code(seed).0;
            values[position] = (values[position] + shift) % 32;
            let typed = RecoveryCode(values).to_text();
            prop_assert_eq!(typed.parse::<RecoveryCode>().err(), Some(RecoveryCodeError::Check));
        }
    }

    #[test]
    fn what_is_no_code_says_why() {
        assert_eq!("7K2M".parse::<RecoveryCode>().err(), Some(RecoveryCodeError::Length));
        assert_eq!(
            "7K2M é".parse::<RecoveryCode>().err(),
            Some(RecoveryCodeError::Character)
        );
        assert_eq!(
            format!("{}0", &*code(1).to_text()).parse::<RecoveryCode>().err(),
            Some(RecoveryCodeError::Length)
        );
    }

    #[test]
    fn the_last_block_confirms() {
        let printed = code(4).to_text();
        assert!(code(4).ends_with(&printed[printed.len() - 4..].to_lowercase()));
        assert!(!code(4).ends_with(""));
        assert!(!code(4).ends_with(&printed));
    }
}
