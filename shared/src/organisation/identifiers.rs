//! RNA, SIREN and SIRET, with their real checks (`domain.md` §3.1).

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
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl TryFrom<String> for $name { type Error = IdentifierError; fn try_from(text: String) -> Result<Self, IdentifierError> { text.parse() } }
        impl From<$name> for String { fn from(id: $name) -> Self { id.0 } }
        impl std::fmt::Display for $name { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }
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
impl std::str::FromStr for Rna { type Err = IdentifierError; fn from_str(text: &str) -> Result<Self, IdentifierError> { todo!() } }
impl std::str::FromStr for Siren { type Err = IdentifierError; fn from_str(text: &str) -> Result<Self, IdentifierError> { todo!() } }
impl std::str::FromStr for Siret { type Err = IdentifierError; fn from_str(text: &str) -> Result<Self, IdentifierError> { todo!() } }
