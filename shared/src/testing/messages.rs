//! What every service asserts of its messages and templates.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{
    language::Language,
    service::locale::{Locale, Pattern},
};

/// Words people must never read; those in capitals only when they are.
const JARGON: [&str; 10] = [
    "VC",
    "VP",
    "DID",
    "JSON",
    "credential",
    "credentials",
    "holder",
    "holders",
    "issuer",
    "issuers",
];

/// Asserts that French and English have the same messages with the same variables, that every message named in a template
/// of `templates` (`t("key")`, `t1("key", "name", …)`, `t2("key", …)`) exists with the variables it is given, and that no
/// message speaks jargon.
///
/// # Panics
/// When one of these does not hold: the panic lists everything that is wrong.
pub fn check_messages(locale: &Locale, templates: &Path) {
    let french = locale.patterns(Language::French);
    let english = locale.patterns(Language::English);
    let mut wrong = Vec::new();
    compare(&french, &english, &mut wrong);
    for (language, patterns) in [("fr", &french), ("en", &english)] {
        for (key, pattern) in patterns {
            for word in pattern.words.split(|c: char| !c.is_alphanumeric()) {
                if let Some(jargon) = JARGON.into_iter().find(|jargon| is(word, jargon)) {
                    wrong.push(format!("{language} {key}: says «{jargon}»"));
                }
            }
        }
    }
    let mut files = Vec::new();
    collect(templates, &mut files, &mut wrong);
    if files.is_empty() {
        wrong.push(format!("no template in {}", templates.display()));
    }
    for (file, source) in &files {
        for call in calls(source) {
            check_call(&call, &french, file, &mut wrong);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} messages are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Whether `word` is this piece of jargon.
fn is(word: &str, jargon: &str) -> bool {
    word == jargon || (jargon.starts_with(char::is_lowercase) && word.eq_ignore_ascii_case(jargon))
}

fn compare(french: &BTreeMap<String, Pattern>, english: &BTreeMap<String, Pattern>, wrong: &mut Vec<String>) {
    let keys: BTreeSet<&String> = french.keys().chain(english.keys()).collect();
    for key in keys {
        match (french.get(key), english.get(key)) {
            (Some(french), Some(english)) if french.variables != english.variables => wrong.push(format!(
                "{key}: French uses {:?}, English {:?}",
                french.variables, english.variables
            )),
            (Some(_), Some(_)) => {}
            (None, _) => wrong.push(format!("{key}: no French")),
            (_, None) => wrong.push(format!("{key}: no English")),
        }
    }
}

/// A message named in a template.
struct Call<'a> {
    key: &'a str,
    arguments: usize,
    /// The name of the first argument, written right after the key.
    first: Option<&'a str>,
}

fn check_call(call: &Call<'_>, patterns: &BTreeMap<String, Pattern>, file: &str, wrong: &mut Vec<String>) {
    let Some(pattern) = patterns.get(call.key) else {
        wrong.push(format!("{file}: no message «{}»", call.key));
        return;
    };
    if pattern.variables.len() > call.arguments {
        wrong.push(format!("{file}: «{}» needs {:?}", call.key, pattern.variables));
    }
    if let Some(first) = call.first
        && !pattern.variables.contains(first)
    {
        wrong.push(format!("{file}: «{}» does not use «{first}»", call.key));
    }
}

fn calls(source: &str) -> impl Iterator<Item = Call<'_>> {
    [(".t(\"", 0), (".t1(\"", 1), (".t2(\"", 2)]
        .into_iter()
        .flat_map(move |(opening, arguments)| {
            source.match_indices(opening).filter_map(move |(at, _)| {
                let (key, rest) = source.get(at + opening.len()..)?.split_once('"')?;
                let first = rest
                    .trim_start()
                    .strip_prefix(',')
                    .and_then(|rest| rest.trim_start().strip_prefix('"'));
                Some(Call {
                    key,
                    arguments,
                    first: first.and_then(|rest| rest.split('"').next()).filter(|_| arguments > 0),
                })
            })
        })
}

fn collect(directory: &Path, files: &mut Vec<(String, String)>, wrong: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(directory) else {
        wrong.push(format!("cannot read {}", directory.display()));
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files, wrong);
        } else if let Ok(source) = fs::read_to_string(&path) {
            files.push((path.display().to_string(), source));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TemporaryDirectory;

    #[test]
    fn the_shared_messages_and_templates_are_right() {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        check_messages(&Locale::shared(), &templates);
    }

    /// What the check says of these messages and this template.
    fn complaint(french: &str, english: &str, template: &str) -> String {
        let directory = TemporaryDirectory::new();
        fs::write(directory.path().join("page.html"), template).unwrap();
        let locale = Locale::new(french, english);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check_messages(&locale, directory.path());
        }))
        .unwrap_err();
        *panic.downcast::<String>().unwrap()
    }

    #[test]
    fn what_is_missing_in_one_language_is_named() {
        assert!(complaint("a = A", "", "").contains("a: no English"));
        assert!(complaint("", "a = A", "").contains("a: no French"));
        assert!(complaint("a = { $n }", "a = { $m }", "").contains("a: French uses"));
    }

    #[test]
    fn what_a_template_names_wrongly_is_named() {
        assert!(complaint("", "", r#"{{ page.t("absent") }}"#).contains("no message «absent»"));
        assert!(complaint("a = { $n }", "a = { $n }", r#"{{ page.t("a") }}"#).contains("needs"));
        assert!(complaint("a = { $n }", "a = { $n }", r#"{{ page.t1("a", "m", x) }}"#).contains("does not use «m»"));
    }

    #[test]
    fn jargon_is_named() {
        assert!(complaint("a = Votre credential", "a = Your wallet", "").contains("says «credential»"));
        assert!(complaint("a = Le fichier JSON", "a = The file", "").contains("says «JSON»"));
        assert!(complaint("a = A", "a = The Issuer did it", "").contains("says «issuer»"));
    }
}
