//! What is posted to the response endpoint (OpenID4VP 1.0 §8).

use anyhow::{Context, Result};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::keys::jwe;
use tests::{
    fixtures::ONE_PERSON,
    foreign::{get, send},
    world::Engine,
};

use super::Desk;
use crate::{altered, engines};

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_030_an_answer_counts_once() -> Result<()> {
    let desk = Desk::open().await?;
    let jwe = desk.encrypted()?;
    let answer = desk.presenting.post(&[("response", &jwe)]).await?;
    assert_eq!(answer.status, StatusCode::OK);
    let decided = desk.decision().await?;
    for _ in 0..2 {
        let replayed = desk.presenting.post(&[("response", &jwe)]).await?;
        assert!(replayed.status.is_client_error(), "{replayed:?}");
    }
    assert_eq!(desk.decision().await?, decided);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_030_eight_answers_at_the_same_instant_give_one_decision() -> Result<()> {
    for engine in engines() {
        let desk = Desk::open_on(engine).await?;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let jwe = desk.encrypted()?;
            let presenting = desk.presenting.clone();
            tries.spawn(async move { presenting.post(&[("response", &jwe)]).await.map(|answer| answer.status) });
        }
        let answers: Vec<StatusCode> = tries.join_all().await.into_iter().collect::<Result<_>>()?;
        assert_eq!(
            answers.iter().filter(|status| **status == StatusCode::OK).count(),
            1,
            "on {engine:?}: {answers:?}"
        );
        assert!(
            answers
                .iter()
                .all(|status| *status == StatusCode::OK || status.is_client_error()),
            "{answers:?}"
        );
        desk.world.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_022_a_presentation_in_the_clear_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let payload = desk.presenting.payload(&[desk.right()?]);
    let (token, state) = (payload["vp_token"].to_string(), desk.presenting.member("state"));
    desk.refuses_fields(&[("vp_token", &token), ("state", &state)]).await?;
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_022_what_does_not_decrypt_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let payload = desk.presenting.payload(&[desk.right()?]);
    let stranger = jwe::DecryptionKey::generate().public();
    let foreign = jwe::encrypt(
        payload.to_string().as_bytes(),
        &stranger,
        jwe::ContentEncryption::A128GCM,
    )?;
    for response in [foreign.as_str(), "", "x", "a.b.c.d.e", "eyJhbGciOiJub25lIn0..a.b.c"] {
        desk.refuses_fields(&[("response", response)]).await?;
    }
    // Altered in its initialisation vector, its ciphertext, its tag.
    let encrypted = desk.presenting.encrypt(&payload)?;
    for place in [2, 3, 4] {
        let mut parts: Vec<String> = encrypted.split('.').map(str::to_owned).collect();
        parts[place] = altered(&parts[place]);
        desk.refuses_fields(&[("response", &parts.join("."))]).await?;
    }
    let jwe = desk.presenting.encrypt(&payload)?;
    let response = ("response", jwe.as_str());
    desk.refuses_fields(&[response, response]).await?;
    desk.refuses_fields(&[response, ("error", "access_denied")]).await?;
    desk.refuses_fields(&[]).await?;
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_020_wrong_media_types_and_large_bodies_are_refused() -> Result<()> {
    let desk = Desk::open().await?;
    let jwe = desk.encrypted()?;
    let uri = desk.presenting.member("response_uri").parse()?;
    let json = json!({ "response": jwe }).to_string();
    for headers in [&[("content-type", "application/json")] as &[(&str, &str)], &[]] {
        let answer = send(Method::POST, &uri, headers, json.clone()).await?;
        assert!(answer.status.is_client_error(), "{answer:?}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    if let Ok(answer) = send(
        Method::POST,
        &uri,
        &form,
        format!("response={}", "a".repeat(10 * 1024 * 1024)),
    )
    .await
    {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert!(get(&uri).await?.status.is_client_error());
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_021_a_malformed_vp_token_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let (right, state) = (desk.right()?, desk.presenting.member("state"));
    let id = desk.presenting.query_ids().remove(0);
    let tokens = [
        json!(right),
        json!([right]),
        json!({ &id: right }),
        json!({ &id: [] }),
        json!({ &id: [7] }),
        json!({}),
        Value::Null,
        json!({ "unasked": [right] }),
    ];
    for token in tokens {
        desk.refuses(&json!({ "vp_token": token, "state": state })).await?;
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_024_an_answer_with_another_state_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let mut payload = desk.presenting.payload(&[desk.right()?]);
    payload["state"] = json!("another");
    desk.refuses(&payload).await?;
    payload.as_object_mut().expect("an object").remove("state");
    desk.refuses(&payload).await?;
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_07_an_answer_to_another_request_is_refused_there() -> Result<()> {
    let desk = Desk::open().await?;
    let (_, other) = desk.another().await?;
    let jwe = desk.encrypted()?;
    other.post(&[("response", &jwe)]).await?.assert_error("invalid_request");
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_17_a_token_of_another_type_is_no_credential() -> Result<()> {
    let desk = Desk::open().await?;
    let list = desk.held.claims()?["status"]["status_list"]["uri"]
        .as_str()
        .context("no status")?
        .to_owned();
    let token = get(&list.parse()?).await?;
    assert_eq!(token.header("content-type"), "application/statuslist+jwt");
    for odd in [
        token.body.clone(),
        format!("{}~", token.body),
        desk.presenting.jwt.clone(),
        String::new(),
        "~".to_owned(),
    ] {
        desk.refuses(&desk.presenting.payload(&[odd])).await?;
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_020_a_refusal_of_the_person_ends_the_request() -> Result<()> {
    let desk = Desk::open().await?;
    let state = desk.presenting.member("state");
    let refusal = [("error", "access_denied"), ("state", state.as_str())];
    desk.presenting.post(&refusal).await?.expect(StatusCode::OK)?;
    let late = desk.present(desk.right()?).await?;
    assert!(late.status.is_client_error(), "{late:?}");
    desk.can_ask_again().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_020_an_error_that_is_no_code_ends_the_request_and_is_shown_to_nobody() -> Result<()> {
    for engine in engines() {
        for error in ["\0", "Appelez le 01 02 03 04 05", &"a".repeat(100_000)] {
            let desk = Desk::open_on(engine).await?;
            let state = desk.presenting.member("state");
            let answer = desk.presenting.post(&[("error", error), ("state", &state)]).await?;
            assert_eq!(answer.status, StatusCode::OK, "{error:.20}: {answer:?}");
            let page = desk.clerk.look(&desk.asked).await?.expect(StatusCode::OK)?;
            assert!(!page.html.contains(error), "{error:.20}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_30_the_same_attestation_twice_counts_once() -> Result<()> {
    // 130 hours, and 260 if they counted twice.
    let desk = Desk::open_with(Engine::Sqlite, ONE_PERSON).await?;
    let right = desk.right()?;
    let payload = desk.presenting.payload(&[right.clone(), right]);
    assert_eq!(desk.presenting.answer(&payload).await?.status, StatusCode::OK);
    let decision = desk.decision().await?;
    assert_eq!(
        (&decision["outcome"], &decision["amount"]),
        (&json!("denied"), &json!(0)),
        "{decision}"
    );
    let counted = |part: &str| decision[part].as_array().map_or(0, Vec::len);
    assert_eq!((counted("used"), counted("rejected")), (1, 1), "{decision}");
    Ok(())
}
