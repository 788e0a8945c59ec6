//! The token endpoint (§6).

use anyhow::Result;
use chrono::Duration;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::{clock::Clock, oid4vci::PRE_AUTHORIZED_CODE};
use tests::{
    foreign::{Collecting, get, post_form, send},
    world::{PANIERS, World},
};

use super::Counter;
use crate::{altered, engines};

fn wrong(code: &str) -> String {
    code.chars()
        .map(|digit| if digit == '9' { '0' } else { char::from(digit as u8 + 1) })
        .collect()
}

/// A counter that was told a wrong code so many times, and the right one.
async fn after_wrong_codes(tries: usize) -> Result<(Counter, String)> {
    let counter = Counter::open_with(true).await?;
    let right = counter.collecting.tx_code.clone().expect("a code was asked for");
    for _ in 0..tries {
        counter.refuses_token(Some(&wrong(&right)), "invalid_grant").await?;
    }
    Ok((counter, right))
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_four_wrong_tx_codes_are_invalid_grant_and_the_right_one_still_works() -> Result<()> {
    let (counter, right) = after_wrong_codes(4).await?;
    assert_eq!(counter.collecting.ask_token(Some(&right)).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_042_the_fifth_wrong_tx_code_ends_the_offer() -> Result<()> {
    let (counter, right) = after_wrong_codes(5).await?;
    counter.refuses_token(Some(&right), "invalid_grant").await?;
    assert_ne!(counter.world.offers(PANIERS).await?[0].state, counter.offer.state);
    assert_eq!(get(counter.offer.uri()).await?.status, StatusCode::GONE);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_a_missing_tx_code_is_invalid_request_and_is_no_try() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    for _ in 0..6 {
        counter.refuses_token(None, "invalid_request").await?;
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_an_unexpected_tx_code_is_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    counter.refuses_token(Some("123456"), "invalid_request").await?;
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_an_unknown_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    let (id, mac) = counter.collecting.code.split_once('.').expect("two parts");
    let forged = [
        "x".to_owned(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{}", altered(mac)),
        format!("00000000000000000000000000.{mac}"),
        format!("{id}.{mac}=="),
        format!("{id}' OR '1'='1.{mac}"),
    ];
    for code in forged {
        Collecting {
            code,
            ..counter.collecting.clone()
        }
        .ask_token(None)
        .await?
        .assert_error("invalid_grant");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_a_code_of_another_organisation_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.elsewhere().ask_token(None).await?.assert_error("invalid_grant");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_an_expired_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.world.clock.advance(Duration::days(400));
    counter.refuses_token(None, "invalid_grant").await?;
    assert_eq!(get(counter.offer.uri()).await?.status, StatusCode::GONE);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_a_used_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.collecting.collect(counter.world.clock.now()).await?;
    let after = counter.world.offers(PANIERS).await?;
    counter.refuses_token(None, "invalid_grant").await?;
    assert_eq!(counter.world.offers(PANIERS).await?, after);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_eight_redemptions_at_the_same_instant_give_one_credential() -> Result<()> {
    for engine in engines() {
        let world = World::start_on(engine).await?;
        let collecting = Collecting::from_offer(&world.one_offer().await?).await?;
        let now = world.clock.now();
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let collecting = collecting.clone();
            tries.spawn(async move { collecting.collect(now).await.is_ok() });
        }
        let collected = tries
            .join_all()
            .await
            .into_iter()
            .filter(|collected| *collected)
            .count();
        assert_eq!(collected, 1, "on {engine:?}");
        world.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_040_another_grant_is_unsupported_grant_type() -> Result<()> {
    let counter = Counter::open().await?;
    let code = counter.collecting.code.as_str();
    let fields = [("grant_type", "authorization_code"), ("code", code)];
    post_form(&counter.collecting.endpoint("token"), &fields)
        .await?
        .assert_error("unsupported_grant_type");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_040_missing_and_repeated_parameters_are_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    let code = ("pre-authorized_code", counter.collecting.code.as_str());
    let grant = ("grant_type", PRE_AUTHORIZED_CODE);
    let wrong: [&[(&str, &str)]; 4] = [&[], &[code], &[grant], &[grant, code, code]];
    for fields in wrong {
        post_form(&counter.collecting.endpoint("token"), fields)
            .await?
            .assert_error("invalid_request");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_046_a_token_request_in_json_is_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    let body = json!({ "grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": counter.collecting.code }).to_string();
    let token = counter.collecting.endpoint("token");
    send(Method::POST, &token, &[("content-type", "application/json")], body)
        .await?
        .assert_error("invalid_request");
    counter.is_untouched().await
}
