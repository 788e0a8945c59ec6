//! `verifier verify FILE`.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;
use serde_json::{Value, json};
use shared::{
    format::baked,
    language::Language,
    service::locale::Locale,
    verification::{Outcome, Policy, w3c::W3cVerdict},
};

use super::Inspected;

/// Reads a file, or standard input for `-`; no more than is looked at, and a byte that tells.
pub(crate) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let most = u64::try_from(baked::MAX_PICTURE + 1)?;
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes)
}

/// The verdict in words, one line a check; those of the credentials in a presentation below it.
pub(crate) fn in_words(inspected: &Inspected, locale: &Locale) -> String {
    let mut text = format!("{}\n", inspected.format);
    tell(&inspected.verdict, "", locale, &mut text);
    text
}

fn tell(found: &W3cVerdict, indent: &str, locale: &Locale, text: &mut String) {
    let say = |key: &str| locale.text(Language::French, key, &[]);
    for check in &found.verdict.checks {
        let (sign, reason) = match check.outcome {
            Outcome::Passed => ('✓', check.note),
            Outcome::Failed(reason) => ('✗', Some(reason)),
            Outcome::Skipped(reason) => ('?', Some(reason)),
        };
        let name = say(&format!("check-{}", check.id.code()));
        // Writing to a String does not fail.
        let _ = write!(text, "{indent}{sign} {name}");
        if let Some(reason) = reason {
            let _ = write!(text, " — {}", say(&format!("reason-{}", reason.code())));
        }
        text.push('\n');
        for flaw in found.flaws.iter().filter(|flaw| flaw.check == check.id) {
            let _ = writeln!(text, "{indent}    {} ({})", flaw.detail, flaw.standard.name());
        }
    }
    for (number, credential) in found.credentials.iter().enumerate() {
        let _ = writeln!(text, "{indent}  {}.", number + 1);
        tell(credential, &format!("{indent}  "), locale, text);
    }
}

/// The verdict as JSON, without the claims.
pub(crate) fn in_json(inspected: &Inspected) -> String {
    let mut verdict = told(&inspected.verdict);
    verdict["format"] = inspected.format.into();
    verdict["accepted"] = inspected.verdict.accepted(Policy::Strict).into();
    format!("{verdict:#}\n")
}

fn told(found: &W3cVerdict) -> Value {
    let errors = found.flaws.iter().map(|flaw| {
        json!({
            "check": flaw.check,
            "type": flaw.standard.type_url(),
            "detail": flaw.detail,
        })
    });
    json!({
        "checks": found.verdict.checks,
        "errors": errors.collect::<Vec<_>>(),
        "credentials": found.credentials.iter().map(told).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use shared::{service::http_client::HttpClient, verification::Rules};

    use super::{super::inspect, *};

    #[tokio::test]
    async fn a_verdict_is_told_in_words_and_in_json() {
        let credential = super::super::tests::credential().to_string();
        let now = "2027-01-10T09:30:00Z".parse().unwrap();
        let found = inspect(&HttpClient::new(false), &Rules::default(), credential.as_bytes(), now)
            .await
            .unwrap();
        let words = in_words(&found, &crate::app::locale());
        assert!(words.contains("✓ Signature de l’organisme\n"), "{words}");
        let told: Value = serde_json::from_str(&in_json(&found)).unwrap();
        assert_eq!(told["accepted"], true);
        assert_eq!(told["checks"][0], json!({"id": "structure", "outcome": "passed"}));
        assert_eq!(told["checks"][3]["note"], "no_status");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read(Path::new("absent.json")).unwrap_err().to_string();
        assert_eq!(error, "cannot read absent.json");
    }
}
