//! The credential endpoint and its token (§8).

use anyhow::Result;
use chrono::Duration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::foreign::send;

use super::Redeemed;

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_one_token_gives_one_credential() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let (first, second) = ([redeemed.proof().await?], [redeemed.proof().await?]);
    let (one, two) = tokio::join!(
        redeemed.collecting().ask_credential(&redeemed.token, &first),
        redeemed.collecting().ask_credential(&redeemed.token, &second)
    );
    let answers = [one?, two?];
    let given = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(given, 1, "{answers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_21_bodies_of_ten_megabytes_are_refused_before_they_are_read() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let large = "a".repeat(10 * 1024 * 1024);
    let token = redeemed.collecting().endpoint("token");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    // The server may close the connection while we still send: that, too, is a refusal.
    if let Ok(answer) = send(Method::POST, &token, &form, large.clone()).await {
        answer.assert_error("invalid_request");
    }
    if let Ok(answer) = redeemed.post("application/json", large).await {
        answer.assert_error("invalid_credential_request");
    }
    redeemed.gives_for(&redeemed.proof().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_083_no_token_is_401_without_an_error_code() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let body = redeemed.body(&redeemed.proof().await?, json!({}));
    let endpoint = redeemed.collecting().endpoint("credential");
    let mut in_query = endpoint.clone();
    in_query.query_pairs_mut().append_pair("access_token", &redeemed.token);
    for url in [endpoint, in_query] {
        let headers = [("content-type", "application/json")];
        let answer = send(Method::POST, &url, &headers, body.to_string()).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
        assert!(!answer.header("www-authenticate").contains("error"), "{answer:?}");
    }
    redeemed.gives(&body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_083_unknown_and_foreign_tokens_are_invalid_token() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let proof = redeemed.proof().await?;
    let unknown = "A".repeat(43);
    for (collecting, token) in [
        (redeemed.collecting(), &unknown),
        (&redeemed.counter.elsewhere(), &redeemed.token),
    ] {
        collecting
            .ask_credential(token, std::slice::from_ref(&proof))
            .await?
            .assert_error("invalid_token");
    }
    redeemed.gives_for(&proof).await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_045_a_token_ends_after_five_minutes() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    redeemed.counter.world.clock.advance(Duration::seconds(299));
    redeemed.gives_for(&redeemed.proof().await?).await?;

    let redeemed = Redeemed::open().await?;
    redeemed.counter.world.clock.advance(Duration::seconds(301));
    redeemed.refuses_proof(redeemed.proof().await?, "invalid_token").await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_28_malformed_json_is_invalid_credential_request() -> Result<()> {
    let redeemed = Redeemed::open().await?;
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
        let answer = redeemed.post("application/json", body).await?;
        answer.assert_error("invalid_credential_request");
    }
    let body = redeemed.body(&redeemed.proof().await?, json!({}));
    let answer = redeemed.post("text/plain", body.to_string()).await?;
    answer.assert_error("invalid_credential_request");
    redeemed.gives(&body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_071_the_credential_must_be_named_once_and_be_offered() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let proof = redeemed.proof().await?;
    let nothing = Value::Null;
    let wrong = [
        (
            json!({ "credential_configuration_id": nothing }),
            "invalid_credential_request",
        ),
        (json!({ "credential_identifier": "x" }), "invalid_credential_request"),
        (
            json!({ "credential_configuration_id": 7 }),
            "invalid_credential_request",
        ),
        (
            json!({ "credential_configuration_id": "diploma" }),
            "unknown_credential_configuration",
        ),
        (
            json!({ "credential_configuration_id": nothing, "credential_identifier": "x" }),
            "unknown_credential_identifier",
        ),
    ];
    for (changes, error) in wrong {
        redeemed.refuses(&redeemed.body(&proof, changes), error).await?;
    }
    redeemed
        .gives(&redeemed.body(&proof, json!({ "unknown": [1, 2] })))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_072_proofs_must_be_there_of_one_type_that_we_take() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let proof = redeemed.proof().await?;
    let nothing = Value::Null;
    let wrong = [
        json!({ "proofs": nothing }),
        json!({ "proofs": {} }),
        json!({ "proofs": { "jwt": [] } }),
        json!({ "proofs": { "di_vp": [{}] } }),
        json!({ "proofs": nothing, "proof": { "proof_type": "jwt", "jwt": proof } }),
        json!({ "proofs": { "jwt": ["not a jwt"] } }),
    ];
    for changes in wrong {
        redeemed
            .refuses(&redeemed.body(&proof, changes), "invalid_proof")
            .await?;
    }
    redeemed.gives_for(&proof).await
}
