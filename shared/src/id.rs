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
    let mut bits = u128::from_be_bytes(entropy.bytes());
    let mut written = [0u8; LENGTH];
    for place in written.iter_mut().rev() {
        *place = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    written.iter().map(|byte| char::from(*byte)).collect()
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
