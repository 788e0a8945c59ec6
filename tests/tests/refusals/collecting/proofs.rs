//! Proofs of possession and their nonces (§7, §8.2.1, Appendix F).

use anyhow::Result;
use chrono::Duration;
use serde_json::{Value, json};
use shared::{clock::Clock, keys::SigningKey, oid4vci::proof};
use tests::{foreign::Collecting, world::CYCLO};

use super::{Counter, Redeemed};
use crate::base64url;

#[tokio::test(flavor = "multi_thread")]
async fn neg_01_a_proof_with_alg_none_is_invalid_proof() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let unsigned = redeemed.refuses_made(|key, nonce| {
        let signed = redeemed.proof_of(key, Some(nonce));
        let payload = signed.split('.').nth(1).expect("three parts");
        let header = json!({ "alg": "none", "typ": proof::TYPE, "jwk": key.public().to_jwk().to_value() });
        format!("{}.{payload}.", base64url(header.to_string()))
    });
    unsigned.await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_02_a_proof_signed_by_another_key_than_its_own_is_invalid_proof() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let mixed = redeemed.refuses_made(|key, nonce| {
        let (ours, theirs) = (redeemed.proof_of(key, Some(nonce)), redeemed.proof_with(nonce));
        let (head, _) = ours.rsplit_once('.').expect("three parts");
        let (_, signature) = theirs.rsplit_once('.').expect("three parts");
        format!("{head}.{signature}")
    });
    mixed.await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_06_a_proof_that_carries_its_private_key_is_invalid_proof() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let private = redeemed.refuses_made(|key, nonce| {
        let mut jwk = key.public().to_jwk().to_value();
        jwk["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE");
        redeemed.odd_proof(key, proof::TYPE, jwk, &json!({ "nonce": nonce }))
    });
    private.await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_08_a_proof_for_another_issuer_is_invalid_proof() -> Result<()> {
    let counter = Counter::open().await?;
    let others = [
        counter.world.addresses.organisation(CYCLO),
        counter.world.addresses.issuer.clone(),
    ];
    for other in others {
        let redeemed = Redeemed::open().await?;
        let now = redeemed.counter.world.clock.now();
        redeemed
            .refuses_made(|key, nonce| proof::sign(key, other.as_str(), Some(nonce), now))
            .await?;
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_074_a_proof_of_another_type_or_another_time_is_invalid_proof() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let (now, issuer) = (redeemed.now(), &redeemed.collecting().issuer);
    let key = SigningKey::generate();
    let jwk = key.public().to_jwk().to_value();
    let odd: [(&str, Value); 6] = [
        ("JWT", json!({})),
        ("oauth-authz-req+jwt", json!({})),
        (proof::TYPE, json!({ "iat": now - 301 })),
        (proof::TYPE, json!({ "iat": now + 61 })),
        (proof::TYPE, json!({ "iat": "now" })),
        (proof::TYPE, json!({ "aud": [issuer, "https://elsewhere.example"] })),
    ];
    for (typ, mut claims) in odd {
        claims["nonce"] = json!(redeemed.collecting().nonce().await?);
        let proof = redeemed.odd_proof(&key, typ, jwk.clone(), &claims);
        redeemed.refuses_proof(proof, "invalid_proof").await?;
    }
    // The edges of the window still pass.
    let claims = json!({ "nonce": redeemed.collecting().nonce().await?, "iat": now - 299 });
    redeemed
        .gives_for(&redeemed.odd_proof(&key, proof::TYPE, jwk, &claims))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_07_a_proof_without_a_nonce_is_invalid_proof_and_with_a_foreign_one_invalid_nonce() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let without = redeemed.proof_of(&SigningKey::generate(), None);
    redeemed.refuses_proof(without, "invalid_proof").await?;
    let foreign = redeemed.counter.elsewhere().nonce().await?;
    for nonce in ["made-up", &foreign] {
        redeemed
            .refuses_proof(redeemed.proof_with(nonce), "invalid_nonce")
            .await?;
    }
    redeemed.gives_for(&redeemed.proof().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_061_a_nonce_is_good_once_and_for_five_minutes() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let world = &redeemed.counter.world;
    let other = world
        .import(CYCLO, tests::fixtures::ONE_PERSON.as_bytes(), false)
        .await?;
    let other = Collecting::from_offer(&other[0]).await?;
    let nonce = redeemed.collecting().nonce().await?;
    redeemed.gives_for(&redeemed.proof_with(&nonce)).await?;
    let stale = other.nonce().await?;
    world.clock.advance(Duration::seconds(301));
    let token = other.token().await?;
    for nonce in [nonce, stale] {
        let key = SigningKey::generate();
        let proof = proof::sign(&key, other.issuer.as_str(), Some(&nonce), world.clock.now());
        other
            .ask_credential(&token, &[proof])
            .await?
            .assert_error("invalid_nonce");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_010_two_proofs_at_once_are_refused_where_no_batch_is_offered() -> Result<()> {
    let redeemed = Redeemed::open().await?;
    let nonce = redeemed.collecting().nonce().await?;
    let two = [redeemed.proof_with(&nonce), redeemed.proof_with(&nonce)];
    redeemed
        .collecting()
        .ask_credential(&redeemed.token, &two)
        .await?
        .assert_error("invalid_credential_request");
    redeemed.gives_for(&redeemed.proof().await?).await
}
