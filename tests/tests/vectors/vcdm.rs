//! Documents that are verifiable credentials and presentations, and documents that are not: w3c/vc-data-model-2.0-test-suite.

use serde_json::Value;
use shared::{
    credential::vcdm::{check_credential, check_presentation},
    testing::linked_data::canonical_json_ld,
};

use crate::source::Vectors;

/// Inputs that are right, and that we refuse.
const REFUSED_BY_CHOICE: &[&str] = &[
    // Its proof has members that its contexts do not define.
    "credential-proof-ok.json",
];

#[test]
fn vcdm_2_0_documents_are_told_from_what_is_none() {
    let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
    for folder in [
        "vcdm20-test-suite/input",
        "vcdm20-test-suite/input/names-and-descriptions",
    ] {
        let Some(vectors) = Vectors::open(folder) else { return };
        for file in vectors
            .names()
            .into_iter()
            .filter(|name| name != "names-and-descriptions")
        {
            let document = issued(vectors.json(&file), &file);
            let shape = if file.starts_with("presentation") {
                check_presentation(&document)
            } else {
                check_credential(&document)
            };
            let terms = canonical_json_ld(&document.to_string());
            let is_right = shape.is_ok() && terms.is_ok();
            let expected = file.ends_with("-ok.json") && !REFUSED_BY_CHOICE.contains(&file.as_str());
            if is_right != expected {
                wrong.push(format!("{file}: {shape:?} {:?}", terms.err()));
            }
            if is_right { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted > 45 && refused > 50, "{accepted} accepted, {refused} refused");
}

/// The suite writes dates, and lets the issuer that is tested put its name.
fn issued(mut document: Value, file: &str) -> Value {
    if file.starts_with("presentation") {
        // As the suite does: credentials it means to be secured are, by somebody.
        if !file.contains("self-asserted")
            && let Some(credentials) = document.get_mut("verifiableCredential").and_then(Value::as_array_mut)
        {
            for credential in credentials.iter_mut().filter_map(Value::as_object_mut) {
                if credential.contains_key("issuer") {
                    credential.insert("proof".to_owned(), serde_json::json!({"type": "DataIntegrityProof"}));
                }
            }
        }
    } else if document.get("issuer").is_none() && !file.contains("no-issuer") {
        document["issuer"] = "did:example:issuer".into();
    } else if let Some(Value::Object(issuer)) = document.get_mut("issuer")
        && !file.contains("issuer-object-id")
    {
        issuer.entry("id").or_insert("did:example:issuer".into());
    }
    for member in ["validFrom", "validUntil"] {
        match document.get(member).and_then(Value::as_str) {
            Some(text) if text.contains("PAST") => document[member] = "2020-01-01T00:00:00Z".into(),
            Some(text) if text.contains("FUTURE") => document[member] = "2040-01-01T00:00:00Z".into(),
            _ => {}
        }
    }
    document
}
