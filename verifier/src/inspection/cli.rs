//! `verifier verify FILE`.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;
use serde_json::json;
use shared::{
    language::Language,
    service::locale::Locale,
    verification::{Outcome, Policy},
};

use super::{Inspected, MAX_BYTES};

/// Reads a file, or standard input for `-`; no more than is looked at, and a byte that tells.
pub(crate) fn read(file: &Path) -> anyhow::Result<String> {
    let most = u64::try_from(MAX_BYTES + 1)?;
    let mut text = String::new();
    let read = if file == Path::new("-") {
        io::stdin().take(most).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {} as text", file.display()))?;
    Ok(text)
}

/// The verdict in words, one line a check.
pub(crate) fn in_words(inspected: &Inspected, locale: &Locale) -> String {
    let say = |key: &str| locale.text(Language::French, key, &[]);
    let mut text = format!("{}\n", inspected.format);
    for check in &inspected.verdict.checks {
        let (sign, reason) = match check.outcome {
            Outcome::Passed => ('✓', check.note),
            Outcome::Failed(reason) => ('✗', Some(reason)),
            Outcome::Skipped(reason) => ('?', Some(reason)),
        };
        let name = say(&format!("check-{}", check.id.code()));
        // Writing to a String does not fail.
        let _ = write!(text, "{sign} {name}");
        if let Some(reason) = reason {
            let _ = write!(text, " — {}", say(&format!("reason-{}", reason.code())));
        }
        text.push('\n');
    }
    text
}

/// The verdict as JSON, without the claims.
pub(crate) fn in_json(inspected: &Inspected) -> String {
    let verdict = json!({
        "format": inspected.format,
        "accepted": inspected.verdict.accepted(Policy::Strict),
        "checks": inspected.verdict.checks,
    });
    format!("{verdict:#}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use shared::service::http_client::HttpClient;

    use super::{super::inspect, *};

    #[tokio::test]
    async fn a_verdict_is_told_in_words_and_in_json() {
        let credential = super::super::tests::credential().to_string();
        let now = "2027-01-10T09:30:00Z".parse().unwrap();
        let found = inspect(&HttpClient::new(false), &credential, now).await.unwrap();
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
        assert_eq!(error, "cannot read absent.json as text");
    }
}
