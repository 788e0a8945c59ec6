//! Text that people typed: checked once, wherever it enters.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    fn from_str(text: &str) -> Result<Self, TextError> { todo!() }
}
impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> { text.parse() }
}
impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self { text.0 }
}
impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
}

/// Whether `text` has what can only be a social-security number: 13 digits of the right shape with a right key, or with
/// spaces, dots or dashes between them. See `domain.md` §5.
pub fn has_social_security_number(text: &str) -> bool { todo!() }
