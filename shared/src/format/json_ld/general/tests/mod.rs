mod features;
mod properties;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    super::{Context, ContextError, check_terms, walk},
    *,
};
use crate::{
    format::{
        data_integrity::{Cryptosuite, ProofOptions, Secured, attach, sign},
        rdf::{Digest, canonicalize},
    },
    keys::SigningKey,
};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Through whichever path is for it.
fn quads(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    canonical(Context::of(&node)?.statements(&node))
}

fn compiled(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    let context = Context::of(&node)?;
    canonical(context.compiled(|active| walk::statements(&node, active, &context.made)))
}

fn general(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    let made = Bump::new();
    canonical(statements(&node, node.member("@context"), &made))
}

fn canonical(dataset: Result<Dataset<'_>, JsonLdError>) -> Result<String, JsonLdError> {
    dataset.map(|dataset| canonicalize(&dataset, Digest::Sha256).unwrap().text)
}

/// A credential with this in its subject, and these terms.
#[expect(clippy::needless_pass_by_value, reason = "it is made where it is given")]
fn credential(terms: Value, subject: Value) -> Value {
    let mut contexts = vec![json!(V2)];
    match terms {
        Value::Array(terms) => contexts.extend(terms),
        terms => contexts.push(terms),
    }
    json!({
        "@context": contexts,
        "id": "urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11",
        "type": "VerifiableCredential",
        "issuer": "did:web:asso.example.org",
        "credentialSubject": subject
    })
}

fn terms() -> Value {
    json!({
        "ex": "https://example.org/",
        "title": "ex:title",
        "part": {"@id": "ex:part", "@type": "@id"},
        "partOf": {"@reverse": "ex:part", "@type": "@id"},
        "rows": {"@id": "ex:rows", "@container": "@list"},
        "extra": "@nest",
        "byYear": {"@id": "ex:report", "@container": "@index", "@index": "ex:year"},
        "byName": {"@id": "ex:report", "@container": "@index"},
        "graphs": {"@id": "ex:graphs", "@type": "@id", "@container": "@graph"},
        "nothing": null
    })
}

/// A document with all we know of JSON-LD.
fn rich() -> Value {
    credential(
        terms(),
        json!({
            "id": "urn:a",
            "title": [{"@value": "A", "@language": "fr"}, {"@set": ["B", "C"]}],
            "rows": [["a"], [{"part": "urn:b"}]],
            "extra": {"part": [{"id": "urn:c", "title": "D"}]},
            "@nest": [{"title": "N"}],
            "@reverse": {"part": [{"id": "urn:d", "title": "E"}]},
            "byYear": {"2026": [{"title": "F"}]},
            "@included": [{"id": "urn:f", "title": "G"}],
            "@graph": [{"title": "H"}, {"id": "urn:g", "title": "I"}]
        }),
    )
}
