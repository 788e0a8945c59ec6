//! Looking at an attestation as it lies in a file: nobody presents it, so neither its holder nor trust is in question.

pub(crate) mod cli;

use chrono::{DateTime, Utc};
use shared::{
    did::{DidDocument, DidError},
    format::{data_integrity::DataIntegrityError, sd_jwt_vc::SdJwtError},
    service::{http_client::HttpClient, materials},
    status_list::token::Editions,
    verification::{Expectation, Fetched, Verdict, linked_issuer, needs, verify, verify_linked},
};

/// The largest file looked at, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// Why nothing could be said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InspectionError {
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than 1 MiB")]
    TooLarge,
    /// No SD-JWT.
    #[error("not an SD-JWT attestation: {0}")]
    SdJwt(#[from] SdJwtError),
    /// No document with proofs.
    #[error("not a document with proofs: {0}")]
    DataIntegrity(#[from] DataIntegrityError),
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Inspected {
    /// As OpenID4VCI names it.
    pub(crate) format: &'static str,
    pub(crate) verdict: Verdict,
}

/// Tells the format, fetches what is needed, and checks all that can be.
pub(crate) async fn inspect(http: &HttpClient, text: &str, now: DateTime<Utc>) -> Result<Inspected, InspectionError> {
    if text.len() > MAX_BYTES {
        return Err(InspectionError::TooLarge);
    }
    let text = text.trim();
    if text.starts_with('{') {
        let document = match linked_issuer(text)? {
            Some(issuer) => resolved(materials::did_document(http, &issuer, now).await),
            None => Fetched::Forbidden,
        };
        return Ok(Inspected {
            format: "ldp_vc",
            verdict: verify_linked(text, &document, now)?,
        });
    }
    let materials = materials::fetch(http, &Editions::default(), &needs(text)?, now).await;
    Ok(Inspected {
        format: shared::credential::FORMAT_SD_JWT_VC,
        verdict: verify(text, Expectation::Found, &materials, now)?,
    })
}

/// What is wrong with an address or with a key is told; what could not be fetched says nothing.
fn resolved(document: Result<Option<DidDocument>, DidError>) -> Fetched<DidDocument> {
    match document {
        Ok(Some(document)) => Fetched::Found(document),
        Ok(None) => Fetched::Unreachable,
        Err(DidError::OtherDocument | DidError::Webvh(_)) => Fetched::Unusable,
        Err(_) => Fetched::Forbidden,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};

    use axum::{Router, routing::get};
    use serde_json::{Value, json};
    use shared::{
        did::webvh::NewEntry,
        format::data_integrity::{Cryptosuite, ProofOptions, attach, sign},
        keys::{KeyKind, SigningKey},
        testing::Exchange,
        verification::{CheckId, Outcome, Policy, Reason},
    };

    use super::*;

    fn now() -> DateTime<Utc> {
        "2027-01-10T09:30:00Z".parse().unwrap()
    }

    /// A credential signed by a did:key.
    pub(super) fn credential() -> Value {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let multikey = key.public().to_multikey();
        let mut credential = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": format!("did:key:{multikey}"),
            "credentialSubject": {"id": "did:example:subject"},
        });
        let options = ProofOptions::assertion(
            Cryptosuite::EddsaRdfc2022,
            format!("did:key:{multikey}#{multikey}"),
            now(),
        );
        let proof = sign(&credential.to_string(), &options, &key).unwrap();
        attach(credential.as_object_mut().unwrap(), proof);
        credential
    }

    #[tokio::test]
    async fn a_credential_with_a_proof_is_checked() {
        let http = HttpClient::new(false);
        let mut credential = credential();
        let found = inspect(&http, &credential.to_string(), now()).await.unwrap();
        assert_eq!(found.format, "ldp_vc");
        assert!(found.verdict.accepted(Policy::Strict));
        credential["credentialSubject"]["id"] = json!("did:example:other");
        let found = inspect(&http, &credential.to_string(), now()).await.unwrap();
        assert_eq!(
            found.verdict.outcome(CheckId::Signature),
            Some(Outcome::Failed(Reason::WrongSignature))
        );
    }

    #[tokio::test]
    async fn did_004_the_keys_of_a_did_webvh_are_those_of_its_log() {
        let log: Arc<OnceLock<String>> = Arc::default();
        let published = Arc::clone(&log);
        let file = get(async move || published.get().cloned().unwrap_or_default());
        let host = Exchange::with(Router::new().route("/asso/did.jsonl", file)).await;
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let multikey = key.public().to_multikey();
        let id = format!("did:webvh:{{SCID}}:localhost%3A{}:asso", host.port());
        let method = json!({ "id": "#k", "type": "Multikey", "controller": id, "publicKeyMultibase": multikey });
        let entry = NewEntry {
            previous: None,
            time: now(),
            parameters: [("updateKeys".to_owned(), json!([multikey]))].into_iter().collect(),
            document: json!({ "id": id, "verificationMethod": [method], "assertionMethod": ["#k"] }),
            key: &key,
        };
        let (_, line) = entry.write().unwrap();
        let written: Value = serde_json::from_str(&line).unwrap();
        let did = written["state"]["id"].as_str().unwrap();
        log.set(line.clone()).unwrap();

        let mut signed = credential();
        signed.as_object_mut().unwrap().remove("proof");
        signed["issuer"] = json!(did);
        let options = ProofOptions::assertion(Cryptosuite::EddsaRdfc2022, format!("{did}#k"), now());
        let proof = sign(&signed.to_string(), &options, &key).unwrap();
        attach(signed.as_object_mut().unwrap(), proof);
        let signature = async |credential: &Value| {
            let http = HttpClient::new(true);
            let found = inspect(&http, &credential.to_string(), now()).await.unwrap();
            found.verdict.outcome(CheckId::Signature)
        };
        assert_eq!(signature(&signed).await, Some(Outcome::Passed));
        // The same place, and another history.
        let scid = did.split(':').nth(2).unwrap();
        let other: Value = serde_json::from_str(&signed.to_string().replace(scid, &scid.replace('Q', "R"))).unwrap();
        assert_eq!(signature(&other).await, Some(Outcome::Skipped(Reason::IssuerUnusable)));
    }

    #[tokio::test]
    async fn an_issuer_nobody_may_fetch_is_refused_and_not_fetched() {
        let http = HttpClient::new(false);
        for issuer in ["did:web:localhost%3A1", "did:web:127.0.0.1", "https://asso.example.org"] {
            let mut credential = credential();
            credential["issuer"] = json!(issuer);
            credential["proof"]["verificationMethod"] = json!(format!("{issuer}#key"));
            let found = inspect(&http, &credential.to_string(), now()).await.unwrap();
            assert_eq!(
                found.verdict.outcome(CheckId::Signature),
                Some(Outcome::Failed(Reason::IssuerRefused)),
                "{issuer}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_no_attestation_is_told_so() {
        let http = HttpClient::new(false);
        let inspect = async |text: &str| inspect(&http, text, now()).await;
        assert!(matches!(inspect("{}").await, Err(InspectionError::DataIntegrity(_))));
        assert!(matches!(inspect("bonjour").await, Err(InspectionError::SdJwt(_))));
        let large = "a".repeat(MAX_BYTES + 1);
        assert!(matches!(inspect(&large).await, Err(InspectionError::TooLarge)));
    }
}
