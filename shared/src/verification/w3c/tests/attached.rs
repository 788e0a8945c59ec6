//! Schemas and related resources.

use super::*;
use crate::{credential::schema::MAX_BYTES as MAX_SCHEMA_BYTES, integrity::Integrity};

const SCHEMA: &str = "https://asso.example.org/schema.json";
const RESOURCE: &str = "https://asso.example.org/picture.png";

fn schema(subject: &Value) -> Vec<u8> {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "properties": {"credentialSubject": subject},
    });
    schema.to_string().into_bytes()
}

/// What a schema credential looks like.
fn schema_credential(schema: &[u8]) -> Value {
    json!({
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "credentialSubject": {
            "id": SCHEMA, "type": "JsonSchema", "jsonSchema": serde_json::from_slice::<Value>(schema).unwrap(),
        },
    })
}

/// The verdict of a credential with these members, when this was fetched.
#[expect(clippy::needless_pass_by_value, reason = "written where it is passed")]
fn verdict_with(members: Value, change: impl FnOnce(&mut Surroundings)) -> W3cVerdict {
    let person = Person::new(KeyKind::Ed25519);
    let mut credential = person.credential();
    credential.extend(members.as_object().unwrap().clone());
    let signed = person.prove(credential, |_| {});
    let document = W3cDocument::from_object(signed).unwrap();
    let mut around = surroundings(&document, None);
    change(&mut around);
    document.verify(&around, &W3cExpectation::FOUND, now())
}

/// How the check ends with this schema under these digests.
#[expect(clippy::needless_pass_by_value, reason = "written where it is passed")]
fn with_schema(reference: Value, fetched: Fetched<Vec<u8>>) -> W3cVerdict {
    verdict_with(json!({"credentialSchema": reference}), |around| {
        around.files.insert(SCHEMA.to_owned(), fetched);
    })
}

fn reference(kind: &str) -> Value {
    json!({"id": SCHEMA, "type": kind})
}

/// This check alone ends so.
#[track_caller]
fn assert_ends(verdict: &W3cVerdict, id: CheckId, outcome: Outcome) {
    for check in &verdict.verdict.checks {
        let expected = if check.id == id { outcome } else { Outcome::Passed };
        assert_eq!(check.outcome, expected, "{:?} {:?}", check.id, verdict.flaws);
    }
    assert_eq!(verdict.verdict.outcome(id), Some(outcome));
    let refused = matches!(outcome, Outcome::Failed(_));
    assert_eq!(verdict.accepted(Policy::Strict), !refused, "nobody has to check it");
    assert_eq!(verdict.flaws.is_empty(), outcome == Outcome::Passed);
}

#[test]
fn js_001_a_credential_fits_its_schema_or_does_not() {
    let fits = schema(&json!({"required": ["id"]}));
    let other = schema(&json!({"required": ["name"]}));
    let verdict = with_schema(reference("JsonSchema"), Fetched::Found(fits.clone()));
    assert_ends(&verdict, CheckId::Schema, Outcome::Passed);
    let verdict = with_schema(reference("JsonSchema"), Fetched::Found(other.clone()));
    assert_ends(&verdict, CheckId::Schema, Outcome::Failed(Reason::AgainstSchema));
    // One of two is enough.
    let both = json!([reference("JsonSchema"), {"id": "https://asso.example.org/b", "type": "JsonSchema"}]);
    let verdict = verdict_with(json!({"credentialSchema": both}), |around| {
        around.files.insert(SCHEMA.to_owned(), Fetched::Unreachable);
        around
            .files
            .insert("https://asso.example.org/b".to_owned(), Fetched::Found(other));
    });
    assert_ends(&verdict, CheckId::Schema, Outcome::Failed(Reason::AgainstSchema));
    let without = verdict_with(json!({}), |_| {});
    assert_eq!(without.verdict.outcome(CheckId::Schema), None);
}

#[test]
fn js_001_what_cannot_be_evaluated_is_indeterminate() {
    for fetched in [
        Fetched::Unreachable,
        Fetched::Unusable,
        Fetched::Forbidden,
        Fetched::NotAsked,
    ] {
        let verdict = with_schema(reference("JsonSchema"), fetched);
        assert_ends(&verdict, CheckId::Schema, Outcome::Skipped(Reason::SchemaUnreachable));
    }
    let version = json!({"$schema": "http://json-schema.org/draft-04/schema#", "$id": SCHEMA});
    let remote = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, "$ref": "https://evil.example/"
    });
    let costly = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, "$ref": "#"});
    for schema in [version, remote, costly] {
        let verdict = with_schema(reference("JsonSchema"), Fetched::Found(schema.to_string().into_bytes()));
        assert_ends(&verdict, CheckId::Schema, Outcome::Skipped(Reason::SchemaUnusable));
    }
    let large = vec![b' '; MAX_SCHEMA_BYTES + 1];
    let verdict = with_schema(reference("JsonSchema"), Fetched::Found(large));
    assert_ends(&verdict, CheckId::Schema, Outcome::Skipped(Reason::SchemaUnusable));
}

