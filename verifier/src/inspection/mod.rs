//! Looking at an attestation as it lies in a file: nobody presents it, so neither its holder nor trust is in question.

pub(crate) mod cli;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use shared::{
    credential::FORMAT_SD_JWT_VC,
    format::{
        baked::{self, BakedError, Picture},
        paper::{self, PaperError},
        sd_jwt_vc::{self, SdJwt, SdJwtError, type_metadata::TypeRegistry},
    },
    service::{http_client::HttpClient, materials},
    status_list::{bitstring::KeptLists, token::Editions},
    verification::{
        Expectation, Rules, Verdict, needs, paper_needs, verify_paper, verify_under,
        w3c::{self, W3cDocument, W3cError, W3cExpectation, W3cVerdict},
    },
};

/// The largest attestation looked at, in bytes; the picture it is in may be larger.
const MAX_BYTES: usize = w3c::MAX_BYTES;

/// Why nothing could be said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InspectionError {
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than 1 MiB")]
    TooLarge,
    /// No SD-JWT.
    #[error("not an SD-JWT attestation: {0}")]
    SdJwt(#[from] SdJwtError),
    /// No code of a paper attestation.
    #[error("not the code of a paper attestation: {0}")]
    Paper(#[from] PaperError),
    /// Neither credential nor presentation of the W3C data model.
    #[error("not an attestation in a form known here: {0}")]
    W3c(#[from] W3cError),
    /// A picture, without a badge that could be looked at.
    #[error(transparent)]
    Baked(#[from] BakedError),
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Inspected {
    /// As OpenID4VCI names it, or as its media type does; `MU1` on paper.
    pub(crate) format: &'static str,
    /// Of a presentation, with those of its credentials.
    pub(crate) verdict: W3cVerdict,
}

/// Tells the form, fetches what is needed, and checks all that can be.
pub(crate) async fn inspect(
    http: &HttpClient,
    rules: &Rules<'_>,
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<Inspected, InspectionError> {
    let bytes = &*unbaked(bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(InspectionError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).unwrap_or_default().trim();
    let (editions, types) = (Editions::default(), TypeRegistry::ours());
    if text.starts_with(paper::PREFIX) {
        let materials = materials::fetch(http, &editions, &types, &paper_needs(text)?, now).await;
        return Ok(Inspected {
            format: "MU1",
            verdict: alone(verify_paper(text, &materials, now)?),
        });
    }
    if is_sd_jwt_vc(text) {
        let materials = materials::fetch(http, &editions, &types, &needs(text)?, now).await;
        return Ok(Inspected {
            format: FORMAT_SD_JWT_VC,
            verdict: alone(verify_under(rules, text, Expectation::Found, &materials, now)?),
        });
    }
    let document = W3cDocument::parse(bytes)?;
    let verdict = verify_w3c(http, &KeptLists::default(), &document, &W3cExpectation::FOUND, now).await;
    Ok(Inspected {
        format: document.format(),
        verdict,
    })
}

/// What is looked at: the badge of a picture that has one (Open Badges 3.0 §5.3), or the bytes as they are.
fn unbaked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, BakedError> {
    match Picture::recognise(bytes) {
        Some(_) => Ok(baked::unbake(bytes)?.into_bytes().into()),
        None => Ok(bytes.into()),
    }
}

/// Fetches what a document of the W3C data model needs, and checks it.
pub(crate) async fn verify_w3c(
    http: &HttpClient,
    lists: &KeptLists,
    document: &W3cDocument,
    expected: &W3cExpectation<'_>,
    now: DateTime<Utc>,
) -> W3cVerdict {
    let surroundings = materials::surroundings(http, lists, document.needs(expected.binding), now).await;
    document.verify(&surroundings, expected, now)
}

/// An SD-JWT that does not call itself a credential of the W3C data model.
fn is_sd_jwt_vc(text: &str) -> bool {
    text.contains('~')
        && !text.starts_with('{')
        && SdJwt::parse(text).map_or(true, |sd_jwt| sd_jwt.jws().expect_type(sd_jwt_vc::TYPE).is_ok())
}

fn alone(verdict: Verdict) -> W3cVerdict {
    W3cVerdict {
        verdict,
        flaws: Vec::new(),
        credentials: Vec::new(),
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
        let found = inspect(&http, &Rules::default(), credential.to_string().as_bytes(), now())
            .await
            .unwrap();
        assert_eq!(found.format, "ldp_vc");
        assert!(found.verdict.accepted(Policy::Strict));
        credential["credentialSubject"]["id"] = json!("did:example:other");
        let found = inspect(&http, &Rules::default(), credential.to_string().as_bytes(), now())
            .await
            .unwrap();
        assert_eq!(
            found.verdict.verdict.outcome(CheckId::Signature),
            Some(Outcome::Failed(Reason::WrongSignature))
        );
    }

    #[tokio::test]
    async fn ob_012_the_badge_of_a_picture_is_what_is_looked_at() {
        let http = HttpClient::new(false);
        let picture = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        let credential = credential().to_string();
        let whole = baked::bake(picture, &credential).unwrap();
        let found = inspect(&http, &Rules::default(), &whole, now()).await.unwrap();
        assert_eq!(found.format, "ldp_vc");
        assert!(found.verdict.accepted(Policy::Strict));
        let forged = baked::bake(picture, &credential.replace("did:example:subject", "did:example:other")).unwrap();
        let found = inspect(&http, &Rules::default(), &forged, now()).await.unwrap();
        assert!(!found.verdict.accepted(Policy::Strict));
        let none = inspect(&http, &Rules::default(), picture, now()).await;
        assert!(matches!(none, Err(InspectionError::Baked(BakedError::NoBadge))));
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
            let found = inspect(&http, &Rules::default(), credential.to_string().as_bytes(), now())
                .await
                .unwrap();
            found.verdict.verdict.outcome(CheckId::Signature)
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
            let found = inspect(&http, &Rules::default(), credential.to_string().as_bytes(), now())
                .await
                .unwrap();
            assert_eq!(
                found.verdict.verdict.outcome(CheckId::Signature),
                Some(Outcome::Failed(Reason::IssuerRefused)),
                "{issuer}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_no_attestation_is_told_so() {
        let http = HttpClient::new(false);
        let inspect = async |text: &str| inspect(&http, &Rules::default(), text.as_bytes(), now()).await;
        assert!(matches!(inspect("{}").await, Err(InspectionError::W3c(_))));
        assert!(matches!(inspect("bonjour").await, Err(InspectionError::W3c(_))));
        assert!(matches!(inspect("a~b~").await, Err(InspectionError::SdJwt(_))));
        assert!(matches!(inspect("MU1:").await, Err(InspectionError::Paper(_))));
        let large = "a".repeat(MAX_BYTES + 1);
        assert!(matches!(inspect(&large).await, Err(InspectionError::TooLarge)));
    }
}
