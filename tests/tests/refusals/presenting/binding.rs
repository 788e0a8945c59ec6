//! The key binding: made by the holder, for us, for this request, just now (RFC 9901 §7.3).

use anyhow::{Context, Result};
use chrono::Duration;
use shared::{clock::Clock, keys::SigningKey};
use tests::foreign::Held;

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_026_any_wrong_nonce_rejects_the_answer() -> Result<()> {
    let desk = Desk::open().await?;
    let (_, other) = desk.another().await?;
    let client_id = &desk.presenting.link.client_id;
    for nonce in [other.member("nonce"), "made-up".to_owned(), String::new()] {
        let now = desk.world.clock.now();
        let foreign = desk.presenting.presentation(&desk.held, client_id, &nonce, now)?;
        desk.refuses(&desk.presenting.payload(&[foreign])).await?;
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_08_a_presentation_for_another_verifier_is_not_believed() -> Result<()> {
    let client_id = Desk::open().await?.presenting.link.client_id;
    let without_prefix = client_id.replacen("decentralized_identifier:", "", 1);
    for audience in ["decentralized_identifier:did:web:another.example", &without_prefix] {
        let desk = Desk::open().await?;
        let nonce = desk.presenting.member("nonce");
        let foreign = desk
            .presenting
            .presentation(&desk.held, audience, &nonce, desk.world.clock.now())?;
        desk.does_not_believe(foreign, "audience", "other_verifier").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_11_a_credential_without_key_binding_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let right = desk.right()?;
    let stripped = right[..=right.rfind('~').context("no binding")?].to_owned();
    desk.does_not_believe(stripped, "key_binding", "not_bound").await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_12_a_disclosure_added_or_removed_after_signing_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let right = desk.right()?;
    let mut parts: Vec<&str> = right.split('~').collect();
    let extra = desk
        .held
        .credential
        .split('~')
        .skip(1)
        .find(|part| !part.is_empty() && !parts.contains(part))
        .context("all is shown")?;
    parts.insert(parts.len() - 1, extra);
    desk.does_not_believe(parts.join("~"), "key_binding", "not_bound")
        .await?;

    let desk = Desk::open().await?;
    let right = desk.right()?;
    let mut parts: Vec<&str> = right.split('~').collect();
    parts.remove(1);
    desk.does_not_believe(parts.join("~"), "key_binding", "not_bound")
        .await?;

    let desk = Desk::open().await?;
    let right = desk.right()?;
    let mut parts: Vec<&str> = right.split('~').collect();
    parts.swap(1, 2);
    desk.does_not_believe(parts.join("~"), "key_binding", "not_bound").await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_11_a_presentation_bound_by_a_stranger_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let stranger = Held {
        credential: desk.held.credential.clone(),
        key: SigningKey::generate(),
    };
    let stolen = desk.presenting.right_presentation(&stranger, desk.world.clock.now())?;
    desk.does_not_believe(stolen, "key_binding", "not_bound").await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_18_a_key_binding_that_was_not_made_just_now_is_not_believed() -> Result<()> {
    for offset in [-301, 61] {
        let desk = Desk::open().await?;
        let then = desk.world.clock.now() + Duration::seconds(offset);
        let stale = desk.presenting.right_presentation(&desk.held, then)?;
        desk.does_not_believe(stale, "time", "stale_binding").await?;
    }
    Ok(())
}
