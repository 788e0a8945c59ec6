//! Messages in French and English (Fluent).
//!
//! A service's own messages lie over the shared ones (`shared/locales`), and may replace them. Fluent's isolating marks
//! (U+2068, U+2069) are off: both languages are written from left to right, and the marks show in terminals.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast;
use unic_langid::LanguageIdentifier;

use crate::language::Language;

const FRENCH: &str = include_str!("../../locales/fr.ftl");
const ENGLISH: &str = include_str!("../../locales/en.ftl");

static SHARED: LazyLock<Arc<Locale>> = LazyLock::new(|| Arc::new(Locale::new("", "")));

/// An argument of a message.
#[derive(Debug, Clone)]
pub enum Argument<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A number, for plurals. From 10 000 on, its digits are grouped as the language does.
    Number(i64),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Argument<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Argument<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&i64> for Argument<'_> {
    fn from(number: &i64) -> Self {
        Self::Number(*number)
    }
}

impl From<usize> for Argument<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&usize> for Argument<'_> {
    fn from(number: &usize) -> Self {
        Self::from(*number)
    }
}

/// The messages of one service: its own over the shared ones.
pub struct Locale {
    french: Messages,
    english: Messages,
}

struct Messages {
    bundle: FluentBundle<Arc<FluentResource>>,
    resources: [Arc<FluentResource>; 2],
}

impl Locale {
    /// From Fluent sources; the shared ones (`shared/locales/{fr,en}.ftl`) are added.
    ///
    /// # Panics
    /// When a source does not parse: they are compiled in.
    pub fn new(french: &str, english: &str) -> Self {
        Self {
            french: Messages::new(Language::French, [FRENCH, french]),
            english: Messages::new(Language::English, [ENGLISH, english]),
        }
    }

    /// The shared messages alone.
    pub fn shared() -> Arc<Self> {
        Arc::clone(&SHARED)
    }

    /// A message; the key itself when there is none (a test sees to it that there is).
    pub fn text(&self, language: Language, key: &str, arguments: &[(&str, Argument<'_>)]) -> String {
        let bundle = &self.messages(language).bundle;
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::warn!(key, language = language.tag(), "message is missing");
            return key.to_owned();
        };
        let mut values = FluentArgs::with_capacity(arguments.len());
        for (name, argument) in arguments {
            match argument {
                Argument::Text(text) => values.set(*name, FluentValue::String(text.as_ref().into())),
                Argument::Number(number) => values.set(*name, FluentValue::from(*number)),
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
        if !errors.is_empty() {
            tracing::warn!(key, language = language.tag(), "message lacks an argument");
        }
        text.into_owned()
    }

    /// Every message key of a language, for the test that compares them.
    pub fn keys(&self, language: Language) -> BTreeSet<String> {
        self.patterns(language).into_keys().collect()
    }

    /// What each message of a language says: its literal words, and the variables it may use.
    pub fn patterns(&self, language: Language) -> BTreeMap<String, Pattern> {
        let mut patterns = BTreeMap::new();
        for entry in self
            .messages(language)
            .resources
            .iter()
            .flat_map(|resource| resource.entries())
        {
            if let ast::Entry::Message(message) = entry {
                let mut pattern = Pattern::default();
                message.value.iter().for_each(|value| pattern.read(value));
                patterns.insert(message.id.name.to_owned(), pattern);
            }
        }
        patterns
    }

    fn messages(&self, language: Language) -> &Messages {
        match language {
            Language::French => &self.french,
            Language::English => &self.english,
        }
    }
}

/// What a message is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pattern {
    /// Its literal words, of every variant.
    pub words: String,
    /// The variables of every variant.
    pub variables: BTreeSet<String>,
}

impl Pattern {
    fn read(&mut self, pattern: &ast::Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                ast::PatternElement::TextElement { value } => self.words.push_str(value),
                ast::PatternElement::Placeable { expression } => self.read_expression(expression),
            }
        }
    }

