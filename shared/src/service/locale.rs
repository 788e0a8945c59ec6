//! Messages in French and English (Fluent).

use std::borrow::Cow;

use crate::language::Language;

/// An argument of a message.
#[derive(Debug, Clone)]
pub enum Argument<'a> { /// Text.
    Text(Cow<'a, str>), /// A number, for plurals.
    Number(i64) }
impl<'a> From<&'a str> for Argument<'a> { fn from(text: &'a str) -> Self { Self::Text(text.into()) } }
impl<'a> From<&'a String> for Argument<'a> { fn from(text: &'a String) -> Self { Self::Text(text.as_str().into()) } }
impl From<String> for Argument<'_> { fn from(text: String) -> Self { Self::Text(text.into()) } }
impl From<i64> for Argument<'_> { fn from(number: i64) -> Self { Self::Number(number) } }
impl From<usize> for Argument<'_> { fn from(number: usize) -> Self { Self::Number(i64::try_from(number).unwrap_or(i64::MAX)) } }

/// The messages of one service: its own over the shared ones.
pub struct Locale { _todo: () }

impl Locale {
    /// From Fluent sources; the shared ones (`shared/locales/{fr,en}.ftl`) are added.
    ///
    /// # Panics
    /// When a source does not parse: they are compiled in.
    pub fn new(french: &str, english: &str) -> Self { todo!() }
    /// A message; the key itself when there is none (a test sees to it that there is).
    pub fn text(&self, language: Language, key: &str, arguments: &[(&str, Argument<'_>)]) -> String { todo!() }
    /// Every message key of a language, for the test that compares them.
    pub fn keys(&self, language: Language) -> std::collections::BTreeSet<String> { todo!() }
}
