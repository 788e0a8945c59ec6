//! The credential endpoint and its token (§8).

use anyhow::Result;
use chrono::Duration;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tests::{
    foreign::{Collecting, send},
    world::CYCLO,
};

use super::Counter;

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_one_token_gives_one_credential() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let first = counter.proof(&counter.collecting.nonce().await?);
    let second = counter.proof(&counter.collecting.nonce().await?);
    let (one, two) = tokio::join!(
        counter.collecting.ask_credential(&token, std::slice::from_ref(&first)),
        counter.collecting.ask_credential(&token, std::slice::from_ref(&second))
    );
    let answers = [one?, two?];
    let given = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(given, 1, "{answers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_21_bodies_of_ten_megabytes_are_refused_before_they_are_read() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let bearer = format!("Bearer {token}");
    let large = "a".repeat(10 * 1024 * 1024);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let json = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let endpoints = [
        ("token", form.as_slice(), "invalid_request"),
        ("credential", json.as_slice(), "invalid_credential_request"),
    ];
    for (endpoint, headers, code) in endpoints {
        // The server may close the connection while we still send: that, too, is a refusal.
        if let Ok(answer) = send(
            Method::POST,
            &counter.collecting.endpoint(endpoint),
            headers,
            large.clone(),
        )
        .await
        {
            answer.assert_error(code);
        }
    }
    let nonce = counter.collecting.nonce().await?;
    assert_eq!(
        counter
            .collecting
            .ask_credential(&token, &[counter.proof(&nonce)])
            .await?
            .status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_083_no_token_is_401_without_an_error_code() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    let body = json!({ "credential_configuration_id": counter.collecting.configuration, "proofs": { "jwt": [proof] } })
        .to_string();
    let mut in_query = counter.collecting.endpoint("credential");
    in_query.query_pairs_mut().append_pair("access_token", &token);
    for url in [counter.collecting.endpoint("credential"), in_query] {
        let answer = send(
            Method::POST,
            &url,
            &[("content-type", "application/json")],
            body.clone(),
        )
        .await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
        assert!(!answer.header("www-authenticate").contains("error"), "{answer:?}");
    }
    assert_eq!(
        counter
            .collecting
            .ask_credential_with(&token, &serde_json::from_str(&body)?)
            .await?
            .status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_083_unknown_and_foreign_tokens_are_invalid_token() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    counter
        .collecting
        .ask_credential(&"A".repeat(43), std::slice::from_ref(&proof))
        .await?
        .assert_error("invalid_token");
    let elsewhere = Collecting {
        issuer: counter.world.addresses.organisation(CYCLO),
        ..counter.collecting.clone()
    };
    elsewhere
        .ask_credential(&token, std::slice::from_ref(&proof))
        .await?
        .assert_error("invalid_token");
    assert_eq!(
        counter.collecting.ask_credential(&token, &[proof]).await?.status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_045_a_token_ends_after_five_minutes() -> Result<()> {
    for (seconds, code) in [(299, None), (301, Some("invalid_token"))] {
        let counter = Counter::open().await?;
        let token = counter.collecting.token().await?;
        counter.world.clock.advance(Duration::seconds(seconds));
        let proof = counter.proof(&counter.collecting.nonce().await?);
        let answer = counter.collecting.ask_credential(&token, &[proof]).await?;
        match code {
            Some(code) => answer.assert_error(code),
            None => assert_eq!(answer.status, StatusCode::OK, "{answer:?}"),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_28_malformed_json_is_invalid_credential_request() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let bearer = format!("Bearer {token}");
    let endpoint = counter.collecting.endpoint("credential");
    let bad = [
        "",
        "{",
        "[]",
        "null",
        "{\"proofs\": {\"jwt\": [}",
        "\u{feff}{}",
        &"[".repeat(50_000),
    ];
    for body in bad {
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        send(Method::POST, &endpoint, &headers, body)
            .await?
            .assert_error("invalid_credential_request");
    }
    let nonce = counter.collecting.nonce().await?;
    let body = json!({ "credential_configuration_id": counter.collecting.configuration, "proofs": { "jwt": [counter.proof(&nonce)] } });
    let headers = [("content-type", "text/plain"), ("authorization", bearer.as_str())];
    send(Method::POST, &endpoint, &headers, body.to_string())
        .await?
        .assert_error("invalid_credential_request");
    assert_eq!(
        counter.collecting.ask_credential_with(&token, &body).await?.status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_071_the_credential_must_be_named_once_and_be_offered() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    let proofs = json!({ "jwt": [proof] });
    let configuration = &counter.collecting.configuration;
    let wrong = [
        (json!({ "proofs": proofs }), "invalid_credential_request"),
        (
            json!({ "proofs": proofs, "credential_configuration_id": configuration, "credential_identifier": "x" }),
            "invalid_credential_request",
        ),
        (
            json!({ "proofs": proofs, "credential_configuration_id": 7 }),
            "invalid_credential_request",
        ),
        (
            json!({ "proofs": proofs, "credential_configuration_id": "diploma" }),
            "unknown_credential_configuration",
        ),
        (
            json!({ "proofs": proofs, "credential_identifier": "x" }),
            "unknown_credential_identifier",
        ),
    ];
    for (body, code) in wrong {
        counter
            .collecting
            .ask_credential_with(&token, &body)
            .await?
            .assert_error(code);
    }
    let right = json!({ "proofs": proofs, "credential_configuration_id": configuration, "unknown": [1, 2] });
    assert_eq!(
        counter.collecting.ask_credential_with(&token, &right).await?.status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_072_proofs_must_be_there_of_one_type_that_we_take() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    let id = &counter.collecting.configuration;
    let wrong = [
        (json!({ "credential_configuration_id": id }), "invalid_proof"),
        (
            json!({ "credential_configuration_id": id, "proofs": {} }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proofs": { "jwt": [] } }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proofs": { "di_vp": [{}] } }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proof": { "proof_type": "jwt", "jwt": proof } }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proofs": { "jwt": ["not a jwt"] } }),
            "invalid_proof",
        ),
    ];
    for (body, code) in wrong {
        counter
            .collecting
            .ask_credential_with(&token, &body)
            .await?
            .assert_error(code);
    }
    assert_eq!(
        counter.collecting.ask_credential(&token, &[proof]).await?.status,
        StatusCode::OK
    );
    Ok(())
}
