//! The request: what it asks, how long it lasts, who may look at it.

use anyhow::{Context, Result};
use chrono::Duration;
use reqwest::StatusCode;
use serde_json::Value;
use shared::{
    clock::Clock,
    format::sd_jwt_vc::{KeyBinding, SdJwt},
    keys::jws,
};
use tests::foreign::{get, post_form};

use super::Desk;

fn payload_of(jwt: &str) -> Value {
    jws::Jws::parse(jwt)
        .expect("a JWS")
        .unverified_claims()
        .expect("claims")
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_032_a_request_ends_after_five_minutes() -> Result<()> {
    let desk = Desk::open().await?;
    let payload = desk.presenting.payload(&[desk.right()?]);
    desk.world.clock.advance(Duration::minutes(5) + Duration::seconds(1));
    let object = get(&desk.presenting.link.request_uri).await?;
    assert!(object.status.is_client_error(), "{object:?}");
    let late = desk.presenting.answer(&payload).await?;
    assert!(late.status.is_client_error(), "{late:?}");
    assert!(desk.decision().await.is_err(), "something was decided");
    desk.can_ask_again().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_024_unknown_requests_are_not_found() -> Result<()> {
    let desk = Desk::open().await?;
    let base = desk.world.addresses.verifier.as_str();
    for id in ["00000000000000000000000000", "x", "..%2f..%2f"] {
        for (place, status) in [("object", StatusCode::NOT_FOUND), ("response", StatusCode::BAD_REQUEST)] {
            let url = format!("{base}requests/{id}/{place}").parse()?;
            let answer = post_form(&url, &[("response", "x")]).await?;
            assert_eq!(answer.status, status, "{place}: {answer:?}");
            assert_eq!(answer.json()["error"], "invalid_request", "{place}: {answer:?}");
        }
        let landing = tests::visitor::Visitor::new("fr")
            .open(&format!("{base}q/{id}").parse()?)
            .await?;
        assert_eq!(landing.status, StatusCode::NOT_FOUND, "{}", landing.text());
        let page = desk
            .clerk
            .visitor
            .open(&format!("{base}requests/{id}").parse()?)
            .await?;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text());
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_025_the_decision_is_for_the_counter_only() -> Result<()> {
    let desk = Desk::open().await?;
    let answer = desk.present(desk.right()?).await?;
    let stranger = tests::visitor::Visitor::new("fr");
    for place in ["", "/decision", "/events"] {
        let page = stranger.open(&format!("{}{place}", desk.asked.page).parse()?).await?;
        assert!(
            page.url.path() == "/sign-in" || page.status.is_client_error(),
            "{place}: {}",
            page.text()
        );
        assert!(
            !page.html.contains("12600") && !page.html.contains("210 h"),
            "{place}: {}",
            page.text()
        );
    }
    // VP-V-023: the page the person is sent to says thanks, to the holder of the code only, and releases nothing.
    let done = answer.json()["redirect_uri"]
        .as_str()
        .context("no redirect_uri")?
        .to_owned();
    let thanks = stranger.open(&done.parse()?).await?.expect(StatusCode::OK)?;
    assert!(
        !thanks.html.contains("210 h") && !thanks.html.contains("240"),
        "{}",
        thanks.text()
    );
    let wrong = done.replace("response_code=", "response_code=x");
    assert!(stranger.open(&wrong.parse()?).await?.status.is_client_error());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_007_the_wallet_nonce_comes_back_in_the_signed_object() -> Result<()> {
    let desk = Desk::open().await?;
    let object = post_form(&desk.presenting.link.request_uri, &[("wallet_nonce", "n-0123456789")])
        .await?
        .expect(StatusCode::OK)?;
    assert_eq!(payload_of(&object.body)["wallet_nonce"], "n-0123456789");
    for bad in ["é", "a b", &"n".repeat(100_000)] {
        let answer = post_form(&desk.presenting.link.request_uri, &[("wallet_nonce", bad)]).await?;
        assert!(answer.status.is_client_error(), "{bad:.20}: {}", answer.status);
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn dcql_012_nothing_that_was_not_asked_is_needed() -> Result<()> {
    let desk = Desk::open().await?;
    let asked = desk.presenting.request["dcql_query"].to_string();
    for private in ["given_name", "family_name", "birth"] {
        assert!(!asked.contains(private), "{private} is asked: {asked}");
    }
    // A presentation that shows less than is asked does not answer.
    let sd_jwt = SdJwt::parse(&desk.held.credential)?;
    let nonce = desk.presenting.member("nonce");
    let binding = KeyBinding {
        key: &desk.held.key,
        audience: &desk.presenting.link.client_id,
        nonce: &nonce,
        issued_at: desk.world.clock.now(),
    };
    let less = sd_jwt.present(&[], &binding)?;
    desk.does_not_believe(less, "query", "not_answered").await
}
