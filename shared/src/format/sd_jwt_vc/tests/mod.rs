mod binding;
mod decoys;
mod issuance;
mod properties;
mod structure;

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::{
    keys::{
        SigningKey,
        certificate::authority::{Authority, Leaf},
        jws::{self, JwsError},
    },
    testing::SeededEntropy,
};

const AUDIENCE: &str = "decentralized_identifier:did:web:verifier.example";
const NONCE: &str = "n-0S6_WzA2Mj";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn path(elements: Value) -> ClaimPath {
    serde_json::from_value(elements).unwrap()
}

fn paths(elements: &[Value]) -> Vec<ClaimPath> {
    elements.iter().cloned().map(path).collect()
}

fn attestation(holder: &SigningKey) -> Value {
    json!({
        "iss": "https://issuer.example/o/paniers",
        "vct": "urn:musette:activity-attestation:1",
        "exp": 1_900_000_000,
        "cnf": {"jwk": holder.public().to_jwk()},
        "given_name": "Nadia",
        "family_name": "Benali",
        "activity": {
            "minutes": 7800,
            "breakdown": [{"year": 2024, "minutes": 1800}, {"year": 2025, "minutes": 6000}],
        },
    })
}

fn disclosable() -> Vec<ClaimPath> {
    paths(&[
        json!(["given_name"]),
        json!(["family_name"]),
        json!(["activity"]),
        json!(["activity", "minutes"]),
        json!(["activity", "breakdown", null]),
    ])
}

/// An issued credential with its two keys.
struct Issued {
    issuer: SigningKey,
    holder: SigningKey,
    text: String,
}

impl Issued {
    fn new() -> Self {
        let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
        let text = issue(
            attestation(&holder),
            &disclosable(),
            "k1",
            &issuer,
            &SeededEntropy::new(1),
        )
        .unwrap();
        Self { issuer, holder, text }
    }

    fn present(&self, chosen: &[ClaimPath]) -> String {
        let binding = KeyBinding {
            key: &self.holder,
            audience: AUDIENCE,
            nonce: NONCE,
            issued_at: now(),
        };
        SdJwt::parse(&self.text).unwrap().present(chosen, &binding).unwrap()
    }
}

/// Everything a verifier checks here; the claims when all holds.
fn verify(text: &str, issuer: &SigningKey) -> Option<Value> {
    let sd_jwt = SdJwt::parse(text).ok()?;
    sd_jwt.jws().expect_type(TYPE).ok()?;
    sd_jwt.jws().verify(issuer.public()).ok()?;
    let claims = sd_jwt.reveal().ok()?.claims;
    let expected = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
    };
    let checks = check_binding(&sd_jwt, expected, now()).ok()?;
    checks
        .binding
        .and(checks.nonce)
        .and(checks.audience)
        .and(checks.time)
        .ok()?;
    Some(claims)
}

/// A disclosure and its digest.
fn disclosure(content: &Value) -> (String, String) {
    let text = URL_SAFE_NO_PAD.encode(content.to_string());
    let digest = DigestAlgorithm::Sha256.digest(&text);
    (text, digest)
}

/// What a careless or hostile issuer would sign.
fn crafted(payload: &Value, disclosures: &[&str]) -> Result<Revealed, SdJwtError> {
    let mut text = jws::sign(TYPE, Map::new(), payload, &SigningKey::generate());
    text.push('~');
    for disclosure in disclosures {
        text.push_str(disclosure);
        text.push('~');
    }
    SdJwt::parse(&text)?.reveal()
}

fn refusal(payload: &Value, disclosures: &[&str]) -> SdJwtError {
    crafted(payload, disclosures).unwrap_err()
}
