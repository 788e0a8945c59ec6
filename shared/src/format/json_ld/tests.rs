use serde_json::{Value, json};

use super::*;
use crate::format::rdf::{Digest, canonicalize};

const V2: &str = "https://www.w3.org/ns/credentials/v2";

fn credential() -> Value {
    json!({
        "@context": [V2, "https://credentials.example.org/contexts/activity-hours/v1"],
        "id": "urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11",
        "type": ["VerifiableCredential", "ActivityHoursCredential"],
        "name": "Attestation",
        "issuer": "did:web:asso.example.org",
        "validFrom": "2027-01-10T00:00:00Z",
        "credentialSubject": {
            "id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "activity": {"type": ["LearningActivity"], "title": "Bénévolat 2026", "workload": "PT214H30M"}
        }
    })
}

fn quads(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    Context::of(&node)?
        .statements(&node)
        .map(|dataset| canonicalize(&dataset, Digest::Sha256).unwrap().text)
}

fn flaw(change: impl FnOnce(&mut Value)) -> (Flaw, String) {
    let mut document = credential();
    change(&mut document);
    let error = quads(&document).unwrap_err();
    (error.flaw().clone(), error.pointer())
}

/// Why a context is not compiled.
#[expect(clippy::needless_pass_by_value, reason = "it is made where it is given")]
fn compiled_flaw(context: Value) -> Flaw {
    let document = json!({"@context": context});
    let node = Node::from(&document);
    let refused = Context::of(&node).unwrap().compiled.unwrap_err();
    refused.flaw().clone()
}

