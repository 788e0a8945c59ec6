//! RFC 9901 (every example of the text) and draft-ietf-oauth-sd-jwt-vc.

use chrono::DateTime;
use serde_json::{Value, json};
use shared::{
    credential::ClaimPath,
    format::sd_jwt_vc::{self, ExpectedBinding, SdJwt, SdJwtError, check_binding},
    keys::{
        SigningKey,
        jws::{Jws, JwsError},
    },
};

use crate::source::Vectors;

/// The revealed claims under a right issuer signature, and a right key binding when there is one.
fn verified(text: &str, issuer: &shared::keys::PublicKey) -> Value {
    let sd_jwt = SdJwt::parse(text).unwrap();
    sd_jwt.jws().verify(issuer).unwrap();
    revealed(&sd_jwt)
}

fn revealed(sd_jwt: &SdJwt) -> Value {
    let claims = sd_jwt.reveal().unwrap().claims;
    if let Some(binding) = sd_jwt.key_binding() {
        let said: Value = binding.unverified_claims().unwrap();
        let expected = ExpectedBinding {
            audience: said["aud"].as_str().unwrap(),
            nonce: said["nonce"].as_str().unwrap(),
        };
        let made = DateTime::from_timestamp(said["iat"].as_i64().unwrap(), 0).unwrap();
        let checks = check_binding(sd_jwt, expected, made).unwrap();
        assert_eq!(
            checks.binding.and(checks.nonce).and(checks.audience).and(checks.time),
            Ok(())
        );
        assert_eq!(said["sd_hash"], sd_jwt.hash());
    }
    claims
}

/// Every member of `part` is in `whole` with the same value.
fn assert_contains(whole: &Value, part: &Value) {
    for (name, value) in part.as_object().unwrap() {
        assert_eq!(&whole[name], value, "{name}");
    }
}

const A_2: &str = "38-A-2-Complex-Structured-SD-JWT.sd-jwt.txt";

#[test]
fn every_rfc_9901_example_verifies_and_reveals_what_the_text_says() {
    let Some(vectors) = Vectors::open("sd-jwt-rfc9901") else {
        return;
    };
    let issuer = vectors.key("issuer-public-key.json", None);
    let examples: Vec<String> = vectors
        .names()
        .into_iter()
        .filter(|name| name.ends_with(".sd-jwt.txt"))
        .collect();
    assert_eq!(examples.len(), 9);
    for name in &examples {
        let text = vectors.text(name);
        // §5.1 prints one JWT alone: as an SD-JWT it has no disclosure.
        let text = if text.contains('~') { text } else { format!("{text}~") };
        verified(&text, &issuer);
    }
    for (example, processed) in [
        ("21-5-2-Presentation.sd-jwt.txt", "23-5-2-Presentation.json"),
        (
            "34-A-1-Simple-Structured-SD-JWT.sd-jwt.txt",
            "35-A-1-Simple-Structured-SD-JWT.json",
        ),
        (A_2, "39-A-2-Complex-Structured-SD-JWT.json"),
        (
            "43-A-3-SD-JWT-based-Verifiable-Credentials-SD-JWT.sd-jwt.txt",
            "45-A-3-SD-JWT-based-Verifiable-Credentials-SD-JWT.json",
        ),
        (
            "49-A-4-W3C-Verifiable-Credentials-Data-Model-v2-0.sd-jwt.txt",
            "50-A-4-W3C-Verifiable-Credentials-Data-Model-v2-0.json",
        ),
    ] {
        assert_eq!(
            verified(&vectors.text(example), &issuer),
            vectors.json(processed),
            "{example}"
        );
    }
}

#[test]
fn every_rfc_9901_issuance_holds_the_claims_of_the_user() {
    let Some(vectors) = Vectors::open("sd-jwt-rfc9901") else {
        return;
    };
    let issuer = vectors.key("issuer-public-key.json", None);
    for (example, input) in [
        ("20-5-1-Issuance.sd-jwt.txt", "17-5-1-Issuance.json"),
        (
            "41-A-3-SD-JWT-based-Verifiable-Credentials-SD-JWT.sd-jwt.txt",
            "40-A-3-SD-JWT-based-Verifiable-Credentials-SD-JWT.json",
        ),
        (
            "47-A-4-W3C-Verifiable-Credentials-Data-Model-v2-0.sd-jwt.txt",
            "46-A-4-W3C-Verifiable-Credentials-Data-Model-v2-0.json",
        ),
    ] {
        assert_contains(&verified(&vectors.text(example), &issuer), &vectors.json(input));
    }
}