    fn read_expression(&mut self, expression: &ast::Expression<&str>) {
        match expression {
            ast::Expression::Inline(inline) => self.read_inline(inline),
            ast::Expression::Select { selector, variants } => {
                self.read_inline(selector);
                for variant in variants {
                    self.words.push(' ');
                    self.read(&variant.value);
                }
            }
        }
    }

    fn read_inline(&mut self, inline: &ast::InlineExpression<&str>) {
        match inline {
            ast::InlineExpression::StringLiteral { value } => self.words.push_str(value),
            ast::InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            ast::InlineExpression::Placeable { expression } => self.read_expression(expression),
            ast::InlineExpression::FunctionReference { arguments, .. } => {
                arguments
                    .positional
                    .iter()
                    .for_each(|argument| self.read_inline(argument));
            }
            ast::InlineExpression::NumberLiteral { .. }
            | ast::InlineExpression::MessageReference { .. }
            | ast::InlineExpression::TermReference { .. } => {}
        }
    }
}

impl Messages {
    fn new(language: Language, sources: [&str; 2]) -> Self {
        let resources = sources.map(|source| {
            Arc::new(
                FluentResource::try_new(source.to_owned())
                    .unwrap_or_else(|(_, errors)| panic!("the {} messages do not parse: {errors:?}", language.tag())),
            )
        });
        #[expect(clippy::expect_used, reason = "`fr` and `en` are language tags")]
        let tag: LanguageIdentifier = language.tag().parse().expect("a language tag");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match language {
            Language::French => |value, _| grouped(value, '\u{202f}'),
            Language::English => |value, _| grouped(value, ','),
        }));
        for resource in &resources {
            bundle.add_resource_overriding(Arc::clone(resource));
        }
        Self { bundle, resources }
    }
}

/// A number from 10 000 on with its thousands apart. Smaller ones are left alone: they may be years.
fn grouped(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let digits = number.as_string();
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut written = String::with_capacity(digits.len() + digits.len() / 3 * separator.len_utf8());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            written.push(separator);
        }
        written.push(digit);
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale() -> Locale {
        Locale::new(
            "app-name = Essai\nhours = { $count ->\n    [one] { $count } heure\n   *[other] { $count } heures\n } pour { $name }",
            "app-name = Trial\nhours = { $count ->\n    [one] { $count } hour\n   *[other] { $count } hours\n } for { $name }",
        )
    }

    #[test]
    fn plurals_follow_the_language() {
        let say = |language, count: i64| {
            locale().text(language, "hours", &[("count", count.into()), ("name", "Nadia".into())])
        };
        assert_eq!(say(Language::French, 0), "0 heure pour Nadia");
        assert_eq!(say(Language::French, 2), "2 heures pour Nadia");
        assert_eq!(say(Language::English, 0), "0 hours for Nadia");
        assert_eq!(say(Language::English, 1), "1 hour for Nadia");
    }

    #[test]
    fn large_numbers_are_grouped_and_years_are_not() {
        let say =
            |language, count: i64| locale().text(language, "hours", &[("count", count.into()), ("name", "N".into())]);
        assert_eq!(say(Language::French, 131_072), "131\u{202f}072 heures pour N");
        assert_eq!(say(Language::English, 1_310_720), "1,310,720 hours for N");
        assert_eq!(say(Language::English, 2025), "2025 hours for N");
    }

    #[test]
    fn a_service_replaces_shared_messages_and_keeps_the_others() {
        assert_eq!(locale().text(Language::English, "app-name", &[]), "Trial");
        assert_eq!(locale().text(Language::English, "base-other-language", &[]), "Français");
        assert_eq!(locale().text(Language::French, "no-such-key", &[]), "no-such-key");
    }

    #[test]
    fn patterns_list_words_and_variables_of_every_variant() {
        let pattern = locale().patterns(Language::French).remove("hours").unwrap();
        assert_eq!(pattern.variables.into_iter().collect::<Vec<_>>(), ["count", "name"]);
        assert!(pattern.words.contains("heure") && pattern.words.contains("pour"));
    }
}
