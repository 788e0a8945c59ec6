mod documents;
mod forms;
mod headers;
mod properties;
mod signers;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    keys::{SigningKey, cose, jws},
    testing::SeededEntropy,
};

const ISSUER: &str = "did:web:attestations.example:o:paniers";
const METHOD: &str = "did:web:attestations.example:o:paniers#k1";
const HTTPS_ISSUER: &str = "https://attestations.example/o/paniers";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other}"),
    }
}

fn credential() -> Map<String, Value> {
    object(json!({
        "@context": [CONTEXT, "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "issuer": { "id": ISSUER, "name": "Les Paniers du Vallon" },
        "validFrom": "2026-01-12T00:00:00Z",
        "credentialSubject": { "id": "did:example:123", "minutes": 7800, "names": ["Nadia", "Benali"] },
    }))
}

fn presentation(envelopes: &[Envelope]) -> Map<String, Value> {
    object(json!({
        "@context": [CONTEXT],
        "type": "VerifiablePresentation",
        "holder": "did:example:holder",
        "verifiableCredential": envelopes.iter().map(Envelope::to_value).collect::<Vec<_>>(),
    }))
}

fn with(key: &SigningKey) -> SignWith<'_> {
    SignWith {
        key,
        kid: METHOD,
        expires_at: None,
    }
}

/// The document with one member changed, or removed.
fn changed(mut document: Map<String, Value>, name: &str, value: Value) -> Map<String, Value> {
    match value {
        Value::Null => document.remove(name),
        value => document.insert(name.to_owned(), value),
    };
    document
}

/// What a careless or hostile signer would sign: parsed, and its verification.
fn crafted(typ: &str, header: Value, claims: Map<String, Value>) -> Result<(), VcJoseError> {
    let key = SigningKey::generate();
    let text = jws::sign(typ, object(header), &Value::Object(claims), &key);
    SecuredDocument::parse_jwt(Content::Credential, &text)?.verify(key.public(), now())
}

fn crafted_claims(claims: Map<String, Value>) -> Result<(), VcJoseError> {
    crafted("vc+jwt", json!({"kid": METHOD}), claims)
}