#[test]
fn rfc_9901_json_serialisations_hold_the_same_sd_jwt() {
    let Some(vectors) = Vectors::open("sd-jwt-rfc9901") else {
        return;
    };
    let issuer = vectors.key("issuer-public-key.json", None);
    let general = vectors.json("31-8-3-General-JSON-Serialization.json");
    let mut signature = general["signatures"][0].clone();
    signature["payload"] = general["payload"].clone();
    for flattened in [
        vectors.json("29-8-2-Flattened-JSON-Serialization.json"),
        vectors.json("30-8-2-Flattened-JSON-Serialization.json"),
        signature,
    ] {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let jwt = ["protected", "payload", "signature"]
            .map(|part| text(&flattened[part]))
            .join(".");
        let disclosures: Vec<String> = flattened["header"]["disclosures"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        let compact = format!(
            "{jwt}~{}~{}",
            disclosures.join("~"),
            text(&flattened["header"]["kb_jwt"])
        );
        assert_eq!(verified(&compact, &issuer)["iss"], "https://issuer.example.com");
    }
}

#[test]
fn an_rfc_9901_credential_is_presented_by_us_and_altered_by_nobody() {
    let Some(vectors) = Vectors::open("sd-jwt-rfc9901") else {
        return;
    };
    let issuer = vectors.key("issuer-public-key.json", None);
    let whole = SdJwt::parse(&vectors.text("20-5-1-Issuance.sd-jwt.txt")).unwrap();
    let holder = SigningKey::generate();
    let binding = sd_jwt_vc::KeyBinding {
        key: &holder,
        audience: "https://verifier.example.org",
        nonce: "1234567890",
        issued_at: DateTime::from_timestamp(1_748_536_865, 0).unwrap(),
    };
    let chosen: Vec<ClaimPath> = serde_json::from_value(json!([
        ["family_name"],
        ["address"],
        ["given_name"],
        ["nationalities", 0]
    ]))
    .unwrap();
    let presented = whole.present(&chosen, &binding).unwrap();
    let sd_jwt = SdJwt::parse(&presented).unwrap();
    sd_jwt.jws().verify(&issuer).unwrap();
    assert_eq!(
        sd_jwt.reveal().unwrap().claims,
        vectors.json("23-5-2-Presentation.json")
    );

    // Each disclosure of the richest example, dropped or doubled, changes or refuses; none passes unseen.
    let text = vectors.text(A_2);
    let parts: Vec<&str> = text.trim_end_matches('~').split('~').collect();
    for place in 1..parts.len() {
        let mut doubled = parts.clone();
        doubled.push(parts[place]);
        let doubled = SdJwt::parse(&format!("{}~", doubled.join("~"))).unwrap();
        assert_eq!(doubled.reveal().unwrap_err(), SdJwtError::RepeatedDigest);
        let mut dropped = parts.clone();
        dropped.remove(place);
        let dropped = SdJwt::parse(&format!("{}~", dropped.join("~"))).unwrap();
        match dropped.reveal() {
            Ok(revealed) => assert_ne!(revealed.claims, vectors.json("39-A-2-Complex-Structured-SD-JWT.json")),
            Err(error) => assert_eq!(error, SdJwtError::UnreferencedDisclosure),
        }
    }
}

#[test]
fn every_sd_jwt_vc_example_reveals_what_the_text_says() {
    let Some(vectors) = Vectors::open("sd-jwt-vc") else {
        return;
    };
    let open = |name: &str| SdJwt::parse(&vectors.text(name)).unwrap();
    for name in vectors.names().iter().filter(|name| name.ends_with(".sd-jwt.txt")) {
        let sd_jwt = open(name);
        assert_eq!(sd_jwt.jws().expect_type(sd_jwt_vc::TYPE), Ok(()));
        revealed(&sd_jwt);
        let other = SigningKey::generate();
        assert_eq!(sd_jwt.jws().verify(other.public()), Err(JwsError::BadSignature));
    }
    for (example, processed) in [
        ("07-2-3-2-Presentation.sd-jwt.txt", "08-2-3-2-Presentation.json"),
        ("09-2-3-2-Presentation.sd-jwt.txt", "10-2-3-2-Presentation.json"),
        (
            "25-A-1-Example-Person-Identification-Data-PID-Cre.sd-jwt.txt",
            "27-A-1-Example-Person-Identification-Data-PID-Cre.json",
        ),
    ] {
        assert_eq!(revealed(&open(example)), vectors.json(processed), "{example}");
    }
    let whole = revealed(&open("06-2-3-1-Issuance.sd-jwt.txt"));
    assert_contains(&whole, &vectors.json("04-2-3-1-Issuance.json"));
    for (example, payload) in [
        ("06-2-3-1-Issuance.sd-jwt.txt", "05-2-3-1-Issuance.json"),
        (
            "23-A-1-Example-Person-Identification-Data-PID-Cre.sd-jwt.txt",
            "24-A-1-Example-Person-Identification-Data-PID-Cre.json",
        ),
    ] {
        let jwt = vectors.text(example);
        let jws = Jws::parse(jwt.split('~').next().unwrap()).unwrap();
        assert_eq!(
            jws.unverified_claims::<Value>().unwrap(),
            vectors.json(payload),
            "{example}"
        );
    }
}