#[test]
fn a_credential_says_what_its_contexts_mean() {
    let text = quads(&credential()).unwrap();
    for line in [
        "<urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11> <https://schema.org/name> \"Attestation\" .\n",
        "_:c14n0 <http://data.europa.eu/snb/model/elm/workload> \"PT214H30M\"^^<http://www.w3.org/2001/XMLSchema#duration> .\n",
        "<https://www.w3.org/2018/credentials#issuer> <did:web:asso.example.org> .\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert_eq!(text.lines().count(), 10, "{text}");
}

#[test]
fn what_would_not_be_signed_is_refused_with_its_place() {
    for (place, term) in [
        ("/credentialSubject/level", "level"),
        ("/credentialSubject/@foo", "@foo"),
    ] {
        let found = flaw(|document| document["credentialSubject"][term] = json!("a"));
        assert_eq!(found, (Flaw::UndefinedTerm, place.to_owned()));
    }
    assert_eq!(
        flaw(|document| document["type"] = json!(["VerifiableCredential", "Unknown"])),
        (Flaw::UndefinedType("Unknown".to_owned()), "/type".to_owned())
    );
    assert_eq!(
        flaw(|document| document["credentialSubject"]["id"] = json!("not-a-url")),
        (
            Flaw::RelativeIri("not-a-url".to_owned()),
            "/credentialSubject/id".to_owned()
        )
    );
    assert_eq!(
        flaw(|document| document["issuer"] = json!("issuer")),
        (Flaw::RelativeIri("issuer".to_owned()), "/issuer".to_owned())
    );
    assert_eq!(
        flaw(|document| document["name"] = json!({"@value": "a", "@direction": "up"})),
        (Flaw::Direction, "/name/@direction".to_owned())
    );
    assert_eq!(
        flaw(|document| document["credentialSubject"]["activity"]["title"] = json!(9_007_199_254_740_993_i64)),
        (Flaw::UnsafeNumber, "/credentialSubject/activity/title".to_owned())
    );
}

#[test]
fn an_iri_cannot_write_statements_of_its_own() {
    let found = flaw(|document| document["issuer"] = json!("did:a> <did:b> <did:c> .\n<did:d"));
    assert!(matches!(found.0, Flaw::RelativeIri(_)));
}

#[test]
fn a_context_that_is_not_pinned_is_refused() {
    assert_eq!(
        flaw(|document| document["@context"] = json!([V2, "https://attacker.example/v1"])).0,
        Flaw::Context(ContextError::Unknown("https://attacker.example/v1".to_owned()))
    );
    assert_eq!(
        flaw(|document| {
            document.as_object_mut().unwrap().remove("@context");
        })
        .0,
        Flaw::NoContext
    );
}

#[test]
fn a_document_made_to_be_slow_is_refused() {
    let mut document = credential();
    let nodes: Vec<Value> = (0..1000).map(|_| json!({"@context": V2, "name": "a"})).collect();
    document["credentialSubject"] = json!(nodes);
    assert_eq!(quads(&document).unwrap_err().flaw(), &Flaw::TooComplex);
    let terms: serde_json::Map<String, Value> = (0..10_000)
        .map(|n| (format!("t{n}"), json!("https://example.org/t")))
        .collect();
    assert_eq!(
        flaw(|document| document["@context"] = json!([V2, terms])).0,
        Flaw::Context(ContextError::Unsupported("so many terms"))
    );
}

/// A few letters of a document are written out in each statement they are part of.
#[test]
fn a_document_that_says_much_with_little_is_refused() {
    let long = format!("urn:{}", "x".repeat(50_000));
    let many: Vec<u32> = (0..100).collect();
    let mut document = credential();
    document["credentialSubject"] = json!({"id": long, "activity": many});
    document["@context"] = json!([V2, {"activity": "https://example.org/activity"}]);
    document["type"] = json!("VerifiableCredential");
    assert_eq!(quads(&document).unwrap_err().flaw(), &Flaw::TooComplex);
    document["credentialSubject"]["activity"] = json!([1]);
    assert_eq!(quads(&document).map(|text| text.len() > 50_000), Ok(true));
    document["@context"] = json!([V2, {"p": format!("{long}/")}]);
    assert_eq!(
        quads(&document).unwrap_err().flaw(),
        &Flaw::Context(ContextError::Unsupported("so long an IRI"))
    );
    let nothing: serde_json::Map<String, Value> = (0..10_000).map(|n| (format!("p:{n}"), Value::Null)).collect();
    document["@context"] = json!([V2, {"p": format!("urn:{}/", "x".repeat(1000))}]);
    document["credentialSubject"] = json!(nothing);
    assert_eq!(quads(&document).unwrap_err().flaw(), &Flaw::TooComplex);
}

#[test]
fn a_document_with_very_many_nameless_nodes_is_refused() {
    let mut document = credential();
    let nodes = |many: u32| json!((0..many).map(|_| json!({"name": "a"})).collect::<Vec<_>>());
    document["credentialSubject"] = nodes(10_000);
    assert_eq!(quads(&document).unwrap_err().flaw(), &Flaw::TooComplex);
    document["credentialSubject"] = json!({"@list": (0..10_000).collect::<Vec<_>>()});
    assert_eq!(quads(&document).unwrap_err().flaw(), &Flaw::TooComplex);
    document["credentialSubject"] = nodes(1000);
    assert!(quads(&document).is_ok());
}

#[test]
fn contexts_are_not_laid_again_and_again() {
    let heavy = Flaw::Context(ContextError::Unsupported("so many definitions"));
    assert_eq!(compiled_flaw(json!(vec![V2; 1000])), heavy);
    let again: Vec<Value> = (0..20_000).map(|n| json!({"a": format!("urn:{n}")})).collect();
    assert_eq!(compiled_flaw(json!([V2, again])), heavy);
    // Each time anew: they are laid over another.
    let terms: serde_json::Map<String, Value> = (0..1000).map(|n| (format!("t{n}"), json!("urn:t"))).collect();
    let subjects: Vec<Value> = (0..30).map(|_| json!({"@context": {}, "scoped": {"t1": 1}})).collect();
    let found = flaw(|document| {
        document["@context"] = json!([V2, {"scoped": {"@id": "urn:s", "@context": terms}}]);
        document["type"] = json!("VerifiableCredential");
        document["credentialSubject"] = json!(subjects);
    });
    assert_eq!(found.0, Flaw::TooComplex);
    let found = flaw(|document| document["credentialSubject"] = json!({"@context": vec![V2; 1000], "name": "a"}));
    assert_eq!(found.0, Flaw::TooComplex);
    assert!(
        quads(&{
            let mut document = credential();
            document["@context"] = json!([V2, V2, "https://credentials.example.org/contexts/activity-hours/v1"]);
            document
        })
        .is_ok()
    );
}

/// Each term is made for the one before it, by a call within a call.
#[test]
fn terms_that_need_one_another_without_end_are_refused() {
    let chain = |length: u32| {
        let mut terms: serde_json::Map<String, Value> = (0..length)
            .map(|n| (format!("t{n}"), json!(format!("t{}", n + 1))))
            .collect();
        terms.insert(format!("t{length}"), json!("urn:t"));
        let mut document = credential();
        document["@context"] = json!([V2, terms]);
        document["type"] = json!("VerifiableCredential");
        document["credentialSubject"] = json!({"t0": 1});
        quads(&document)
    };
    assert!(chain(10).is_ok());
    for length in [100, 10_000] {
        assert!(matches!(
            chain(length).unwrap_err().flaw(),
            Flaw::Context(ContextError::Unsupported(_))
        ));
    }
}

#[test]
fn there_are_only_so_many_names_for_keywords() {
    let aliases: serde_json::Map<String, Value> = (0..100).map(|n| (format!("t{n}"), json!("@type"))).collect();
    assert_eq!(
        compiled_flaw(json!([V2, aliases])),
        Flaw::Context(ContextError::Unsupported("so many names for keywords"))
    );
}

/// Type-scoped contexts lead back to what they were laid over: kept there, they would hold it for ever.
#[test]
fn what_is_compiled_for_a_document_goes_with_it() {
    let mut document = credential();
    document["@context"] = json!(["https://www.w3.org/ns/credentials/v2", {"@vocab": "https://issuer.example/"}]);
    let text = document.to_string();
    let node = Node::parse(&text).unwrap();
    let context = Context::of(&node).unwrap();
    let compiled = std::sync::Arc::downgrade(context.compiled.as_ref().unwrap());
    context.statements(&node).unwrap();
    drop(context);
    assert!(compiled.upgrade().is_none());
}

#[test]
fn a_protected_term_is_not_redefined() {
    let found = flaw(|document| {
        document["@context"] = json!([V2, {"name": "https://attacker.example/name"}]);
    });
    assert_eq!(found.0, Flaw::Context(ContextError::Invalid("name".to_owned())));
}

#[test]
fn an_inline_context_means_what_it_says() {
    let mut document = credential();
    document["@context"] = json!([V2, {"level": {"@id": "https://example.org/level", "@container": "@list"}}]);
    document["type"] = json!(["VerifiableCredential"]);
    document["credentialSubject"] = json!({"level": [1, 2.5, true, "a"]});
    let text = quads(&document).unwrap();
    for part in [
        "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>",
        "\"2.5E0\"^^<http://www.w3.org/2001/XMLSchema#double>",
        "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>",
        "rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

/// JSON-LD 1.1 API §5.1.2 step 7: only a value object and a mere reference keep them.
#[test]
fn in_a_list_object_the_terms_of_the_type_around_it_hold_no_longer() {
    let mut document = credential();
    document["validFrom"] = json!({"@list": ["a"]});
    let text = quads(&document).unwrap();
    assert!(text.contains("rdf-syntax-ns#first> \"a\" .\n"), "{text}");
}
