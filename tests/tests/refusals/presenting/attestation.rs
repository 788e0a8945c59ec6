//! What was issued: signature, status, trust.

use anyhow::{Context, Result};
use chrono::Duration;
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    format::sd_jwt_vc::SdJwt,
    keys::{SigningKey, jws},
};
use tests::{foreign::Held, world::PANIERS};

use super::{Desk, assert_refused, check};
use crate::altered;

#[tokio::test(flavor = "multi_thread")]
async fn neg_02_an_altered_or_forged_credential_is_not_believed() -> Result<()> {
    // Altered: the signature of the issuer's JWT loses its sense.
    let mut desk = Desk::open().await?;
    let (jwt, rest) = desk.held.credential.split_once('~').context("no disclosures")?;
    let (head, signature) = jwt.rsplit_once('.').context("three parts")?;
    desk.held.credential = format!("{head}.{}~{rest}", altered(signature));
    desk.does_not_believe_the_right("signature", "wrong_signature").await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_03_a_credential_signed_by_an_unpublished_key_is_not_believed() -> Result<()> {
    let kids = [
        (None, "wrong_signature"),
        (Some("another"), "unknown_key"),
        (Some("../../keys/other"), "unknown_key"),
        (Some("' OR 1=1 --"), "unknown_key"),
    ];
    for (kid, reason) in kids {
        let desk = Desk::open().await?;
        let parsed = SdJwt::parse(&desk.held.credential)?;
        let mut claims: Value = parsed.jws().unverified_claims()?;
        let mut header = parsed.jws().header().clone();
        header.retain(|name, _| name == "kid");
        if let Some(kid) = kid {
            header.insert("kid".to_owned(), json!(kid));
        }
        let key = SigningKey::generate();
        claims["cnf"] = json!({ "jwk": key.public().to_jwk().to_value() });
        let forged = jws::sign("dc+sd-jwt", header, &claims, &SigningKey::generate());
        let disclosures = desk.held.credential.split_once('~').context("no disclosures")?.1;
        let held = Held {
            credential: format!("{forged}~{disclosures}"),
            key,
        };
        let presented = desk.presenting.right_presentation(&held, desk.world.clock.now())?;
        desk.does_not_believe(presented, "signature", reason).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tsl_004_a_revoked_attestation_is_said_to_be_revoked() -> Result<()> {
    let desk = Desk::open().await?;
    let revoke = [
        "attestation",
        "revoke",
        &desk.offer.attestation,
        "--organisation",
        PANIERS,
        "--reason",
        "erreur de saisie",
    ];
    issuer::cli::execute(&desk.world.issuer, &revoke).await?;
    // Lists may be kept for their `ttl`.
    desk.world.clock.advance(Duration::seconds(301));
    let (asked, presenting) = desk.another().await?;
    let desk = Desk {
        asked,
        presenting,
        ..desk
    };
    desk.does_not_believe_the_right("status", "revoked").await?;
    let page = desk.clerk.look(&desk.asked).await?;
    assert!(page.text().to_lowercase().contains("révoqué"), "{}", page.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tr_001_an_issuer_off_the_list_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    desk.world.publish_trust(|list, addresses| {
        list.issuers.remove(addresses.organisation(PANIERS).as_str());
    })?;
    desk.does_not_believe_the_right("trust", "unknown_issuer").await
}

#[tokio::test(flavor = "multi_thread")]
async fn tr_001_an_issuer_recognised_only_since_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let tomorrow = desk.world.clock.now().date_naive().succ_opt().context("a day")?;
    desk.world.publish_trust(|list, addresses| {
        if let Some(issuer) = list.issuers.get_mut(addresses.organisation(PANIERS).as_str()) {
            issuer.trusted_from = Some(tomorrow);
        }
    })?;
    desk.does_not_believe_the_right("trust", "issuer_not_then").await
}

#[tokio::test(flavor = "multi_thread")]
async fn tr_001_a_list_that_does_not_hold_recognises_nobody() -> Result<()> {
    let desk = Desk::open().await?;
    std::fs::write(desk.world.path("trust.jwt"), "e30.e30.e30")?;
    let decision = desk.decide().await?;
    let trust = check(&decision, "trust");
    assert!(
        trust["outcome"] != "passed" && trust["reason"] == "no_trust_list",
        "{decision}"
    );
    assert_refused(&decision);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_20_a_status_list_out_of_reach_could_not_be_checked() -> Result<()> {
    let desk = Desk::open().await?;
    desk.world.cut("/status/");
    let decision = desk.cannot_check_the_right("status", "status_unreachable").await?;
    assert_eq!(check(&decision, "signature")["outcome"], "passed", "{decision}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_20_issuer_keys_out_of_reach_could_not_be_checked() -> Result<()> {
    let desk = Desk::open().await?;
    desk.world.cut("jwt-vc-issuer");
    desk.cannot_check_the_right("signature", "issuer_unreachable").await?;
    Ok(())
}
