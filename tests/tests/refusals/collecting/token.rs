//! The token endpoint (§6).

use anyhow::Result;
use chrono::Duration;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::{clock::Clock, oid4vci::PRE_AUTHORIZED_CODE};
use tests::{
    foreign::{Collecting, post_form, send},
    world::{CYCLO, Engine, PANIERS, World, has_postgres},
};

use super::{Counter, wrong};

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_four_wrong_tx_codes_are_invalid_grant_and_the_right_one_still_works() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    let right = counter.collecting.tx_code.clone().expect("a code was asked for");
    for _ in 0..4 {
        counter
            .collecting
            .ask_token(Some(&wrong(&right)))
            .await?
            .assert_error("invalid_grant");
    }
    assert_eq!(counter.collecting.ask_token(Some(&right)).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_042_the_fifth_wrong_tx_code_ends_the_offer() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    let right = counter.collecting.tx_code.clone().expect("a code was asked for");
    for _ in 0..5 {
        counter
            .collecting
            .ask_token(Some(&wrong(&right)))
            .await?
            .assert_error("invalid_grant");
    }
    counter
        .collecting
        .ask_token(Some(&right))
        .await?
        .assert_error("invalid_grant");
    assert_ne!(counter.world.offers(PANIERS).await?[0].state, counter.offer.state);
    assert_eq!(tests::foreign::get(counter.offer.uri()).await?.status, StatusCode::GONE);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_a_missing_tx_code_is_invalid_request_and_is_no_try() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    for _ in 0..6 {
        counter
            .collecting
            .ask_token(None)
            .await?
            .assert_error("invalid_request");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_an_unexpected_tx_code_is_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    counter
        .collecting
        .ask_token(Some("123456"))
        .await?
        .assert_error("invalid_request");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_an_unknown_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    let (id, mac) = counter.collecting.code.split_once('.').expect("two parts");
    let flipped = if mac.starts_with('A') {
        mac.replacen('A', "B", 1)
    } else {
        format!("A{}", &mac[1..])
    };
    let forged = [
        "x".to_owned(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{flipped}"),
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
    let elsewhere = Collecting {
        issuer: counter.world.addresses.organisation(CYCLO),
        ..counter.collecting.clone()
    };
    elsewhere.ask_token(None).await?.assert_error("invalid_grant");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_an_expired_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.world.clock.advance(Duration::days(400));
    counter.collecting.ask_token(None).await?.assert_error("invalid_grant");
    assert_eq!(tests::foreign::get(counter.offer.uri()).await?.status, StatusCode::GONE);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_a_used_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.collecting.collect(counter.world.clock.now()).await?;
    let after = counter.world.offers(PANIERS).await?;
    counter.collecting.ask_token(None).await?.assert_error("invalid_grant");
    assert_eq!(counter.world.offers(PANIERS).await?, after);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_eight_redemptions_at_the_same_instant_give_one_credential() -> Result<()> {
    let mut engines = vec![Engine::Sqlite];
    engines.extend(has_postgres().then_some(Engine::Postgres));
    for engine in engines {
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
    let token = counter.collecting.endpoint("token");
    let code = counter.collecting.code.as_str();
    post_form(&token, &[("grant_type", "authorization_code"), ("code", code)])
        .await?
        .assert_error("unsupported_grant_type");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_040_missing_and_repeated_parameters_are_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.endpoint("token");
    let code = counter.collecting.code.as_str();
    let wrong: [&[(&str, &str)]; 4] = [
        &[],
        &[("pre-authorized_code", code)],
        &[("grant_type", PRE_AUTHORIZED_CODE)],
        &[
            ("grant_type", PRE_AUTHORIZED_CODE),
            ("pre-authorized_code", code),
            ("pre-authorized_code", code),
        ],
    ];
    for fields in wrong {
        post_form(&token, fields).await?.assert_error("invalid_request");
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