#[test]
fn vcdm_008_a_schema_is_the_one_that_was_meant() {
    let schema = schema(&json!({}));
    let digest = |of: &[u8]| {
        let mut reference = reference("JsonSchema");
        reference["digestSRI"] = json!(Integrity::of(of));
        reference
    };
    let verdict = with_schema(digest(&schema), Fetched::Found(schema.clone()));
    assert_ends(&verdict, CheckId::Schema, Outcome::Passed);
    let verdict = with_schema(digest(b"other"), Fetched::Found(schema.clone()));
    assert_ends(&verdict, CheckId::Schema, Outcome::Failed(Reason::SchemaRefused));
    for text in [
        "{",
        "[]",
        "{}",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema"}"#,
    ] {
        let verdict = with_schema(reference("JsonSchema"), Fetched::Found(text.as_bytes().to_vec()));
        assert_ends(&verdict, CheckId::Schema, Outcome::Failed(Reason::SchemaRefused));
    }
}

#[test]
fn js_001_a_schema_in_a_credential_counts_once_that_is_believed() {
    for (subject, outcome) in [
        (json!({"required": ["id"]}), Outcome::Passed),
        (json!({"required": ["name"]}), Outcome::Failed(Reason::AgainstSchema)),
    ] {
        let credential = schema_credential(&schema(&subject));
        let members = json!({"credentialSchema": reference("JsonSchemaCredential")});
        let bytes = credential.to_string().into_bytes();
        let verdict = verdict_with(members.clone(), |around| {
            around.files.insert(SCHEMA.to_owned(), Fetched::Found(bytes.clone()));
            around.schema_credentials.insert(SCHEMA.to_owned(), credential);
        });
        assert_ends(&verdict, CheckId::Schema, outcome);
        let verdict = verdict_with(members, |around| {
            around.files.insert(SCHEMA.to_owned(), Fetched::Found(bytes));
        });
        assert_ends(&verdict, CheckId::Schema, Outcome::Skipped(Reason::SchemaUnusable));
    }
    let verdict = verdict_with(
        json!({"credentialSchema": reference("JsonSchemaCredential")}),
        |around| {
            around.files.insert(SCHEMA.to_owned(), Fetched::Found(b"{}".to_vec()));
            around.schema_credentials.insert(SCHEMA.to_owned(), json!({}));
        },
    );
    assert_ends(&verdict, CheckId::Schema, Outcome::Failed(Reason::SchemaRefused));
}

#[test]
fn vcdm_009_a_related_resource_is_what_it_was() {
    let picture = b"picture";
    let members = json!({"relatedResource": {"id": RESOURCE, "digestSRI": Integrity::of(picture)}});
    for (fetched, outcome) in [
        (Fetched::Found(picture.to_vec()), Outcome::Passed),
        (
            Fetched::Found(b"other".to_vec()),
            Outcome::Failed(Reason::ResourceChanged),
        ),
        (Fetched::Unreachable, Outcome::Skipped(Reason::ResourceUnreachable)),
        (Fetched::Forbidden, Outcome::Skipped(Reason::ResourceUnreachable)),
    ] {
        let verdict = verdict_with(members.clone(), |around| {
            around.files.insert(RESOURCE.to_owned(), fetched);
        });
        assert_ends(&verdict, CheckId::Resources, outcome);
    }
    let unreadable = json!({"relatedResource": {"id": RESOURCE, "digestSRI": "sha1-AAAA"}});
    let verdict = verdict_with(unreadable, |around| {
        around
            .files
            .insert(RESOURCE.to_owned(), Fetched::Found(picture.to_vec()));
    });
    assert_ends(&verdict, CheckId::Resources, Outcome::Failed(Reason::ResourceChanged));
}

#[test]
fn what_is_attached_is_asked_for_within_bounds() {
    let needs_of = |members: Value| {
        let person = Person::new(KeyKind::Ed25519);
        let mut credential = person.credential();
        credential.extend(members.as_object().unwrap().clone());
        let signed = person.prove(credential, |_| {});
        W3cDocument::from_object(signed).unwrap()
    };
    let document = needs_of(json!({
        "credentialSchema": [reference("JsonSchemaCredential"), {"id": "https://a.example/", "type": "JsonSchema"},
            {"id": "https://b.example/", "type": "JsonSchema"}],
        "relatedResource": [{"id": RESOURCE, "digestSRI": Integrity::of(b"a")}],
    }));
    let needs = document.needs(Binding::Controller);
    let files: Vec<&str> = needs.files.iter().map(String::as_str).collect();
    assert_eq!(files, ["https://a.example/", RESOURCE, SCHEMA, "https://b.example/"]);
    assert_eq!(needs.schema_credentials.into_iter().collect::<Vec<_>>(), [SCHEMA]);
    assert!(document.needs(Binding::ProofOnly).files.is_empty());
    let resources: Vec<Value> = (0..40)
        .map(|n| json!({"id": format!("https://a.example/{n}"), "digestSRI": Integrity::of(b"a")}))
        .collect();
    let many = needs_of(json!({"relatedResource": resources}));
    assert_eq!(many.needs(Binding::Controller).files.len(), MAX_ATTACHED);
}
