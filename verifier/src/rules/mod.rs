//! The rights this counter decides: a folder of rule files, or the rules this version ships with.

pub(crate) mod cases;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use shared::entitlement::{Rule, RuleError, RuleSet};

use crate::requests::AGE_OVER_16;

/// The law's rules that this version evaluates, as shipped.
const SHIPPED: &[(&str, &str)] = &[(
    "fr-cec-benevolat.toml",
    include_str!("../../../fixtures/rules/fr-cec-benevolat.toml"),
)];

/// Why rules were not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RulesError {
    /// The folder or a file of it does not read.
    #[error("cannot read {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is refused: the message names the member.
    #[error("{path} is refused")]
    Refused {
        /// Which.
        path: PathBuf,
        /// Where in it, and why.
        source: RuleError,
    },
    /// The rule is right, and this counter can never satisfy it: it would refuse everybody.
    #[error("the rule {rule} needs what this counter does not ask: {}", missing.join(", "))]
    MissingInputs {
        /// Its id.
        rule: String,
        /// What is missing, as rules call it.
        missing: Vec<String>,
    },
}

/// Reads every `.toml` and `.json` file of a folder, in the order of their names. Refuses rules whose inputs are never given here.
pub(crate) fn load(folder: Option<&Path>) -> Result<RuleSet, RulesError> {
    let rules = read(folder)?;
    for rule in rules.iter() {
        let missing = missing_inputs(rule);
        if !missing.is_empty() {
            return Err(RulesError::MissingInputs {
                rule: rule.id().to_owned(),
                missing,
            });
        }
    }
    Ok(rules)
}

/// What a rule reads and nothing here provides.
fn missing_inputs(rule: &Rule) -> Vec<String> {
    let inputs = [
        (rule.needs_benefit_effective(), "benefit_effective"),
        (rule.needs_amounts(), "amount_cents"),
    ];
    let inputs = inputs.iter().filter(|(needed, _)| *needed).map(|(_, name)| *name);
    let predicates = rule.predicates().iter().map(String::as_str);
    inputs
        .chain(predicates.filter(|name| *name != AGE_OVER_16))
        .map(str::to_owned)
        .collect()
}

fn read(folder: Option<&Path>) -> Result<RuleSet, RulesError> {
    let mut rules = RuleSet::default();
    let Some(folder) = folder else {
        for (name, contents) in SHIPPED {
            rules.add(name, contents).map_err(|source| RulesError::Refused {
                path: name.into(),
                source,
            })?;
        }
        return Ok(rules);
    };
    let unreadable = |path: &Path, source| RulesError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut files = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(|source| unreadable(folder, source))?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml" || extension == "json")
    });
    files.sort();
    for file in files {
        let contents = fs::read_to_string(&file).map_err(|source| unreadable(&file, source))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        rules.add(&name, &contents).map_err(|source| RulesError::Refused {
            path: file.clone(),
            source,
        })?;
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_are_read() {
        let rules = load(None).unwrap();
        let rule = rules.rule("fr-cec-benevolat").unwrap();
        assert!(rule.needs_year() && rule.needs_declaration());
    }

    #[test]
    fn a_folder_is_read_and_a_wrong_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            load(Some(&folder.path().join("nowhere"))),
            Err(RulesError::Unreadable { .. })
        ));

        fs::write(folder.path().join("a.toml"), SHIPPED[0].1).unwrap();
        fs::write(folder.path().join("notes.txt"), "not a rule").unwrap();
        assert_eq!(load(Some(folder.path())).unwrap().iter().count(), 1);

        let wrong = SHIPPED[0].1.replace("legal_basis", "legal_bases");
        fs::write(folder.path().join("b.toml"), wrong).unwrap();
        let error = load(Some(folder.path())).unwrap_err();
        assert!(error.to_string().contains("b.toml"), "{error}");
    }

    #[test]
    fn a_rule_that_this_counter_cannot_satisfy_is_refused_by_what_it_misses() {
        for (from, to, missing) in [
            (
                "age_at = \"declared_on\"",
                "age_at = \"benefit_effective\"",
                "benefit_effective",
            ),
            (
                "predicates =",
                "benefit_effective_from = \"2024-01-01\"\npredicates =",
                "benefit_effective",
            ),
            ("type = \"minutes\"", "type = \"amount_cents\"", "amount_cents"),
            (
                "[\"age_over_16\"]",
                "[\"age_over_16\", \"resident\", \"retired\"]",
                "resident, retired",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let changed = SHIPPED[0].1.replacen(from, to, 1);
            assert_ne!(changed, SHIPPED[0].1, "{from}");
            fs::write(folder.path().join("a.toml"), changed).unwrap();
            let error = load(Some(folder.path())).unwrap_err();
            let told = error.to_string();
            assert!(
                told.contains("fr-cec-benevolat") && told.ends_with(&format!(": {missing}")),
                "{told}"
            );
        }
    }
}
