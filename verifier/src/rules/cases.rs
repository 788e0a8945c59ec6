//! `verifier rule check`: worked cases against rules, every key of `expect` asserted.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;
use shared::entitlement::{Claim, Credential, Decision, IssuerFacts, Rule, RuleSet, evaluate};

/// The format of a file of cases.
const FORMAT: &str = "musette-rule-cases/1";

/// A file of cases.
#[derive(Deserialize)]
struct CaseFile {
    format: String,
    #[serde(default)]
    issuers: BTreeMap<String, IssuerFacts>,
    cases: Vec<Case>,
}

/// One case. Claim and credentials are read only when its rule is one we evaluate: other rules have inputs of their own.
#[derive(Deserialize)]
struct Case {
    id: String,
    rule: String,
    title: String,
    claim: Value,
    credentials: Vec<Value>,
    expect: BTreeMap<String, Value>,
}

/// How the cases went.
pub(crate) struct Report {
    /// One line a case, and a closing line.
    pub(crate) text: String,
    /// How many hold.
    pub(crate) passed: usize,
    /// How many do not.
    pub(crate) failed: usize,
    /// How many are of rules this version does not evaluate.
    pub(crate) not_run: usize,
}

/// Runs every case of a file. A rule that this version does not evaluate hides no other; one that is wrong is refused with its
/// file, as it is when the service starts.
pub(crate) fn check(cases: &Path, rules: &Path) -> anyhow::Result<Report> {
    let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let mut known = RuleSet::default();
    let not_supported = known
        .add_supported(&rules.to_string_lossy(), &read(rules)?)
        .with_context(|| format!("{} is refused", rules.display()))?;
    let file: CaseFile =
        serde_json::from_str(&read(cases)?).with_context(|| format!("{} is not a file of cases", cases.display()))?;
    if file.format != FORMAT {
        bail!("{} is of the format {}, not {FORMAT}", cases.display(), file.format);
    }
    let mut report = Report {
        text: String::new(),
        passed: 0,
        failed: 0,
        not_run: 0,
    };
    for case in &file.cases {
        let line = match (known.rule(&case.rule), not_supported.get(&case.rule)) {
            (Some(rule), _) => match differences(rule, case, &file.issuers) {
                Ok(differences) if differences.is_empty() => {
                    report.passed += 1;
                    "réussi".to_owned()
                }
                Ok(differences) => {
                    report.failed += 1;
                    format!("ÉCHOUÉ : {}", differences.join(" ; "))
                }
                Err(error) => {
                    report.failed += 1;
                    format!("ÉCHOUÉ : {error:#}")
                }
            },
            (None, Some(problem)) => {
                report.not_run += 1;
                format!("non joué : cette version n’évalue pas {} ({problem})", case.rule)
            }
            (None, None) => {
                report.failed += 1;
                format!("ÉCHOUÉ : la règle {} n’est pas dans le fichier", case.rule)
            }
        };
        writeln!(report.text, "{} — {} : {line}", case.id, case.title)?;
    }
    writeln!(
        report.text,
        "{} cas : {} réussis, {} échoués, {} non joués",
        file.cases.len(),
        report.passed,
        report.failed,
        report.not_run
    )?;
    Ok(report)
}

/// What the decision says otherwise than expected.
fn differences(rule: &Rule, case: &Case, issuers: &BTreeMap<String, IssuerFacts>) -> anyhow::Result<Vec<String>> {
    let claim: Claim = serde_json::from_value(case.claim.clone()).context("claim")?;
    let credentials = case
        .credentials
        .iter()
        .map(|credential| serde_json::from_value(credential.clone()))
        .collect::<Result<Vec<Credential>, _>>()
        .context("credentials")?;
    let decision = evaluate(rule, &claim, &credentials, issuers);
    let decided = written(&decision)?;
    Ok(case
        .expect
        .iter()
        .filter_map(|(key, expected)| {
            let found = decided.get(key).unwrap_or(&Value::Null);
            (found != expected).then(|| format!("{key} attendu {expected}, obtenu {found}"))
        })
        .collect())
}

/// The decision as written, with the lists that are left out when empty.
fn written(decision: &Decision) -> anyhow::Result<Value> {
    let mut decided = serde_json::to_value(decision)?;
    if let Some(members) = decided.as_object_mut() {
        members.entry("duplicates").or_insert_with(|| Value::Array(Vec::new()));
        members
            .entry("missing")
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    Ok(decided)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases handed over with the project, when they are beside it.
    fn handed_over() -> Option<(std::path::PathBuf, std::path::PathBuf)> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/rules"));
        let files = (folder.join("cases.json"), folder.join("rules.json"));
        if files.0.exists() {
            return Some(files);
        }
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "../shared/rules is absent, and CI=true"
        );
        eprintln!("NOT RUN: the rule cases, because ../shared/rules is absent");
        None
    }

    #[test]
    fn every_handed_over_case_of_the_law_holds() {
        let Some((cases, rules)) = handed_over() else { return };
        let report = check(&cases, &rules).unwrap();
        assert_eq!(report.failed, 0, "{}", report.text);
        assert!(report.passed >= 26, "{}", report.text);
        assert!(report.text.ends_with("non joués\n"));
    }

    const LAW: &str = include_str!("../../../fixtures/rules/fr-cec-benevolat.toml");

    #[test]
    fn a_rule_that_is_not_supported_is_not_run_and_a_wrong_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (rules, cases) = (folder.path().join("rule.toml"), folder.path().join("cases.json"));
        let case = serde_json::json!({
            "format": FORMAT,
            "cases": [{"id": "one", "rule": "fr-cec-benevolat", "title": "une", "credentials": [], "claim": {}, "expect": {}}]
        });
        fs::write(&cases, case.to_string()).unwrap();

        fs::write(&rules, LAW.replace("type = \"fixed\"", "type = \"term_award\"")).unwrap();
        let report = check(&cases, &rules).unwrap();
        assert_eq!(
            (report.passed, report.failed, report.not_run),
            (0, 0, 1),
            "{}",
            report.text
        );

        fs::write(&rules, LAW.replace("legal_basis", "legal_bases")).unwrap();
        let error = check(&cases, &rules).err().unwrap();
        let told = format!("{error:#}");
        assert!(told.contains("rule.toml") && told.contains("legal_bas"), "{told}");
    }

    #[test]
    fn a_wrong_expectation_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rule.toml");
        fs::write(&rules, LAW).unwrap();
        let cases = folder.path().join("cases.json");
        let case = serde_json::json!({
            "format": FORMAT, "issuers": {},
            "cases": [
                {"id": "none", "rule": "fr-cec-benevolat", "title": "rien", "credentials": [],
                 "claim": {"holder": "holder", "window": {"year": 2025}, "as_of": "2026-03-15", "declared_on": "2026-03-15"},
                 "expect": {"decision": "granted"}},
                {"id": "unknown", "rule": "nowhere", "title": "inconnue", "credentials": [], "claim": {}, "expect": {}}
            ]
        });
        fs::write(&cases, case.to_string()).unwrap();
        let report = check(&cases, &rules).unwrap();
        assert_eq!(
            (report.passed, report.failed, report.not_run),
            (0, 2, 0),
            "{}",
            report.text
        );
        assert!(
            report.text.contains("decision attendu \"granted\", obtenu \"denied\""),
            "{}",
            report.text
        );
    }
}
