//! The rights this counter decides: a folder of rule files, or the rules this version ships with.

pub(crate) mod cases;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use shared::entitlement::{RuleError, RuleSet};

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
}

/// Reads every `.toml` and `.json` file of a folder, in the order of their names.
pub(crate) fn load(folder: Option<&Path>) -> Result<RuleSet, RulesError> {
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
}
