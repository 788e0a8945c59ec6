//! The worked cases of the rule set (`cases.json`), every key of every expectation.
//!
//! They are beside the vectors, whose folder `MUSETTE_VECTORS` names (`../shared/vectors` beside the repository by
//! default). Without them this suite says that it did not run, and fails when `CI=true`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops where it fails, and says what it did not run"
)]

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use serde_json::{Map, Value, json};
use shared::{
    entitlement::{Claim, Credential, IssuerFacts, Rule, RuleError, RuleSet, evaluate, explain},
    language::Language,
};

fn folder() -> Option<PathBuf> {
    let vectors = env::var_os("MUSETTE_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors")),
        PathBuf::from,
    );
    let folder = vectors.parent()?.join("rules");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        env::var("CI").as_deref() != Ok("true"),
        "no rule set in {}",
        folder.display()
    );
    eprintln!(
        "NOT RUN: 1 suite of rule cases, which are not in {} (set MUSETTE_VECTORS)",
        folder.display()
    );
    None
}

fn read(folder: &std::path::Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn every_case_of_every_supported_rule_holds() {
    let Some(folder) = folder() else { return };
    let rules: BTreeMap<String, Result<Rule, RuleError>> = read(&folder, "rules.json")["rules"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, rule)| (id.clone(), Rule::from_value(rule)))
        .collect();
    let document = read(&folder, "cases.json");
    let issuers: BTreeMap<String, IssuerFacts> = serde_json::from_value(document["issuers"].clone()).unwrap();
    let cases = document["cases"].as_array().unwrap();

    let mut ran: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        let (id, rule) = (case["id"].as_str().unwrap(), case["rule"].as_str().unwrap());
        let Ok(rule) = &rules[rule] else { continue };
        assert_case(id, rule, case, &issuers);
        *ran.entry(rule.id()).or_default() += 1;
    }

    let left_out: Vec<_> = rules
        .iter()
        .filter_map(|(id, rule)| rule.as_ref().err().map(|error| (id, error)))
        .collect();
    for (id, error) in &left_out {
        assert!(error.is_not_supported_yet(), "{id}: {error}");
        println!("not supported yet: {id} ({error})");
    }
    let total: usize = ran.values().sum();
    println!(
        "{total} of {} cases ran; {} of {} rules are not supported yet",
        cases.len(),
        left_out.len(),
        rules.len()
    );

    let of_the_law = cases.iter().filter(|case| case["rule"] == "fr-cec-benevolat").count();
    assert!(of_the_law >= 26, "{of_the_law}");
    assert_eq!(ran["fr-cec-benevolat"], of_the_law);
    assert_eq!(
        left_out.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
        ["us-segal-fy2024"]
    );
}

fn assert_case(id: &str, rule: &Rule, case: &Value, issuers: &BTreeMap<String, IssuerFacts>) {
    let claim: Claim = serde_json::from_value(case["claim"].clone()).unwrap();
    let credentials: Vec<Credential> = serde_json::from_value(case["credentials"].clone()).unwrap();
    let decision = evaluate(rule, &claim, &credentials, issuers);
    let mut written = serde_json::to_value(&decision).unwrap();
    // What is left out of the JSON because it is empty may be expected as empty.
    let members = written.as_object_mut().unwrap();
    for (name, empty) in [
        ("missing", Value::Object(Map::new())),
        ("duplicates", json!([])),
        ("levels", json!([])),
    ] {
        members.entry(name).or_insert(empty);
    }
    for (key, expected) in case["expect"].as_object().unwrap() {
        assert_eq!(&written[key], expected, "{id}, {key}: {written:#}");
    }
    for language in Language::ALL {
        let told = explain(rule, &decision, &credentials, issuers, language);
        let lines = [&told.reasons, &told.used, &told.rejected].into_iter().flatten();
        for text in lines.map(|line| line.text.as_str()).chain([told.headline.as_str()]) {
            assert!(
                !text.contains("  ") && !text.contains("()") && !text.contains('_'),
                "{id}: {text}"
            );
        }
        assert_eq!(told.used.len(), decision.used.len(), "{id}");
        let explained: Vec<_> = told.reasons.iter().filter_map(|line| line.code.clone()).collect();
        assert_eq!(
            explained,
            decision.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "{id}"
        );
        if env::var_os("MUSETTE_SHOW").is_some() {
            println!("\n{id} ({}): {}", language.tag(), told.headline);
            for line in [&told.reasons, &told.used, &told.rejected].into_iter().flatten() {
                println!("  {}", line.text);
            }
        }
    }
}

#[test]
fn the_whole_rule_set_loads_but_for_what_is_not_supported_yet() {
    let Some(folder) = folder() else { return };
    let contents = fs::read_to_string(folder.join("rules.json")).unwrap();
    let mut rules = RuleSet::default();
    let error = rules.add("rules.json", &contents).unwrap_err();
    assert_eq!(error.path, "rules.us-segal-fy2024.window.type");
    assert_eq!(rules.iter().count(), 0, "nothing of a refused file stays");
    let left_out = rules.add_supported("rules.json", &contents).unwrap();
    assert_eq!(rules.iter().count(), 13);
    assert_eq!(left_out.keys().collect::<Vec<_>>(), ["us-segal-fy2024"]);
}

#[test]
fn toml_and_json_decide_alike() {
    let Some(folder) = folder() else { return };
    let mut rules = RuleSet::default();
    rules
        .add(
            "fr-cec-benevolat.toml",
            include_str!("../../fixtures/rules/fr-cec-benevolat.toml"),
        )
        .unwrap();
    let ours = rules.rule("fr-cec-benevolat").unwrap();
    let document = read(&folder, "cases.json");
    let issuers: BTreeMap<String, IssuerFacts> = serde_json::from_value(document["issuers"].clone()).unwrap();
    for case in document["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["rule"] == "fr-cec-benevolat")
    {
        assert_case(case["id"].as_str().unwrap(), ours, case, &issuers);
    }
}
