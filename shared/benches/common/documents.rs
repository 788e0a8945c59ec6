//! The worked credential of the specification of this project, handed over beside it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use shared::{
    format::data_integrity::{Cryptosuite, DataIntegrityError, ProofOptions, Secured, attach, sign},
    keys::{ProofKey, SigningKey},
};

/// A file of the worked credential.
pub(crate) fn example<T: DeserializeOwned>(name: &str) -> T {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/credential/");
    let text = std::fs::read_to_string(format!("{folder}{name}")).expect("the worked examples are beside the project");
    serde_json::from_str(&text).expect("JSON")
}

pub(crate) fn credential() -> Map<String, Value> {
    example("activity-hours-credential.unsigned.json")
}

/// What a proof by the key that is named so says.
pub(crate) fn options(suite: Cryptosuite, method: String) -> ProofOptions {
    let created = "2027-01-10T09:30:00Z".parse().expect("an instant");
    ProofOptions::assertion(suite, method, created)
}

/// The document with a proof of the whole of it.
pub(crate) fn signed(mut document: Map<String, Value>, options: &ProofOptions, key: &SigningKey) -> String {
    let text = serde_json::to_string(&document).expect("JSON");
    attach(&mut document, sign(&text, options, key).expect("a proof"));
    serde_json::to_string(&document).expect("JSON")
}

/// Reads a document and checks its proofs.
pub(crate) fn verify(text: &str, key: &ProofKey) -> Result<(), DataIntegrityError> {
    let secured = Secured::parse(text)?;
    let proofs = secured.proofs()?;
    proofs.iter().try_for_each(|proof| secured.verify(proof, key))
}
