//! Identifiers: 128 random bits, written as 26 characters of Crockford base 32, so that they survive being read aloud,
//! typed, put in a URL or a file name.

use crate::entropy::Entropy;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Length of a written identifier, in characters.
pub const LENGTH: usize = 26;

/// This text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

/// A fresh identifier.
pub fn random(entropy: &dyn Entropy) -> String {
    from_bits(u128::from_be_bytes(entropy.bytes()))
}

/// The identifier of these bits.
pub(crate) fn from_bits(mut bits: u128) -> String {
    let mut written = [0u8; LENGTH];
    for place in written.iter_mut().rev() {
        *place = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    written.iter().map(|byte| char::from(*byte)).collect()
}

/// The bits of an identifier, when it is one and has no more than 128.
pub(crate) fn to_bits(text: &str) -> Option<u128> {
    // 26 characters hold 130 bits: the first may use three of its five.
    if !is_well_formed(text) || text.as_bytes()[0] > ALPHABET[7] {
        return None;
    }
    text.bytes().try_fold(0, |bits: u128, character| {
        let digit = ALPHABET.iter().position(|of_alphabet| *of_alphabet == character)?;
        Some(bits << 5 | digit as u128)
    })
}

/// Whether `text` has the shape of an identifier.
pub fn is_well_formed(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Declares an identifier type: `id! { /// An offer. pub struct OfferId; }`. Text becomes one only through `FromStr`.
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $visibility struct $name(String);

        impl $name {
            /// A fresh identifier.
            pub fn random(entropy: &dyn $crate::entropy::Entropy) -> Self {
                Self($crate::id::random(entropy))
            }

            /// As written in URLs and columns.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $crate::id::is_well_formed(text) { Ok(Self(text.to_owned())) } else { Err($crate::id::NotAnId) }
            }
        }
    };
}
