//! JSON Schemas of the W3C and of Open Badges.

use serde_json::{Value, json};
use shared::credential::schema::{self, SchemaError};

use crate::source::Vectors;

#[test]
fn the_schema_of_schema_credentials_tells_them_from_others() {
    let Some(vectors) = Vectors::open("vc-json-schema/schema") else {
        return;
    };
    let text = vectors.bytes("json-schema-credential-schema.json");
    let good = json!({
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "credentialSubject": {"type": "JsonSchema", "jsonSchema": {"type": "object"}},
        "credentialSchema": {
            "id": "https://www.w3.org/ns/credentials/json-schema/v2.json", "type": "JsonSchema", "digestSRI": "sha384-A",
        },
    });
    assert_eq!(schema::check_text(&text, &good), Ok(()));
    assert!(schema::of_schema_credential(&good).is_ok());
    for (pointer, wrong) in [
        ("/type", json!(["VerifiableCredential"])),
        ("/credentialSubject/type", json!("Schema")),
        ("/credentialSubject/jsonSchema", json!({"type": 7})),
        ("/credentialSchema/type", json!("Other")),
        ("/credentialSchema", json!({})),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap() = wrong;
        let refused = schema::check_text(&text, &document);
        assert!(matches!(refused, Err(SchemaError::Unfit(_))), "{pointer} {refused:?}");
    }
}

#[test]
fn the_examples_of_the_data_model_fit_its_schema() {
    let Some(vectors) = Vectors::open("vcdm-schema-and-contexts/schema/verifiable-credential") else {
        return;
    };
    let text = vectors.bytes("verifiable-credential-schema.json");
    let mut fitted = 0;
    for file in vectors.names().iter().filter(|name| name.starts_with("example-")) {
        let example = vectors.json(file);
        assert_eq!(schema::check_text(&text, &example), Ok(()), "{file}");
        for member in ["type", "issuer", "credentialSubject"] {
            let mut without = example.clone();
            without.as_object_mut().unwrap().remove(member);
            let refused = schema::check_text(&text, &without);
            assert!(matches!(refused, Err(SchemaError::Unfit(_))), "{file} without {member}");
        }
        fitted += 1;
    }
    assert_eq!(fitted, 9);
    // That of presentations refers to it by its address: nothing is fetched for a schema.
    let presentations = Vectors::open("vcdm-schema-and-contexts/schema/verifiable-presentation").unwrap();
    let text = presentations.bytes("verifiable-presentation-schema.json");
    let example: Value = presentations.json("example-2.json");
    assert_eq!(schema::check_text(&text, &example), Err(SchemaError::Remote));
}

#[test]
fn the_schema_of_open_badges_runs_on_the_worked_credential() {
    let (Some(vectors), Some(worked)) = (Vectors::open("open-badges-3.0/schema"), Vectors::open("../credential"))
    else {
        return;
    };
    let text = vectors.bytes("achievementcredential.json");
    let badge = worked.json("activity-hours-credential.unsigned.json");
    assert_eq!(schema::check_text(&text, &badge), Ok(()));
    let ours = worked.bytes("activity-hours-schema-v1.json");
    assert_eq!(schema::check_text(&ours, &badge), Ok(()));
    let mut wrong = badge;
    wrong["credentialSubject"]
        .as_object_mut()
        .unwrap()
        .remove("achievement");
    for schema in [text, ours] {
        let refused = schema::check_text(&schema, &wrong);
        assert!(matches!(refused, Err(SchemaError::Unfit(_))), "{refused:?}");
    }
}
